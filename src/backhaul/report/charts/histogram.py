"""A histogram: how the draws of one figure lie, with median, outer points and central value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backhaul.report.charts.change import Words, in_two_widths
from backhaul.report.charts.sheet import Sheet
from backhaul.report.charts.style import nice_ticks, text_width, tick_text
from backhaul.report.parts import Chart, Grid

HEIGHT = 190.0


@dataclass(frozen=True)
class Bin:
    """How many draws lie between two values."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Upright:
    """A value that is marked by an upright line with its name above."""

    value: float
    label: str
    token: str = "ink"


def histogram(
    *, words: Words, bins: Sequence[Bin], marks: Sequence[Upright] = (), grid: Grid | None = None
) -> Chart:
    """Return a histogram in two widths.

    Raises:
        ValueError: There is no bin with a width.
    """
    if not bins or not bins[-1].high > bins[0].low:
        raise ValueError(f"{words.identifier}: the draws have no width.")
    return in_two_widths(words, lambda sheet: _draw(words, bins, marks, sheet), grid)


def _draw(words: Words, bins: Sequence[Bin], marks: Sequence[Upright], sheet: Sheet) -> str:
    """Return the picture of one width."""
    reach = [bins[0].low, bins[-1].high, *(mark.value for mark in marks)]
    low, high = min(reach), max(reach)
    most = max(one.count for one in bins)
    counts = [tick for tick in nice_ticks(0, most, 3) if tick <= most]
    left = max(text_width(tick_text(tick), 11) for tick in counts) + 10
    top = 22.0 + 15.0 * len(marks)
    bottom = top + HEIGHT

    def x(value: float) -> float:
        return left + (sheet.width - 10 - left) * (value - low) / (high - low)

    def y(count: float) -> float:
        return bottom - (bottom - top) * count / most

    sheet.text((0, 8), "draws", "muted", size=11)
    for tick in counts:
        sheet.line([(left, y(tick)), (sheet.width - 10, y(tick))], "rule")
        sheet.text((left - 6, y(tick)), tick_text(tick), "muted", "right", 11)
    for one in bins:
        width = max(1.0, x(one.high) - x(one.low) - 1)
        sheet.bar((x(one.low), y(one.count), width, bottom - y(one.count)), "more", 0.75)
    for row, mark in enumerate(marks):
        _draw_mark(sheet, mark, (x(mark.value), 22.0 + 15.0 * row), bottom)
    _draw_ticks(sheet, [(x(t), t) for t in nice_ticks(low, high, 3 if sheet.is_narrow else 5)
                        if low <= t <= high], bottom)  # fmt: skip
    sheet.text(((left + sheet.width) / 2, bottom + 31), words.axis, "muted", "center", 11)
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(
        identifier=name, title=words.title, description=words.description, height=bottom + 42
    )


def _draw_mark(sheet: Sheet, mark: Upright, at: tuple[float, float], bottom: float) -> None:
    """Draw one upright line, its name on the side where there is room."""
    x, row = at
    sheet.line([(x, row), (x, bottom)], mark.token, 1.4)
    right = x + text_width(mark.label, 11.5) + 8 < sheet.width
    sheet.text(
        (x + (5 if right else -5), row), mark.label, "halo", "left" if right else "right", 11.5
    )


def _draw_ticks(sheet: Sheet, ticks: Sequence[tuple[float, float]], bottom: float) -> None:
    """Draw the values below, leaving out what would touch the one before."""
    shown_until = -1e9
    for x, value in ticks:
        text = tick_text(value)
        half = text_width(text, 11) / 2
        sheet.line([(x, bottom), (x, bottom + 4)], "muted")
        if x - half > shown_until + 6:
            centre = min(max(x, half), sheet.width - half)
            sheet.text((centre, bottom + 14), text, "muted", "center", 11)
            shown_until = x + half
