"""Solving a state: laws and changes compiled to wedges, wedges to prices and units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from backhaul.baseline.capacity import available
from backhaul.baseline.prepare import Prepared, parts_duty_left, prepare, with_shift
from backhaul.baseline.setting import Setting
from backhaul.baseline.state import PlantLoad, SideState, Start, State
from backhaul.baseline.world import BASE_DAY, World
from backhaul.equilibrium.certificate import Level
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.multipliers import Limits
from backhaul.equilibrium.solve import Equilibrium, solve_together
from backhaul.equilibrium.venue import Delivery, Order, Stand, Venue, costs_at
from backhaul.errors import ScenarioError
from backhaul.market.market import Market
from backhaul.market.wedge import Wedge
from backhaul.shapes import PerPlant, PerProduct

FIRST_SHIFT = 0.1
"""Utility shift tried first for a demand surge; doubled until it is enough."""

WIDEST_SHIFT = 5.0
"""Largest utility shift that a demand surge may take."""

NEAR_ROOT = 1e-12
"""How nearly a demand surge meets its target, as a part of it."""

MOST_SECANTS = 60

NEAR_COST = 1.3
"""Price of a new product from which its search starts, over its cost."""


def base_setting(world: World) -> Setting:
    """Return the setting of the calibrated world itself."""
    return Setting(
        on=BASE_DAY, measures=world.observed.measures, jpy_per_usd=world.observed.jpy_per_usd
    )


def settle(
    world: World,
    setting: Setting,
    *,
    level: Level = "certified",
    near: State | Start | None = None,
    base: State | None = None,
) -> State:
    """Return the equilibrium of both markets under a setting.

    Args:
        world: The calibrated world.
        setting: Laws, exchange rate, entrants, promises, plant limits and other changes.
        level: How much of the certificate is made.
        near: Where to start: a solved state, or prices alone. A market whose tastes, costs and
            conduct are those of the state is not proven again.
        base: The state whose prices those of a short run move from; None: the base year's. It is
            not read where prices adjust in full.

    Errors:
        EquilibriumError: no equilibrium passes its certificate, or none keeps a plant within its
            capacity; names the plant.
        ScenarioError: the setting asks for something impossible.
    """
    if not 0 < setting.adjustment <= 1:
        raise ScenarioError(
            where="horizon",
            what=f"adjustment is {setting.adjustment:g}; more than 0 and at most 1 is allowed.",
            fix="Write the part of the way that prices have gone: 1 is the long run.",
        )
    task = _task(world, setting, near, base)
    if setting.surges:
        return _surged(task, level, near)
    return _settle(task, level, near)


@dataclass(frozen=True, eq=False)
class _Task:
    """A setting made ready, and what is known before any search."""

    world: World
    setting: Setting
    ready: dict[str, Prepared]
    """By market code, without any shift of demand."""

    room: dict[str, float]
    """What each plant can build, by id."""

    base: State | None
    """The state whose prices those of a short run move from."""

    known: State | None
    """A state with the same plants, whose slopes are tried first."""

    @property
    def plants(self) -> dict[str, int]:
        """Place of each plant."""
        return {name: place for place, name in enumerate(self.room)}


def _task(world: World, setting: Setting, near: State | Start | None, base: State | None) -> _Task:
    """Return a setting made ready."""
    left = parts_duty_left(world, setting)
    room = available(world, setting)
    known = base if base is not None or not isinstance(near, State) else near
    is_alike = known is not None and tuple(known.plants) == tuple(room)
    return _Task(
        world=world,
        setting=setting,
        ready={code: prepare(world, code, setting, left) for code in world.sides},
        room=room,
        base=base,
        known=known if is_alike else None,
    )


def _settle(task: _Task, level: Level, near: State | Start | None, shift: float = 0.0) -> State:
    """Return the equilibrium with one power train shifted by a given utility."""
    setting, room = task.setting, task.room
    ready = {code: with_shift(one, setting.surges, shift) for code, one in task.ready.items()}
    start = near.start if isinstance(near, State) else near
    known = near.sides if isinstance(near, State) else {}
    shadow = None if start is None else np.array([start.shadow.get(p, 0.0) for p in room])
    venues = []
    for code, one in ready.items():
        venue = _venue(task, one, _starts(task.world, code, start))
        venues.append(_helped(venue, task, None if near is not task.known else shadow))
    together = solve_together(
        venues,
        Limits(tuple(room), np.array(list(room.values()))),
        shadow=shadow,
        require=level,
        known=tuple(known[code].equilibrium if code in known else None for code in ready),
    )
    sides = {
        code: _side_state(one, stand, found)
        for (code, one), stand, found in zip(
            ready.items(), together.joint.stands, together.equilibria, strict=True
        )
    }
    if level != "first_order":
        for side in sides.values():
            _refuse_over_cap(setting, side)
    unaided = None
    if together.free is not together.joint:
        free = dict(zip(room, together.free.shadow, strict=True))
        unaided = _standing(zip(ready, together.free.stands, strict=True), free)
    loads = zip(room.items(), together.joint.loads, together.joint.shadow, strict=True)
    return State(
        world=task.world,
        setting=setting,
        sides=sides,
        shift=shift,
        plants={
            name: PlantLoad(float(most), float(load), float(price))
            for (name, most), load, price in loads
        },
        unaided=unaided,
        stands=dict(zip(ready, together.joint.stands, strict=True)),
    )


def _surged(task: _Task, level: Level, near: State | Start | None) -> State:
    """Return the equilibrium with the shift at which a firm's output has risen as asked."""
    surge = task.setting.surges[0]
    states = {0.0: _settle(task, "slider", near)}
    target = states[0.0].output(surge.firm) * (1 + surge.rise)

    def gap(shift: float) -> float:
        if shift not in states:
            states[shift] = _settle(task, "first_order", _towards(states, shift), shift)
        return states[shift].output(surge.firm) / target - 1

    sign = 1.0 if surge.rise > 0 else -1.0
    inner, outer = 0.0, FIRST_SHIFT
    while sign * gap(sign * outer) < 0:
        if outer >= WIDEST_SHIFT:
            raise ScenarioError(
                where=f"surge of {surge.powertrain} in {surge.market}",
                what=f"no shift makes the output of {surge.firm} move by {surge.rise:.1%}.",
                fix="Ask for a smaller change, or for one of a power train that the firm sells.",
            )
        inner, outer = outer, min(2 * outer, WIDEST_SHIFT)
    shift = _root(gap, sign * inner, sign * outer)
    return _settle(task, level, _towards(states, shift), shift)


def _towards(states: Mapping[float, State], shift: float) -> Start:
    """Return where to start at a shift: on the line through the two states next to it."""
    near = sorted(states, key=lambda known: abs(known - shift))[:2]
    starts = [states[known].start for known in near]
    if len(near) == 1 or shift == near[0]:
        return starts[0]
    part = (shift - near[0]) / (near[1] - near[0])

    def between(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
        return {name: max(0.0, one[name] + part * (other[name] - one[name])) for name in one}

    first, second = starts
    return Start(
        prices={code: between(first.prices[code], second.prices[code]) for code in first.prices},
        shadow=between(first.shadow, second.shadow),
    )


def _root(gap: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function is zero between two points: secants, kept in the span."""
    before, last = sorted((low, high), key=lambda x: -abs(gap(x)))
    low, high = sorted((low, high))
    for _ in range(MOST_SECANTS):
        if abs(gap(last)) <= NEAR_ROOT:
            break
        low, high = (last, high) if gap(last) < 0 else (low, last)
        slope = (gap(last) - gap(before)) / (last - before)
        following = last - gap(last) / slope if slope > 0 else np.nan
        if not low < following < high:  # a kink: where a plant fills
            following = (low + high) / 2
        before, last = last, following
    return last


def _venue(task: _Task, ready: Prepared, starts: Mapping[str, float]) -> Venue:
    """Return one market as part of the joint problem."""
    market, delivered, supply = ready.market, ready.delivered, ready.supply
    keep, plants, setting = delivered.keep, task.plants, task.setting
    carried = replace(delivered, credit=np.zeros(keep.size)).carried(supply)
    venue = Venue(
        game=_game(task, ready, Wedge(keep=keep, cost=carried)),
        start=np.ones(keep.size),
        size=market.size,
        delivery=Delivery(
            links=ready.links,
            unit=delivered.unit,
            plant=np.array([plants.get(link.plant, -1) for link in supply.links]),
            per_usd=delivered.per_usd,
            rebate=keep[supply.product] * ready.credit if ready.credit.any() else None,
            orders=_orders(ready, setting),
        ),
        commitment=ready.promise,
        before=_before(task.world, ready, task.base) if setting.adjustment < 1 else None,
        adjustment=setting.adjustment,
    )
    cost = costs_at(venue, np.zeros(len(plants)), 0.0).game.wedge.cost
    _refuse_overpaid(ready, cost)
    unknown = NEAR_COST * cost / keep
    start = [starts.get(name, new) for name, new in zip(market.ids, unknown, strict=True)]
    return replace(venue, start=np.array(start))


def _game(task: _Task, ready: Prepared, wedge: Wedge) -> Game:
    """Return what is played in a market; who sets which price is not worked out twice."""
    code, names = ready.market.code, ready.market.ids
    if task.known is not None:
        game = task.known.sides[code].equilibrium.game
        if game.taste is ready.taste and game.conduct is ready.conduct and game.products == names:
            return game.with_wedge(wedge)
    return Game(ready.taste, wedge, ready.conduct, market=code, products=names)


def _helped(venue: Venue, task: _Task, shadow: PerPlant | None) -> Venue:
    """Return a venue with what is known of its slopes; nothing where its products are others.

    Args:
        venue: One market.
        task: What is solved.
        shadow: Shadow prices of the known state, where the search starts from there: prices are
            predicted from its. Shape (P,), USD.
    """
    code = venue.game.market
    if task.known is None or code not in task.known.stands:
        return venue
    if task.known.sides[code].market.ids != venue.game.products:
        return venue
    near = task.known.nearby[code]
    if shadow is None:
        return replace(venue, near=near)
    start = near.predicted(costs_at(venue, shadow, 0.0).game.wedge.cost)
    return replace(venue, near=near, start=start if np.all(start > 0) else venue.start)


def _orders(ready: Prepared, setting: Setting) -> tuple[Order, ...]:
    """Return what states buy from a market's own plants; none that nobody there builds."""
    supply, market = ready.supply, ready.market
    at_home = np.array(supply.countries) == market.country
    orders = []
    for purchase in setting.purchases:
        if purchase.seller_market == market.code:
            j = market.ids.index(purchase.product)
            links = np.flatnonzero((supply.product == j) & at_home & (supply.share > 0))
            if links.size:
                orders.append(Order(links=links, units=purchase.units))
    return tuple(orders)


def _before(world: World, ready: Prepared, base: State | None) -> PerProduct:
    """Return the prices that a short run moves from; NaN for products without one. Shape (J,)."""
    market, code = ready.market, ready.market.code
    if base is None:
        known = dict(zip(world.sides[code].market.ids, world.sides[code].market.price, strict=True))
    else:
        known = dict(zip(base.sides[code].market.ids, base.sides[code].price, strict=True))
    return np.array([known.get(name, np.nan) for name in market.ids])


def _starts(world: World, code: str, start: Start | None) -> dict[str, float]:
    """Return prices to start from by product: those given, else the observed ones."""
    side = world.sides[code].market
    prices = dict(zip(side.ids, side.price, strict=True))
    return prices if start is None else prices | start.prices[code]


def _standing(venues: Iterable[tuple[str, Stand]], shadow: Mapping[str, float]) -> Start:
    """Return where markets stand, as a place to search from."""
    return Start(
        prices={
            code: dict(zip(stand.costs.game.products, stand.found.price, strict=True))
            for code, stand in venues
        },
        shadow=dict(shadow),
    )


def _side_state(ready: Prepared, stand: Stand, found: Equilibrium) -> SideState:
    """Return one solved market."""
    sourced, game = stand.costs.sourced, stand.costs.game
    if sourced is None:
        raise AssertionError(ready.market.code)
    supply = ready.supply
    members = np.zeros(len(ready.market.ids))
    if ready.promise is not None:
        members = ready.promise.members.astype(float)
    promised = members * found.multiplier
    return SideState(
        market=ready.market,
        taste=ready.taste,
        supply=supply,
        # a credit follows the origins that are sold
        delivered=replace(ready.delivered, credit=supply.total(sourced.share * ready.credit)),
        conduct=ready.conduct,
        wedge=Wedge(keep=game.wedge.keep, cost=game.wedge.cost + promised),
        equilibrium=found,
        price=stand.price,
        share=stand.share,
        link_share=sourced.share,
        resourcing=sourced.resourcing,
        promised=promised,
        scarcity=stand.costs.scarcity,
    )


def _refuse_overpaid(ready: Prepared, cost: PerProduct) -> None:
    """Raise if a given support is more than a car costs."""
    market, support = ready.market, ready.supply.support
    for j in np.flatnonzero((cost <= 0) & (support > 0)):
        raise ScenarioError(
            where=f"subsidise {market.ids[j]} in {market.code}",
            what=f"a support of {support[j]:,.0f} {market.currency} per vehicle is more "
            f"than the car costs ({cost[j] + support[j]:,.0f}).",
            fix="Lower usd_per_vehicle.",
        )


def _refuse_over_cap(setting: Setting, side: SideState) -> None:
    """Raise if an entrant sells more than its certification route allows."""
    market: Market = side.market
    units = dict(zip(market.ids, side.units, strict=True))
    for entrant in setting.entering(market.code):
        sold = units[entrant.product.id]
        if entrant.unit_cap is not None and sold > entrant.unit_cap:
            raise ScenarioError(
                where=f"enter {entrant.product.id}",
                what=f"{sold:,.0f} units a year would be sold; certification by "
                f"{entrant.certification} allows {entrant.unit_cap:,.0f} of one type.",
                fix="Take another certification route, or promise fewer units.",
            )
