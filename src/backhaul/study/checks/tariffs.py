"""Checks of what the US duties of 2025 cost, and of output in Japan under them."""

from __future__ import annotations

from datetime import date

import numpy as np

from backhaul.baseline.solved import Solved
from backhaul.baseline.state import SideState
from backhaul.evidence.claim import Claim
from backhaul.policy.in_force import find_measure
from backhaul.study.checks.bench import ROUNDED, Bench, Finding, quantity, sources, supported_if
from backhaul.study.horizons import at_both_horizons

BEFORE, AFTER = "us-tariff-27.5-regime", "us-tariff-15-regime"
"""The two regimes of the fiscal year to March 2026."""

AGREEMENT = "us_232_japan_car"
"""The measure whose first day ends the first regime."""

YEAR = (date(2025, 4, 1), date(2026, 4, 1))

WITHIN = 2.0
"""A bill is of the claimed size if it lies between half and twice of it: the claim counts what
carmakers count (suppliers, other currencies, volumes of the year), the model duties alone."""

SEVEN = ("toyota", "honda", "nissan", "suzuki", "mazda", "subaru", "mitsubishi")


def toyota_bill(bench: Bench, claim: Claim) -> Finding:
    """Hold what the duties cost Toyota against the model's bill at the flows of 2024."""
    return _bill_finding(bench, claim, ("toyota",))


def seven_bills(bench: Bench, claim: Claim) -> Finding:
    """Hold what the duties cost the seven makers against the model's bill."""
    return _bill_finding(bench, claim, SEVEN)


def mazda_at_home(bench: Bench, claim: Claim) -> Finding:
    """Hold Mazda's output in Japan against its output of 2024 and what the duties change."""
    rows = bench.rows("production_annual", firm="mazda", region="japan", period="2024")
    return _output_at_home(bench, claim, "mazda", float(rows["units"].iloc[0]), sources(rows))


def toyota_at_home(bench: Bench, claim: Claim) -> Finding:
    """Hold Toyota's output in Japan against a half-year's, doubled, and what duties change."""
    rows = bench.rows("production_annual", firm="toyota", region="japan", period="2024-04/2024-09")
    return _output_at_home(bench, claim, "toyota", 2 * float(rows["units"].iloc[0]), sources(rows))


def absorbed(bench: Bench, claim: Claim) -> Finding:
    """Tell how much of a duty carmakers absorb at first in the model, which the tables assume."""
    solved = bench.solved(AFTER)
    horizons = at_both_horizons(solved)
    before, long = solved.baseline.sides["US"], solved.scenario.sides["US"]
    short = long if horizons is None else horizons.states["short run"].sides["US"]
    early, late = _pass_through(before, short), _pass_through(before, long)
    return Finding(
        "not_checkable",
        "The tables keep the export prices of 2025 for judging the model, and declared values do "
        "not answer the duty in it. In the short run prices of Japan-built cars rise by "
        f"{early:.2f} of the duty and carmakers absorb {1 - early:.2f}; in the long run they rise "
        f"by {late:.2f}. How far prices have gone in the short run is an assumption (grade C), so "
        "the model cannot judge the claim.",
        early,
        "price rise over duty, Japan-built cars, short run",
    )


def _bill_finding(bench: Bench, claim: Claim, firms: tuple[str, ...]) -> Finding:
    """Return a bill in billion JPY against the claim."""
    claimed = quantity(claim)
    change = find_measure(bench.world.observed.measures, AGREEMENT).validity.start
    early = (change - YEAR[0]).days / (YEAR[1] - YEAR[0]).days
    rate = bench.world.observed.jpy_per_usd
    parts = [
        _bill(
            bench.solved(name).baseline.sides["US"], bench.solved(name).scenario.sides["US"], firms
        )
        for name in (BEFORE, AFTER)
    ]
    bill = (early * parts[0] + (1 - early) * parts[1]) * rate / 1e9
    profits = sum(
        bench.change(AFTER, f"profit_{firm}_usd")
        for firm in firms
        if any(f.name == f"profit_{firm}_usd" for f in bench.outcome(AFTER).figures)
    )
    return Finding(
        supported_if(claimed / WITHIN <= bill <= claimed * WITHIN),
        f"At the flows of 2024, the duties on cars and parts of the fiscal year come to "
        f"{bill:,.0f} billion JPY before any price is raised, {bill / claimed:.0%} of the claim; "
        "half to twice counts as its size. After prices have adjusted, the long-run model changes "
        f"profit by only {profits * rate / 1e9:+,.0f} billion JPY a year under the 15 % regime.",
        bill,
        "billion JPY, duties at the flows of 2024",
    )


def _bill(before: SideState, after: SideState, firms: tuple[str, ...]) -> float:
    """Return the rise of duties on cars and parts at the flows before, USD a year."""
    mine = np.isin(np.array(before.market.firms)[before.supply.product], firms)
    each = (after.delivered.duty + after.delivered.parts_duty) - (
        before.delivered.duty + before.delivered.parts_duty
    )
    return float((before.link_units * each)[mine].sum())


def _output_at_home(
    bench: Bench, claim: Claim, firm: str, built: float, used: tuple[str, ...]
) -> Finding:
    """Return output in Japan under the duties against a figure that is to be kept."""
    claimed = quantity(claim)
    solved = bench.solved(AFTER)
    moved = _from_japan(solved, firm, after=True) - _from_japan(solved, firm, after=False)
    return Finding(
        supported_if(built + moved >= (1 - ROUNDED) * claimed),
        f"{firm.title()} built {built:,.0f} a year in Japan; under the 15 % regime sales of "
        f"Japan-built cars in the two markets change by {moved:+,.0f} in the long run, which "
        f"leaves {built + moved:,.0f} if other markets stay. The claim is {claimed:,.0f}; a tenth "
        "less is still counted as met.",
        built + moved,
        "vehicles a year built in Japan",
        used,
    )


def _from_japan(solved: Solved, firm: str, *, after: bool) -> float:
    """Return a firm's Japan-built units sold in both markets."""
    state = solved.scenario if after else solved.baseline
    total = 0.0
    for side in state.sides.values():
        mine = np.array(side.market.firms)[side.supply.product] == firm
        total += float(side.link_units[mine & (np.array(side.supply.countries) == "JPN")].sum())
    return total


def _pass_through(before: SideState, after: SideState) -> float:
    """Return price rises over duties on cars that come from Japan alone, weighted by units."""
    japan = np.array(before.supply.countries) == "JPN"
    only = before.supply.total(before.supply.share * japan) > 0.999
    rise = before.supply.total(before.supply.share * (after.delivered.duty - before.delivered.duty))
    units = before.units * only
    return float(units @ (after.price - before.price) / (units @ rise))
