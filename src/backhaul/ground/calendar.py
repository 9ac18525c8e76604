"""Days, months and half-open spans of days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from backhaul.errors import EvidenceError

ONE_DAY = timedelta(days=1)
DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Validity:
    """From the first day in force up to, but not including, the first day out of force."""

    start: date
    end: date | None = None
    """None: no end is known."""

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise EvidenceError(
                where=f"span from {self.start} to {self.end}",
                what="it ends before it starts; the end is the first day out of force.",
                fix="Write an end that is later than the start, or none.",
            )

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def __str__(self) -> str:
        return f"[{self.start}, {self.end or 'no end'})"


def parse_day(text: str, *, where: str) -> date:
    """Return the day that a text of the form YYYY-MM-DD names.

    Args:
        text: The text.
        where: What the date belongs to, for the message.

    Raises:
        EvidenceError: The text is not a day of the calendar.
    """
    try:
        return day_of(text)
    except ValueError as error:
        raise EvidenceError(
            where=where,
            what=f"'{text}' is not a date; a date reads 2024-07-01.",
            fix="Write year, month and day as YYYY-MM-DD.",
        ) from error


def day_of(text: str) -> date:
    """Return the day of a text of the form YYYY-MM-DD, and of no other form.

    Raises:
        ValueError: The text is not such a day.
    """
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def month_span(text: str) -> Validity:
    """Return the days of a month written as YYYY-MM, as a half-open span.

    Raises:
        EvidenceError: The text is not a month.
    """
    first = parse_day(f"{text}-01", where=f"month '{text}'")
    return Validity(first, _next_month(first))


def months(first: date, last: date) -> Iterator[Validity]:
    """Yield the month spans from the month of `first` to the month of `last`, inclusive."""
    start = first.replace(day=1)
    while start <= last:
        yield Validity(start, _next_month(start))
        start = _next_month(start)


def share_in_force(validity: Validity, span: Validity) -> float:
    """Return the share of the days of `span` on which `validity` holds.

    Args:
        validity: The span of a measure.
        span: A span with an end, such as a month.

    Raises:
        EvidenceError: `span` has no end.
    """
    if span.end is None:
        raise EvidenceError(
            where=f"span {span}",
            what="it has no end, so it has no number of days.",
            fix="Give it an end.",
        )
    start = max(validity.start, span.start)
    end = span.end if validity.end is None else min(validity.end, span.end)
    return max(0, (end - start).days) / (span.end - span.start).days


def day_after(last: date) -> date:
    """Return the exclusive end of a span whose last day in force is `last`."""
    return last + ONE_DAY


def _next_month(first: date) -> date:
    if first.month == DECEMBER:
        return date(first.year + 1, 1, 1)
    return date(first.year, first.month + 1, 1)
