"""Lines over months: each month a level, each step of the law an upright line with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backhaul.report.charts.change import Words, in_two_widths
from backhaul.report.charts.sheet import Sheet
from backhaul.report.charts.style import nice_ticks, text_width, tick_text
from backhaul.report.parts import Chart, Grid

HEIGHT = {True: 210.0, False: 260.0}
"""Of the field of lines, narrow and wide."""

STAGGER = 4
"""Rows that the numbers of close steps are spread over."""


@dataclass(frozen=True)
class Line:
    """One series, a value per month."""

    label: str
    values: tuple[float, ...]
    token: str = "more"


@dataclass(frozen=True)
class Mark:
    """One day on which the law changes."""

    at: float
    """Months since the start of the first month."""

    text: str
    """The day, its instruments and its measures."""

    is_faint: bool = False
    """Whether it moves nothing."""


@dataclass(frozen=True)
class Axis:
    """The months below: tick places in months since the first, with their texts."""

    count: int
    ticks: tuple[tuple[float, str], ...]


def path_chart(
    *,
    words: Words,
    lines: Sequence[Line],
    axis: Axis,
    marks: Sequence[Mark] = (),
    grid: Grid | None = None,
) -> Chart:
    """Return lines over months in two widths, with the steps of law and the key to them.

    Raises:
        ValueError: There is no line, or one has not a value per month.
    """
    if not lines or any(len(line.values) != axis.count for line in lines):
        raise ValueError(f"{words.identifier}: each line needs {axis.count} values.")
    return in_two_widths(words, lambda sheet: _draw(words, lines, axis, marks, sheet), grid)


@dataclass(frozen=True)
class _Frame:
    """Where the field of lines lies, in pixels, and which values it shows."""

    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float
    count: int

    def x(self, month: float) -> float:
        """Return the place of a moment, in months since the first."""
        return self.left + (self.right - self.left) * month / self.count

    def y(self, value: float) -> float:
        """Return the height of a value."""
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)


def _draw(
    words: Words, lines: Sequence[Line], axis: Axis, marks: Sequence[Mark], sheet: Sheet
) -> str:
    """Return the picture of one width."""
    values = [value for line in lines for value in line.values]
    low, high = min(values), max(values)
    if high - low < 1e-6 * max(1.0, abs(high)):
        low, high = low - 1, high + 1
    ticks = nice_ticks(low, high, 4)
    left = max(text_width(tick_text(tick), 11) for tick in ticks) + 12
    ends = max(text_width(line.label, 12) for line in lines) + 24 if len(lines) > 1 else 8.0
    right = sheet.width - ends
    rows = _staggered([left + (right - left) * mark.at / axis.count for mark in marks])
    top = 30.0 + 14.0 * (max(rows, default=-1) + 1)
    frame = _Frame(
        left=left, right=right, top=top, bottom=top + HEIGHT[sheet.is_narrow],
        low=ticks[0], high=ticks[-1], count=axis.count,
    )  # fmt: skip
    sheet.text((0, 8), words.axis, "muted", size=11)
    for tick in ticks:
        sheet.line([(frame.left, frame.y(tick)), (frame.right, frame.y(tick))], "rule")
        sheet.text((frame.left - 6, frame.y(tick)), tick_text(tick), "muted", "right", 11)
    _draw_months(sheet, frame, axis)
    _draw_marks(sheet, frame, marks, rows)
    for line in lines:
        _draw_line(sheet, frame, line)
    if len(lines) > 1:
        _draw_names(sheet, frame, lines)
    y = _draw_key(sheet, marks, frame.bottom + 44)
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(identifier=name, title=words.title, description=words.description, height=y)


def _draw_months(sheet: Sheet, frame: _Frame, axis: Axis) -> None:
    """Draw the axis of months; a text that would touch the one before is left out."""
    sheet.line([(frame.left, frame.bottom), (frame.right, frame.bottom)], "muted")
    shown_until = -1e9
    for month, text in axis.ticks:
        x, half = frame.x(month), text_width(text, 11) / 2
        sheet.line([(x, frame.bottom), (x, frame.bottom + 5)], "muted")
        centre = min(max(x, half), sheet.width - half)
        if centre - half > shown_until + 8:
            sheet.text((centre, frame.bottom + 15), text, "muted", "center", 11)
            shown_until = centre + half


def _draw_line(sheet: Sheet, frame: _Frame, line: Line) -> None:
    """Draw a series as stairs: a month has one level."""
    points: list[tuple[float, float]] = []
    for month, value in enumerate(line.values):
        points += [(frame.x(month), frame.y(value)), (frame.x(month + 1), frame.y(value))]
    sheet.line(points, line.token, 2.2)


def _draw_names(sheet: Sheet, frame: _Frame, lines: Sequence[Line]) -> None:
    """Write each series' name at its end, moved apart where they would touch."""
    ordered = sorted(lines, key=lambda line: frame.y(line.values[-1]))
    places: list[float] = []
    for line in ordered:
        wanted = frame.y(line.values[-1])
        places.append(max(wanted, places[-1] + 15) if places else wanted)
    over = max(0.0, places[-1] - frame.bottom - 4)
    places = [place - over for place in places]
    for index in range(len(places) - 2, -1, -1):
        places[index] = min(places[index], places[index + 1] - 15)
    for line, place in zip(ordered, places, strict=True):
        end = (frame.right, frame.y(line.values[-1]))
        sheet.line([end, (frame.right + 12, place), (frame.right + 17, place)], line.token, 1.4)
        sheet.text((frame.right + 21, place), line.label, "ink", size=12)


def _staggered(places: Sequence[float]) -> list[int]:
    """Return the row of each mark's number: the lowest in which it does not touch the one before.

    Where all rows are full, the numbers take turns.
    """
    ends = [-1e9] * STAGGER
    rows = []
    for number, x in enumerate(places, start=1):
        half = text_width(str(number), 11) / 2 + 2.5
        row = next((r for r in range(STAGGER) if x - half > ends[r]), number % STAGGER)
        ends[row] = x + half
        rows.append(row)
    return rows


def _draw_marks(sheet: Sheet, frame: _Frame, marks: Sequence[Mark], rows: Sequence[int]) -> None:
    """Draw an upright line per step of law with its number above."""
    for number, (mark, row) in enumerate(zip(marks, rows, strict=True), start=1):
        x, top = frame.x(mark.at), frame.top - 8 - 14 * row
        token = "rule" if mark.is_faint else "muted"
        sheet.line([(x, top + 6), (x, frame.bottom)], token, 0.7)
        sheet.text((x, top), str(number), "muted" if mark.is_faint else "ink", "center", 11)


def _draw_key(sheet: Sheet, marks: Sequence[Mark], y: float) -> float:
    """Write what each number means, on as many lines as it needs; return where it ends."""
    for number, mark in enumerate(marks, start=1):
        sheet.text((14, y), str(number), "ink", "right", 11, bold=True)
        text = mark.text + (" (moves nothing here)" if mark.is_faint else "")
        for line in _lines(text, sheet.width - 24):
            sheet.text((22, y), line, "muted", size=11)
            y += 15
        y += 2
    return y


def _lines(text: str, room: float) -> list[str]:
    """Return a text on as many lines as it needs."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, 11) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
