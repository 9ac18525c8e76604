"""Where in a scenario file an entry stands: its path for people, and its line."""

from __future__ import annotations

import re

Place = tuple[str | int, ...]
"""Keys and positions from the top of the file, such as ("set_duty", 0, "rate")."""

_HEADER = re.compile(r"\s*\[\[?\s*\"?([\w.\-]+)\"?\s*\]\]?")


def path_of(place: Place) -> str:
    """Return a place as people write it, counted from one: "set_duty[1].rate"."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def line_of(place: Place, text: str) -> int | None:
    """Return the line of an entry, or of the table that it should stand in; None if unknown.

    Args:
        place: What is looked for.
        text: The file.
    """
    lines = text.splitlines()
    heads = [(i, found[1]) for i, row in enumerate(lines) if (found := _HEADER.match(row))]
    names = [step for step in place if isinstance(step, str)]
    numbers = [step for step in place if isinstance(step, int)]
    if not names:
        return None
    inside = [i for i, name in heads if name == names[0]]
    if not inside:  # a key at the top, or a table written inline
        end = heads[0][0] if heads else len(lines)
        return _key_line(names[0], lines, 0, end)
    number = numbers[0] if numbers else 0
    if number >= len(inside):
        return None
    start = inside[number]
    end = next((i for i, _ in heads if i > start), len(lines))
    found_line = _key_line(names[1], lines, start, end) if len(names) > 1 else None
    return found_line or start + 1


def _key_line(key: str, lines: list[str], start: int, end: int) -> int | None:
    """Return the line on which a key is given, between two lines of the file."""
    given = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    return next((i + 1 for i in range(start, end) if given.match(lines[i])), None)
