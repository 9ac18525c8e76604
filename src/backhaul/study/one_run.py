"""One run of a question with one parameter at another value, recomputing only what it moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.settle import settle
from backhaul.baseline.solved import Solved, free_of_support
from backhaul.baseline.state import State
from backhaul.baseline.world import World
from backhaul.errors import BackhaulError
from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.parameter import NOT_VARIED
from backhaul.market.observe import observe
from backhaul.outcome.books import books_of
from backhaul.outcome.figure import Figure
from backhaul.outcome.figures import make_figures
from backhaul.scenario.scenario import Scenario
from backhaul.study.run import baseline_setting

REFUSALS = (BackhaulError, ArithmeticError, np.linalg.LinAlgError, RuntimeError)
"""What a run may end in: a refusal of ours, or of the arithmetic at an extreme value."""


@dataclass(frozen=True, slots=True)
class Question:
    """What every run of a study has in common; small enough to be sent to a process."""

    folder: Path | None
    """Folder of the user's own tables."""

    replaced: tuple[tuple[str, float], ...]
    """Parameters that have another value than the tables in every run."""

    scenario: Scenario
    baseline: Scenario | None

    @classmethod
    def about(cls, evidence: Evidence, scenario: Scenario, baseline: Scenario | None) -> Question:
        """Return the question of a scenario, its own parameters included."""
        replaced = scenario.evidence(evidence).replaced
        return cls(evidence.folder, tuple(replaced.items()), scenario, baseline)


@dataclass(frozen=True, slots=True)
class Task:
    """One parameter at one value."""

    parameter: str
    value: float


@dataclass(frozen=True, slots=True)
class Run:
    """One low or high run."""

    parameter: str
    value: float
    figures: dict[str, float]
    """Change by figure, or value where it has no baseline; empty where the run failed."""

    failure: str = ""


@dataclass(frozen=True, eq=False)
class Centre:
    """The question answered at central values, and which parameters each stage looked up.

    A stage is not repeated for a parameter that neither it nor an earlier one has looked up.
    """

    question: Question
    evidence: Evidence
    solved: Solved
    by_observation: frozenset[str]
    """Looked up when the tables were reconciled."""

    by_calibration: frozenset[str]
    by_baseline: frozenset[str]
    """Looked up by the calibration or the baseline."""

    by_scenario: frozenset[str]
    """Looked up by calibration, baseline or scenario."""

    by_figures: frozenset[str]
    """Looked up by anything at all."""

    @property
    def world(self) -> World:
        """The world at central values."""
        return self.solved.baseline.world


def centre(question: Question) -> Centre:
    """Return the central answer, solved to first and second order.

    Errors:
        BackhaulError: as `backhaul.study.run.run`.
    """
    evidence = Evidence.load(question.folder)
    for name, value in question.replaced:
        evidence = evidence.replace_parameter(name, value)
    diary = evidence.with_new_diary()
    observed = observe(diary)
    by_observation = frozenset(diary.asked)
    world = calibrate(diary, observed=observed)
    by_calibration = frozenset(diary.asked)
    before = _baseline(world, question, near=None)
    by_baseline = frozenset(diary.asked)
    solved = _after(before, question)
    by_scenario = frozenset(diary.asked)
    _figures(solved)
    return Centre(
        question=question,
        evidence=evidence,
        solved=solved,
        by_observation=by_observation,
        by_calibration=by_calibration,
        by_baseline=by_baseline,
        by_scenario=by_scenario,
        by_figures=frozenset(diary.asked),
    )


def varied_in(centre: Centre) -> tuple[str, ...]:
    """Return the parameters with a range that the answer looks up, in the table's order.

    What the scenario itself sets is part of the question, not an assumption.
    """
    given = (*NOT_VARIED, *centre.question.scenario.parameters)
    return tuple(
        name
        for name, p in centre.evidence.parameters.items()
        if name in centre.by_figures and p.role == "engine" and p.low < p.high and name not in given
    )


def one_run(centre: Centre, task: Task) -> Run:
    """Return one run; a refusal is a result too."""
    name, value = task.parameter, task.value
    try:
        figures = _figures(_solved(centre, name, value))
    except REFUSALS as error:
        said = f"{error.where}: {error.what}" if isinstance(error, BackhaulError) else repr(error)
        return Run(name, value, {}, failure=said)
    return Run(name, value, {f.name: moved(f) for f in figures if np.isfinite(moved(f))})


def moved(figure: Figure) -> float:
    """Return the change of a figure, or its value where it has no baseline."""
    return figure.scenario if figure.change is None else figure.change


def _solved(centre: Centre, name: str, value: float) -> Solved:
    """Return the states with one parameter at another value; what it leaves alone is central."""
    evidence, question = centre.evidence.replace_parameter(name, value), centre.question
    if name in centre.by_calibration:
        known = None if name in centre.by_observation else centre.world.observed
        world = calibrate(evidence, observed=known)
        return _after(_baseline(world, question, near=centre.solved.baseline), question)
    observed = replace(centre.world.observed, evidence=evidence)
    world = replace(centre.world, observed=observed)
    if name in centre.by_baseline:
        return _after(_baseline(world, question, near=centre.solved.baseline), question)
    if name in centre.by_scenario:
        return _after(replace(centre.solved.baseline, world=world), question)
    return _in_world(centre.solved, world)


def _baseline(world: World, question: Question, near: State | None) -> State:
    """Return the baseline of the question."""
    setting = baseline_setting(world, question.scenario, question.baseline)
    return settle(world, setting, level="slider", near=near)


def _after(before: State, question: Question) -> Solved:
    """Return the scenario, with and without support, beside its baseline."""
    setting = question.scenario.setting(before.world)
    after = settle(before.world, setting, level="slider", near=before, base=before)
    return Solved(before, after, free_of_support(after, base=before, level="slider"))


def _in_world(solved: Solved, world: World) -> Solved:
    """Return the same states in a world that differs only in what no solve reads."""
    before, after = replace(solved.baseline, world=world), replace(solved.scenario, world=world)
    free = after if solved.free is solved.scenario else replace(solved.free, world=world)
    return Solved(before, after, free)


def _figures(solved: Solved) -> tuple[Figure, ...]:
    """Return the headline figures of solved states."""
    return make_figures(*books_of(solved))
