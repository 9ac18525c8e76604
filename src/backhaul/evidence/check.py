"""Check the shipped tables, or a folder of the user's own, against the schemas."""

from __future__ import annotations

from pathlib import Path

from backhaul.errors import EvidenceError, Problem
from backhaul.evidence.crosscheck import cross_problems
from backhaul.evidence.reading import Reading, read_all
from backhaul.ground.names import listed


def check(folder: Path | None = None) -> list[Problem]:
    """Return every problem of every table at once; an empty list means that all is well.

    Args:
        folder: A folder that follows the tree jp|us|trade|policy/*.csv, or None for the shipped
            tables. What is missing in it comes from the package.
    """
    return _problems(read_all(folder))


def checked(folder: Path | None = None) -> Reading:
    """Return all tables, or raise with every problem in them.

    Raises:
        EvidenceError: A table is at fault; `problems` lists all faults of all tables.
    """
    reading = read_all(folder)
    problems = _problems(reading)
    if problems:
        files = list(dict.fromkeys(problem.file for problem in problems))
        plural = "s" if len(problems) > 1 else ""
        raise EvidenceError(
            where=f"tables of {folder}" if folder is not None else "shipped tables",
            what=f"{len(problems)} problem{plural} in {listed(files)}.",
            fix="Correct the rows listed here.",
            problems=tuple(problems),
        )
    return reading


def _problems(reading: Reading) -> list[Problem]:
    return [*reading.problems, *cross_problems(reading)]
