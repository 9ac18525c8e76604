"""One question, one answer: baseline and scenario solved, certified, and put into books."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import pandas as pd

from backhaul.baseline.setting import Setting
from backhaul.baseline.settle import settle
from backhaul.baseline.state import State
from backhaul.baseline.world import World
from backhaul.equilibrium.certificate import Level
from backhaul.outcome.books import Books
from backhaul.outcome.figures import make_figures
from backhaul.outcome.identities import identity_gaps
from backhaul.outcome.outcome import Card, Outcome
from backhaul.outcome.programme import LEVELS, entrants_table, entry_draws, programme_table
from backhaul.outcome.tables import make_tables
from backhaul.outcome.words import sentences
from backhaul.policy.amend import with_total_duty
from backhaul.policy.duty import tariff
from backhaul.scenario.file import load_scenario
from backhaul.scenario.scenario import LAW_OF_THE_DAY, Scenario

Progress = Callable[[str], None]

PACKAGES = ("backhaul", "numpy", "scipy", "pandas")


@dataclass(frozen=True, eq=False)
class Solved:
    """The solved states of one question."""

    baseline: State
    scenario: State
    free: State
    """The scenario with nobody committed to a volume."""


def run(
    world: World,
    scenario: Scenario,
    baseline: Scenario | None = None,
    progress: Progress | None = None,
    *,
    seed: int = 0,
) -> Outcome:
    """Return before against after for one question.

    Args:
        world: The calibrated world.
        scenario: What is asked.
        baseline: What to compare with; None takes the scenario's own: another shipped scenario,
            or the world re-solved under the law of its day.
        progress: Called with a word on what is being done.
        seed: Seed of the entrants' draws.

    Errors:
        ScenarioError: the scenario names something that the world does not have.
        EquilibriumError: a solve fails a part of its certificate.
    """
    say = progress or (lambda _: None)
    solved = solve_question(world, scenario, baseline, say)
    say("keeping the books")
    return make_outcome(scenario, baseline, solved, seed=seed)


def solve_question(
    world: World,
    scenario: Scenario,
    baseline: Scenario | None = None,
    progress: Progress | None = None,
    *,
    level: Level = "certified",
) -> Solved:
    """Return the solved states of a question: baseline, scenario, and it without a promise."""
    say = progress or (lambda _: None)
    before_setting = baseline_setting(world, scenario, baseline)
    setting = scenario.setting(world)
    say("solving the baseline")
    before = settle(world, before_setting, level=level)
    say("solving the scenario")
    after = settle(world, setting, level=level, near=before)
    free = after
    if setting.promise is not None:
        free = settle(world, setting.without_promise(), level=level, near=before)
    return Solved(before, after, free)


def baseline_setting(
    world: World, scenario: Scenario, baseline: Scenario | None = None
) -> Setting:
    """Return the setting that a scenario is compared with."""
    if baseline is not None:
        return baseline.setting(world)
    if scenario.baseline != LAW_OF_THE_DAY:
        return load_scenario(scenario.baseline).setting(world)
    return scenario.law_of_the_day(world)


def make_outcome(
    scenario: Scenario, baseline: Scenario | None, solved: Solved, *, seed: int = 0
) -> Outcome:
    """Return the outcome of solved states."""
    before, after = Books(solved.baseline), Books(solved.scenario)
    free = after if solved.free is solved.scenario else Books(solved.free)
    gaps = identity_gaps(before, after)
    figures = make_figures(before, after, free)
    tables = make_tables(before, after)
    interval = None
    if solved.scenario.setting.entering("JP"):
        drawn = entry_draws(solved.free, seed=seed)
        low, median, high = (float(q) for q in np.quantile(drawn.sum(axis=1), LEVELS))
        interval = (low, median, high)
        figures = tuple(
            replace(f, low=low, high=high) if f.name == "units_without_support" else f
            for f in figures
        )
        tables["entrants"] = entrants_table(after, free, drawn)
        tables["programme"] = programme_table(before, after, _one_point_less(solved.baseline))
    certificates = _certificates(solved)
    tables["sources"] = _sources(solved.scenario.world)
    return Outcome(
        scenario=_card(scenario, baseline),
        figures=figures,
        sentences=sentences(figures, solved.scenario.setting, interval),
        tables=tables,
        certificates=certificates,
        certified=all(
            side.equilibrium.certified
            for state in (solved.baseline, solved.scenario, solved.free)
            for side in state.sides.values()
        ),
        identities=gaps,
        manifest=_manifest(solved.scenario.world, scenario, seed),
    )


def _one_point_less(state: State) -> Books:
    """Return the books of a state with the US duty on Japan-built cars one point lower."""
    setting = with_one_point_less(state.setting)
    return Books(settle(state.world, setting, level="slider", near=state))


def with_one_point_less(setting: Setting) -> Setting:
    """Return a setting with one point less US duty on cars from Japan."""
    now = tariff(setting.measures, "USA", "JPN", "passenger_car", setting.on).rate
    measures = with_total_duty(setting.measures, "USA", "JPN", "passenger_car", now - 0.01)
    return replace(setting, measures=measures)


def _certificates(solved: Solved) -> dict[str, dict[str, object]]:
    """Return the certificate of every solve, by market and state."""
    states = {"baseline": solved.baseline, "scenario": solved.scenario}
    if solved.free is not solved.scenario:
        states["scenario without the promise"] = solved.free
    return {
        f"{code} {name}": side.equilibrium.certificate.as_dict()
        for name, state in states.items()
        for code, side in state.sides.items()
    }


def _card(scenario: Scenario, baseline: Scenario | None) -> Card:
    """Return what was asked, in words."""
    if baseline is not None:
        compared = baseline.name
    elif scenario.baseline != LAW_OF_THE_DAY:
        compared = scenario.baseline
    else:
        compared = f"the calibrated 2024 world under the measures of {scenario.as_of}"
    return Card(
        name=scenario.name,
        asks=scenario.asks,
        as_of=scenario.as_of,
        baseline=compared,
        author=scenario.author,
        sources=scenario.sources,
        notes=scenario.notes,
    )


def _manifest(world: World, scenario: Scenario, seed: int) -> dict[str, object]:
    """Return what the outcome rests on: versions, hashes of the inputs, seed."""
    return {
        "versions": {name: version(name) for name in PACKAGES}
        | {"python": platform.python_version()},
        "inputs": dict(world.evidence.hashes),
        "scenario": scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "seed": seed,
        "base_day": world.on.isoformat(),
    }


def _sources(world: World) -> pd.DataFrame:
    """Return the sources behind the tables."""
    rows = [
        {
            "source_id": source.id,
            "folder": folder,
            "title": source.title,
            "publisher": source.publisher,
            "url": source.url,
            "date": source.date,
        }
        for folder in ("jp", "us", "trade", "policy")
        for source in world.evidence.sources(folder).values()
    ]
    return pd.DataFrame(rows)
