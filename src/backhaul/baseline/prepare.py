"""One market made ready for solving: what its setting leaves to prices, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from backhaul.baseline.composition import conduct_of, with_entrants, with_moves
from backhaul.baseline.setting import Setting, Surge
from backhaul.baseline.world import BASE_DAY, World
from backhaul.demand.taste import Taste
from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.sourcing import Links
from backhaul.errors import ScenarioError
from backhaul.market.conduct import Conduct
from backhaul.market.market import Market
from backhaul.market.supply import Supply
from backhaul.policy.compile import Delivered, Money, credits_by_link, deliver, factory_cost
from backhaul.policy.parts import duty_left
from backhaul.shapes import PerLink, PerProduct


@dataclass(frozen=True, eq=False)
class Prepared:
    """One market under a setting, complete but for prices, units and multipliers."""

    market: Market
    """With entrants at the end of its products."""

    taste: Taste
    supply: Supply
    conduct: Conduct
    delivered: Delivered
    """With the purchase credits of base shares; a solved state has those of what is sold."""

    credit: PerLink
    """Purchase credit that a car of each link carries. Shape (L,), market currency."""

    links: Links
    promise: Commitment | None


def prepare(world: World, code: str, setting: Setting, left: dict[str, float]) -> Prepared:
    """Return one market under a setting, without any shift of demand.

    Args:
        world: The calibrated world.
        code: Which market.
        setting: Laws, exchange rate, entrants, promises and other changes.
        left: Share of its duty on parts that each firm pays (`parts_duty_left`).
    """
    market, taste, supply = with_entrants(world.sides[code], setting)
    supply = with_moves(world, market, supply, setting)
    if setting.supports:
        supply = replace(supply, support=_support(market, setting))
    delivered, base = _delivered(world, market, supply, setting, left)
    return Prepared(
        market=market,
        taste=taste,
        supply=supply,
        conduct=conduct_of(world.sides[code], market, setting.mergers),
        delivered=delivered,
        credit=credits_by_link(supply, setting.measures, setting.on),
        links=Links(
            product=supply.product,
            base_share=supply.share,
            base_cost=base.unit,
            theta=world.evidence.parameter("hm_theta_sourcing").value,
        ),
        promise=_commitment(market, setting),
    )


def with_shift(ready: Prepared, surges: tuple[Surge, ...], shift: float) -> Prepared:
    """Return a market with one power train's utility shifted; the same one without any shift."""
    if not shift or not surges:
        return ready
    return replace(ready, taste=_shifted(ready.market, ready.taste, surges, shift))


def parts_duty_left(world: World, setting: Setting) -> dict[str, float]:
    """Return the share of its gross parts duty that each firm pays after the offset.

    Reckoned at the base year's units and list prices, with output moved as the setting says.
    """
    side = world.sides["US"]
    supply = with_moves(world, side.market, side.supply, setting)
    listed = (side.market.price + side.delivered.credit) / (1 + side.delivered.sales_tax)
    return duty_left(
        supply=supply,
        factory=factory_cost(supply, Money(setting.jpy_per_usd, world.observed.jpy_per_usd)),
        list_price=listed,
        units=side.market.units,
        measures=setting.measures,
        on=setting.on,
    )


def _shifted(market: Market, taste: Taste, surges: tuple[Surge, ...], shift: float) -> Taste:
    """Return tastes with one power train's utility shifted."""
    chosen = [surge.powertrain for surge in surges if surge.market == market.code]
    if not chosen:
        return taste
    mine = np.array([product.powertrain in chosen for product in market.products])
    return replace(taste, delta=taste.delta + shift * mine)


def _support(market: Market, setting: Setting) -> PerProduct:
    """Return given supports per vehicle. Shape (J,), market currency."""
    rate = {"USD": 1.0, "JPY": setting.jpy_per_usd}[market.currency]
    amount = np.zeros(len(market.ids))
    for support in setting.supports:
        if support.market == market.code:
            amount += rate * support.usd * np.isin(market.ids, support.products)
    return amount


def _delivered(
    world: World, market: Market, supply: Supply, setting: Setting, left: dict[str, float]
) -> tuple[Delivered, Delivered]:
    """Return delivered costs under the setting, and under the base day's laws and rates.

    Both value duties the same way, so that a change of valuation alone moves no output between
    plants; a duty on prices is the same for all links of a product. Carmakers may answer a rate
    above the base day's by declaring less; the base day's values are those observed.
    """
    base_rate = world.observed.jpy_per_usd

    def under_the_setting(declared: Supply) -> Delivered:
        return deliver(
            declared, setting.measures, setting.on, Money(setting.jpy_per_usd, base_rate),
            currency=market.currency, parts_duty_left=left, border_share=setting.border_share,
        )  # fmt: skip

    now = under_the_setting(supply)
    known = world.sides[market.code]
    if setting.border_share is None and supply.links is known.supply.links:
        base = known.delivered  # nothing entered and nothing moved
    else:
        base = deliver(
            supply, world.observed.measures, BASE_DAY, Money(base_rate, base_rate),
            currency=market.currency, border_share=setting.border_share,
        )  # fmt: skip
    cut = _declared_less(world, setting) * np.maximum(0.0, now.duty_rate - base.duty_rate)
    if setting.border_share is None and cut.any():
        now = under_the_setting(supply.with_ratio(supply.transfer_ratio * (1 - cut)))
    return now, base


def _declared_less(world: World, setting: Setting) -> float:
    """Return the part of a new duty by which carmakers cut what they declare."""
    if setting.transfer_price_response is not None:
        return setting.transfer_price_response
    return world.evidence.parameter("transfer_price_response").value


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
