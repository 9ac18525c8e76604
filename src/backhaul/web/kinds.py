"""The kinds of questions that run as jobs: one registered function each.

A new kind is an entry of KINDS. Its function gets the engine of the process, the question, what
tells progress, and what says whether the client has cancelled; it returns an answer. Telling
progress raises `Cancelled` when the client has, so a study that tells often needs no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from backhaul.errors import EquilibriumError
from backhaul.web.answer import Answer, outcome_answer
from backhaul.web.engine import Engine
from backhaul.web.forms import CompareForm, RunForm, TimelineForm
from backhaul.web.questions import Question


class Cancelled(Exception):
    """The client has cancelled."""


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

    evidence = asked.scenario.evidence(engine.evidence)
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
    scenario = question.asked[0].scenario
    found = timeline(engine.world_for(scenario), scenario, span, _steps(report))
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
}
"""By name. Those with a form are what POST jobs takes."""


def offered() -> tuple[str, ...]:
    """Return the kinds that a client may ask for, in alphabetical order."""
    return tuple(sorted(name for name, kind in KINDS.items() if kind.form is not None))
