"""The identities of MODEL section 4, each reckoned two ways: a run-time check and a test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backhaul.baseline.state import SideState
from backhaul.errors import EquilibriumError
from backhaul.outcome.books import Books
from backhaul.shapes import PerLink

ALLOWED = 1e-9
"""Largest relative gap."""


def identity_gaps(baseline: Books, scenario: Books) -> dict[str, float]:
    """Return the largest relative gap of each identity over both states.

    Raises:
        EquilibriumError: a gap is larger than 1e-9: a fault of the program, never of the data.
    """
    pair = (_at_own_rate(baseline), _at_own_rate(scenario))

    def worst(gap: Callable[[Books], float]) -> float:
        return float(max(gap(books) for books in pair))

    gaps = {
        "units by link add up to units by product": worst(_units_gap),
        "every dollar paid is received": worst(_dollar_gap),
        "support paid is support received": worst(_support_gap),
        "imports c.i.f. equal exports f.o.b. plus freight": worst(_trade_gap),
        "change of world welfare": _welfare_gap(*pair),
    }
    broken = {name: gap for name, gap in gaps.items() if not gap <= ALLOWED}
    if broken:
        said = [f"'{name}' is off by {gap:.1e} of itself" for name, gap in broken.items()]
        raise EquilibriumError(
            where="identities of the accounts",
            what=f"{'; '.join(said)}; at most {ALLOWED:.0e} is accepted.",
            fix="Report this with the scenario file: the books of this run do not balance.",
        )
    return gaps


def _at_own_rate(books: Books) -> Books:
    """Return the books of the same state in USD at its own exchange rate."""
    return books if books.yen is None else Books(books.state)


def _units_gap(books: Books) -> float:
    """Return units by link against units by product, and units by origin against those sold."""
    gaps = []
    for code, side in books.state.sides.items():
        gaps.append(float(np.max(np.abs(side.supply.total(side.link_units) / side.units - 1))))
        shipped = sum(flow.units for flow in books.flows if flow.market == code)
        public = sum(s.purchase.units for s in books.sales_to_states if s.purchase.buyer == code)
        gaps.append(abs(shipped / (float(side.units.sum()) + public) - 1))
    return max(gaps)


def _dollar_gap(books: Books) -> float:
    """Return spending against receipts."""
    return max(abs(accounts.gap) for accounts in books.accounts.values())


def _support_gap(books: Books) -> float:
    """Return what payers pay against what firms' accounts receive."""
    paid = sum(books.support_paid.values())
    received = sum(accounts.support for accounts in books.accounts.values())
    return abs(paid - received) / max(abs(received), 1.0)


def _trade_gap(books: Books) -> float:
    """Return c.i.f. imports against f.o.b. exports and freight, by pair of countries.

    The exporter's side is the flow's customs value and freight. The importer's side is what a car
    costs in the market less what is added behind the border and in front of the factory gate.
    """
    worst = 0.0
    for code, side in books.state.sides.items():
        landed = _landed_by_origin(side)
        for sale in books.sales_to_states:
            if sale.purchase.buyer == code:
                landed[sale.origin] = landed.get(sale.origin, 0.0) + sale.landed - sale.handling
        exported = {f.origin: f.cost_insurance_freight for f in books.flows if f.market == code}
        for origin in exported | landed:
            value = landed.get(origin, 0.0)
            gap = abs(exported.get(origin, 0.0) - value)
            worst = max(worst, gap / max(abs(value), 1.0))
    return worst


def _landed_by_origin(side: SideState) -> dict[str, float]:
    """Return the c.i.f. value of a market's cars by origin, from their delivered unit cost."""
    delivered = side.delivered
    behind: PerLink = (
        delivered.duty
        + delivered.inland
        + delivered.pre_delivery
        + delivered.conversion
        + delivered.certification
    )
    made: PerLink = delivered.factory + delivered.parts_duty
    each = delivered.unit / delivered.per_usd - behind - made + delivered.free_on_board
    units = side.units[side.supply.product] * side.link_share
    landed: dict[str, float] = {}
    for country, value in zip(side.supply.countries, units * each, strict=True):
        landed[country] = landed.get(country, 0.0) + float(value)
    return landed


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
