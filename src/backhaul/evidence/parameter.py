"""One parameter: its value, its range, and where it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from backhaul.errors import EvidenceError

NOT_VARIED = ("consumers", "fx_jpy_usd_2024")
"""Numerical settings and facts that are no estimates: no study varies them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that no table of facts gives directly, with its range, source and grade."""

    name: str
    value: float
    low: float
    """Low end of the plausible range; `low <= value <= high`."""

    high: float
    distribution: str
    """triangular, normal, uniform or fixed."""

    unit: str
    applies_to: str
    method: str
    source_id: str
    grade: str
    """A official, B reported, C estimated or recalled."""

    note: str
    role: str
    """engine: read by the model; evidence: literature, shown only."""

    def at(self, value: float) -> Parameter:
        """Return this parameter at another value, its range widened where it must be.

        Raises:
            EvidenceError: The value is not a finite number.
        """
        if not math.isfinite(value):
            raise EvidenceError(
                where=f"parameter {self.name}",
                what=f"{value} is not a number that it can take; its range is "
                f"{self.low:g} to {self.high:g} ({self.unit}).",
                fix="Give it a finite number.",
            )
        low, high = min(self.low, value), max(self.high, value)
        return replace(self, value=float(value), low=low, high=high)

    def __str__(self) -> str:
        return f"{self.name} = {self.value:g} [{self.low:g}, {self.high:g}] {self.unit}"
