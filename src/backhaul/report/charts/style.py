"""Colours by role, and the ticks of an axis.

The colours are those of Okabe and Ito (2008), which people with colour-blindness tell apart. A
chart names a role; the page decides what the role looks like in light, in dark and on paper.
"""

from __future__ import annotations

import math

from backhaul.report.words import setting

TOKENS = {
    "ink": "#1c1b1a",
    "halo": "#1c1b1b",
    "muted": "#5c5954",
    "rule": "#d8d4cb",
    "paper": "#fdfcfa",
    "more": "#0072b2",
    "less": "#d55e00",
    "home": "#e69f00",
    "other": "#8d8a84",
    "sum": "#3d3b38",
}
"""Custom property of the page, and the colour that matplotlib writes in its place."""

PAINTS = {
    "halo": "var(--ink); stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; "
    "paint-order: stroke",
}
"""What a token becomes where it is more than a custom property of its own name."""


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values that span low to high, with zero among them when it is inside."""
    if not high > low:
        raise ValueError(f"An axis from {low} to {high} has no length.")
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return the powers of ten that enclose low to high, both above zero."""
    if not 0 < low <= high:
        raise ValueError(f"A logarithmic axis cannot run from {low} to {high}.")
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def tick_text(value: float) -> str:
    """Return a tick's value without idle noughts: "0.05", "1", "2,500", "1.5 million"."""
    return setting(value)


def text_width(text: str, size: float = 12.5) -> float:
    """Return about how wide a line of text is, in pixels; wide letters of Asia count double."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.54 for letter in text) * size


def shortened(text: str, room: float, size: float = 12.5) -> str:
    """Return the text, cut with an ellipsis where it would be wider than the room it has."""
    if text_width(text, size) <= room:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(text: str, room: float, size: float = 12.5, *, lines: int = 2) -> list[str]:
    """Return the text on at most so many lines that fit the room; what is over is cut."""
    if lines == 1 or text_width(text, size) <= room:
        return [shortened(text, room, size)]
    first, rest = "", text.split(" ")
    while rest and text_width(f"{first} {rest[0]}".strip(), size) <= room:
        first = f"{first} {rest.pop(0)}".strip()
    if not first or not rest:
        return [shortened(text, room, size)]
    return [first, shortened(" ".join(rest), room, size)]
