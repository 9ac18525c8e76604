"""The identities of MODEL section 4, each reckoned two ways: a run-time check and a test."""

from __future__ import annotations

import numpy as np

from backhaul.errors import EquilibriumError
from backhaul.outcome.books import Books

ALLOWED = 1e-9
"""Largest relative gap."""


def identity_gaps(baseline: Books, scenario: Books) -> dict[str, float]:
    """Return the largest relative gap of each identity over both states.

    Raises:
        EquilibriumError: a gap is larger than 1e-9: a fault of the program, never of the data.
    """
    gaps = {
        "units by link add up to units by product": _worst(_units_gap, baseline, scenario),
        "every dollar paid is received": _worst(_dollar_gap, baseline, scenario),
        "imports c.i.f. equal exports f.o.b. plus freight": _worst(_trade_gap, baseline, scenario),
        "change of world welfare": _welfare_gap(baseline, scenario),
    }
    broken = {name: gap for name, gap in gaps.items() if not gap <= ALLOWED}
    if broken:
        name, gap = max(broken.items(), key=lambda item: item[1])
        raise EquilibriumError(
            where="identities of the accounts",
            what=f"'{name}' is off by {gap:.1e} of itself; at most {ALLOWED:.0e} is accepted.",
            fix="Report this with the scenario file: the books of this run do not balance.",
        )
    return gaps


def _worst(gap: object, baseline: Books, scenario: Books) -> float:
    """Return the larger gap of two states."""
    return max(gap(baseline), gap(scenario))  # type: ignore[operator]


def _units_gap(books: Books) -> float:
    """Return units by link against units by product."""
    gaps = [
        np.max(np.abs(side.supply.total(side.link_units) / side.units - 1))
        for side in books.state.sides.values()
    ]
    return float(max(gaps))


def _dollar_gap(books: Books) -> float:
    """Return spending against receipts."""
    return max(abs(accounts.gap) for accounts in books.accounts.values())


def _trade_gap(books: Books) -> float:
    """Return c.i.f. imports by pair against exports and freight taken from the accounts."""
    worst = 0.0
    for code, side in books.state.sides.items():
        imported = sum(f.cost_insurance_freight for f in books.flows if f.market == code)
        exported = float((side.link_units * side.delivered.free_on_board).sum())
        receipts = books.accounts[code].receipts
        carried = receipts["ocean carriers"] + receipts["insurers"]
        public = sum(
            sale.value + sale.freight
            for sale in books.sales_to_states
            if sale.purchase.buyer == code
        )
        worst = max(worst, abs(imported / (exported + carried + public) - 1))
    return worst


def _welfare_gap(baseline: Books, scenario: Books) -> float:
    """Return the change by recipients against the change of surplus and spending less resources.

    What a state pays for its own purchases is neither spending nor surplus of buyers; it is
    money out of one treasury.
    """
    by_recipient = scenario.welfare - baseline.welfare
    by_resources = _net(scenario) - _net(baseline)
    scale = max(abs(by_recipient), 1e-3 * abs(scenario.spending - baseline.spending), 1.0)
    rounding = 64 * np.finfo(float).eps * scenario.spending
    return max(0.0, abs(by_recipient - by_resources) - rounding) / scale


def _net(books: Books) -> float:
    """Return surplus plus spending less resources used."""
    return sum(books.surplus.values()) + books.spending - books.resources
