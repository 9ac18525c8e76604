"""Several questions side by side: each one's changes against its own baseline, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from backhaul.baseline.world import World
from backhaul.errors import ScenarioError
from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome
from backhaul.scenario.scenario import Scenario
from backhaul.study.run import run, world_of
from backhaul.study.written import Written, with_intervals

Progress = Callable[[str], None]
Refine = Callable[[Scenario, Outcome], Outcome]
"""What is done with each outcome before it is compared, such as adding ranges."""

COST = "welfare_cost_world_per_usd_of_net_balance"

OWN = ("scenario", "baseline", "replaced")
"""Entries of a manifest that belong to one question; the others are alike for all."""

FEWEST, MOST = 2, 8
"""Questions that fit beside each other."""


@dataclass(frozen=True, eq=False)
class Row:
    """One figure of all questions."""

    name: str
    label: str
    unit: str
    cells: tuple[Figure | None, ...]
    """By question; None where its outcome has no such figure."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Outcomes side by side."""

    labels: tuple[str, ...]
    """Name of each column, unique."""

    outcomes: tuple[Outcome, ...]

    spreads: tuple[str, ...] = ()
    """What low and high of each column are, such as "90 % interval of 1,024 draws"; empty where
    a column has none. No entry at all: ranges of low and high runs, where they were made."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every figure that any question has; each question's own order is kept."""
        tables = [{f.name: f for f in outcome.figures} for outcome in self.outcomes]
        found = []
        for name in _merged([list(table) for table in tables]):
            cells = tuple(table.get(name) for table in tables)
            first = next(cell for cell in cells if cell is not None)
            found.append(Row(name, first.label, first.unit, cells))
        return tuple(found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the columns no like-for-like: days, baselines, parameters."""
        cards = [outcome.scenario for outcome in self.outcomes]
        replaced = [dict(o.manifest.get("replaced") or {}) for o in self.outcomes]  # type: ignore[call-overload]
        own = [", ".join(f"{k} = {v:g}" for k, v in sorted(r.items())) for r in replaced]
        return (
            *self._differing("Days of the law", [card.as_of.isoformat() for card in cards]),
            *self._differing("Baselines", [card.baseline for card in cards]),
            *self._differing("Parameters", [text or "those of the tables" for text in own]),
            *(
                self._differing("Intervals", [text or "none" for text in self.spreads])
                if self.spreads
                else ()
            ),
        )

    def _differing(self, what: str, values: Sequence[str]) -> tuple[str, ...]:
        """Return a sentence that says who has which value, or nothing where all are alike."""
        having: dict[str, list[str]] = {}
        for value, label in zip(values, self.labels, strict=True):
            having.setdefault(value, []).append(label)
        if len(having) == 1:
            return ()
        said = "; ".join(f"{value} ({', '.join(labels)})" for value, labels in having.items())
        return (f"{what} differ: {said}. Each change is against its own baseline.",)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Who moves the balance most, and who does it at the least cost."""
        table = {row.name: row for row in self.rows}
        net, cost = table["balance_us_jp_net_usd"], table.get(COST)
        moves = [0.0 if cell is None else cell.change or 0.0 for cell in net.cells]
        most = max(range(len(moves)), key=lambda place: abs(moves[place]))
        if not moves[most]:
            return ("None of these scenarios moves the US car balance with Japan.",)
        way = "improves" if moves[most] > 0 else "worsens"
        first = (
            f"{self.labels[most]} moves the US car balance with Japan most: it {way} it by "
            f"{abs(moves[most]) / 1e9:.2f} billion USD a year."
        )
        known = [] if cost is None else list(zip(cost.cells, moves, self.labels, strict=True))
        costs = {label: cell.scenario for cell, move, label in known if cell and move > 0}
        if len(costs) < FEWEST:
            return (first,)
        least, dearest = min(costs, key=costs.__getitem__), max(costs, key=costs.__getitem__)
        return (
            first,
            f"Of those that improve it, {least} costs the world least, {costs[least]:.2f} USD of "
            f"welfare per dollar, and {dearest} most, {costs[dearest]:.2f}.",
        )

    @property
    def certified(self) -> bool:
        """Whether every outcome is."""
        return all(outcome.certified for outcome in self.outcomes)

    def table(self) -> pd.DataFrame:
        """Return the tidy table: figure by question, with levels, change and range."""
        rows = [
            {"figure": row.name, "label": row.label, "unit": row.unit, "column": label}
            | {
                key: getattr(cell, key)
                for key in ("baseline", "scenario", "change", "percent", "low", "high")
            }
            for row in self.rows
            for label, cell in zip(self.labels, row.cells, strict=True)
            if cell is not None
        ]
        return pd.DataFrame(rows)

    def as_dict(self) -> dict[str, object]:
        """Return the comparison as comparison.json has it."""
        first = self.outcomes[0].manifest
        return {
            "scenarios": [
                {
                    "label": label,
                    "name": outcome.scenario.name,
                    "asks": outcome.scenario.asks,
                    "as_of": outcome.scenario.as_of.isoformat(),
                    "baseline": outcome.scenario.baseline,
                    "answer": list(outcome.sentences),
                    "certified": outcome.certified,
                    "certificate": outcome.certificate,
                    "spread": spread,
                }
                for label, outcome, spread in zip(
                    self.labels, self.outcomes, self.spreads or [""] * len(self.labels), strict=True
                )
            ],
            "answer": list(self.sentences),
            "warnings": list(self.warnings),
            "figures": [
                {
                    "name": row.name,
                    "label": row.label,
                    "unit": row.unit,
                    "cells": [None if cell is None else _cell(cell) for cell in row.cells],
                }
                for row in self.rows
            ],
            "certified": self.certified,
            "not_modelled": list(self.outcomes[0].not_modelled),
            "manifest": {key: value for key, value in first.items() if key not in OWN}
            | {
                "scenarios": [
                    {key: outcome.manifest.get(key) for key in OWN} for outcome in self.outcomes
                ]
            },
        }


def compare(
    world: World,
    scenarios: Sequence[Scenario],
    progress: Progress | None = None,
    refine: Refine | None = None,
    *,
    ensembles: Mapping[str, Written] | None = None,
    seed: int = 0,
) -> Comparison:
    """Return the outcomes of several questions side by side.

    The world is calibrated once for each set of parameters that the questions give.

    Args:
        world: The calibrated world.
        scenarios: Two to eight questions; one may stand there twice.
        progress: Called with a word on what is being done.
        refine: Called with each question and its outcome; returns the outcome that is compared.
        ensembles: Ensembles by scenario, whose intervals take the place of other ranges; a
            scenario without one has none.
        seed: Seed of the entrants' draws.

    Errors:
        ScenarioError: too few or too many questions, or one names what the world does not have.
        EquilibriumError: a solve fails a part of its certificate.
    """
    check_count(len(scenarios))
    say = progress or (lambda _: None)
    worlds: dict[tuple[tuple[str, float], ...], World] = {}
    outcomes = []
    for number, scenario in enumerate(scenarios, start=1):
        prefix = f"{scenario.name} ({number} of {len(scenarios)}): "
        told = _with_prefix(say, prefix)
        key = tuple(sorted(scenario.parameters.items()))
        if key not in worlds:
            worlds[key] = world_of(world, scenario, told)
        outcome = run(worlds[key], scenario, None, told, seed=seed)
        if ensembles is not None and scenario.name in ensembles:
            outcome = with_intervals(outcome, ensembles[scenario.name])
        outcomes.append(outcome if refine is None else refine(scenario, outcome))
    return Comparison(
        labels=unique([scenario.name for scenario in scenarios]),
        outcomes=tuple(outcomes),
        spreads=() if ensembles is None else tuple(_spread(s, ensembles) for s in scenarios),
    )


def _spread(scenario: Scenario, ensembles: Mapping[str, Written]) -> str:
    """Return what low and high of a scenario are."""
    if scenario.name not in ensembles:
        return ""
    return f"90 % interval of {ensembles[scenario.name].draws:,} draws"


def check_count(count: int) -> None:
    """Raise unless so many questions can be compared.

    Errors:
        ScenarioError: fewer than two or more than eight.
    """
    if not FEWEST <= count <= MOST:
        raise ScenarioError(
            where="compare",
            what=f"{count} scenario{'' if count == 1 else 's'} given; "
            f"{FEWEST} to {MOST} fit side by side.",
            fix="Name at least two scenarios." if count < FEWEST else "Leave some out.",
        )


def _with_prefix(say: Progress, prefix: str) -> Progress:
    return lambda step: say(prefix + step)


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return names with a number behind those that came before."""
    seen: dict[str, int] = {}
    labels = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        labels.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(labels)


def _merged(orders: Sequence[list[str]]) -> list[str]:
    """Return all names once; what only a later list has stands behind its neighbour there."""
    merged: list[str] = []
    for order in orders:
        place = -1
        for name in order:
            if name not in merged:
                merged.insert(place + 1, name)
            place = merged.index(name)
    return merged


def _cell(figure: Figure) -> dict[str, object]:
    """Return the numbers of a figure; name, label and unit stand at the row."""
    return {
        key: value
        for key, value in figure.as_dict().items()
        if key not in ("name", "label", "unit")
    }
