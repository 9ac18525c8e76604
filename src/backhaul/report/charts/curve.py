"""Curves: one quantity against another, a line per series and a dot for what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backhaul.report.charts.change import Words, in_two_widths
from backhaul.report.charts.sheet import Sheet
from backhaul.report.charts.style import nice_ticks, text_width, tick_text
from backhaul.report.parts import Chart, Grid

HEIGHT = {True: 220.0, False: 280.0}
"""Of the field of curves, narrow and wide."""

TOKENS = ("more", "less", "home", "other", "muted")
"""Colours of the series in turn; beside them each has a name at its end."""


@dataclass(frozen=True)
class Curve:
    """One series of points, in the order in which they are joined."""

    label: str
    points: tuple[tuple[float, float], ...]
    is_main: bool = False
    """Whether it is drawn strongest."""


@dataclass(frozen=True)
class Point:
    """A point that is marked."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Frame:
    """What the two axes show, and where they end."""

    across: str
    up: str
    right: float
    """Value at which the axis across ends; curves are cut there."""

    top: float
    """Value at which the axis up ends."""


def curve_chart(
    *,
    words: Words,
    curves: Sequence[Curve],
    frame: Frame,
    points: Sequence[Point] = (),
    grid: Grid | None = None,
) -> Chart:
    """Return curves from nought in two widths.

    Raises:
        ValueError: There is no curve with two points, or the frame has no size.
    """
    if not any(len(curve.points) > 1 for curve in curves) or not (frame.right and frame.top > 0):
        raise ValueError(f"{words.identifier}: there is no curve to draw.")
    return in_two_widths(words, lambda sheet: _draw(words, curves, frame, points, sheet), grid)


@dataclass(frozen=True)
class _Place:
    """Where a value lies, in pixels."""

    left: float
    wide: float
    bottom: float
    high: float
    frame: Frame
    low: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point."""
        share = (y - self.low) / (self.frame.top - self.low)
        return self.left + self.wide * x / self.frame.right, self.bottom - self.high * share


def _draw(
    words: Words,
    curves: Sequence[Curve],
    frame: Frame,
    points: Sequence[Point],
    sheet: Sheet,
) -> str:
    """Return the picture of one width."""
    lowest = min((y for curve in curves for _, y in curve.points), default=0.0)
    low = max(min(0.0, lowest), -0.3 * frame.top)
    ups = [tick for tick in nice_ticks(low, frame.top, 4) if low <= tick <= frame.top]
    left = max(text_width(tick_text(tick), 11) for tick in ups) + 12
    high = HEIGHT[sheet.is_narrow]
    place = _Place(left, sheet.width - left - 12, 28 + high, high, frame, low)
    sheet.text((0, 8), frame.up, "muted", size=11)
    for tick in ups:
        sheet.line([place.at(0, tick), place.at(frame.right, tick)], "rule")
        sheet.text((left - 6, place.at(0, tick)[1]), tick_text(tick), "muted", "right", 11)
    _draw_across(sheet, place)
    sheet.text((left + place.wide / 2, place.bottom + 31), frame.across, "muted", "center", 11)
    key = place.bottom + 52
    for number, curve in enumerate(curves):
        token = "ink" if curve.is_main else TOKENS[number % len(TOKENS)]
        shown = _cut(curve.points, frame, low)
        if len(shown) > 1:
            sheet.line([place.at(*point) for point in shown], token, 2.8 if curve.is_main else 1.8)
        sheet.line([(2, key), (26, key)], token, 2.8 if curve.is_main else 1.8)
        sheet.text((34, key), curve.label, "ink", size=12)
        key += 18
    for point in points:
        at = place.at(point.x, point.y)
        sheet.dot(at, "ink", 5.5)
        right = at[0] + text_width(point.label, 12) + 14 < sheet.width
        sheet.text(
            (at[0] + (10 if right else -10), at[1] - 10), point.label, "halo",
            "left" if right else "right", 12,
        )  # fmt: skip
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(
        identifier=name, title=words.title, description=words.description, height=key + 2
    )


def _draw_across(sheet: Sheet, place: _Place) -> None:
    """Draw the values of the axis across, leaving out what would touch the one before."""
    low, high = sorted((0.0, place.frame.right))
    ticks = [t for t in nice_ticks(low, high, 3 if sheet.is_narrow else 6) if low <= t <= high]
    shown_until = -1e9
    for tick in sorted(ticks, key=abs):
        x, y = place.at(tick, place.low)
        sheet.line([(x, y), (x, y + 4)], "muted")
        half = text_width(tick_text(tick), 11) / 2
        if x - half > shown_until + 6:
            sheet.text((min(x, sheet.width - half), y + 14), tick_text(tick), "muted", "center", 11)
            shown_until = x + half


def _cut(
    points: Sequence[tuple[float, float]], frame: Frame, low: float
) -> list[tuple[float, float]]:
    """Return the points of a curve that lie within the frame, with where it leaves it."""
    kept: list[tuple[float, float]] = []
    before: tuple[float, float] | None = None
    for x, y in points:
        if 0 <= x / frame.right <= 1 and low <= y <= frame.top:
            kept.append((x, y))
        elif before is not None and kept and kept[-1] == before:
            kept.append(_edge(before, (x, y), frame, low))
        before = (x, y)
    return kept


def _edge(
    inside: tuple[float, float], outside: tuple[float, float], frame: Frame, low: float
) -> tuple[float, float]:
    """Return where a line from inside to outside leaves the frame."""
    (x0, y0), (x1, y1) = inside, outside
    shares = [1.0]
    if x1 != x0:
        shares += [(edge - x0) / (x1 - x0) for edge in (0.0, frame.right)]
    if y1 != y0:
        shares += [(edge - y0) / (y1 - y0) for edge in (low, frame.top)]
    share = min(s for s in shares if s >= 0)
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)
