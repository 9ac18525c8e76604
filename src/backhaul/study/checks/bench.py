"""What a check works with: the facts, shipped scenarios solved once each, and its finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from backhaul.baseline.solved import Solved
from backhaul.baseline.world import World
from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.claim import Claim
from backhaul.outcome.outcome import Outcome
from backhaul.scenario.file import load_scenario
from backhaul.study.run import Progress, make_outcome, solve_question

Verdict = Literal["supported", "inconsistent", "not_checkable"]

ROUNDED = 0.1
"""A claim in round numbers ("around half a million") is met within a tenth of what is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    verdict: Verdict
    reason: str
    """One or two plain sentences with figures."""

    figure: float | str | None = None
    unit: str = ""
    source_ids: tuple[str, ...] = ()
    """Sources of the rows used, beside the claim's own."""


Check = Callable[["Bench", Claim], Finding]


@dataclass(frozen=True, eq=False)
class Bench:
    """Facts and answers for one round of checks; each scenario is solved when first asked for."""

    world: World
    progress: Progress
    _solved: dict[str, Solved] = field(default_factory=dict)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def evidence(self) -> Evidence:
        """The facts."""
        return self.world.evidence

    def solved(self, name: str) -> Solved:
        """Return the certified states of a shipped scenario."""
        if name not in self._solved:
            self.progress(f"claims: solving {name}")
            self._solved[name] = solve_question(self.world, load_scenario(name))
        return self._solved[name]

    def outcome(self, name: str) -> Outcome:
        """Return the answer of a shipped scenario."""
        if name not in self._outcomes:
            self._outcomes[name] = make_outcome(load_scenario(name), None, self.solved(name))
        return self._outcomes[name]

    def change(self, scenario: str, figure: str) -> float:
        """Return the change of a figure of a shipped scenario."""
        found = self.outcome(scenario)[figure]
        return found.scenario - (found.baseline or 0.0)

    def rows(self, table: str, **where: object) -> pd.DataFrame:
        """Return the rows of a table of trade facts whose columns have the given values."""
        frame = self.evidence.table("trade", table)
        for column, value in where.items():
            frame = frame[frame[column].astype(str) == str(value)]
        return frame


def supported_if(holds: bool) -> Verdict:  # noqa: FBT001 - reads as the sentence it is
    """Return "supported" or "inconsistent"."""
    return "supported" if holds else "inconsistent"


def quantity(claim: Claim) -> float:
    """Return the figure of a claim.

    Raises:
        EvidenceError: It has none, and its check needs one.
    """
    if claim.quantity is None:
        raise EvidenceError(
            where=f"trade/claims.csv, claim {claim.claim_id}",
            what=f"its check {claim.check!r} compares a figure, and the column quantity is empty.",
            fix="Fill in quantity, or choose another check.",
        )
    return claim.quantity


def day_of(claim: Claim) -> date:
    """Return the day of a claim; its month's or year's first where it names no day."""
    parts = [int(part) for part in claim.date.split("-")] + [1, 1]
    return date(*parts[:3])


def sources(*frames: pd.DataFrame) -> tuple[str, ...]:
    """Return the sources of rows, each once."""
    return tuple(dict.fromkeys(str(s) for frame in frames for s in frame["source_id"]))


def usd(amount: float) -> str:
    """Return dollars with a magnitude that can be read."""
    if abs(amount) >= 1e9:
        return f"{amount / 1e9:,.2f} billion USD"
    if abs(amount) >= 1e6:
        return f"{amount / 1e6:,.0f} million USD"
    return f"{amount:,.0f} USD"
