"""Bars from nought with a mark for the baseline: how a whole is shared out."""

from __future__ import annotations

from dataclasses import dataclass

from backhaul.report.charts.axis import Rows, draw_axis, draw_label
from backhaul.report.charts.change import Words, in_two_widths
from backhaul.report.charts.sheet import Sheet
from backhaul.report.charts.style import nice_ticks, text_width
from backhaul.report.parts import Chart, Grid


@dataclass(frozen=True)
class Level:
    """One row: a level, and where it stood before."""

    label: str
    value: float
    before: float | None
    """Level in the baseline, drawn as a mark; None where there is none."""
    text: str


@dataclass(frozen=True)
class LevelPanel:
    """Levels under one heading."""

    title: str
    levels: tuple[Level, ...]


def level_chart(*, words: Words, panels: tuple[LevelPanel, ...], grid: Grid | None = None) -> Chart:
    """Return bars of levels in two widths, all panels on one scale.

    Raises:
        ValueError: There is nothing to draw.
    """
    values = [level.value for panel in panels for level in panel.levels]
    if not any(values):
        raise ValueError(f"{words.identifier}: no bar has a length.")
    return in_two_widths(words, lambda sheet: _draw(words, panels, sheet), grid)


def _draw(words: Words, panels: tuple[LevelPanel, ...], sheet: Sheet) -> str:
    """Return the picture of one width."""
    everything = [level for panel in panels for level in panel.levels]
    reach = [level.value for level in everything]
    reach += [level.before for level in everything if level.before is not None]
    low, high = min(0.0, *reach), max(0.0, *reach)
    room = max(text_width(level.text, 12) for level in everything) + 12
    labels = max(text_width(level.label) for level in everything)
    left = 4.0 if sheet.is_narrow else min(210.0, labels + 14)
    left += 30 if low < 0 else 0
    right = sheet.width - room
    scale = (right - left) / (high - low)
    y = 4.0
    for panel in panels:
        if panel.title:
            sheet.text((0, y + 9), panel.title, bold=True, size=13)
            y += 28
        rows = Rows(y, 46.0 if sheet.is_narrow else 26.0, len(panel.levels), sheet.is_narrow)
        places = [
            (left + scale * (tick - low), tick)
            for tick in nice_ticks(low, high, 3 if sheet.is_narrow else 5)
        ]
        inside = [tick for tick in places if left - 1 <= tick[0] <= right + 1]
        draw_axis(sheet, rows, inside, words.axis)
        for index, level in enumerate(panel.levels):
            _draw_level(level, sheet, (rows, index), (left - scale * low, scale))
        y = rows.bottom + 54
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(
        identifier=name, title=words.title, description=words.description, height=y - 12
    )


def _draw_level(
    level: Level, sheet: Sheet, place: tuple[Rows, int], axis: tuple[float, float]
) -> None:
    """Draw one bar; axis is the place of nought and the pixels per unit."""
    (rows, index), (zero, scale) = place, axis
    middle = rows.mark(index)
    draw_label(sheet, rows, index, level.label, sheet.width if sheet.is_narrow else 200.0)
    end = zero + scale * level.value
    if abs(end - zero) > 0.1:
        token = "more" if level.value >= 0 else "less"
        sheet.bar((min(zero, end), middle - 7, abs(end - zero), 14), token)
    reach = max(zero, end)
    if level.before is not None:
        mark = zero + scale * level.before
        sheet.line([(mark, middle - 10), (mark, middle + 10)], "ink", 2)
        reach = max(reach, mark)
    sheet.text((reach + 6, middle), level.text, "halo", "left", 12)
