"""From a checked form to the question that it asks."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel

from backhaul.errors import Problem, ScenarioError
from backhaul.study.months import LAW_ONLY, span_of_months, timeline_question
from backhaul.web.failure import RequestError
from backhaul.web.forms import AskForm, CompareForm, TimelineForm, options_of
from backhaul.web.questions import Asked, Level, Library, Question


def question_of(library: Library, kind: str, form: BaseModel, level: Level) -> Question:
    """Return the question of a form.

    Args:
        library: The shipped scenarios.
        kind: Name of a kind of `kinds.KINDS`.
        form: A form of that kind.
        level: How it is to be answered.

    Raises:
        RequestError, ScenarioError: what it asks is not allowed; with all problems.
    """
    if isinstance(form, CompareForm):
        asked = tuple(
            _one_of_many(library, entry, number)
            for number, entry in enumerate(form.scenarios, start=1)
        )
        return Question(kind, asked, level)
    if isinstance(form, TimelineForm):
        return Question(kind, (_over_months(library, form),), level, options_of(form))
    if isinstance(form, AskForm):
        return Question(kind, (_asked(library, form),), level, options_of(form))
    raise TypeError(f"{type(form).__name__} asks no question")


def _asked(library: Library, form: AskForm) -> Asked:
    asked = library.asked(
        scenario=form.scenario, toml=form.toml, changes=form.changes, baseline=form.baseline
    )
    return replace(asked, tables=form.tables_id)


def _one_of_many(library: Library, form: AskForm, number: int) -> Asked:
    """Return one question of several; a refusal says which one it is about."""
    try:
        return _asked(library, form)
    except (RequestError, ScenarioError) as error:
        where = f"scenarios[{number}], {error.where}"
        raise RequestError(where, error.what, error.fix, error.problems) from error


def _over_months(library: Library, form: TimelineForm) -> Asked:
    """Return the question that is followed over months, whose span must be one."""
    try:
        span_of_months(form.first, form.last)
    except ScenarioError as error:
        row = Problem("body", None, "from, to", f"{form.first}, {form.last}", error.what, error.fix)
        raise RequestError(
            "from, to", error.what, "Ask for an earlier 'from' or a later 'to'."
            if form.first > form.last else "Ask for a shorter span.", (row,)
        ) from error  # fmt: skip
    if form.toml is None and form.scenario == LAW_ONLY:
        if form.changes:
            raise RequestError(
                where="changes",
                what=f"{LAW_ONLY} is the law alone; it has no controls.",
                fix="Name a scenario whose changes hold in every month.",
            )
        return Asked(timeline_question(LAW_ONLY, form.first), tables=form.tables_id)
    scenario = None if form.toml is not None else form.scenario
    asked = library.asked(scenario=scenario, toml=form.toml, changes=form.changes, baseline=None)
    return replace(asked, tables=form.tables_id)
