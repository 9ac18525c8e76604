"""The headline figures as numbers: the same names and meanings as outcome.figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from backhaul.outcome.passing import SMALLEST_MOVE
from backhaul.smooth.accounts import Ledger
from backhaul.smooth.config import Array, Number

COUNTRIES = ("US", "JP")


def figures(before: Ledger, after: Ledger, free: Ledger) -> dict[str, Any]:
    """Return every figure: its change, or its level where it has no baseline.

    Args:
        before: Books of the baseline.
        after: Books of the scenario.
        free: Books of the scenario without any support; the scenario's where it has none.
    """
    return dict(
        (
            *_support(after, free),
            *_balances(before, after),
            *_welfare(before, after),
            *_markets(before, after),
            *_flows(before, after),
            *_profits(before, after),
        )
    )


def _support(after: Ledger, free: Ledger) -> Iterator[tuple[str, Any]]:
    """Yield what support takes, and what sells without it."""
    promise = after.plan.setting.promise
    fixed = sum(after.fixed_costs.values(), start=jnp.asarray(0.0))
    if promise is not None:
        yield (
            "support_per_vehicle_usd",
            after.solved.support / after.faced[promise.market].now.per_usd,
        )
        yield "units_committed", jnp.asarray(float(promise.units))
    yield "support_outlay_usd", after.outlay
    yield "support_outlay_with_fixed_costs_usd", after.outlay + fixed
    market, names = helped(after)
    without, with_ = units_of(free, market, names), units_of(after, market, names)
    yield "units_without_support", without
    if names:
        part = jnp.minimum(1.0, without / with_)
        yield "support_outlay_sold_anyway_usd", after.outlay * part
    yield "support_per_usd_of_net_balance", after.outlay / (after.balance - free.balance)
    if after.plan.setting.surges:
        worth = after.plan.shift_money
        yield (
            "demand_shift_usd",
            worth / after.faced[after.plan.setting.surges[0].market].now.per_usd,
        )


def helped(after: Ledger) -> tuple[str, tuple[str, ...]]:
    """Return market and products that a programme is about (outcome.figures.helped)."""
    setting = after.plan.setting
    if setting.promise is not None:
        return setting.promise.market, setting.promise.products
    if setting.supports:
        market = setting.supports[0].market
        named = [n for s in setting.supports if s.market == market for n in s.products]
        return market, tuple(dict.fromkeys(named))
    market = setting.entrants[0].market if setting.entrants else "JP"
    return market, tuple(e.product.id for e in setting.entrants if e.market == market)


def units_of(ledger: Ledger, market: str, names: tuple[str, ...]) -> Array:
    """Return the units of some products in one market."""
    chosen = np.isin(ledger.plan.sides[market].market.ids, names)
    return (ledger.units[market] * chosen).sum()


def _balances(before: Ledger, after: Ledger) -> Iterator[tuple[str, Any]]:
    """Yield the bilateral balance three ways."""
    moved = after.balance - before.balance
    yield "balance_us_jp_net_usd", moved
    yield "balance_us_jp_content_usd", after.content_balance - before.content_balance
    shipped = bool(
        [*after.plan.setting.entrants, *after.plan.setting.purchases]
        or [*before.plan.setting.entrants, *before.plan.setting.purchases]
    )
    yield "balance_us_jp_gross_usd", (after.programme - before.programme) if shipped else moved


def _welfare(before: Ledger, after: Ledger) -> Iterator[tuple[str, Any]]:
    """Yield consumers, treasuries, countries, the world, and costs per dollar of balance."""
    moved = after.balance - before.balance
    for code in COUNTRIES:
        yield f"consumer_surplus_{code}_usd", after.surplus[code] - before.surplus[code]
        yield f"government_{code}_usd", after.government[code] - before.government[code]
        change = after.national(code) - before.national(code)
        yield f"welfare_{code}_usd", change
        yield f"welfare_cost_{code}_per_usd_of_net_balance", -change / moved
    world = after.welfare - before.welfare
    yield "welfare_world_usd", world
    yield "welfare_cost_world_per_usd_of_net_balance", -world / moved


def _markets(before: Ledger, after: Ledger) -> Iterator[tuple[str, Any]]:
    """Yield units and prices of each market."""
    for code in COUNTRIES:
        public = [_public(ledger, code) for ledger in (before, after)]
        old, new = before.units[code], after.units[code]
        yield f"units_total_{code}", public[1] + new.sum() - public[0] - old.sum()
        p0, p1 = before.solved.price[code], after.solved.price[code]
        yield f"price_mean_{code}", new @ p1 / new.sum() - old @ p0 / old.sum()
        ids = after.plan.sides[code].market.ids
        at = np.array(
            [ids.index(n) if n in ids else -1 for n in before.plan.sides[code].market.ids]
        )
        kept = at >= 0
        charged = [p0 + before.credit(code), (p1 + after.credit(code))[at]]
        index = (old * kept) @ charged[1] / ((old * kept) @ charged[0])
        yield f"price_index_{code}", 100 * (index - 1)
        yield f"pass_through_{code}", _passed(before, after, code, at)


def _public(ledger: Ledger, code: str) -> Number:
    """Return vehicles that a state buys outside demand."""
    return sum(
        (sale.units for sale in ledger.sales_to_states if sale.buyer == code),
        start=jnp.asarray(0.0),
    )


def _passed(before: Ledger, after: Ledger, code: str, at: np.ndarray) -> Array:
    """Return pass-through over products whose cost moved, weighted by units before."""
    kept = at >= 0
    p0, p1 = before.solved.price[code], after.solved.price[code][at]
    k0, k1 = before.faced[code].side.keep, after.faced[code].side.keep[at]
    c0, c1 = before.solved.cost[code], after.solved.cost[code][at]
    cost = c1 - c0 + (k0 - k1) * p0
    moved = kept & (jnp.abs(cost) >= SMALLEST_MOVE * jnp.abs(before.cost(code)))
    weight = before.units[code] * moved
    return weight @ (p1 - p0) / (weight @ cost)


def _flows(before: Ledger, after: Ledger) -> Iterator[tuple[str, Any]]:
    """Yield units by origin and market."""
    totals = [_by_origin(ledger) for ledger in (before, after)]
    for key in sorted(totals[0] | totals[1]):
        yield f"units_{key[0]}_to_{key[1]}", totals[1].get(key, 0.0) - totals[0].get(key, 0.0)


def _by_origin(ledger: Ledger) -> dict[tuple[str, str], Any]:
    """Return units by country of origin and market."""
    found: dict[tuple[str, str], Any] = {}
    for code, side in ledger.plan.sides.items():
        countries, units = np.array(side.supply.countries), ledger.link_units[code]
        for origin in dict.fromkeys(side.supply.countries):
            found[origin, code] = (units * (countries == origin)).sum()
    for sale in ledger.sales_to_states:
        key = (sale.origin, sale.buyer)
        found[key] = found.get(key, 0.0) + sale.units
    return found


def _profits(before: Ledger, after: Ledger) -> Iterator[tuple[str, Any]]:
    """Yield profits by firm; zero where a firm is not there."""
    for firm in dict.fromkeys((*before.profit, *after.profit)):
        yield f"profit_{firm}_usd", after.profit.get(firm, 0.0) - before.profit.get(firm, 0.0)
