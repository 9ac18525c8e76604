"""Claims held against facts and scenario outcomes: supported, inconsistent or not checkable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from backhaul.baseline.world import World
from backhaul.errors import EvidenceError
from backhaul.evidence.claim import Claim
from backhaul.ground.names import suggestion
from backhaul.outcome.outcome import Outcome
from backhaul.study.checks import events, programme, tariffs, trade
from backhaul.study.checks.bench import Bench, Check, Finding

DIGITS = 6
"""Significant digits of a figure beside a verdict."""

CHECKS: MappingProxyType[str, Check] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            programme.could_bring,
            programme.motive,
            programme.volume,
            programme.help_needed,
            programme.steering_obstacle,
            programme.eases_deficit,
            programme.trucks,
            programme.expensive,
            programme.expensive_with_niche,
            programme.larger_vehicles,
            events.event,
            events.opinion,
            events.announcement,
            events.announcement_in_part,
            events.candidates_for_use,
            events.driving_side,
            events.papers,
            events.scheme_came,
            events.promise_denied,
            events.first_term_investment,
            events.denial_and_first_term,
            events.pledge_denied,
            events.pledge_confirmed,
            trade.goods_deficit,
            trade.vehicles_to_the_us,
            trade.toyotas_to_the_us,
            trade.built_in_the_us,
            trade.share_of_us_cars,
            trade.closed_market,
            trade.output_of_the_month,
            trade.months_of_growth,
            trade.growth_by_region,
            trade.tickers,
            trade.weekday,
            tariffs.toyota_bill,
            tariffs.seven_bills,
            tariffs.mazda_at_home,
            tariffs.toyota_at_home,
            tariffs.absorbed,
        )
    }
)
"""By the name that the column `check` of trade/claims.csv gives."""


def evaluate(
    world: World,
    progress: Callable[[str], None] | None = None,
    *,
    every: bool = False,
) -> list[dict[str, object]]:
    """Return a verdict on each claim, in the order of the table.

    Args:
        world: The calibrated world; its facts hold the claims.
        progress: Called with a word on what is being done.
        every: All claims, not only those of the article (c001 to c099).

    Returns:
        One entry a claim: claim_id, statement, verdict ("supported", "inconsistent" or
        "not_checkable"), figure (a number, a text or None), unit, reason, source_ids.

    Errors:
        EvidenceError: a claim names a check that there is none of.
    """
    return verdicts(Bench(world, progress or (lambda _: None)), every=every)


def with_claims(
    world: World, outcome: Outcome, progress: Callable[[str], None] | None = None
) -> Outcome:
    """Return the outcome with the verdicts on the article's claims as a table, for its report."""
    table = pd.DataFrame(evaluate(world, progress))
    return replace(outcome, tables={**outcome.tables, "claims": table})


def verdicts(bench: Bench, *, every: bool = False) -> list[dict[str, object]]:
    """Return the same as `evaluate`, with scenarios that a bench may have solved already."""
    chosen = [c for c in bench.evidence.claims().values() if every or c.of_the_article]
    checks = [_check(claim) for claim in chosen]
    return [_row(claim, check(bench, claim)) for claim, check in zip(chosen, checks, strict=True)]


def _check(claim: Claim) -> Check:
    """Return the check that a claim names."""
    if claim.check in CHECKS:
        return CHECKS[claim.check]
    if not claim.check:
        return _unchecked
    raise EvidenceError(
        where=f"trade/claims.csv, claim {claim.claim_id}, column check",
        what=f"there is no check {claim.check!r}.",
        fix=suggestion(claim.check, tuple(CHECKS)),
    )


def _unchecked(bench: Bench, claim: Claim) -> Finding:
    """Report a claim that names no check."""
    return Finding("not_checkable", "No check is named for it in trade/claims.csv.")


def _row(claim: Claim, finding: Finding) -> dict[str, object]:
    """Return a claim with its finding as an entry."""
    figure = finding.figure
    if isinstance(figure, float):
        figure = float(f"{figure:.{DIGITS}g}")
    return {
        "claim_id": claim.claim_id,
        "statement": claim.statement_short,
        "verdict": finding.verdict,
        "figure": figure,
        "unit": finding.unit,
        "reason": finding.reason,
        "source_ids": list(dict.fromkeys((claim.source_id, *finding.source_ids))),
    }
