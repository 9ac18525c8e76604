"""Which months, and which question, a timeline is about."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from backhaul.errors import ScenarioError
from backhaul.ground.calendar import Validity, month_span, months
from backhaul.ground.names import suggestion
from backhaul.scenario.file import load_scenario
from backhaul.scenario.library import shipped
from backhaul.scenario.scenario import Scenario

LAW_ONLY = "us-auto-tariffs"
"""The timeline in which nothing changes but the law."""

LONGEST = 240
"""Most months of one timeline."""

FIRST_YEAR, LAST_YEAR = 1900, 2100


def timeline_question(name_or_path: str, first: str) -> Scenario:
    """Return the scenario whose changes hold in every month; for LAW_ONLY one without any.

    Args:
        name_or_path: LAW_ONLY, a shipped scenario or the path of a TOML file.
        first: First month, for the day of LAW_ONLY.

    Errors:
        ScenarioError: no such name or file, or a file with faults.
    """
    known = shipped()
    if name_or_path == LAW_ONLY:
        return Scenario(
            name=LAW_ONLY,
            asks="What do the car tariffs in force in each month do to prices, trade and revenue?",
            as_of=month_of(first, "--from").start,
            author="backhaul",
        )
    is_path = name_or_path.endswith(".toml") or (name_or_path and Path(name_or_path).exists())
    if name_or_path not in known and not is_path:
        raise ScenarioError(
            where=f"timeline {name_or_path!r}",
            what=f"it is neither {LAW_ONLY} (the law alone) nor a shipped scenario.",
            fix=suggestion(name_or_path, (LAW_ONLY, *known)),
        )
    return load_scenario(name_or_path)


def span_of_months(first: str, last: str) -> Validity:
    """Return the days from the first day of one month up to the end of another, inclusive.

    Errors:
        ScenarioError: a text is no month, the first lies after the last, or there are more than
            LONGEST months.
    """
    begin, end = month_of(first, "--from"), month_of(last, "--to")
    if begin.start > end.start:
        raise ScenarioError(
            where=f"--from {first} --to {last}",
            what="the first month lies after the last.",
            fix=f"Swap them: --from {last} --to {first}.",
        )
    count = 12 * (end.start.year - begin.start.year) + end.start.month - begin.start.month + 1
    if count > LONGEST:
        raise ScenarioError(
            where=f"--from {first} --to {last}",
            what=f"these are {count} months; a timeline has at most {LONGEST}.",
            fix="Ask for a shorter span, or for two.",
        )
    return Validity(begin.start, end.end)


def months_of(span: Validity) -> tuple[Validity, ...]:
    """Return the months of a span that begins and ends with a month."""
    if span.end is None:
        raise ValueError(f"The span {span} has no end.")
    return tuple(months(span.start, date.fromordinal(span.end.toordinal() - 1)))


def month_name(month: Validity) -> str:
    """Return a month as YYYY-MM."""
    return month.start.isoformat()[:7]


def month_of(text: str, where: str) -> Validity:
    """Return the days of a month written as YYYY-MM.

    Errors:
        ScenarioError: the text is no month, or its year lies far outside any table.
    """
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    if found is None:
        raise ScenarioError(
            where=where,
            what=f"{text!r} is no month; a month reads 2025-04.",
            fix="Write year and month as YYYY-MM.",
        )
    if not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise ScenarioError(
            where=where,
            what=f"the year of {text!r} is outside {FIRST_YEAR} to {LAST_YEAR}.",
            fix=f"Take a year from {FIRST_YEAR} to {LAST_YEAR}.",
        )
    return month_span(text)
