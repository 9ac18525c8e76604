"""Amounts in the sentences of a study: billions and millions where they are large."""

from __future__ import annotations

SIZES = ((1e9, "billion"), (1e6, "million"))

NOISE = (("per vehicle", 5e-3), ("vehicles", 0.5), ("per USD", 0.0), ("USD", 1.0), ("100", 1e-6))
"""By the end of a unit, the size below which a change is none: solves agree to 1e-10 of a level."""


def amount(value: float, unit: str) -> str:
    """Return a value with its unit, such as "1.2 billion USD" or "9,140 USD per vehicle"."""
    for size, word in SIZES:
        if abs(value) >= size:
            return f"{value / size:,.3g} {word} {unit}".rstrip()
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{text} {unit}".rstrip()


def one_of(unit: str) -> str:
    """Return the name of one unit: "vehicle" of "vehicles"; "unit" where it has no name."""
    return {"vehicles": "vehicle", "": "unit"}.get(unit, unit)


def without_noise(value: float, unit: str) -> float:
    """Return nought for a change that is only what two solves differ by, else the value."""
    smallest = next((size for end, size in NOISE if unit.endswith(end)), 0.0)
    return 0.0 if abs(value) < smallest else value
