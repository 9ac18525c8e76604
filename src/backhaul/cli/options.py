"""Options that several commands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from backhaul.evidence.catalogue import Evidence

JsonFlag = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
]
DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Tables of your own, laid out as jp, us, trade, policy; "
        "a table that is missing there comes from the package.",
    ),
]
Consumers = Annotated[
    int | None,
    typer.Option(
        "--consumers",
        metavar="N",
        min=2,
        max=10_000,
        help="Types of buyers by income in each market, in place of the table's 20, whose "
        "headline balances are those of 500 to five digits.",
    ),
]


def evidence_from(folder: Path | None) -> Evidence:
    """Return the shipped facts, or those of a folder with the shipped ones for what it lacks."""
    from backhaul.evidence.catalogue import Evidence

    return Evidence.load(folder)


def examples(*lines: str, after: str = "") -> str:
    """Return the end of a help text: example calls, each on a line of its own.

    Args:
        lines: Whole command lines.
        after: A paragraph below them.
    """
    # This mark keeps Typer from joining the lines of a paragraph.
    text = "Examples:\n\n\b\n" + "\n".join(f"  {line}" for line in lines)
    return f"{text}\n\n{after}" if after else text
