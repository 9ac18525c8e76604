"""`backhaul check`: do the tables keep their schemas, and fit each other?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backhaul.cli.answer import Answer, Text
from backhaul.cli.options import JsonFlag


def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            show_default=False,
            help="Folder of your own tables; without it the shipped ones are checked.",
        ),
    ] = None,
    *,
    json: JsonFlag = False,
) -> Answer:
    """Check the shipped tables, or those of a folder, against their schemas and each other.

    All problems are reported at once, each with file, line, column, value and remedy; then the
    exit code is 2.
    """
    from backhaul.errors import EvidenceError
    from backhaul.evidence.catalogue import Evidence
    from backhaul.evidence.check import check as problems_of

    problems = tuple(problems_of(folder))
    if problems:
        raise EvidenceError(
            where=str(folder) if folder else "the shipped tables",
            what=f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found.",
            fix="Correct the cells named here and run the check again.",
            problems=problems,
        )
    tables = Evidence.load(folder).tables
    rows = sum(len(table) for table in tables.values())
    return Answer(
        command="check",
        result={"tables": len(tables), "rows": rows, "problems": []},
        blocks=(Text(f"{len(tables)} tables with {rows:,} rows keep their schemas."),),
    )
