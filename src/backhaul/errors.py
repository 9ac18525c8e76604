"""What backhaul says when it cannot go on: where, what, and how to fix it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a table, in the user's own words for rows and columns."""

    file: str
    """The table, as the user knows it, such as "us/prices.csv"."""

    row: int | None
    """Line in the file (the header is line 1), or None when the whole table is meant."""

    column: str
    """The column, or an empty string when the whole row or table is meant."""

    value: str
    """What was found there, as text."""

    what: str
    """What is wrong with it, naming what is allowed."""

    fix: str
    """What to do; starts with a verb."""

    def as_dict(self) -> dict[str, object]:
        """Return the problem as it appears in JSON."""
        return asdict(self)

    def __str__(self) -> str:
        place = self.file + (f", line {self.row}" if self.row is not None else "")
        place += f", column {self.column}" if self.column else ""
        return f"{place}: {self.what} {self.fix}"


class BackhaulError(Exception):
    """Base class: catch this one to catch them all."""

    code: ClassVar[str] = "error"
    """Stable name of the kind of failure, for JSON."""

    exit_code: ClassVar[int] = 2
    """Exit code of the command line: 2 for bad input, 3 for not solved or not certified."""

    def __init__(self, where: str, what: str, fix: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(where, what, fix, problems)  # in this order, so that it survives pickling
        self.where, self.what, self.fix, self.problems = where, what, fix, problems

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}", f"  {self.fix}"]
        return "\n".join(lines + [f"  - {problem}" for problem in self.problems])

    def as_dict(self) -> dict[str, str]:
        """Return the error as it appears in JSON, without its list of problems."""
        return {"code": self.code, "where": self.where, "what": self.what, "fix": self.fix}


class EvidenceError(BackhaulError):
    """A fact is missing, unsourced, out of range or in the wrong unit."""

    code = "evidence"


class MarketError(BackhaulError):
    """A market's own figures contradict each other."""

    code = "market"


class CalibrationError(BackhaulError):
    """No parameters reproduce the base year within the standard."""

    code = "calibration"


class EquilibriumError(BackhaulError):
    """No equilibrium was found that passes its certificate."""

    code = "equilibrium"
    exit_code = 3


class ScenarioError(BackhaulError):
    """A scenario names something that the world does not have, or asks for the impossible."""

    code = "scenario"


class ReportError(BackhaulError):
    """An outcome cannot be written where or as it was asked."""

    code = "report"
