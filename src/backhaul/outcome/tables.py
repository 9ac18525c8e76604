"""The tables of an outcome: products, flows, accounts, winners, plants, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
import pandas as pd

from backhaul.baseline.state import SideState
from backhaul.demand.slopes import own_elasticities
from backhaul.demand.surplus import surplus_by_group
from backhaul.outcome.books import Books
from backhaul.outcome.industry import diversion, plants_table
from backhaul.outcome.passing import aligned, pass_through
from backhaul.shapes import PerConsumer

GROUPS = 5


def make_tables(
    baseline: Books, scenario: Books, only: Collection[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables of a before-and-after, by name; docs/outcome.md has their columns.

    Args:
        baseline: Books before.
        scenario: Books after. Sums in yen are valued at the rate before, but for the accounts of
            a market, which are in USD at each state's own rate.
        only: Names of the tables that are wanted; None: all.
    """
    scenario = scenario.valued_like(baseline)
    return {
        name: make(baseline, scenario)
        for name, make in _TABLES.items()
        if only is None or name in only
    }


def _products(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return prices, units, mark-ups and pass-through by product."""
    frames = []
    for code, new in scenario.state.sides.items():
        old = baseline.state.sides[code]
        frame = _labels(new)
        frame["price_baseline"] = aligned(old, old.price, new)
        frame["price_scenario"] = new.price
        frame["units_baseline"] = aligned(old, old.units, new)
        frame["units_scenario"] = new.units
        frame["markup_baseline"] = aligned(old, _lerner(old), new)
        frame["markup_scenario"] = _lerner(new)
        frame["pass_through"] = pass_through(old, new)
        frame["elasticity"] = own_elasticities(new.taste, new.price)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _labels(side: SideState) -> pd.DataFrame:
    """Return what a product is, one row each."""
    rows = [
        {
            "market": side.market.code,
            "product": p.id,
            "label": p.label,
            "firm": p.firm,
            "brand": p.brand,
            "segment": p.segment,
            "powertrain": p.powertrain,
            "aggregate": p.aggregate,
            "entrant": p.entrant,
            "currency": side.market.currency,
        }
        for p in side.market.products
    ]
    return pd.DataFrame(rows)


def _lerner(side: SideState) -> np.ndarray:
    """Return mark-up over net revenue, support in the mark-up. Shape (J,)."""
    revenue = side.wedge.keep * (side.price + side.delivered.credit)
    return np.asarray(side.unit_profit / revenue)


def _flows(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return units and customs values by origin and market."""
    before = {(f.origin, f.market): f for f in baseline.flows}
    after = {(f.origin, f.market): f for f in scenario.flows}
    rows = []
    for key in sorted(before | after):
        old, new = before.get(key), after.get(key)
        rows.append(
            {
                "origin": key[0],
                "destination": key[1],
                "units_baseline": old.units if old else 0.0,
                "units_scenario": new.units if new else 0.0,
                "customs_value_usd_baseline": old.free_on_board if old else 0.0,
                "customs_value_usd_scenario": new.free_on_board if new else 0.0,
            }
        )
    return pd.DataFrame(rows)


def _firms(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return profits and fixed costs by firm, the largest first."""
    before, after = baseline.profit, scenario.profit
    firms = sorted(dict.fromkeys((*before, *after)), key=lambda firm: -before.get(firm, 0.0))
    rows = [
        {
            "firm": firm,
            "profit_usd_baseline": before.get(firm, 0.0),
            "profit_usd_scenario": after.get(firm, 0.0),
            "fixed_cost_usd": scenario.fixed_costs.get(firm, 0.0),
            "support_usd": scenario.support_by_firm.get(firm, 0.0),
        }
        for firm in firms
    ]
    return pd.DataFrame(rows)


def _accounts(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return who receives the consumer's dollar, by market."""
    rows = [
        {
            "market": code,
            "recipient": recipient,
            "usd_baseline": value,
            "usd_scenario": scenario.accounts[code].receipts[recipient],
        }
        for code, accounts in baseline.accounts.items()
        for recipient, value in accounts.receipts.items()
    ]
    return pd.DataFrame(rows)


def _welfare(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return who gains and who loses, with national and world sums."""
    parts = (
        (("consumers in Japan", "consumers in the US"), "consumers", "surplus"),
        (("Japan's treasury", "US treasuries"), "governments", "government"),
        (("dealers in Japan", "dealers in the US"), "dealers", "dealers"),
    )
    rows = [
        (who, component, _change(getattr(baseline, book), getattr(scenario, book), code))
        for names, component, book in parts
        for code, who in zip(("JP", "US"), names, strict=True)
    ]
    rows += [
        (firm.replace("_", " "), "firms", _change(baseline.profit, scenario.profit, firm))
        for firm in dict.fromkeys((*baseline.profit, *scenario.profit))
    ]
    rows.append(("world", "world", scenario.welfare - baseline.welfare))
    rows += [
        (f"{name} (national)", "national", scenario.national(code) - baseline.national(code))
        for code, name in (("JP", "Japan"), ("US", "United States"))
    ]
    return pd.DataFrame(rows, columns=["who", "component", "change_usd"])


def _change(before: dict[str, float], after: dict[str, float], key: str) -> float:
    """Return the change of one entry; nobody has anything where there is no entry."""
    return after.get(key, 0.0) - before.get(key, 0.0)


def _income_groups(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return the change of consumer surplus by fifth of the income distribution."""
    rows = []
    for code, new in scenario.state.sides.items():
        income = scenario.state.world.sides[code].consumers.income
        change = _by_group(scenario, code, income) - _by_group(baseline, code, income)
        rows += [
            {
                "market": code,
                "group": _fifth(number),
                "surplus_change_usd": float(value) * new.market.size / GROUPS,
                "surplus_change_per_household": float(value) * new.market.replacement_rate,
            }
            for number, value in enumerate(change)
        ]
    return pd.DataFrame(rows)


def _by_group(books: Books, code: str, income: PerConsumer) -> np.ndarray:
    """Return mean surplus per potential buyer by income group, USD, poorest first."""
    side = books.state.sides[code]
    mean = surplus_by_group(side.taste, side.price, income=income, groups=GROUPS)
    return mean / side.per_usd * books.own_money(side.market.country)


def _fifth(number: int) -> str:
    """Return the name of an income group."""
    ends = {0: " (poorest)", GROUPS - 1: " (richest)"}
    return f"fifth {number + 1}{ends.get(number, '')}"


def _assumptions(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return the parameters that the engine reads, with range and grade."""
    rows = [
        {
            "parameter": p.name,
            "value": p.value,
            "low": p.low,
            "high": p.high,
            "unit": p.unit,
            "grade": p.grade,
            "source_id": p.source_id,
            "note": p.note,
        }
        for p in scenario.state.world.evidence.parameters.values()
        if p.role == "engine"
    ]
    return pd.DataFrame(rows)


def _adjustments(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return what was reconciled, source value beside used value."""
    return pd.DataFrame(
        [
            {
                "table": a.table,
                "key": a.key,
                "column": a.column,
                "source_value": a.source_value,
                "used_value": a.used_value,
                "rule": a.rule,
            }
            for a in scenario.state.world.observed.adjustments
        ]
    )


_TABLES: Mapping[str, Callable[[Books, Books], pd.DataFrame]] = {
    "products": _products,
    "flows": _flows,
    "firms": _firms,
    "accounts": _accounts,
    "welfare": _welfare,
    "income_groups": _income_groups,
    "plants": plants_table,
    "diversion": diversion,
    "assumptions": _assumptions,
    "adjustments": _adjustments,
}
"""What makes each table, in the order in which they are told."""
