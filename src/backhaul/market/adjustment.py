"""What was changed between a source value and the value used, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One reconciled fact: the source value stays in its table, the used value stands here."""

    table: str
    """Table that holds the source value, such as "us/sourcing"."""

    key: str
    """Row, in the table's own words."""

    column: str
    source_value: float
    used_value: float
    rule: str
    """Why and how, in one sentence."""
