"""Bars to both sides of nought: what changes, by how much, from what to what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backhaul.report.charts.axis import Rows, draw_axis, draw_label, upright
from backhaul.report.charts.sheet import NARROW, WIDE, Align, Sheet
from backhaul.report.charts.style import nice_ticks, text_width
from backhaul.report.parts import Chart, Grid


@dataclass(frozen=True)
class Bar:
    """One row of the picture."""

    label: str
    change: float
    """Length of the bar, in the unit of the axis."""
    change_text: str
    levels_text: str = ""
    """From what to what; stands at the right."""
    is_sum: bool = False


@dataclass(frozen=True)
class Panel:
    """Bars that share a heading and a scale."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Words:
    """Everything in words that goes with a picture."""

    identifier: str
    title: str
    subtitle: str
    description: str
    axis: str
    """Name and unit of the axis."""


def change_chart(*, words: Words, panels: tuple[Panel, ...], grid: Grid | None = None) -> Chart:
    """Return bars of change in two widths; each panel has its own scale, which its axis shows.

    Raises:
        ValueError: There is nothing to draw; ask before drawing.
    """
    if not any(bar.change for panel in panels for bar in panel.bars):
        raise ValueError(f"{words.identifier}: no bar has a length.")
    return in_two_widths(words, lambda sheet: _draw(words, panels, sheet), grid)


def in_two_widths(words: Words, draw: Callable[[Sheet], str], grid: Grid | None = None) -> Chart:
    """Return a chart drawn for a page and for a phone, with its words and its table."""
    return Chart(
        identifier=words.identifier,
        title=words.title,
        subtitle=words.subtitle,
        description=words.description,
        wide=draw(Sheet(WIDE)),
        narrow=draw(Sheet(NARROW)),
        grid=grid,
    )


@dataclass(frozen=True)
class _Frame:
    """Where the bars of one panel lie, in pixels."""

    left: float
    right: float
    low: float
    high: float

    def at(self, value: float) -> float:
        """Return the place of a value on the axis."""
        return self.left + (self.right - self.left) * (value - self.low) / (self.high - self.low)


def _draw(words: Words, panels: tuple[Panel, ...], sheet: Sheet) -> str:
    """Return the picture of one width."""
    y = 4.0
    for panel in panels:
        if panel.title:
            sheet.text((0, y + 9), panel.title, bold=True, size=13)
            y += 28
        y = _draw_panel(words, panel, sheet, y) + 14
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(
        identifier=name, title=words.title, description=words.description, height=y - 6
    )


def _draw_panel(words: Words, panel: Panel, sheet: Sheet, top: float) -> float:
    """Draw one panel and its axis; return where it ends."""
    frame = _frame(panel, sheet)
    rows = Rows(top, 46.0 if sheet.is_narrow else 25.0, len(panel.bars), sheet.is_narrow)
    values = nice_ticks(frame.low, frame.high, 3 if sheet.is_narrow else 5)
    ticks = [(frame.at(value), value) for value in values]
    inside = [tick for tick in ticks if frame.left - 1 <= tick[0] <= frame.right + 1]
    draw_axis(sheet, rows, inside, words.axis)
    for index, bar in enumerate(panel.bars):
        _draw_bar(bar, frame, sheet, (rows, index))
    upright(sheet, rows, frame.at(0), "muted", 1.2)
    return rows.bottom + 40


def _frame(panel: Panel, sheet: Sheet) -> _Frame:
    """Return a scale on which bars and the texts at their ends fit."""
    lengths = [bar.change for bar in panel.bars]
    low, high = min(0.0, *lengths), max(0.0, *lengths)
    if low == high:
        low, high = -1.0, 1.0
    if sheet.is_narrow:
        left, right = 0.0, sheet.width
    else:
        levels = max(text_width(bar.levels_text, 12) for bar in panel.bars)
        labels = max(text_width(bar.label) for bar in panel.bars)
        left, right = min(200.0, labels + 14), sheet.width - (levels + 10 if levels else 0)
    room = 12 + max(text_width(bar.change_text, 12) for bar in panel.bars)
    before = room if low < 0 else 4.0
    after = room if high > 0 else 4.0
    return _Frame(left=left + before, right=right - after, low=low, high=high)


def _draw_bar(bar: Bar, frame: _Frame, sheet: Sheet, place: tuple[Rows, int]) -> None:
    """Draw one bar with its label, its change and its levels."""
    rows, index = place
    middle = rows.mark(index)
    levels = text_width(bar.levels_text, 12)
    room = sheet.width - levels - 12 if sheet.is_narrow else 190.0
    draw_label(sheet, rows, index, bar.label, room, bold=bar.is_sum)
    if bar.levels_text:
        sheet.text((sheet.width, rows.label(index)), bar.levels_text, "muted", "right", 12)
    zero, end = frame.at(0), frame.at(bar.change)
    token = "sum" if bar.is_sum else ("more" if bar.change > 0 else "less")
    if abs(end - zero) > 0.1:
        sheet.bar((min(zero, end), middle - 7, abs(end - zero), 14), token)
    align: Align = "left" if bar.change >= 0 else "right"
    x = end + 5 if bar.change >= 0 else end - 5
    sheet.text((x, middle), bar.change_text, "halo", align, 12, bold=bar.is_sum)
