"""How uncertain a fact is that states no range of its own: a default width per kind and grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.ground.names import listed

KINDS = ("units", "price", "share", "content", "freight", "capacity", "unit_value")
GRADES = ("A", "B", "C")


@dataclass(frozen=True, slots=True)
class Width:
    """Range of a fact as ratios to its value, and how it is drawn within it."""

    low: float
    """Low end as a ratio to the fact, in (0, 1]: 0.8 is 20 per cent below."""

    high: float
    """High end as a ratio to the fact, at least 1."""

    distribution: str
    """triangular or uniform (low and high are the ends), normal or lognormal (they are the 5 and
    95 per cent points)."""

    reason: str

    def around(self, value: float) -> tuple[float, float]:
        """Return the low and the high end of a fact with this value, low first."""
        low, high = sorted((value * self.low, value * self.high))
        return low, high


def widths(evidence: Evidence) -> Mapping[tuple[str, str], Width]:
    """Return the default width of every kind of fact and grade, by (kind, grade).

    Errors:
        EvidenceError: a kind and grade has no row, which only a user's own table can cause.
    """
    table = evidence.table("policy", "widths")
    columns = ["kind", "grade", "low", "high", "distribution", "reason"]
    found = {
        (row[0], row[1]): Width(*row[2:])
        for row in table[columns].itertuples(index=False, name=None)
    }
    lacking = [
        f"{kind} {grade}" for kind in KINDS for grade in GRADES if (kind, grade) not in found
    ]
    if lacking:
        raise EvidenceError(
            where="policy/widths.csv",
            what=f"no width is given for {listed(lacking)}; every kind needs grades A, B and C.",
            fix="Add the missing rows, or take policy/widths.csv out of your folder.",
        )
    return MappingProxyType(found)
