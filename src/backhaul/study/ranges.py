"""Low and high runs: which assumptions move an answer most, and how far.

Until ensembles exist, the runs of the five most influential parameters stand in for intervals.
Each run changes one parameter and holds all others at their central value: low and high are ends
of what is plausible for that one, not quantiles, and joint changes can go further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from backhaul.evidence.catalogue import Evidence
from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome
from backhaul.scenario.scenario import Scenario
from backhaul.study.one_run import Question, Run, Task, moved, varied_in
from backhaul.study.workers import mapper

MOST_INFLUENTIAL = 5
"""Parameters whose runs give the figures their low and high."""

SECOND_ROUND = 8
"""How many parameters are run at their other end too."""

ALWAYS_BOTH = ("replacement_rate",)
"""Parameters that are run at both ends whatever they move: market size at half and double."""

WATCHED = ("support_per_vehicle_usd", "units_without_support", "balance_us_jp_net_usd")
"""Figures by which influence is judged: the first that the outcome has."""

INFLUENCE_COLUMNS = (
    *("parameter", "low_value", "high_value", "figure", "at_low", "central", "at_high"),
    *("influence", "grade", "source_id", "failure"),
)
MARKET_SIZE_COLUMNS = ("figure", "unit", "at_half", "central", "at_double", "failure")

Done = Callable[[int, int], None]
"""Told the number of runs done and in all."""


def with_ranges(
    evidence: Evidence,
    scenario: Scenario,
    outcome: Outcome,
    baseline: Scenario | None = None,
    done: Done | None = None,
    *,
    workers: int = 2,
) -> Outcome:
    """Return the outcome with low and high values and the tables of influences.

    Every parameter that this question reads and that has a range is run at the end that is farther
    from its central value, recalibrated, solved to first and second order; those that move the
    watched figure most, those whose run failed, and the market size are run at the other end too.
    The five most influential give every figure its low and high: the extremes of their ten runs
    and the central one. A run that fails is listed with its reason. The answer does not depend on
    the number of workers.

    Args:
        evidence: The facts behind the outcome.
        scenario: The question.
        outcome: Its answer at the central values.
        baseline: What it was compared with, where not the scenario's own.
        done: Called with the number of runs done and in all.
        workers: Processes; 1 runs everything here. A script that asks for more must be importable
            (its own work under `if __name__ == "__main__"`), as always with processes.

    Errors:
        EquilibriumError: a process died.
    """
    question = Question.about(evidence, scenario, baseline)
    watched = next(name for name in WATCHED if any(f.name == name for f in outcome.figures))
    runs: list[Run] = []
    with mapper(question, workers) as (central, solve_all):
        first = [_first_end(evidence, name) for name in varied_in(central)]
        total = len(first) + min(SECOND_ROUND, len(first))

        def add(found: Iterable[Run], total: int) -> None:
            for run in found:
                runs.append(run)
                if done is not None:
                    done(len(runs), total)

        add(solve_all(first), total)
        second = _second_round(evidence, runs, watched, moved(outcome[watched]))
        add(solve_all(second), len(first) + len(second))
    table = _influences(evidence, runs, outcome, watched)
    chosen = tuple(dict.fromkeys(table["parameter"]))[:MOST_INFLUENTIAL]
    shown = table["parameter"].isin([*chosen, *ALWAYS_BOTH])
    tables = outcome.tables | {
        "sensitivity": table[shown].reset_index(drop=True),
        "influences": table,
        "market_size": _market_size(evidence, runs, outcome),
    }
    return replace(outcome, figures=_ranged(outcome, runs, chosen), tables=tables)


def _first_end(evidence: Evidence, name: str) -> Task:
    """Return the run at the end that is farther from the central value; the high one at a tie."""
    parameter = evidence.parameter(name)
    up, down = parameter.high - parameter.value, parameter.value - parameter.low
    return Task(name, parameter.high if up >= down else parameter.low)


def _second_round(evidence: Evidence, runs: list[Run], watched: str, centre: float) -> list[Task]:
    """Return the runs at the other end: of what moves most, of what failed, of the market size.

    Where one end has no answer, the other is all there is. An end that is the central value needs
    no run.
    """
    solved = [run for run in runs if watched in run.figures]
    solved.sort(key=lambda run: -abs(run.figures[watched] - centre))
    wanted = [run.parameter for run in solved[:SECOND_ROUND]]
    wanted += [run.parameter for run in runs if watched not in run.figures]
    wanted += [run.parameter for run in runs if run.parameter in ALWAYS_BOTH]
    done = {(run.parameter, run.value) for run in runs}
    ends = [
        Task(name, end)
        for name in dict.fromkeys(wanted)
        for end in (evidence.parameter(name).low, evidence.parameter(name).high)
        if end != evidence.parameter(name).value
    ]
    return [task for task in ends if (task.parameter, task.value) not in done]


def _influences(
    evidence: Evidence, runs: list[Run], outcome: Outcome, watched: str
) -> pd.DataFrame:
    """Return the watched figure at every parameter's ends, most influential first.

    An end that was not run, or has no answer, is NaN.
    """
    centre = moved(outcome[watched])
    by_name: dict[str, list[Run]] = {}
    for run in runs:
        by_name.setdefault(run.parameter, []).append(run)
    rows = []
    for name, mine in by_name.items():
        parameter = evidence.parameter(name)
        at = {run.value: run.figures.get(watched, np.nan) for run in mine}
        known = [value for value in at.values() if not np.isnan(value)]
        rows.append(
            {
                "parameter": name,
                "low_value": parameter.low,
                "high_value": parameter.high,
                "figure": watched,
                "at_low": at.get(parameter.low, np.nan),
                "central": centre,
                "at_high": at.get(parameter.high, np.nan),
                "influence": max((abs(value - centre) for value in known), default=0.0),
                "grade": parameter.grade,
                "source_id": parameter.source_id,
                "failure": "; ".join(run.failure for run in mine if run.failure),
            }
        )
    table = pd.DataFrame(rows, columns=list(INFLUENCE_COLUMNS))
    return table.sort_values("influence", ascending=False, kind="stable").reset_index(drop=True)


def _market_size(evidence: Evidence, runs: list[Run], outcome: Outcome) -> pd.DataFrame:
    """Return every figure's change (or value) with half and with double as many buyers."""
    name = ALWAYS_BOTH[0]
    found = {run.value: run for run in runs if run.parameter == name}
    parameter = evidence.parameter(name)
    low, high = found.get(parameter.low), found.get(parameter.high)
    rows = [
        {
            "figure": figure.name,
            "unit": figure.unit,
            "at_half": low.figures.get(figure.name, np.nan) if low else np.nan,
            "central": moved(figure),
            "at_double": high.figures.get(figure.name, np.nan) if high else np.nan,
            "failure": "; ".join(run.failure for run in (low, high) if run and run.failure),
        }
        for figure in outcome.figures
    ]
    return pd.DataFrame(rows, columns=list(MARKET_SIZE_COLUMNS))


def _ranged(outcome: Outcome, runs: list[Run], chosen: tuple[str, ...]) -> tuple[Figure, ...]:
    """Return figures with the extremes of the chosen parameters' runs.

    Low and high are scenario values: the central baseline plus the smallest and largest change.
    A figure that has a wider predictive interval of its own keeps it.
    """
    kept = [run for run in runs if run.parameter in chosen]
    ranged = []
    for figure in outcome.figures:
        moves = [run.figures[figure.name] for run in kept if figure.name in run.figures]
        moves.append(moved(figure))
        base = figure.baseline or 0.0
        low, high = base + min(moves), base + max(moves)
        if figure.low is not None and figure.high is not None:
            low, high = min(low, figure.low), max(high, figure.high)
        ranged.append(replace(figure, low=low, high=high))
    return tuple(ranged)
