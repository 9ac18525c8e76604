"""The nearest name: what a person most likely meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `name`, or None if none is close.

    Args:
        name: What was written.
        known: The names that exist.
    """
    by_lower: dict[str, str] = {}
    for candidate in known:
        by_lower.setdefault(candidate.lower(), candidate)
    written = name.strip().lower()
    if written in by_lower:
        return by_lower[written]
    squeezed = written.replace("-", "_").replace(" ", "_")
    if squeezed in by_lower:
        return by_lower[squeezed]
    found = get_close_matches(squeezed, by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str) -> str:
    """Return the remedy for an unknown name, as a sentence that starts with a verb.

    Args:
        name: What was written.
        known: The names that exist.
        otherwise: The remedy when nothing is close; a sentence that starts with a verb.
    """
    found = nearest(name, known)
    return f"Write '{found}', if that is what you mean." if found else otherwise


def listed(names: Iterable[str], *, most: int = 8) -> str:
    """Return names in a row for a message, cut after `most` with the number left out.

    Args:
        names: The names, in the order in which to print them.
        most: How many to print.
    """
    everything = list(names)
    shown = ", ".join(everything[:most])
    left = len(everything) - most
    return f"{shown} and {left} more" if left > 0 else shown


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown name: the nearest one, or the names there are."""
    names = list(known)
    return did_you_mean(name, names, otherwise=f"Take one of these: {listed(names)}.")
