"""Low and high runs: which assumptions move an answer most, and how far.

Until ensembles exist, the runs of the five most influential parameters stand in for intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from backhaul.baseline.calibrate import calibrate
from backhaul.errors import BackhaulError
from backhaul.evidence.catalogue import Evidence
from backhaul.outcome.books import Books
from backhaul.outcome.figure import Figure
from backhaul.outcome.figures import make_figures
from backhaul.outcome.outcome import Outcome
from backhaul.scenario.scenario import Scenario
from backhaul.study.run import solve_question

MOST_INFLUENTIAL = 5

SECOND_ROUND = 8
"""How many parameters are run at their low value too."""

NOT_VARIED = ("consumers", "fx_jpy_usd_2024")
"""Numerical settings and facts that are no estimates."""

WATCHED = ("support_per_vehicle_usd", "units_without_support", "balance_us_jp_net_usd")
"""Figures by which influence is judged: the first that the outcome has."""

Done = Callable[[int, int], None]

Task = tuple[
    Path | None, tuple[tuple[str, float], ...], Scenario, Scenario | None, str, float
]
"""Folder of the facts, replaced parameters, scenario, baseline, parameter, value."""


@dataclass(frozen=True, slots=True)
class Run:
    """One low or high run."""

    parameter: str
    value: float
    figures: dict[str, float]
    """Scenario value by figure; empty where the run failed."""

    failure: str = ""


def with_ranges(
    evidence: Evidence,
    scenario: Scenario,
    outcome: Outcome,
    baseline: Scenario | None = None,
    done: Done | None = None,
    *,
    workers: int = 2,
) -> Outcome:
    """Return the outcome with low and high values and the table of influences.

    Every parameter that this question reads and that has a range is run at its high value,
    recalibrated, solved to first and second order; those that move the watched figure most are
    run at their low value too. The five most influential give every figure its low and high: the
    extremes of their ten runs and the central one. A run that fails is listed with its reason.

    Args:
        evidence: The facts behind the outcome.
        scenario: The question.
        outcome: Its answer at the central values.
        baseline: What it was compared with, where not the scenario's own.
        done: Called with the number of runs done and in all.
        workers: Processes.
    """
    watched = next(name for name in WATCHED if any(f.name == name for f in outcome.figures))
    names = varied(evidence, scenario, baseline)
    second = min(SECOND_ROUND, len(names))
    total = len(names) + second

    def tasks(chosen: Iterable[str], end: str) -> list[Task]:
        given = (evidence.folder, tuple(evidence.replaced.items()), scenario, baseline)
        return [(*given, name, getattr(evidence.parameter(name), end)) for name in chosen]

    runs: list[Run] = []
    with _mapper(workers) as solve_all:
        for run in solve_all(tasks(names, "high")):
            runs.append(run)
            _tell(done, len(runs), total)
        centre = _moved(outcome[watched])
        runs.sort(key=lambda run: -_reach(run, watched, centre))
        for run in solve_all(tasks([run.parameter for run in runs[:second]], "low")):
            runs.append(run)
            _tell(done, len(runs), total)
    table = _influences(evidence, runs, outcome, watched)
    chosen = list(dict.fromkeys(table["parameter"]))[:MOST_INFLUENTIAL]
    tables = outcome.tables | {
        "sensitivity": table[table["parameter"].isin(chosen)].reset_index(drop=True),
        "influences": table,
    }
    return replace(outcome, figures=_ranged(outcome, runs, chosen), tables=tables)


def varied(
    evidence: Evidence, scenario: Scenario, baseline: Scenario | None = None
) -> tuple[str, ...]:
    """Return the parameters with a range that the answer to a question looks up."""
    diary = evidence.with_new_diary()
    solve_question(calibrate(diary), scenario, baseline, level="slider")
    return tuple(
        name
        for name, p in evidence.parameters.items()
        if name in diary.asked and p.role == "engine" and p.low < p.high and name not in NOT_VARIED
    )


@contextmanager
def _mapper(workers: int) -> Iterator[Callable[[list[Task]], Iterable[Run]]]:
    """Give a function that runs tasks, in several processes where asked."""
    if workers <= 1:
        yield lambda tasks: map(_one, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield lambda tasks: pool.map(_one, tasks, chunksize=1)


def _tell(done: Done | None, count: int, total: int) -> None:
    """Report progress to whoever listens."""
    if done is not None:
        done(count, total)


def _reach(run: Run, watched: str, centre: float) -> float:
    """Return how far a run moves the watched figure; a failed run counts as the farthest."""
    return abs(run.figures[watched] - centre) if run.figures else np.inf


def _one(task: Task) -> Run:
    """Return one run; a refusal is a result too."""
    folder, replaced, scenario, baseline, name, value = task
    try:
        world = calibrate(_evidence(folder, replaced).replace_parameter(name, value))
        solved = solve_question(world, scenario, baseline, level="slider")
    except BackhaulError as error:
        return Run(name, value, {}, failure=f"{error.where}: {error.what}")
    figures = make_figures(Books(solved.baseline), Books(solved.scenario), Books(solved.free))
    return Run(name, value, {f.name: _moved(f) for f in figures})


@lru_cache(maxsize=2)
def _evidence(folder: Path | None, replaced: tuple[tuple[str, float], ...]) -> Evidence:
    """Return the facts of a task; a process reads them once."""
    evidence = Evidence.load(folder)
    for name, value in replaced:
        evidence = evidence.replace_parameter(name, value)
    return evidence


def _moved(figure: Figure) -> float:
    """Return the change of a figure, or its value where it has no baseline."""
    return figure.scenario if figure.change is None else figure.change


def _influences(
    evidence: Evidence, runs: list[Run], outcome: Outcome, watched: str
) -> pd.DataFrame:
    """Return the watched figure at every parameter's low and high value, most influential first."""
    centre = _moved(outcome[watched])
    by_name: dict[str, list[Run]] = {}
    for run in runs:
        by_name.setdefault(run.parameter, []).append(run)
    rows = []
    for name, mine in by_name.items():
        parameter = evidence.parameter(name)
        at = {run.value: run.figures.get(watched, np.nan) for run in mine}
        rows.append(
            {
                "parameter": name,
                "low_value": parameter.low,
                "high_value": parameter.high,
                "figure": watched,
                "at_low": at.get(parameter.low, np.nan),
                "central": centre,
                "at_high": at.get(parameter.high, np.nan),
                "influence": max((abs(v - centre) for v in at.values() if v == v), default=0.0),
                "grade": parameter.grade,
                "source_id": parameter.source_id,
                "failure": "; ".join(run.failure for run in mine if run.failure),
            }
        )
    table = pd.DataFrame(rows)
    return table.sort_values("influence", ascending=False, kind="stable").reset_index(drop=True)


def _ranged(outcome: Outcome, runs: list[Run], chosen: list[str]) -> tuple[Figure, ...]:
    """Return figures with the extremes of the chosen parameters' runs.

    Low and high are scenario values: the central baseline plus the smallest and largest change.
    A figure that has a wider predictive interval of its own keeps it.
    """
    kept = [run for run in runs if run.parameter in chosen and run.figures]
    ranged = []
    for figure in outcome.figures:
        moves = [run.figures[figure.name] for run in kept if figure.name in run.figures]
        moves.append(_moved(figure))
        base = figure.baseline or 0.0
        low, high = base + min(moves), base + max(moves)
        if figure.low is not None and figure.high is not None:
            low, high = min(low, figure.low), max(high, figure.high)
        ranged.append(replace(figure, low=low, high=high))
    return tuple(ranged)
