"""Solving a state: laws and changes compiled to wedges, wedges to prices and units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from backhaul.baseline.capacity import available
from backhaul.baseline.prepare import Prepared, parts_duty_left, prepare
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
from backhaul.shapes import PerProduct

FIRST_SHIFT = 0.1
"""Utility shift tried first for a demand surge; doubled until it is enough."""

WIDEST_SHIFT = 5.0
"""Largest utility shift that a demand surge may take."""

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
    if setting.surges:
        return _surged(world, setting, level, near, base)
    return _settle(world, setting, level, near, base)


def _settle(
    world: World,
    setting: Setting,
    level: Level,
    near: State | Start | None,
    base: State | None,
    shift: float = 0.0,
) -> State:
    """Return the equilibrium with one power train shifted by a given utility."""
    left = parts_duty_left(world, setting)
    ready = {code: prepare(world, code, setting, shift, left) for code in world.sides}
    room = available(world, setting)
    plants = {name: index for index, name in enumerate(room)}
    start = near.start if isinstance(near, State) else near
    known = near.sides if isinstance(near, State) else {}
    together = solve_together(
        [
            _venue(world, one, setting, plants, _starts(world, code, start), base)
            for code, one in ready.items()
        ],
        Limits(tuple(room), np.array(list(room.values()))),
        shadow=None if start is None else np.array([start.shadow.get(p, 0.0) for p in room]),
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
        shadow = dict(zip(plants, together.free.shadow, strict=True))
        unaided = _standing(zip(ready, together.free.stands, strict=True), shadow)
    loads = zip(room.values(), together.joint.loads, together.joint.shadow, strict=True)
    return State(
        world=world,
        setting=setting,
        sides=sides,
        shift=shift,
        plants={
            name: PlantLoad(float(room), float(load), float(shadow))
            for name, (room, load, shadow) in zip(plants, loads, strict=True)
        },
        unaided=unaided,
    )


def _surged(
    world: World, setting: Setting, level: Level, near: State | Start | None, base: State | None
) -> State:
    """Return the equilibrium with the shift at which a firm's output has risen as asked."""
    surge = setting.surges[0]
    calm = _settle(world, replace(setting, surges=()), "slider", near, base)
    target = calm.output(surge.firm) * (1 + surge.rise)
    last = calm

    def gap(shift: float) -> float:
        nonlocal last
        last = _settle(world, setting, "slider", last, base, shift)
        return last.output(surge.firm) / target - 1

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
    low, high = sorted((sign * inner, sign * outer))
    shift = float(brentq(gap, low, high, xtol=1e-13, rtol=1e-14))
    return _settle(world, setting, level, last, base, shift)


def _venue(
    world: World,
    ready: Prepared,
    setting: Setting,
    plants: Mapping[str, int],
    starts: Mapping[str, float],
    base: State | None,
) -> Venue:
    """Return one market as part of the joint problem."""
    market, delivered, supply = ready.market, ready.delivered, ready.supply
    keep = delivered.keep
    carried = replace(delivered, credit=np.zeros(keep.size)).carried(supply)
    venue = Venue(
        game=Game(
            ready.taste,
            Wedge(keep=keep, cost=carried),
            ready.conduct,
            market=market.code,
            products=market.ids,
        ),
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
        before=_before(world, ready, base) if setting.adjustment < 1 else None,
        adjustment=setting.adjustment,
    )
    cost = costs_at(venue, np.zeros(len(plants)), 0.0).game.wedge.cost
    _refuse_overpaid(ready, cost)
    unknown = NEAR_COST * cost / keep
    start = [starts.get(name, new) for name, new in zip(market.ids, unknown, strict=True)]
    return replace(venue, start=np.array(start))


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
