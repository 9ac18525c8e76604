"""The headline figures of an outcome, under the names that scripts rely on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backhaul.baseline.state import SideState
from backhaul.outcome.books import Books
from backhaul.outcome.figure import Figure
from backhaul.outcome.passing import mean_pass_through
from backhaul.outcome.trade import balance, content_balance, programme_value
from backhaul.shapes import PerProduct

COUNTRY_NAME = {"US": "United States", "JP": "Japan"}

SMALLEST_MOVE = 0.5e6
"""A balance that moves by less, USD, is no base for a cost per dollar."""

PER_VEHICLE = "USD per vehicle"
PER_DOLLAR = "USD per USD"


def make_figures(baseline: Books, scenario: Books, free: Books) -> tuple[Figure, ...]:
    """Return all headline figures; docs/figures.md says what each means.

    Args:
        baseline: Books before.
        scenario: Books after. Sums in yen are valued at the rate before.
        free: Books of the scenario without any support and with nobody committed to a volume; the
            scenario itself where it has neither.
    """
    after = scenario.valued_like(baseline)
    return (
        *_support(after, free),
        *_surge(baseline, after),
        *_balances(baseline, after),
        *_welfare(baseline, after),
        *_costs_per_dollar(baseline, after),
        *_markets(baseline, after),
        *_flows(baseline, after),
        *_profits(baseline, after),
    )


def _support(scenario: Books, free: Books) -> Iterator[Figure]:
    """Yield what a volume commitment and given supports take, and what sells without them."""
    setting, promise = scenario.state.setting, scenario.state.setting.promise
    if promise is not None:
        side = scenario.state.sides[promise.market]
        multiplier = side.equilibrium.multiplier / side.per_usd
        yield Figure(
            "support_per_vehicle_usd", PER_VEHICLE, None, multiplier, "Support per vehicle"
        )
    if promise is not None or setting.supports:
        yield from _outlay(scenario, free)
    if promise is not None:
        yield Figure("units_committed", "vehicles", None, promise.units, "Units promised")
    market, products = helped(scenario)
    if products:
        yield Figure(
            "units_without_support", "vehicles", None, units_of(free, market, products),
            "Units without any support",
        )  # fmt: skip


def _outlay(scenario: Books, free: Books) -> Iterator[Figure]:
    """Yield the sums of support."""
    outlay = sum(scenario.support_paid.values())
    fixed = sum(scenario.fixed_costs.values())
    yield Figure("support_outlay_usd", "USD", None, outlay, "Support in all, a year")
    yield Figure(
        "support_outlay_with_fixed_costs_usd", "USD", None, outlay + fixed,
        "Support and fixed costs, a year",
    )  # fmt: skip
    yield Figure(
        "support_outlay_sold_anyway_usd", "USD", None, _sold_anyway(scenario, free),
        "Support for units that would have sold anyway",
    )  # fmt: skip
    moved = balance(scenario.state) - balance(free.state)
    if abs(moved) >= SMALLEST_MOVE:
        yield Figure(
            "support_per_usd_of_net_balance", PER_DOLLAR, None, outlay / moved,
            "Support per dollar by which it moves the net balance",
        )  # fmt: skip


def _sold_anyway(scenario: Books, free: Books) -> float:
    """Return the support for the units of the set that would have sold without it, USD.

    Of the set as a whole: a car that sells less because another one is supported more counts too.
    """
    market, products = helped(scenario)
    outlay = sum(line.usd for line in scenario.supports if line.market == market)
    with_support = units_of(scenario, market, products)
    return outlay * min(1.0, units_of(free, market, products) / with_support)


def helped(scenario: Books) -> tuple[str, tuple[str, ...]]:
    """Return market and products that a programme is about: promised, supported, or entering."""
    setting = scenario.state.setting
    if setting.promise is not None:
        return setting.promise.market, setting.promise.products
    if setting.supports:
        market = setting.supports[0].market
        named = [n for s in setting.supports if s.market == market for n in s.products]
        return market, tuple(dict.fromkeys(named))
    entering = setting.entrants
    market = entering[0].market if entering else "JP"
    return market, tuple(e.product.id for e in entering if e.market == market)


def units_of(books: Books, market: str, products: tuple[str, ...]) -> float:
    """Return the units of some products in one market."""
    side = books.state.sides[market]
    return float(side.units[np.isin(side.market.ids, products)].sum())


def _surge(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield what a shift of demand is worth in money, for the buyer of mean price sensitivity."""
    moved = scenario.state.shift - baseline.state.shift
    surges = (*scenario.state.setting.surges, *baseline.state.setting.surges)
    if not surges or not moved:
        return
    side = scenario.state.sides[surges[0].market]
    alpha = float(side.taste.alpha @ side.taste.weights / side.taste.weights.sum())
    yield Figure(
        "demand_shift_usd", PER_VEHICLE, None, moved / alpha / side.per_usd,
        f"What a {surges[0].powertrain} is worth more to a buyer than before",
    )  # fmt: skip


def _balances(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield the bilateral balance three ways."""
    before, after = balance(baseline.state), balance(scenario.state)
    old, new = programme_value(baseline.state), programme_value(scenario.state)
    gross = before + new - old if old or new else after
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
    """Yield consumers, treasuries, countries and the world."""
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
    for code, name in COUNTRY_NAME.items():
        yield Figure(
            f"welfare_{code}_usd", "USD", baseline.national(code), scenario.national(code),
            f"National welfare, {name}",
        )  # fmt: skip
    yield Figure(
        "welfare_world_usd", "USD", baseline.welfare, scenario.welfare,
        "World welfare from both markets",
    )  # fmt: skip


def _costs_per_dollar(baseline: Books, scenario: Books) -> Iterator[Figure]:
    """Yield the welfare lost per dollar of net balance won: one footing for every instrument.

    A shift of tastes is no instrument, and surplus before and after it has no common scale.
    """
    moved = balance(scenario.state) - balance(baseline.state)
    if abs(moved) < SMALLEST_MOVE or scenario.state.shift != baseline.state.shift:
        return
    lost = {
        "world": baseline.welfare - scenario.welfare,
        **{code: baseline.national(code) - scenario.national(code) for code in COUNTRY_NAME},
    }
    for who, amount in lost.items():
        yield Figure(
            f"welfare_cost_{who}_per_usd_of_net_balance", PER_DOLLAR, None, amount / moved,
            f"Welfare cost per dollar of net balance, {COUNTRY_NAME.get(who, who)}",
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
            f"Prices charged at fixed weights, {name}",
        )  # fmt: skip
        passed = mean_pass_through(old, new)
        if passed is not None:
            yield Figure(
                f"pass_through_{code}", f"{new.market.currency} per {new.market.currency}",
                None, passed, f"Pass-through of unit costs to consumer prices, {name}",
            )  # fmt: skip


def _public(books: Books, code: str) -> float:
    """Return vehicles that a state buys outside demand."""
    return sum(s.purchase.units for s in books.sales_to_states if s.purchase.buyer == code)


def _mean_price(side: SideState) -> float:
    """Return the sales-weighted mean consumer price."""
    return float(side.units @ side.price / side.units.sum())


def _price_index(old: SideState, new: SideState) -> float:
    """Return prices after over prices before at the units before, of what both have.

    As in a consumer price index, a purchase credit of the state is not deducted: when it ends,
    what buyers pay rises but not what is charged.
    """
    after = dict(zip(new.market.ids, _charged(new), strict=True))
    kept = np.isin(old.market.ids, new.market.ids)
    price = np.array([after.get(name, 0.0) for name in old.market.ids])
    return float(old.units[kept] @ price[kept] / (old.units[kept] @ _charged(old)[kept]))


def _charged(side: SideState) -> PerProduct:
    """Return what is charged, tax included and purchase credit not deducted. Shape (J,)."""
    return np.asarray(side.price + side.delivered.credit)


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
    """Yield profits by firm, largest first; zero where a firm is not there."""
    before, after = baseline.profit, scenario.profit
    firms = dict.fromkeys((*before, *after))
    for firm in sorted(firms, key=lambda name: -before.get(name, 0.0)):
        yield Figure(
            f"profit_{firm}_usd", "USD", before.get(firm, 0.0), after.get(firm, 0.0),
            f"Profit of {firm.replace('_', ' ')} in both markets",
        )  # fmt: skip
