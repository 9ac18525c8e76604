"""Spans of days are half-open; months and shares follow from that."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.errors import EvidenceError
from backhaul.ground.calendar import (
    Validity,
    day_after,
    month_span,
    months,
    parse_day,
    share_in_force,
)

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def test_the_end_is_the_first_day_out_of_force():
    """The start is inside, the end is not, and no end means for good."""
    span = Validity(date(2025, 4, 3), date(2025, 9, 16))

    assert date(2025, 4, 3) in span
    assert date(2025, 9, 15) in span
    assert date(2025, 9, 16) not in span
    assert date(2099, 1, 1) in Validity(date(2025, 4, 3))


def test_a_span_that_ends_before_it_starts_is_refused():
    """An empty span is a slip of the pen."""
    with pytest.raises(EvidenceError) as caught:
        Validity(date(2025, 4, 3), date(2025, 4, 3))
    assert caught.value.fix.startswith("Write an end")


@pytest.mark.parametrize("text", ["2024-13-01", "1 July 2024", "2024-7-1", "20240701", ""])
def test_a_date_that_is_none_is_refused(text):
    """Only a day of the calendar as YYYY-MM-DD is a date."""
    with pytest.raises(EvidenceError) as caught:
        parse_day(text, where="measure m")
    assert caught.value.where == "measure m"
    assert "2024-07-01" in caught.value.what
    assert caught.value.fix.startswith("Write year, month and day")


def test_a_month_runs_to_the_first_of_the_next():
    """December ends on 1 January."""
    assert month_span("2024-12") == Validity(date(2024, 12, 1), date(2025, 1, 1))
    assert day_after(date(2024, 2, 29)) == date(2024, 3, 1)


@given(first=DAYS, length=st.integers(0, 400))
def test_months_tile_the_calendar(first, length):
    """Each month starts where the one before ends, from the first day's to the last day's."""
    last = date.fromordinal(first.toordinal() + length)
    spans = list(months(first, last))

    assert first in spans[0]
    assert last in spans[-1]
    assert all(a.end == b.start for a, b in pairwise(spans))


@given(start=DAYS, length=st.integers(1, 500), month=DAYS)
def test_the_shares_before_during_and_after_add_to_one(start, length, month):
    """A month is split between before a span, the span and after it, with nothing left."""
    end = date.fromordinal(start.toordinal() + length)
    span = month_span(f"{month:%Y-%m}")
    parts = [
        Validity(date(1900, 1, 1), start),
        Validity(start, end),
        Validity(end),
    ]
    assert sum(share_in_force(part, span) for part in parts) == pytest.approx(1, abs=1e-12)


def test_a_span_without_end_has_no_share():
    """Days cannot be counted where there is no last one."""
    with pytest.raises(EvidenceError, match="no end"):
        share_in_force(Validity(date(2024, 1, 1)), Validity(date(2024, 1, 1)))
