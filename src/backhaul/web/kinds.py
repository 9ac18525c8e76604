"""The kinds of questions that run as jobs: one registered function each.

A new kind is an entry of KINDS. Its function gets the engine of the process, the question, what
tells progress, and what says whether the client has cancelled; it returns an answer. Telling
progress raises `Cancelled` when the client has, so a study that tells often needs no more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from backhaul.errors import EquilibriumError
from backhaul.study.whole import Cancelled
from backhaul.web.answer import Answer, outcome_answer
from backhaul.web.engine import Engine
from backhaul.web.forms import (
    CompareForm,
    DesignForm,
    EnsembleForm,
    InfluenceForm,
    RunForm,
    TimelineForm,
)
from backhaul.web.questions import Question

__all__ = ["KINDS", "Cancelled", "Kind", "Report", "compared", "offered"]


MOST_THREADS = 8

Report = Callable[[int, int | None, str], None]
"""Tells steps done, steps in all where known, and a word; raises `Cancelled` when it is time."""

IsCancelled = Callable[[], bool]
Work = Callable[[Engine, Question, Report, IsCancelled], Answer]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question."""

    work: Work
    form: type[BaseModel] | None
    """What a request for a job of this kind looks like; None: nobody asks for it directly."""

    is_heavy: bool = False
    """Whether its process loads a compiler and takes much memory: it ends with the job."""


def _steps(report: Report) -> Callable[[str], None]:
    """Return what counts the words of a study as steps."""
    count = iter(range(1_000_000))
    return lambda text: report(next(count), None, text)


def _run(engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled) -> Answer:
    """Answer one question with the whole certificate, as `backhaul run` does."""
    return outcome_answer(engine.certified(question.asked[0], _steps(report)))


def _ranges(
    engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled
) -> Answer:
    """Answer one question with low and high runs, as `backhaul run --ranges` does."""
    from backhaul.study.ranges import with_ranges

    asked = question.asked[0]
    outcome = engine.certified(asked, _steps(report))

    def done(count: int, total: int) -> None:
        report(count, total, "low and high runs")

    evidence = asked.scenario.evidence(engine.of(asked).evidence)
    full = with_ranges(evidence, asked.scenario, outcome, asked.baseline, done, workers=1)
    return outcome_answer(full)


def _timeline(
    engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled
) -> Answer:
    """Follow the months, as `backhaul timeline` does."""
    from backhaul.report.timeline import timeline_html
    from backhaul.study.months import span_of_months
    from backhaul.study.timeline import timeline

    span = span_of_months(question.options["from"], question.options["to"])
    asked = question.asked[0]
    scenario = asked.scenario
    found = timeline(engine.of(asked).world_for(scenario), scenario, span, _steps(report))
    _require(certified=found.certified, where=f"timeline {found.name}")
    return Answer(found.as_dict(), found.tables(), lambda: timeline_html(found))


def _compare(
    engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled
) -> Answer:
    """Put scenarios side by side, as `backhaul compare` does."""
    return compared(engine, question, _steps(report))


def compared(engine: Engine, question: Question, say: Callable[[str], None]) -> Answer:
    """Return scenarios side by side, at the level of the question.

    Raises:
        BackhaulError: as `backhaul.study.run.run`, for any of them.
    """
    from backhaul.report.comparison import comparison_html
    from backhaul.study.compare import Comparison, unique

    outcomes = []
    for number, asked in enumerate(question.asked, start=1):
        place = f"{asked.scenario.name} ({number} of {len(question.asked)})"
        say(place)
        if question.level == "slider":
            outcomes.append(engine.slider(asked))
        else:
            outcomes.append(engine.certified(asked, lambda step, at=place: say(f"{at}: {step}")))  # type: ignore[misc]
    found = Comparison(
        labels=unique([asked.scenario.name for asked in question.asked]), outcomes=tuple(outcomes)
    )
    return Answer(found.as_dict(), {"figures": found.table()}, lambda: comparison_html(found))


def _ensemble(
    engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled
) -> Answer:
    """Draw everything uncertain many times, as `backhaul ensemble` does."""
    from backhaul.report.ensemble import ensemble_html
    from backhaul.study.ensemble import Plan, ensemble
    from backhaul.study.opened import opened
    from backhaul.study.whole import figure_place

    options, asked = question.options, question.asked[0]
    hold = bool(options["hold_tastes"])
    say = _steps(report)
    here = opened(engine.of(asked).world, asked.scenario, asked.baseline, hold_tastes=hold, say=say)
    figure = options["of"]
    if figure is not None:
        figure_place(here.model.figures, figure)
    plan = Plan(n=options["n"], seed=options["seed"], workers=_threads(), hold_tastes=hold)
    found = ensemble(
        here.model,
        plan,
        here.asked,
        keep=engine.kept,
        progress=report,
        is_cancelled=is_cancelled,
    )
    return Answer(found.as_dict(), found.tables(), lambda: ensemble_html(found, figure))


def _influence(
    engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled
) -> Answer:
    """Say what one figure hangs on, as `backhaul influence` does."""
    from backhaul.report.influence import Told, influence_html
    from backhaul.study.influence import influence
    from backhaul.study.opened import opened

    asked = question.asked[0]
    here = opened(engine.of(asked).world, asked.scenario, asked.baseline, say=_steps(report))
    told = Told(
        influence(
            here.model,
            question.options["of"],
            here.asked,
            progress=report,
            is_cancelled=is_cancelled,
        )
    )
    return Answer(told.tree, told.tables, lambda: influence_html(told))


def _design(
    engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled
) -> Answer:
    """Find the cheapest mix of instruments, as `backhaul design` does."""
    from backhaul.report.design import design_html
    from backhaul.study.design import Ask, design
    from backhaul.study.opened import opened, without_promise

    options, asked = question.options, question.asked[0]
    bounds = {name: (low, high) for name, (low, high) in options["bounds"].items()}
    ask = Ask(
        reach=options["reach"],
        using=tuple(options["with"]),
        minimise=options["minimise"],
        bounds=bounds,
        seed=options["seed"],
        frontier=options["frontier"],
    )
    scenario = without_promise(asked.scenario)
    here = opened(engine.of(asked).world, scenario, asked.baseline, say=_steps(report))
    found = design(here.model, ask, here.asked, progress=report, is_cancelled=is_cancelled)
    return Answer(found.as_dict(), found.tables(), lambda: design_html(found))


def _threads() -> int:
    """Return how many draws are solved at once; the answer does not depend on it."""
    return max(1, min(MOST_THREADS, os.cpu_count() or 1))


def _claims(
    engine: Engine, question: Question, report: Report, is_cancelled: IsCancelled
) -> Answer:
    """Hold all claims against facts and figures, as `backhaul claims --all` does."""
    from backhaul.study.claims import evaluate

    rows = evaluate(engine.world, _steps(report), every=bool(question.options["all"]))
    return Answer({"claims": rows})


def _require(*, certified: bool, where: str) -> None:
    """Refuse an answer without its whole proof."""
    if not certified:
        raise EquilibriumError(
            where=where,
            what="the result is not certified: a part of its proof failed.",
            fix="Ask for less at once to find the part at fault.",
        )


KINDS: Mapping[str, Kind] = {
    "run": Kind(_run, RunForm),
    "ranges": Kind(_ranges, RunForm),
    "timeline": Kind(_timeline, TimelineForm),
    "compare": Kind(_compare, CompareForm),
    "claims": Kind(_claims, None),
    "ensemble": Kind(_ensemble, EnsembleForm, is_heavy=True),
    "influence": Kind(_influence, InfluenceForm, is_heavy=True),
    "design": Kind(_design, DesignForm, is_heavy=True),
}
"""By name. Those with a form are what POST jobs takes."""


def lanes() -> tuple[frozenset[str], frozenset[str]]:
    """Return the kinds that take seconds, and those that take minutes: each in a lane."""
    heavy = frozenset(name for name, kind in KINDS.items() if kind.is_heavy)
    return frozenset(KINDS) - heavy, heavy


def offered() -> tuple[str, ...]:
    """Return the kinds that a client may ask for, in alphabetical order."""
    return tuple(sorted(name for name, kind in KINDS.items() if kind.form is not None))
