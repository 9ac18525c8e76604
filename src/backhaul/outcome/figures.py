"""The headline figures of an outcome, under the names that scripts rely on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backhaul.baseline.state import SideState
from backhaul.outcome.books import Books
from backhaul.outcome.figure import Figure
from backhaul.outcome.trade import balance, content_balance, programme_value

COUNTRY_NAME = {"US": "United States", "JP": "Japan"}


def make_figures(baseline: Books, scenario: Books, free: Books | None) -> tuple[Figure, ...]:
    """Return all headline figures.

    Args:
        baseline: Books before.
        scenario: Books after.
        free: Books of the scenario with nobody committed to a volume, where there is a promise.
    """
    return (
        *_support(scenario, free),
        *_balances(baseline, scenario),
        *_welfare(baseline, scenario),
        *_markets(baseline, scenario),
        *_flows(baseline, scenario),
        *_profits(baseline, scenario),
    )


def _support(scenario: Books, free: Books | None) -> Iterator[Figure]:
    """Yield what a volume commitment takes."""
    promise = scenario.state.setting.promise
    if promise is None or free is None:
        yield from _given_support(scenario)
        return
    side, loose = scenario.state.sides[promise.market], free.state.sides[promise.market]
    mine = np.isin(side.market.ids, promise.products)
    support = side.equilibrium.multiplier / side.per_usd
    units, without = float(side.units[mine].sum()), float(loose.units[mine].sum())
    fixed = sum(scenario.fixed_costs.values())
    yield Figure(
        "support_per_vehicle_usd", "USD per vehicle", None, support, "Support per vehicle"
    )
    yield Figure("support_outlay_usd", "USD", None, support * units, "Support in all, a year")
    yield Figure(
        "support_outlay_with_fixed_costs_usd", "USD", None, support * units + fixed,
        "Support and fixed costs, a year",
    )  # fmt: skip
    yield Figure(
        "support_outlay_sold_anyway_usd", "USD", None, support * min(without, units),
        "Support for units that would have sold anyway",
    )  # fmt: skip
    yield Figure("units_committed", "vehicles", None, promise.units, "Units promised")
    yield Figure(
        "units_without_support", "vehicles", None, without, "Units without any support"
    )
    moved = balance(scenario.state) - balance(free.state)
    if moved:
        yield Figure(
            "support_per_usd_of_net_balance", "USD per USD", None, support * units / moved,
            "Support per dollar by which the promise moves the net balance",
        )  # fmt: skip


def _given_support(scenario: Books) -> Iterator[Figure]:
    """Yield the outlay of supports that the scenario sets, and the units of entrants."""
    paid = sum(scenario.support_paid.values())
    if paid:
        yield Figure("support_outlay_usd", "USD", None, paid, "Support in all, a year")
    entering = scenario.state.setting.entering("JP")
    if entering:
        side = scenario.state.sides["JP"]
        units = float(side.units[-len(entering) :].sum())
        yield Figure(
            "units_without_support", "vehicles", None, units, "Units without any support"
        )


def _balances(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield the bilateral balance three ways."""
    before, after = balance(baseline.state), balance(scenario.state)
    programme = programme_value(scenario.state)
    gross = before + programme if programme else after
    yield Figure(
        "balance_us_jp_gross_usd", "USD", before, gross,
        "US-Japan car balance, gross of displacement",
    )  # fmt: skip
    yield Figure(
        "balance_us_jp_net_usd", "USD", before, after, "US-Japan car balance, net of displacement"
    )
    yield Figure(
        "balance_us_jp_content_usd", "USD",
        content_balance(baseline.state), content_balance(scenario.state),
        "US-Japan car balance in direct content",
    )  # fmt: skip


def _welfare(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield consumers, treasuries and the world."""
    for code, name in COUNTRY_NAME.items():
        yield Figure(
            f"consumer_surplus_{code}_usd", "USD", baseline.surplus[code], scenario.surplus[code],
            f"Consumer surplus, {name}",
        )  # fmt: skip
    for code, name in COUNTRY_NAME.items():
        yield Figure(
            f"government_{code}_usd", "USD", baseline.government[code], scenario.government[code],
            f"Treasury, {name}: receipts from new cars less outlays",
        )  # fmt: skip
    yield Figure(
        "welfare_world_usd", "USD", baseline.welfare, scenario.welfare,
        "World welfare from both markets",
    )  # fmt: skip


def _markets(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield units and prices of each market."""
    for code, name in COUNTRY_NAME.items():
        old, new = baseline.state.sides[code], scenario.state.sides[code]
        yield Figure(
            f"units_total_{code}", "vehicles", _public(baseline, code) + float(old.units.sum()),
            _public(scenario, code) + float(new.units.sum()), f"Units sold, {name}",
        )  # fmt: skip
        yield Figure(
            f"price_mean_{code}", f"{new.market.currency} per vehicle",
            _mean_price(old), _mean_price(new), f"Mean consumer price, {name}",
        )  # fmt: skip
        yield Figure(
            f"price_index_{code}", "index, baseline 100", 100.0, 100 * _price_index(old, new),
            f"Consumer prices at fixed weights, {name}",
        )  # fmt: skip


def _public(books: Books, code: str) -> float:
    """Return vehicles that a state buys outside demand."""
    return sum(s.purchase.units for s in books.sales_to_states if s.purchase.buyer == code)


def _mean_price(side: SideState) -> float:
    """Return the sales-weighted mean consumer price."""
    return float(side.units @ side.price / side.units.sum())


def _price_index(old: SideState, new: SideState) -> float:
    """Return prices after over prices before at the units before."""
    count = old.price.size
    return float(old.units @ new.price[:count] / (old.units @ old.price))


def _flows(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield units by origin and market."""
    before = {(flow.origin, flow.market): flow.units for flow in baseline.flows}
    after = {(flow.origin, flow.market): flow.units for flow in scenario.flows}
    for origin, market in sorted(before | after):
        yield Figure(
            f"units_{origin}_to_{market}", "vehicles",
            before.get((origin, market), 0.0), after.get((origin, market), 0.0),
            f"Units built in {origin}, sold in {market}",
        )  # fmt: skip


def _profits(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield profits by firm, largest first."""
    ranked = sorted(baseline.profit, key=lambda firm: -baseline.profit[firm])
    for firm in ranked:
        yield Figure(
            f"profit_{firm}_usd", "USD", baseline.profit[firm], scenario.profit[firm],
            f"Profit of {firm.replace('_', ' ')} in both markets",
        )  # fmt: skip
