"""Dots on small axes: the same figures of several questions, each figure on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backhaul.report.charts.axis import Rows, draw_axis, draw_label, upright
from backhaul.report.charts.change import Words, in_two_widths
from backhaul.report.charts.sheet import Sheet
from backhaul.report.charts.style import nice_ticks, text_width, wrapped
from backhaul.report.parts import Chart, Grid


@dataclass(frozen=True)
class Dot:
    """One question's value of a figure, with its range where there is one."""

    label: str
    value: float | None
    """None where the question has no such figure."""
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class DotPanel:
    """One figure of all questions."""

    title: str
    axis: str
    """Name and unit of its scale."""
    dots: tuple[Dot, ...]


def dot_chart(*, words: Words, panels: Sequence[DotPanel], grid: Grid | None = None) -> Chart:
    """Return dots in two widths, one panel per figure.

    Raises:
        ValueError: There is nothing to draw.
    """
    if not any(dot.value for panel in panels for dot in panel.dots):
        raise ValueError(f"{words.identifier}: no dot lies beside nought.")
    return in_two_widths(words, lambda sheet: _draw(words, panels, sheet), grid)


def _draw(words: Words, panels: Sequence[DotPanel], sheet: Sheet) -> str:
    """Return the picture of one width."""
    labels = max(text_width(dot.label) for panel in panels for dot in panel.dots)
    y = 4.0
    for panel in panels:
        for line in wrapped(panel.title, sheet.width - 8, 13.5):
            sheet.text((0, y + 9), line, bold=True, size=13)
            y += 17
        y = _draw_panel(panel, sheet, y + 9, labels) + 16
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(
        identifier=name, title=words.title, description=words.description, height=y - 6
    )


def _draw_panel(panel: DotPanel, sheet: Sheet, top: float, labels: float) -> float:
    """Draw one figure of all questions; return where it ends."""
    rows = Rows(top, 42.0 if sheet.is_narrow else 24.0, len(panel.dots), sheet.is_narrow)
    values = [
        value for dot in panel.dots for value in (dot.value, dot.low, dot.high) if value is not None
    ]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    if low == high:
        low, high = -1.0, 1.0
    ticks = nice_ticks(low, high, 3 if sheet.is_narrow else 5)
    left = 12.0 if sheet.is_narrow else min(230.0, labels + 24)
    right = sheet.width - 12 - (0 if sheet.is_narrow else _room(panel))

    def at(value: float) -> float:
        return left + (right - left) * (value - ticks[0]) / (ticks[-1] - ticks[0])

    draw_axis(sheet, rows, [(at(tick), tick) for tick in ticks], panel.axis)
    upright(sheet, rows, at(0.0), "muted", 1.2)
    for index, dot in enumerate(panel.dots):
        room = sheet.width - text_width(dot.text, 12) - 12 if sheet.is_narrow else 216.0
        draw_label(sheet, rows, index, dot.label, room)
        height = rows.label(index) if sheet.is_narrow else rows.mark(index)
        sheet.text((sheet.width, height), dot.text, "ink", "right", 12)
        if dot.value is None:
            continue
        middle = rows.mark(index)
        if dot.low is not None and dot.high is not None:
            sheet.line([(at(dot.low), middle), (at(dot.high), middle)], "other", 4)
        token = "more" if dot.value >= 0 else "less"
        sheet.line([(at(0.0), middle), (at(dot.value), middle)], token, 1.4)
        sheet.dot((at(dot.value), middle), token, 5.5)
    return rows.bottom + 40


def _room(panel: DotPanel) -> float:
    """Return the width that the values at the right need."""
    return max(text_width(dot.text, 12) for dot in panel.dots) + 8
