"""Where cars are built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plant:
    """An assembly plant, or all the plants of a firm in a country that have no row of their own."""

    id: str
    name: str
    firm: str
    country: str
    """ISO 3166 alpha-3 code."""

    capacity: float | None
    """Vehicles a year; None: not stated, the plant is not bounded."""

    output: float | None
    """Vehicles built in the base year, scaled to the firm's total; None: not stated."""

    employees: float | None
    grade: str = "C"
    source_id: str = ""
