"""One question, one answer: baseline and scenario solved, certified, and put into books."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.metadata import version

import numpy as np
import pandas as pd

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.setting import Setting
from backhaul.baseline.settle import settle
from backhaul.baseline.solved import Solved, free_of_support
from backhaul.baseline.state import State
from backhaul.baseline.world import World
from backhaul.equilibrium.certificate import Level
from backhaul.errors import ScenarioError
from backhaul.outcome.books import Books, books_of
from backhaul.outcome.figure import Figure
from backhaul.outcome.figures import helped, make_figures
from backhaul.outcome.identities import identity_gaps
from backhaul.outcome.outcome import Card, Outcome
from backhaul.outcome.programme import LEVELS, entrants_table, entry_draws, programme_table
from backhaul.outcome.tables import make_tables
from backhaul.outcome.words import sentences
from backhaul.policy.amend import with_total_duty
from backhaul.policy.duty import tariff
from backhaul.scenario.file import load_scenario
from backhaul.scenario.scenario import LAW_OF_THE_DAY, Scenario
from backhaul.study.horizons import Horizons, at_both_horizons

Progress = Callable[[str], None]

PACKAGES = ("backhaul", "numpy", "scipy", "pandas")


def run(
    world: World,
    scenario: Scenario,
    baseline: Scenario | None = None,
    progress: Progress | None = None,
    *,
    seed: int = 0,
) -> Outcome:
    """Return before against after for one question.

    A scenario that gives parameters another value is answered in a world calibrated with them.

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
    world = world_of(world, scenario, say)
    solved = solve_question(world, scenario, baseline, say)
    horizons = at_both_horizons(solved, say)
    say("keeping the books")
    return make_outcome(scenario, baseline, solved, horizons=horizons, seed=seed)


def world_of(world: World, scenario: Scenario, progress: Progress | None = None) -> World:
    """Return the world with the scenario's own parameters; the same one where it sets none."""
    missing = [
        name
        for name, value in scenario.parameters.items()
        if world.evidence.parameter(name).value != value
    ]
    return calibrate(scenario.evidence(world.evidence), progress) if missing else world


def solve_question(
    world: World,
    scenario: Scenario,
    baseline: Scenario | None = None,
    progress: Progress | None = None,
    *,
    level: Level = "certified",
) -> Solved:
    """Return the solved states of a question: baseline, scenario, and it without any support.

    The parameters that the scenario sets must be the world's (`world_of`).
    """
    say = progress or (lambda _: None)
    before_setting = baseline_setting(world, scenario, baseline)
    setting = scenario.setting(world)
    say("solving the baseline")
    before = settle(world, before_setting, level=level)
    return _solve_after(before, scenario, setting, say, level)


def solve_beside(before: State, scenario: Scenario, *, level: Level = "certified") -> Solved:
    """Return the solved states of a question whose own baseline is solved already.

    Args:
        before: What `solve_question` finds for the baseline of this question, at this level.
        scenario: What is asked. The parameters that it sets must be those of the world of `before`.
        level: How much of the certificate is made.
    """
    return _solve_after(before, scenario, scenario.setting(before.world), lambda _: None, level)


def _solve_after(
    before: State, scenario: Scenario, setting: Setting, say: Progress, level: Level
) -> Solved:
    """Return the states of a question from that of its baseline."""
    world = before.world
    say("solving the scenario")
    try:
        after = settle(world, setting, level=level, near=before, base=before)
    except ScenarioError as fault:
        if setting.promise is None or "commitment" not in fault.where:
            raise
        raise scenario.at_fault(("commit", 0, "units"), setting.promise.units, fault) from fault
    return Solved(before, after, free_of_support(after, base=before, level=level))


def baseline_setting(world: World, scenario: Scenario, baseline: Scenario | None = None) -> Setting:
    """Return the setting that a scenario is compared with: its own horizon, in the long run.

    Errors:
        ScenarioError: the baseline sets parameters or a horizon that the scenario does not: the two
            would be answers of different worlds.
    """
    if baseline is None and scenario.baseline == LAW_OF_THE_DAY:
        return scenario.law_of_the_day(world)
    compared = baseline or load_scenario(scenario.baseline)
    if compared.parameters and compared.parameters != scenario.parameters:
        raise ScenarioError(
            where=f"scenario {scenario.name}",
            what=f"its baseline {compared.name} sets parameters "
            f"({', '.join(compared.parameters)}) that it does not set to the same values.",
            fix="Write the same [parameters] in both files.",
        )
    if compared.horizon is not None and compared.horizon != scenario.horizon:
        raise ScenarioError(
            where=f"scenario {scenario.name}",
            what=f"its baseline {compared.name} has a [horizon] that it has not.",
            fix="Write the same [horizon] in both files; a baseline's prices adjust in full.",
        )
    return scenario.as_baseline(compared.setting(world))


def make_outcome(
    scenario: Scenario,
    baseline: Scenario | None,
    solved: Solved,
    *,
    horizons: Horizons | None = None,
    seed: int = 0,
) -> Outcome:
    """Return the outcome of solved states.

    Args:
        scenario: What was asked.
        baseline: What it was compared with, where not its own.
        solved: The states.
        horizons: The question in the short and in the long run, where laws move.
        seed: Seed of the entrants' draws.

    Errors:
        EquilibriumError: an identity of the accounts does not hold.
    """
    before, after, free = books_of(solved)
    gaps = identity_gaps(before, after)
    figures = make_figures(before, after, free)
    tables = make_tables(before, after)
    world, setting = solved.scenario.world, solved.scenario.setting
    interval, point = None, None
    if setting.entering("JP"):
        point = one_point_less(solved.baseline)
        drawn = entry_draws(solved.free, seed=seed)
        tables["entrants"] = entrants_table(after, free, drawn)
        tables["programme"] = programme_table(before, after, Books(point))
        if set(helped(after)[1]) == {entrant.product.id for entrant in setting.entering("JP")}:
            low, median, high = (float(q) for q in np.quantile(drawn.sum(axis=1), LEVELS))
            interval = (low, median, high)
            figures = _with_interval(figures, interval)
    tables["sources"] = sources_behind(world)
    states = named_states(solved, point)
    if horizons is not None:
        tables["horizons"] = horizons.table
        states |= horizons.states
        gaps = {name: max(gap, horizons.identities[name]) for name, gap in gaps.items()}
    return Outcome(
        scenario=card_of(scenario, baseline, setting),
        figures=figures,
        sentences=sentences(figures, setting, world.evidence, interval),
        tables=tables,
        certificates=certificates_of(states),
        certified=is_certified(states),
        identities=gaps,
        manifest=manifest_of(world, scenario, baseline, seed),
    )


def _with_interval(
    figures: tuple[Figure, ...], interval: tuple[float, float, float]
) -> tuple[Figure, ...]:
    """Return figures with the predictive interval of the entrants' sales, and its median.

    The scenario value has every car at its own median; the median of the sum lies higher, since
    the errors are skewed.
    """
    low, median, high = interval
    found: list[Figure] = []
    for figure in figures:
        if figure.name != "units_without_support":
            found.append(figure)
            continue
        label = "Units without any support, median of the draws"
        drawn = Figure("units_without_support_median", "vehicles", None, median, label, low, high)
        found += [replace(figure, low=low, high=high), drawn]
    return tuple(found)


def one_point_less(state: State) -> State:
    """Return a state with the US duty on Japan-built cars one point lower."""
    setting = with_one_point_less(state.setting)
    return settle(state.world, setting, level="certified", near=state)


def with_one_point_less(setting: Setting) -> Setting:
    """Return a setting with one point less US duty on cars from Japan."""
    now = tariff(setting.measures, "USA", "JPN", "passenger_car", setting.on).rate
    measures = with_total_duty(setting.measures, "USA", "JPN", "passenger_car", now - 0.01)
    return replace(setting, measures=measures)


def named_states(solved: Solved, point: State | None = None) -> dict[str, State]:
    """Return every state that a figure or table rests on, by name."""
    states = {"baseline": solved.baseline, "scenario": solved.scenario}
    if solved.free is not solved.scenario:
        states["scenario without support"] = solved.free
    if point is not None:
        states["baseline with one point less duty"] = point
    return states


def certificates_of(states: dict[str, State]) -> dict[str, dict[str, object]]:
    """Return the certificate of every solve, by market and state."""
    return {
        f"{code} {name}": side.equilibrium.certificate.as_dict()
        for name, state in states.items()
        for code, side in state.sides.items()
    }


def is_certified(states: dict[str, State]) -> bool:
    """Return whether every solve has its whole certificate, and passes it."""
    return all(
        side.equilibrium.certified for state in states.values() for side in state.sides.values()
    )


def card_of(scenario: Scenario, baseline: Scenario | None, setting: Setting) -> Card:
    """Return what was asked, in words."""
    if baseline is not None:
        compared = baseline.name
    elif scenario.baseline != LAW_OF_THE_DAY:
        compared = scenario.baseline
    else:
        plants = "plants within their capacity" if setting.limited else "no limit on plants"
        compared = (
            f"the calibrated 2024 world, in the long run and with {plants}, under the measures of "
            f"{scenario.as_of}"
        )
    return Card(
        name=scenario.name,
        asks=scenario.asks,
        as_of=scenario.as_of,
        baseline=compared,
        author=scenario.author,
        sources=scenario.sources,
        notes=(*scenario.notes, *_cautions(setting)),
        adjustment=setting.adjustment,
    )


def _cautions(setting: Setting) -> list[str]:
    """Return what a reader must know about the figures of an unusual question."""
    said = []
    if setting.adjustment < 1:
        said.append(
            f"A short run: prices have gone {setting.adjustment:.0%} of the way from those of the "
            "baseline to those that nobody would want to change, and carmakers absorb the rest."
        )
    if not setting.limited:
        said.append("Plants are not limited here: they build more than their stated capacity.")
    if setting.surges:
        said.append(
            "Tastes change here: the change of consumer surplus compares buyers who like hybrids "
            "more with buyers who like them less, so it is no gain that a policy could give."
            if setting.surges[0].powertrain == "hybrid"
            else "Tastes change here: the change of consumer surplus is no gain from a policy."
        )
    if setting.purchases:
        said.append("What the vehicles are worth to the state that buys them is not counted.")
    if setting.moves:
        said.append(
            "The investment is spread evenly over the life of a plant, without interest, and moves "
            "assembly only: parts come from where they came from."
        )
    return said


def manifest_of(
    world: World, scenario: Scenario, baseline: Scenario | None, seed: int
) -> dict[str, object]:
    """Return what the outcome rests on: versions, hashes of the inputs, questions, seed."""
    return {
        "versions": dict(_versions()),
        "inputs": dict(world.evidence.hashes),
        "replaced": dict(world.evidence.replaced),
        "scenario": _dump(scenario),
        "baseline": None if baseline is None else _dump(baseline),
        "seed": seed,
        "base_day": world.on.isoformat(),
    }


@cache
def _versions() -> dict[str, str]:
    """Return the versions of this program and of what its numbers rest on."""
    return {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}


def _dump(scenario: Scenario) -> dict[str, object]:
    """Return a scenario as its file says it, without defaults."""
    return scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def sources_behind(world: World) -> pd.DataFrame:
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
