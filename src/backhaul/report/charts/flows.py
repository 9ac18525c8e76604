"""Who ships what to whom: ribbons of vehicles from origins to markets, before, and what changes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from backhaul.report.charts.change import Words, in_two_widths
from backhaul.report.charts.sheet import Align, Sheet
from backhaul.report.charts.style import text_width
from backhaul.report.parts import Chart, Grid
from backhaul.report.words import signed, units

SLOT = 17.0  # the least height of a label's line, in pixels
BODY = 250.0  # height of all ribbons of a panel together, in pixels


@dataclass(frozen=True)
class Flow:
    """Vehicles from one origin to one market."""

    origin: str
    destination: str
    baseline: float
    scenario: float

    @property
    def change(self) -> float:
        """Return how many vehicles more (or fewer, if negative) flow in the scenario."""
        return self.scenario - self.baseline


def flow_chart(*, words: Words, flows: tuple[Flow, ...], grid: Grid | None = None) -> Chart:
    """Return the flow picture: levels in one panel, changes on their own scale in another.

    Changes are often a thousandth of the levels; on one scale nobody would see them.

    Raises:
        ValueError: No vehicle flows.
    """
    if not any(flow.scenario or flow.baseline for flow in flows):
        raise ValueError(f"{words.identifier}: no vehicle flows.")
    return in_two_widths(words, lambda sheet: _draw(words, flows, sheet), grid)


@dataclass(frozen=True)
class _Ribbon:
    """A ribbon before it has a place."""

    origin: str
    destination: str
    size: float
    token: str
    text: str


@dataclass(frozen=True)
class _Box:
    """Where a panel lies, in pixels."""

    left: float
    top: float
    width: float


def _draw(words: Words, flows: tuple[Flow, ...], sheet: Sheet) -> str:
    """Return the picture of one width."""
    colours = {"Japan": "more", "United States": "home"}
    levels = [
        _Ribbon(f.origin, f.destination, f.scenario, colours.get(f.origin, "other"), "")
        for f in flows
        if f.scenario > 0
    ]
    least = max(0.5, max(abs(f.change) for f in flows) / 1000)
    moved = [f for f in flows if abs(f.change) >= least]
    width = sheet.width if sheet.is_narrow or not moved else (sheet.width - 44) / 2
    bottom = 0.0
    if levels:
        bottom = _panel(sheet, "All vehicles, scenario", levels, _Box(0, 0, width))
    if moved:
        changes = [
            _Ribbon(
                *(f.origin, f.destination, abs(f.change), "more" if f.change > 0 else "less"),
                signed(units(f.change)),
            )
            for f in moved
        ]
        below = sheet.is_narrow and bool(levels)
        box = _Box(
            0 if sheet.is_narrow or not levels else width + 44, bottom + 22 if below else 0, width
        )
        end = _panel(sheet, "Change from the baseline, larger scale", changes, box)
        bottom = max(bottom, end)
    name = f"{words.identifier}-{'narrow' if sheet.is_narrow else 'wide'}"
    return sheet.svg(
        identifier=name, title=words.title, description=words.description, height=bottom + 8
    )


def _panel(sheet: Sheet, title: str, ribbons: list[_Ribbon], box: _Box) -> float:
    """Draw one panel; return where it ends."""
    sheet.text((box.left, box.top + 10), title, bold=True, size=13)
    top = box.top + 34
    scale = BODY / sum(ribbon.size for ribbon in ribbons)
    origins = _order(ribbons, "origin")
    markets = _order(ribbons, "destination")
    heights = {ribbon: max(1.2, ribbon.size * scale) for ribbon in ribbons}
    left_label = max(text_width(name, 12) for name in origins) + 10
    right_label = max(text_width(name, 12) for name in markets) + 10
    x0, x1 = box.left + left_label, box.left + box.width - right_label
    left, ends = _stack(origins, "origin", heights, top)
    right, others = _stack(markets, "destination", heights, top)
    spare = ends - others
    shift = max(0.0, spare / 2)
    placed_left, placed_right = dict(left), {name: y + shift for name, y in right.items()}
    ranked = sorted(ribbons, key=lambda r: (origins.index(r.origin), markets.index(r.destination)))
    for ribbon in ranked:
        start, end = placed_left[ribbon.origin], placed_right[ribbon.destination]
        height = heights[ribbon]
        sheet.ribbon((x0 + 7, start), (x1 - 7, end), height, ribbon.token, 0.5)
        placed_left[ribbon.origin] += height
        placed_right[ribbon.destination] += height
    for ribbon in ranked:
        if ribbon.text:
            _name_ribbon(sheet, ribbon, (x0 + 12, left, heights, ranked))
    _nodes(sheet, (origins, left), "origin", (x0, heights))
    _nodes(sheet, (markets, {n: y + shift for n, y in right.items()}), "destination", (x1, heights))
    return max(ends, others)


def _order(ribbons: list[_Ribbon], side: str) -> list[str]:
    """Return the names of one side, the largest first and "Other" last."""
    sizes: dict[str, float] = {}
    for ribbon in ribbons:
        name = getattr(ribbon, side)
        sizes[name] = sizes.get(name, 0.0) + ribbon.size
    return sorted(sizes, key=lambda name: (name.startswith("Other"), -sizes[name]))


def _stack(
    names: list[str], side: str, heights: dict[_Ribbon, float], top: float
) -> tuple[dict[str, float], float]:
    """Return where each name's ribbons begin, and where the last one ends."""
    places, y = {}, top
    for name in names:
        size = sum(height for ribbon, height in heights.items() if getattr(ribbon, side) == name)
        slot = max(size, SLOT * _lines(name, side, heights))
        places[name] = y + (slot - size) / 2
        y += slot + 8
    return places, y - 8


def _lines(name: str, side: str, heights: dict[_Ribbon, float]) -> int:
    """Return how many lines of text a name's place must hold: one per labelled ribbon."""
    if side != "origin":
        return 1
    return max(1, sum(1 for r in heights if r.origin == name and r.text))


def _name_ribbon(
    sheet: Sheet,
    ribbon: _Ribbon,
    where: tuple[float, dict[str, float], dict[_Ribbon, float], list[_Ribbon]],
) -> None:
    """Write a ribbon's change at its beginning, clear of the other changes of its origin."""
    x, left, heights, ranked = where
    family = [r for r in ranked if r.origin == ribbon.origin]
    size = sum(heights[r] for r in family)
    middles, y = [], left[ribbon.origin]
    for member in family:
        middles.append(y + heights[member] / 2)
        y += heights[member]
    index = family.index(ribbon)
    crowded = any(b - a < SLOT - 2 for a, b in pairwise(middles))
    if crowded:
        centre = left[ribbon.origin] + size / 2
        at = centre + (index - (len(family) - 1) / 2) * (SLOT - 2)
    else:
        at = middles[index]
    sheet.text((x, at), ribbon.text, "halo", size=11.5, bold=True)


def _nodes(
    sheet: Sheet,
    side: tuple[list[str], dict[str, float]],
    kind: str,
    where: tuple[float, dict[_Ribbon, float]],
) -> None:
    """Draw the bars at which ribbons begin or end, and their names."""
    (names, places), (x, heights) = side, where
    for name in names:
        own = {ribbon: h for ribbon, h in heights.items() if getattr(ribbon, kind) == name}
        size = sum(own.values())
        at = x if kind == "origin" else x - 7
        sheet.bar((at, places[name], 7, size), "sum")
        align: Align = "right" if kind == "origin" else "left"
        label_x = x - 6 if kind == "origin" else x + 6
        middle = places[name] + size / 2
        has_room = size >= 30 and not any(ribbon.text for ribbon in own)
        sheet.text((label_x, middle - (7 if has_room else 0)), name, "ink", align, 12)
        if has_room:
            total = units(sum(ribbon.size for ribbon in own))
            sheet.text((label_x, middle + 8), total, "muted", align, 11.5)
