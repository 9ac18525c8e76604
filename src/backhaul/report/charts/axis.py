"""Rows of a picture and the axis below them."""

from __future__ import annotations

from dataclasses import dataclass

from backhaul.report.charts.sheet import Sheet
from backhaul.report.charts.style import text_width, tick_text, wrapped


@dataclass(frozen=True)
class Rows:
    """Equal rows; on a narrow sheet the label stands above its mark, else to the left of it."""

    top: float
    step: float
    count: int
    is_narrow: bool

    @property
    def bottom(self) -> float:
        """Return where the last row ends."""
        return self.top + self.step * self.count

    def mark(self, index: int) -> float:
        """Return the height at which a row's bar or dot has its middle."""
        return self.top + self.step * index + (30 if self.is_narrow else self.step / 2)

    def label(self, index: int) -> float:
        """Return the height at which a row's label has its middle."""
        return self.top + self.step * index + (11 if self.is_narrow else self.step / 2)


def draw_label(
    sheet: Sheet, rows: Rows, index: int, text: str, room: float, *, bold: bool = False
) -> None:
    """Write a row's label, on two lines where one is too short for it."""
    lines = wrapped(text, room, lines=1 if rows.is_narrow or rows.step < 25 else 2)
    size = 12.5 if len(lines) == 1 else 11.5
    for number, line in enumerate(lines):
        offset = (number - (len(lines) - 1) / 2) * 12.5
        sheet.text((0, rows.label(index) + offset), line, size=size, bold=bold)


def upright(sheet: Sheet, rows: Rows, x: float, token: str = "rule", weight: float = 1.0) -> None:
    """Draw an upright line through all rows; on a narrow sheet it spares the labels."""
    if not rows.is_narrow:
        sheet.line([(x, rows.top), (x, rows.bottom)], token, weight)
        return
    for index in range(rows.count):
        middle = rows.mark(index)
        sheet.line([(x, middle - 11), (x, middle + 12)], token, weight)


def draw_axis(sheet: Sheet, rows: Rows, ticks: list[tuple[float, float]], name: str) -> None:
    """Draw the lines of an axis, its values and its name below.

    Args:
        sheet: What is drawn on.
        rows: The rows that the lines go through.
        ticks: Place in pixels and value of each tick.
        name: Name and unit of the axis.
    """
    shown_until = -1e9
    for x, value in ticks:
        upright(sheet, rows, x)
        text = tick_text(value)
        half = text_width(text, 11) / 2
        if x - half > shown_until + 6:
            centre = min(max(x, half), sheet.width - half)
            sheet.text((centre, rows.bottom + 12), text, "muted", "center", 11)
            shown_until = x + half
    middle = (ticks[0][0] + ticks[-1][0]) / 2 if ticks else sheet.width / 2
    half = text_width(name, 11) / 2
    centre = min(max(middle, half), max(half, sheet.width - half))
    sheet.text((centre, rows.bottom + 29), name, "muted", "center", 11)
