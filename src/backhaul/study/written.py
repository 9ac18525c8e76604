"""Ensembles that were written to folders, read back as intervals for a comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backhaul.errors import ScenarioError
from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome
from backhaul.study.amount import without_noise

MAIN = "ensemble.json"

ALIKE = {
    "scenario": "the scenario",
    "baseline": "the baseline",
    "inputs": "the tables",
    "replaced": "replaced parameters",
}
"""Parts of a manifest in which ensemble and outcome must agree."""


@dataclass(frozen=True, eq=False)
class Written:
    """One ensemble as its folder has it."""

    folder: Path
    name: str
    """Of its scenario."""

    draws: int
    """Draws with an answer."""

    manifest: Mapping[str, Any]
    intervals: Mapping[str, tuple[float, float]]
    """5 and 95 % point by figure: of the change, or of the level without baseline."""


def read_ensembles(folder: Path) -> dict[str, Written]:
    """Return the ensembles of a folder by scenario: its own, and those one folder below.

    Errors:
        ScenarioError: there is none, one cannot be read, or one scenario has two.
    """
    places = [folder / MAIN, *sorted(folder.glob(f"*/{MAIN}"))]
    found: dict[str, Written] = {}
    for place in places:
        if not place.is_file():
            continue
        one = _read(place)
        if one.name in found:
            raise ScenarioError(
                where=f"ensembles in {folder}",
                what=f"{found[one.name].folder} and {one.folder} both answer {one.name}.",
                fix="Move one of them away.",
            )
        found[one.name] = one
    if not found:
        raise ScenarioError(
            where=f"ensembles in {folder}",
            what=f"neither the folder nor one below it holds {MAIN}.",
            fix="Make one with: backhaul ensemble SCENARIO --out DIR/SCENARIO.",
        )
    return found


def with_intervals(outcome: Outcome, written: Written) -> Outcome:
    """Return the outcome with the ensemble's 90 % intervals as low and high of its figures.

    Errors:
        ScenarioError: the ensemble answers another question, or rests on other tables.
    """
    differing = [
        said
        for part, said in ALIKE.items()
        if _plain(outcome.manifest.get(part)) != written.manifest.get(part)
    ]
    if differing:
        raise ScenarioError(
            where=f"ensemble in {written.folder}",
            what=f"it is not of this question; not the same: {', '.join(differing)}.",
            fix=f"Make it anew: backhaul ensemble {written.name} --out {written.folder}.",
        )
    figures = tuple(_with_interval(figure, written) for figure in outcome.figures)
    return replace(outcome, figures=figures)


def _with_interval(figure: Figure, written: Written) -> Figure:
    """Return a figure with its interval as scenario values; as it is where it has none."""
    if figure.name not in written.intervals:
        return figure
    low, high = (without_noise(end, figure.unit) for end in written.intervals[figure.name])
    base = figure.baseline or 0.0
    return replace(figure, low=base + low, high=base + high)


def _read(place: Path) -> Written:
    """Return one ensemble."""
    try:
        tree = json.loads(place.read_text(encoding="utf-8"))
        return Written(
            folder=place.parent,
            name=str(tree["scenario"]),
            draws=int(tree["draws"]["solved"]),
            manifest=dict(tree["manifest"]),
            intervals={
                str(row["name"]): (float(row["low"]), float(row["high"])) for row in tree["figures"]
            },
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ScenarioError(
            where=str(place),
            what=f"it cannot be read as an ensemble: {error}.",
            fix="Make it anew with: backhaul ensemble SCENARIO --out DIR.",
        ) from error


def _plain(value: object) -> Any:  # noqa: ANN401 - a tree of anything
    """Return a part of a manifest as it looks when read back from JSON."""
    return json.loads(json.dumps(value))
