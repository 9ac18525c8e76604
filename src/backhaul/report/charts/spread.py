"""Ranges: sales of new cars with their intervals, and what each uncertain input does."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from backhaul.report.charts.axis import Rows, draw_axis, draw_label, upright
from backhaul.report.charts.change import Words, in_two_widths
from backhaul.report.charts.sheet import Align, Sheet
from backhaul.report.charts.style import log_ticks, nice_ticks, text_width
from backhaul.report.parts import Chart, Grid


@dataclass(frozen=True)
class Spread:
    """One row: a median, its interval, and where the scenario puts it."""

    label: str
    median: float
    low: float
    high: float
    scenario: float | None = None
    """Drawn as a hollow diamond; None where there is none."""


@dataclass(frozen=True)
class Swing:
    """One row of a tornado: the result at the low and at the high value of one input."""

    label: str
    at_low: float
    at_high: float
    low_text: str
    high_text: str


def spread_chart(*, words: Words, rows: tuple[Spread, ...], grid: Grid | None = None) -> Chart:
    """Return intervals in two widths, on a logarithmic axis where all values are above zero."""
    if not rows:
        raise ValueError(f"{words.identifier}: there is no row to draw.")
    return in_two_widths(words, lambda sheet: _draw_spread(words, rows, sheet), grid)


def tornado_chart(
    *, words: Words, rows: tuple[Swing, ...], middle: float, grid: Grid | None = None
) -> Chart:
    """Return a tornado in two widths: the longest swing on top, the central value as a line."""
    if not any(row.at_low != row.at_high for row in rows):
        raise ValueError(f"{words.identifier}: no input moves the result.")
    ordered = tuple(sorted(rows, key=lambda row: -abs(row.at_high - row.at_low)))
    return in_two_widths(words, lambda sheet: _draw_tornado(words, ordered, middle, sheet), grid)


@dataclass(frozen=True)
class _Axis:
    """Ticks and the place of a value."""

    ticks: tuple[float, ...]
    at: Callable[[float], float]


def _axis(values: list[float], left: float, right: float, *, about: int = 5) -> _Axis:
    """Return a logarithmic axis for positive values that span much, else a linear one."""
    low, high = min(values), max(values)
    if low > 0 and high / low > 20:
        ticks = log_ticks(low, high)
        first, last = math.log10(ticks[0]), math.log10(ticks[-1])

        def at_log(value: float) -> float:
            return left + (right - left) * (math.log10(value) - first) / (last - first)

        return _Axis(tuple(ticks), at_log)
    if low == high:
        low, high = low - 1, high + 1
    ticks = nice_ticks(low, high, about)

    def at(value: float) -> float:
        return left + (right - left) * (value - ticks[0]) / (ticks[-1] - ticks[0])

    return _Axis(tuple(ticks), at)


def _draw_spread(words: Words, rows: tuple[Spread, ...], sheet: Sheet) -> str:
    """Return the picture of intervals of one width."""
    values = [value for row in rows for value in (row.low, row.median, row.high)]
    values += [row.scenario for row in rows if row.scenario is not None]
    rows_at = Rows(26.0, 44.0 if sheet.is_narrow else 28.0, len(rows), sheet.is_narrow)
    labels = max(text_width(row.label) for row in rows)
    left = 14.0 if sheet.is_narrow else min(240.0, labels + 24)
    axis = _axis(values, left, sheet.width - 22, about=3 if sheet.is_narrow else 5)
    _key(sheet, has_scenario=any(row.scenario is not None for row in rows))
    draw_axis(sheet, rows_at, [(axis.at(tick), tick) for tick in axis.ticks], words.axis)
    for index, row in enumerate(rows):
        middle = rows_at.mark(index)
        draw_label(sheet, rows_at, index, row.label, sheet.width if sheet.is_narrow else 216.0)
        sheet.line([(axis.at(row.low), middle), (axis.at(row.high), middle)], "more", 4)
        sheet.dot((axis.at(row.median), middle), "more", 5.5)
        if row.scenario is not None:
            sheet.diamond((axis.at(row.scenario), middle), "less")
    return _finish(words, sheet, rows_at.bottom + 40)


def _key(sheet: Sheet, *, has_scenario: bool) -> None:
    """Draw the key of the marks."""
    sheet.line([(2, 9), (30, 9)], "more", 4)
    sheet.dot((16, 9), "more", 5.5)
    sheet.text((37, 9), "median and interval", "muted", size=12)
    if has_scenario:
        sheet.diamond((178, 9), "less")
        sheet.text((190, 9), "with support", "muted", size=12)


def _draw_tornado(words: Words, rows: tuple[Swing, ...], middle_value: float, sheet: Sheet) -> str:
    """Return the tornado of one width."""
    values = [value for row in rows for value in (row.at_low, row.at_high)] + [middle_value]
    texts = [text_width(t, 11.5) for row in rows for t in (row.low_text, row.high_text)]
    rows_at = Rows(26.0, 48.0 if sheet.is_narrow else 34.0, len(rows), sheet.is_narrow)
    labels = max(text_width(row.label) for row in rows)
    room = max(texts) + 8
    left = room if sheet.is_narrow else min(220.0, labels + 14) + room
    low, high = min(values), max(values)

    def at(value: float) -> float:
        return left + (sheet.width - room - left) * (value - low) / (high - low)

    sheet.bar((2, 3, 14, 12), "home")
    sheet.text((22, 9), "input at its low value", "muted", size=12)
    sheet.bar((172, 3, 14, 12), "more")
    sheet.text((192, 9), "at its high value", "muted", size=12)
    ticks = [t for t in nice_ticks(low, high, 3 if sheet.is_narrow else 5) if low <= t <= high]
    draw_axis(sheet, rows_at, [(at(tick), tick) for tick in ticks], words.axis)
    for index, row in enumerate(rows):
        draw_label(sheet, rows_at, index, row.label, sheet.width if sheet.is_narrow else 212.0)
        ends = ((row.at_low, row.low_text, "home"), (row.at_high, row.high_text, "more"))
        _draw_swing(sheet, ends, (at(middle_value), rows_at.mark(index)), at)
    upright(sheet, rows_at, at(middle_value), "ink", 1.4)
    return _finish(words, sheet, rows_at.bottom + 40)


def _draw_swing(
    sheet: Sheet,
    ends: tuple[tuple[float, str, str], tuple[float, str, str]],
    start: tuple[float, float],
    at: Callable[[float], float],
) -> None:
    """Draw both halves of one swing with what the input is at each end."""
    centre, middle = start
    (first, _, _), (second, _, _) = ends
    for value, text, token in ends:
        x = at(value)
        if abs(x - centre) > 0.1:
            sheet.bar((min(x, centre), middle - 8, abs(x - centre), 16), token)
        leftmost = value < (second if value == first else first)
        align: Align = "right" if leftmost else "left"
        edge = min(x, centre) - 4 if leftmost else max(x, centre) + 4
        sheet.text((edge, middle), text, "halo", align, 11.5)


def _finish(words: Words, sheet: Sheet, height: float) -> str:
    """Return the finished picture."""
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(
        identifier=name, title=words.title, description=words.description, height=height
    )
