"""Solving a state: laws and changes compiled to wedges, wedges to prices and units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from backhaul.baseline.factory import premium_of
from backhaul.baseline.setting import Merger, Move, Setting, Surge
from backhaul.baseline.state import SideState, State
from backhaul.baseline.world import BASE_DAY, Side, World
from backhaul.demand.taste import Taste, with_products
from backhaul.equilibrium.certificate import Level
from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.solve import Equilibrium, solve
from backhaul.equilibrium.sourcing import Links, source
from backhaul.errors import ScenarioError
from backhaul.market.conduct import Conduct, competing, merged
from backhaul.market.link import Link
from backhaul.market.market import Market
from backhaul.market.origins import with_way
from backhaul.market.product import Product
from backhaul.market.supply import Supply
from backhaul.market.wedge import Wedge
from backhaul.policy.compile import Delivered, Money, credits, deliver, factory_cost
from backhaul.policy.parts import duty_left
from backhaul.shapes import PerProduct

WIDEST_SHIFT = 5.0
"""Largest utility shift that a demand surge may take."""


def base_setting(world: World) -> Setting:
    """Return the setting of the calibrated world itself."""
    return Setting(
        on=BASE_DAY, measures=world.observed.measures, jpy_per_usd=world.observed.jpy_per_usd
    )


def settle(
    world: World, setting: Setting, *, level: Level = "certified", near: State | None = None
) -> State:
    """Return the equilibrium of both markets under a setting.

    Args:
        world: The calibrated world.
        setting: Laws, exchange rate, entrants, promises and other changes.
        level: How much of the certificate is made.
        near: A solved state to start from; a market whose tastes, costs and conduct are the same
            there is not solved again.

    Errors:
        EquilibriumError: no equilibrium passes its certificate.
        ScenarioError: the setting asks for something impossible.
    """
    if setting.surges:
        return _surged(world, setting, level, near)
    return _settle(world, setting, level, near, shift=0.0)


def _settle(
    world: World, setting: Setting, level: Level, near: State | None, shift: float
) -> State:
    """Return the equilibrium with hybrids shifted by a given utility."""
    left = _parts_duty_left(world, setting)
    sides = {code: _side(world, code, setting, level, near, shift, left) for code in world.sides}
    return State(world=world, setting=setting, sides=sides, shift=shift)


def _surged(world: World, setting: Setting, level: Level, near: State | None) -> State:
    """Return the equilibrium with the shift at which a firm's output has risen as asked."""
    surge = setting.surges[0]
    calm = _settle(world, replace(setting, surges=()), "slider", near, 0.0)
    target = calm.output(surge.firm) * (1 + surge.rise)

    def gap(shift: float) -> float:
        return _settle(world, setting, "slider", calm, shift).output(surge.firm) / target - 1

    ends = (0.0, WIDEST_SHIFT) if surge.rise > 0 else (-WIDEST_SHIFT, 0.0)
    if gap(ends[0]) > 0 or gap(ends[1]) < 0:
        raise ScenarioError(
            where=f"surge of {surge.powertrain} in {surge.market}",
            what=f"no shift makes the output of {surge.firm} move by {surge.rise:.1%}.",
            fix="Ask for a smaller change, or for one of a power train that the firm sells.",
        )
    shift = float(brentq(gap, *ends, xtol=1e-13, rtol=1e-14))
    return _settle(world, setting, level, calm, shift)


def _side(  # noqa: PLR0913  (what is solved, how far, from where)
    world: World,
    code: str,
    setting: Setting,
    level: Level,
    near: State | None,
    shift: float,
    left: dict[str, float],
) -> SideState:
    """Return one market in equilibrium."""
    side = world.sides[code]
    market, taste, supply = _with_entrants(side, setting)
    taste = _shifted(market, taste, setting.surges, shift)
    supply = _moved(world, market, supply, setting)
    supply = replace(supply, support=_support(market, setting))
    conduct = _conduct(side, market, setting.mergers)
    delivered, base = _delivered(world, market, supply, setting, left)
    links = Links(
        product=supply.product,
        base_share=supply.share,
        base_cost=base.unit,
        theta=world.evidence.parameter("hm_theta_sourcing").value,
    )
    sourced = source(links, delivered.unit)
    sold = replace(supply, share=sourced.share)  # a credit follows the origins that are sold
    delivered = replace(delivered, credit=credits(sold, setting.measures, setting.on))
    wedge = Wedge(keep=delivered.keep, cost=sourced.cost + delivered.carried(supply))
    _refuse_overpaid(market, wedge, supply)
    promise = _commitment(market, setting)
    found = None if near is None or promise is not None else near.sides[code].equilibrium
    if found is None or not _same(found, Game(taste, wedge, conduct), level):
        found = solve(
            taste, wedge, conduct,
            start=_start(side, market, wedge, near, code),
            names=(market.code, market.ids),
            require=level,
            commitment=promise,
        )  # fmt: skip
    if level != "first_order":
        _refuse_over_cap(setting, market, found)
    members = np.zeros(len(market.ids)) if promise is None else promise.members.astype(float)
    return SideState(
        market=market,
        taste=taste,
        supply=supply,
        delivered=delivered,
        conduct=conduct,
        wedge=wedge,
        equilibrium=found,
        price=found.price,
        share=found.share,
        link_share=sourced.share,
        resourcing=sourced.resourcing,
        promised=members * found.multiplier,
        scarcity=np.zeros(len(market.ids)),
    )


def _refuse_overpaid(market: Market, wedge: Wedge, supply: Supply) -> None:
    """Raise if a given support is more than a car costs."""
    for j in np.flatnonzero((wedge.cost <= 0) & (supply.support > 0)):
        raise ScenarioError(
            where=f"subsidise {market.ids[j]} in {market.code}",
            what=f"a support of {supply.support[j]:,.0f} {market.currency} per vehicle is more "
            f"than the car costs ({wedge.cost[j] + supply.support[j]:,.0f}).",
            fix="Lower usd_per_vehicle.",
        )


def _refuse_over_cap(setting: Setting, market: Market, found: Equilibrium) -> None:
    """Raise if an entrant sells more than its certification route allows."""
    units = dict(zip(market.ids, found.share * market.size, strict=True))
    for entrant in setting.entering(market.code):
        sold = units[entrant.product.id]
        if entrant.unit_cap is not None and sold > entrant.unit_cap:
            raise ScenarioError(
                where=f"enter {entrant.product.id}",
                what=f"{sold:,.0f} units a year would be sold; certification by "
                f"{entrant.certification} allows {entrant.unit_cap:,.0f} of one type.",
                fix="Take another certification route, or promise fewer units.",
            )


def _with_entrants(side: Side, setting: Setting) -> tuple[Market, Taste, Supply]:
    """Return market, tastes and supply with the entrants behind the products on sale."""
    entering = setting.entering(side.market.code)
    if not entering:
        return side.market, side.taste, side.supply
    market = side.market.with_products(tuple(entrant.product for entrant in entering))
    nests = side.market.nest_names
    taste = with_products(
        side.taste,
        delta=np.array([entrant.delta for entrant in entering]),
        nest=np.array([nests.index(entrant.product.nest) for entrant in entering]),
        penalty=np.array([entrant.penalty for entrant in entering]),
    )
    added = Supply(
        importer=side.market.country,
        products=tuple(entrant.product for entrant in entering),
        links=tuple(entrant.link for entrant in entering),
        product=np.arange(len(entering)),
        share=np.ones(len(entering)),
        factory=np.array([entrant.factory for entrant in entering]),
        transfer_ratio=np.array([entrant.transfer_ratio for entrant in entering]),
        dealer=np.array([entrant.dealer for entrant in entering]),
        importer_margin=np.array([entrant.importer_margin for entrant in entering]),
        local=np.array([entrant.local for entrant in entering]),
        support=np.zeros(len(entering)),
    )
    return market, taste, side.supply.extended(added)


def _shifted(market: Market, taste: Taste, surges: tuple[Surge, ...], shift: float) -> Taste:
    """Return tastes with one power train's utility shifted."""
    chosen = [surge.powertrain for surge in surges if surge.market == market.code]
    if not chosen:
        return taste
    mine = np.array([product.powertrain in chosen for product in market.products])
    return replace(taste, delta=taste.delta + shift * mine)


def _moved(world: World, market: Market, supply: Supply, setting: Setting) -> Supply:
    """Return the supply with output moved between countries, as new links at the new plant."""
    for move in setting.moves:
        if move.market == market.code:
            supply = _one_move(world, supply, move, market)
    return supply


def _one_move(world: World, supply: Supply, move: Move, market: Market) -> Supply:
    """Return the supply after one move: the same part of every affected link's share."""
    firm = np.array([product.firm for product in supply.products])[supply.product]
    mine = (firm == move.firm) & (np.array(supply.countries) == move.origin)
    units = float((market.units[supply.product] * supply.share)[mine].sum())
    part = min(1.0, move.capacity / units)
    premium = premium_of(world.evidence, move.target) / premium_of(world.evidence, move.origin)
    places = np.flatnonzero(mine)
    parts = _usual_parts(supply, market, move)
    new_links = tuple(
        _link_from(world, supply.links[index], supply.products[supply.product[index]], move, parts)
        for index in places
    )
    share = np.array(supply.share)
    share[places] *= 1 - part
    return replace(
        supply,
        links=supply.links + new_links,
        product=np.append(supply.product, supply.product[places]),
        share=np.append(share, supply.share[places] * part),
        factory=np.append(supply.factory, supply.factory[places] * premium),
        transfer_ratio=np.append(supply.transfer_ratio, supply.transfer_ratio[places]),
    )


def _usual_parts(supply: Supply, market: Market, move: Move) -> dict[str, float]:
    """Return where the firm's plants in the new country get their parts; empty without any.

    Weighted by the base year's units; output that moves is taken to be supplied like the rest.
    """
    mix: dict[str, float] = {}
    total = 0.0
    for link, product, share in zip(supply.links, supply.product, supply.share, strict=True):
        car = market.products[product]
        if (car.firm, link.country) == (move.firm, move.target):
            units = car.units * float(share)
            total += units
            for country, part in link.parts.items():
                mix[country] = mix.get(country, 0.0) + units * part
    return {country: amount / total for country, amount in mix.items()} if total else {}


def _link_from(
    world: World, link: Link, product: Product, move: Move, parts: dict[str, float]
) -> Link:
    """Return the link of a car that is now assembled in the country where it is sold."""
    there = replace(link, plant=move.plant, country=move.target, parts=parts or link.parts)
    # at home there is no ocean lane, so no price is needed for its freight
    return with_way(there, product, move.target, world.observed.freight, price_usd=0.0)


def _support(market: Market, setting: Setting) -> PerProduct:
    """Return given supports per vehicle. Shape (J,), market currency."""
    rate = {"USD": 1.0, "JPY": setting.jpy_per_usd}[market.currency]
    amount = np.zeros(len(market.ids))
    for support in setting.supports:
        if support.market == market.code:
            amount += rate * support.usd * np.isin(market.ids, support.products)
    return amount


def _conduct(side: Side, market: Market, mergers: tuple[Merger, ...]) -> Conduct:
    """Return who counts whose profit, mergers included."""
    conduct = competing(market.firms) if len(market.ids) > len(side.market.ids) else side.conduct
    for merger in mergers:
        if {merger.first, merger.second} <= set(conduct.names):
            conduct = merged(conduct, merger.first, merger.second, merger.weight)
    return conduct


def _delivered(
    world: World, market: Market, supply: Supply, setting: Setting, left: dict[str, float]
) -> tuple[Delivered, Delivered]:
    """Return delivered costs under the setting, and under the base day's laws and rates.

    Both value duties the same way, so that a change of valuation alone moves no output between
    plants; a duty on prices is the same for all links of a product.
    """
    base_rate = world.observed.jpy_per_usd
    now = deliver(
        supply, setting.measures, setting.on, Money(setting.jpy_per_usd, base_rate),
        currency=market.currency, parts_duty_left=left, border_share=setting.border_share,
    )  # fmt: skip
    base = deliver(
        supply, world.observed.measures, BASE_DAY, Money(base_rate, base_rate),
        currency=market.currency, border_share=setting.border_share,
    )  # fmt: skip
    return now, base


def _parts_duty_left(world: World, setting: Setting) -> dict[str, float]:
    """Return the share of its gross parts duty that each firm pays after the offset.

    Reckoned at the base year's units and list prices, with output moved as the setting says.
    """
    side = world.sides["US"]
    supply = _moved(world, side.market, side.supply, setting)
    listed = (side.market.price + side.delivered.credit) / (1 + side.delivered.sales_tax)
    return duty_left(
        supply=supply,
        factory=factory_cost(supply, Money(setting.jpy_per_usd, world.observed.jpy_per_usd)),
        list_price=listed,
        units=side.market.units,
        measures=setting.measures,
        on=setting.on,
    )


def _commitment(market: Market, setting: Setting) -> Commitment | None:
    """Return the volume commitment of this market, or None."""
    promise = setting.promise
    if promise is None or promise.market != market.code:
        return None
    missing = sorted(set(promise.products) - set(market.ids))
    if missing:
        raise ScenarioError(
            where=f"commitment in {market.code}",
            what=f"these products are not on sale there: {', '.join(missing)}.",
            fix="Let them enter first, or take them out of the commitment.",
        )
    return Commitment(
        members=np.isin(market.ids, promise.products),
        target=promise.units / market.size,
        size=market.size,
    )


def _same(found: Equilibrium, game: Game, level: Level) -> bool:
    """Return whether a solved equilibrium is one of this game, and proven as far as asked."""
    old, proven = found.game, found.certificate.level
    return (
        found.commitment is None
        and proven in (level, "certified")
        and all(
            np.array_equal(getattr(old.taste, name), getattr(game.taste, name))
            for name in ("delta", "nest", "alpha", "weights", "sigma_in", "sigma_seg", "penalty")
        )
        and old.taste.mu is game.taste.mu
        and np.array_equal(old.wedge.keep, game.wedge.keep)
        and np.array_equal(old.wedge.cost, game.wedge.cost)
        and old.conduct.names == game.conduct.names
        and np.array_equal(old.conduct.firm, game.conduct.firm)
        and np.array_equal(old.conduct.kappa, game.conduct.kappa)
    )


def _start(side: Side, market: Market, wedge: Wedge, near: State | None, code: str) -> PerProduct:
    """Return prices to start from: the neighbour's or the observed ones; entrants near cost."""
    if near is not None and len(near.sides[code].market.ids) == len(market.ids):
        return near.sides[code].price
    known = side.market.price
    new = 1.3 * (wedge.cost / wedge.keep)[known.size :]
    return np.append(known, new)
