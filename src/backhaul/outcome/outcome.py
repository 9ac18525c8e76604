"""The answer to one question: figures, tables, proof, and what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from backhaul.errors import ScenarioError
from backhaul.ground.names import suggestion
from backhaul.outcome.figure import Figure

NOT_MODELLED = (
    "new plants and shifts beyond what a scenario builds: capacity is that of 2024, and a plant "
    "without a stated capacity is not limited",
    "the way from the short run to the long run",
    "third markets",
    "wages and input prices",
    "the exchange rate's own response",
    "stock-building",
    "used imports",
    "saving and investment (the overall trade balance)",
)
"""Named in every report."""


IN_JSON = {"horizons"}
"""Tables that outcome.json has too."""


@dataclass(frozen=True, slots=True)
class Card:
    """What was asked."""

    name: str
    asks: str
    as_of: date
    baseline: str
    """In words: what the scenario is compared with."""

    author: str = ""
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    adjustment: float = 1.0
    """Part of the way from the baseline's prices that those of the figures have gone; 1: the long
    run."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Before against after, figure by figure, with the certificate of every solve."""

    scenario: Card
    figures: tuple[Figure, ...]
    sentences: tuple[str, ...]
    """The answer in three sentences."""

    tables: dict[str, pd.DataFrame]
    certificates: dict[str, dict[str, object]]
    """By market and state, such as "JP scenario"."""

    certified: bool
    identities: dict[str, float]
    """Largest relative gap of each identity of MODEL section 4."""

    manifest: dict[str, object]
    not_modelled: tuple[str, ...] = field(default=NOT_MODELLED)

    def __getitem__(self, name: str) -> Figure:
        """Return a figure by name.

        Errors:
            ScenarioError: there is no such figure; suggests the nearest.
        """
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise ScenarioError(
            where=f"outcome {self.scenario.name}",
            what=f"it has no figure {name!r}.",
            fix=suggestion(name, [figure.name for figure in self.figures]),
        )

    @property
    def certificate(self) -> dict[str, object]:
        """The weakest link of all solves, part by part: first_order, second_order, ... ."""
        parts = ("first_order", "second_order", "best_response", "starts")
        return {part: _weakest(part, self.certificates) for part in parts}

    def as_dict(self) -> dict[str, object]:
        """Return the outcome as outcome.json has it."""
        return {
            "scenario": self.scenario.name,
            "asks": self.scenario.asks,
            "as_of": self.scenario.as_of.isoformat(),
            "baseline": self.scenario.baseline,
            "answer": list(self.sentences),
            "figures": [figure.as_dict() for figure in self.figures],
            "certificate": self.certificate,
            "certificates": self.certificates,
            "certified": self.certified,
            "identities": self.identities,
            "tables": {
                name: plain_rows(self.tables[name]) for name in IN_JSON & self.tables.keys()
            },
            "not_modelled": list(self.not_modelled),
            "manifest": self.manifest,
        }

    def __repr__(self) -> str:
        lines = [f"{self.scenario.name}: {self.scenario.asks}"]
        lines += [f"  {sentence}" for sentence in self.sentences]
        proof = "certified" if self.certified else "NOT CERTIFIED"
        return "\n".join([*lines, f"  {proof}: {self.certificate}"])


def plain_rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table as JSON has them; what is not a number is null."""
    rows = table.to_dict("records")
    return [
        {
            str(key): None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in row.items()
        }
        for row in rows
    ]


def _weakest(part: str, certificates: dict[str, dict[str, object]]) -> dict[str, object]:
    """Return the entry of one part that is furthest from passing easily."""
    entries = [(state, proof[part]) for state, proof in certificates.items() if part in proof]
    found = [(state, entry) for state, entry in entries if isinstance(entry, dict)]
    if part == "starts":
        return {
            "tried": min((int(e.get("tried", 0)) for _, e in found), default=0),
            "different": max((int(e.get("different", 0)) for _, e in found), default=0),
        }
    if not found:
        return {"passes": False}
    state, entry = max(found, key=lambda item: _badness(item[1]))
    return {
        "value": entry.get("value"),
        "market": state,
        "passes": all(bool(e.get("passes")) for _, e in found),
    }


def _badness(entry: dict[str, object]) -> float:
    """Return how bad one entry is: a failure first, then the largest value."""
    value = entry.get("value")
    size = float(value) if isinstance(value, int | float) else 0.0
    return size + (0.0 if entry.get("passes") else 1e300)
