"""A path over months: every law in force within them solved once, and weighted by its days.

A month's figure is the mean over its days of the equilibrium under the law of each day, so that
units, revenues and values add up over the days. It is not the equilibrium under a mean rate: such
a rate was never the law, has no meaning for a refund with a cap, an all-in rate or a route of
certification, and would need a proof of its own for each month. See docs/understand/timeline.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from backhaul.baseline.setting import Setting
from backhaul.baseline.settle import base_setting, settle
from backhaul.baseline.state import State
from backhaul.baseline.world import World
from backhaul.errors import ScenarioError
from backhaul.ground.calendar import Validity, share_in_force
from backhaul.ground.names import suggestion
from backhaul.outcome.books import Books
from backhaul.outcome.identities import identity_gaps
from backhaul.outcome.outcome import NOT_MODELLED
from backhaul.policy.changes_of_law import Step, spans_of_one_law, steps_of_law
from backhaul.scenario.scenario import Scenario
from backhaul.study.month_figures import SURPLUS, Level, levels_of
from backhaul.study.months import LAW_ONLY, month_name, months_of
from backhaul.study.path_words import path_sentences
from backhaul.study.run import manifest_of, sources_behind, world_of

Progress = Callable[[str], None]

SAME = 1e-7
"""Relative difference below which a step of law moved nothing: above the noise of a solve."""

NOTES = (
    "Each month is the mean over its days of the equilibrium under the law of each day: static, "
    "month by month, without stock-building, anticipation or memory; prices are those of the "
    "long run under that law, not those charged in that month.",
    "Units and sums are annual rates: what a whole year under the laws of that month would bring.",
    "Tastes, incomes, costs, models on sale, the exchange rate and the market's size are those of "
    "2024, but for a scenario's own changes; from month to month only laws change.",
    "A measure that was made retroactive counts from the day of its legal effect, not of its "
    "publication.",
)


@dataclass(frozen=True, eq=False)
class Path:
    """One figure over the months."""

    name: str
    label: str
    unit: str
    values: tuple[float, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the path as timeline.json has it."""
        return {
            "name": self.name,
            "label": self.label,
            "unit": self.unit,
            "values": list(self.values),
        }


@dataclass(frozen=True, eq=False)
class Regime:
    """The equilibrium under the law of some days in a row."""

    span: Validity
    levels: tuple[Level, ...]
    moves: bool
    """Whether anything differs from the regime before; for the first one, True."""

    certificates: dict[str, dict[str, object]]
    """By market code."""

    certified: bool

    @property
    def name(self) -> str:
        """The days, as people write them: both included."""
        last = date.fromordinal((self.span.end or date.max).toordinal() - 1)
        return f"{self.span.start} to {last}"


@dataclass(frozen=True, eq=False)
class Timeline:
    """Figures over months, the steps of law between them, and the proof of every regime."""

    name: str
    asks: str
    months: tuple[str, ...]
    """Each as YYYY-MM."""

    paths: tuple[Path, ...]
    regimes: tuple[Regime, ...]
    steps: tuple[Step, ...]
    identities: dict[str, float]
    """Largest relative gap of each identity of the accounts over all regimes."""

    manifest: dict[str, object]
    sources: pd.DataFrame
    notes: tuple[str, ...] = NOTES
    not_modelled: tuple[str, ...] = field(default=NOT_MODELLED)

    def __getitem__(self, name: str) -> Path:
        """Return a path by name.

        Errors:
            ScenarioError: there is no such figure; suggests the nearest.
        """
        for path in self.paths:
            if path.name == name:
                return path
        raise ScenarioError(
            where=f"timeline {self.name}",
            what=f"it has no figure {name!r}.",
            fix=suggestion(name, [path.name for path in self.paths]),
        )

    def at(self, name: str, month: str) -> float:
        """Return a figure in a month.

        Errors:
            ScenarioError: there is no such figure or month.
        """
        if month not in self.months:
            raise ScenarioError(
                where=f"timeline {self.name}",
                what=f"it has no month {month!r}; it runs from {self.months[0]} to "
                f"{self.months[-1]}.",
                fix="Take a month within it.",
            )
        return self[name].values[self.months.index(month)]

    @property
    def certified(self) -> bool:
        """Whether every regime carries its whole certificate."""
        return all(regime.certified for regime in self.regimes)

    @property
    def certificates(self) -> dict[str, dict[str, object]]:
        """The certificate of every solve, by market and days."""
        return {
            f"{code}, {regime.name}": proof
            for regime in self.regimes
            for code, proof in regime.certificates.items()
        }

    @property
    def days_of_change(self) -> tuple[date, ...]:
        """The days on which the law changes."""
        return tuple(dict.fromkeys(step.on for step in self.steps))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in three sentences."""
        moves = {regime.span.start: regime.moves for regime in self.regimes}
        values = {path.name: path.values for path in self.paths}
        return path_sentences(self.months, [moves[day] for day in self.days_of_change], values)

    def moving(self, step: Step) -> bool:
        """Return whether anything moves on the day of a step."""
        return any(regime.moves for regime in self.regimes if regime.span.start == step.on)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tidy tables: month by figure, regime by figure, and the steps of law."""
        path_rows = [
            (month, path.name, path.label, path.unit, value)
            for path in self.paths
            for month, value in zip(self.months, path.values, strict=True)
        ]
        regime_rows = [
            (regime.span.start, regime.span.end, level.name, level.label, level.unit, level.value)
            for regime in self.regimes
            for level in regime.levels
        ]
        figure = ["figure", "label", "unit", "value"]
        steps = [step.as_dict() | {"moves": self.moving(step)} for step in self.steps]
        return {
            "months": pd.DataFrame(path_rows, columns=["month", *figure]),
            "regimes": pd.DataFrame(regime_rows, columns=["start", "end", *figure]),
            "steps": pd.DataFrame(steps, columns=STEP_COLUMNS),
            "sources": self.sources,
        }

    def as_dict(self) -> dict[str, object]:
        """Return the timeline as timeline.json has it."""
        return {
            "name": self.name,
            "asks": self.asks,
            "answer": list(self.sentences),
            "from": self.months[0],
            "to": self.months[-1],
            "months": list(self.months),
            "figures": [path.as_dict() for path in self.paths],
            "steps": [step.as_dict() | {"moves": self.moving(step)} for step in self.steps],
            "regimes": [
                {
                    "start": regime.span.start.isoformat(),
                    "end": None if regime.span.end is None else regime.span.end.isoformat(),
                    "moves": regime.moves,
                    "certified": regime.certified,
                    "certificate": regime.certificates,
                }
                for regime in self.regimes
            ],
            "certified": self.certified,
            "identities": self.identities,
            "notes": list(self.notes),
            "not_modelled": list(self.not_modelled),
            "manifest": self.manifest,
        }


STEP_COLUMNS = [
    *("date", "event", "measure_id", "importer", "exporter", "product", "instrument", "what"),
    *("source_id", "grade", "moves"),
]


def timeline(
    world: World, question: Scenario, span: Validity, progress: Progress | None = None
) -> Timeline:
    """Return the path of one question over the months of a span.

    Every law within the span is solved once, each from its neighbour's prices, with the whole
    certificate.

    Args:
        world: The calibrated world.
        question: Its changes hold in every month; its own day and baseline are not read.
        span: From the first day of a month to the end of one (`span_of_months`).
        progress: Called with a word on what is being done.

    Errors:
        ScenarioError: the changes cannot be made under the law of some day; the base duty of a
            day is not in the tables.
        EquilibriumError: a solve fails a part of its certificate.
    """
    say = progress or (lambda _: None)
    world = world_of(world, question, say)
    measures = _setting(world, question, span.start).measures
    spans = spans_of_one_law(measures, span)
    say("solving the calibrated world")
    base = settle(world, base_setting(world))
    regimes, gaps = _solve_all(world, question, spans, base, say)
    calendar = months_of(span)
    own = () if question.name == LAW_ONLY else _own_notes(question)
    return Timeline(
        name=question.name,
        asks=question.asks,
        months=tuple(month_name(month) for month in calendar),
        paths=_paths(regimes, calendar),
        regimes=regimes,
        steps=steps_of_law(measures, span),
        identities=gaps,
        manifest=manifest_of(world, question, None, 0)
        | {"from": month_name(calendar[0]), "to": month_name(calendar[-1])},
        sources=sources_behind(world),
        notes=(*NOTES, *own, *question.notes),
    )


def weights(spans: Sequence[Validity], calendar: Sequence[Validity]) -> np.ndarray:
    """Return the share of each month's days that lie in each span. Shape (M, R), rows add to 1."""
    return np.array([[share_in_force(span, month) for span in spans] for month in calendar])


def _solve_all(
    world: World, question: Scenario, spans: Sequence[Validity], base: State, say: Progress
) -> tuple[tuple[Regime, ...], dict[str, float]]:
    """Return every regime, solved from its neighbour, and the worst gap of each identity."""
    books, near = Books(base), base
    regimes: list[Regime] = []
    gaps: dict[str, float] = {}
    for number, days in enumerate(spans, start=1):
        say(f"solving the law of {days.start} ({number} of {len(spans)})")
        state = settle(world, _setting(world, question, days.start), near=near)
        now = Books(state)
        for name, gap in identity_gaps(books, now).items():
            gaps[name] = max(gap, gaps.get(name, 0.0))
        levels = levels_of(books, now)
        regimes.append(
            Regime(
                span=days,
                levels=levels,
                moves=not regimes or _differ(regimes[-1].levels, levels),
                certificates={
                    code: side.equilibrium.certificate.as_dict()
                    for code, side in state.sides.items()
                },
                certified=all(side.equilibrium.certified for side in state.sides.values()),
            )
        )
        near = state
    return tuple(regimes), gaps


def _setting(world: World, question: Scenario, day: date) -> Setting:
    """Return the setting of a question under the law of a day."""
    try:
        return question.model_copy(update={"as_of": day}).setting(world)
    except ScenarioError as error:
        raise ScenarioError(
            where=f"{error.where}, under the law of {day}",
            what=f"its changes must hold in every month; here they cannot be made. {error.what}",
            fix=f"Let the timeline begin later, or mend the scenario. {error.fix}",
            problems=error.problems,
        ) from error


def _differ(old: Sequence[Level], new: Sequence[Level]) -> bool:
    """Return whether any level differs by more than the noise of a solve."""
    before, after = (np.array([level.value for level in levels]) for levels in (old, new))
    return not np.allclose(before, after, rtol=SAME, atol=0.0)


def _paths(regimes: Sequence[Regime], calendar: Sequence[Validity]) -> tuple[Path, ...]:
    """Return each figure's day-weighted mean in each month."""
    names = [level.name for level in regimes[0].levels]
    for regime in regimes:
        if [level.name for level in regime.levels] != names:
            raise ValueError(f"The figures of {regime.name} are not those of the first regime.")
    share = weights([regime.span for regime in regimes], calendar)
    values = share @ np.array([[level.value for level in r.levels] for r in regimes])
    paths = (
        Path(level.name, level.label, level.unit, tuple(map(float, column)))
        for level, column in zip(regimes[0].levels, values.T, strict=True)
    )
    return tuple(_against_first(path) for path in paths)


def _against_first(path: Path) -> Path:
    """Return a surplus as its change against the first month; any other path as it is."""
    if path.name not in SURPLUS:
        return path
    name, label = SURPLUS[path.name]
    changes = tuple(value - path.values[0] for value in path.values)
    return replace(path, name=name, label=label, values=changes)


def _own_notes(question: Scenario) -> tuple[str, ...]:
    """Return what is said of a scenario's path beside its own notes."""
    said = (
        f"The changes of {question.name} hold in every month; its own day and its baseline are "
        "not read. Prices are an index of the calibrated world without these changes.",
    )
    if not question.surge:
        return said
    return (
        *said,
        "The shift of tastes is found anew under each law, so consumer surplus from month to month "
        "counts that change of tastes too.",
    )
