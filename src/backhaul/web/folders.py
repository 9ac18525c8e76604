"""The folder of one answer: its tables as Parquet, its result as JSON, its report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Card, Outcome
from backhaul.web.answer import Answer, json_bytes

RESULT, REPORT = "result.json", "report.html"


def write_folder(folder: Path, answer: Answer) -> None:
    """Write an answer into an empty folder."""
    (folder / RESULT).write_bytes(json_bytes(answer.result))
    with duckdb.connect() as connection:
        for name, frame in answer.tables.items():
            connection.register("frame", stored(frame))
            connection.sql("select * from frame").write_parquet(str(folder / f"{name}.parquet"))
            connection.unregister("frame")
    if answer.html is not None:
        (folder / REPORT).write_text(answer.html(), encoding="utf-8", newline="\n")


def table_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the tables of a folder, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder.glob("*.parquet")))


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Return a table of a folder.

    Args:
        folder: The folder.
        name: One of `table_names`; never a name from outside.
    """
    with duckdb.connect() as connection:
        return connection.read_parquet(str(folder / f"{name}.parquet")).df()


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return all tables of a folder by name."""
    return {name: read_table(folder, name) for name in table_names(folder)}


def stored(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns are all numbers, truths or texts."""
    return pd.DataFrame({str(name): _column(frame[name]) for name in frame.columns})


def _column(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of one kind: days as ISO texts, lists joined, mixtures as texts."""
    if column.dtype.kind in "iufb":
        return column
    if column.isna().all():
        return column.astype(float)
    if column.dtype.kind == "M":
        return column.dt.strftime("%Y-%m-%d")
    cells = [_cell(cell) for cell in column.tolist()]
    return pd.Series(cells, index=column.index, dtype="str")


def _cell(cell: object) -> str | None:
    """Return a cell as text; None where there is none."""
    if isinstance(cell, list | tuple | set):
        return "; ".join(str(item) for item in cell)
    if cell is None or pd.isna(cell):  # type: ignore[call-overload]
        return None
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def rebuilt_html(folder: Path) -> str:
    """Return the report of a run whose folder has none yet, made from result and tables."""
    from backhaul.report.html import report_html

    result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return report_html(rebuilt_outcome(result, read_tables(folder)))


def rebuilt_outcome(result: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Outcome:
    """Return the outcome that a stored answer of a run was made from.

    Args:
        result: As `Outcome.as_dict` gives it.
        tables: By name; the table of figures is left out.
    """
    question = result["manifest"]["scenario"]
    card = Card(
        name=result["scenario"],
        asks=result["asks"],
        as_of=date.fromisoformat(result["as_of"]),
        baseline=result["baseline"],
        author=question.get("author", ""),
        sources=tuple(question.get("sources", ())),
        notes=tuple(question.get("notes", ())),
    )
    return Outcome(
        scenario=card,
        figures=tuple(_figure(row) for row in result["figures"]),
        sentences=tuple(result["answer"]),
        tables={name: frame for name, frame in tables.items() if name != "figures"},
        certificates=result["certificates"],
        certified=result["certified"],
        identities=result["identities"],
        manifest=result["manifest"],
        not_modelled=tuple(result["not_modelled"]),
    )


def _figure(row: Mapping[str, Any]) -> Figure:
    """Return a figure from its entry; change and per cent follow from it."""
    level = row["scenario"]
    return Figure(
        name=row["name"],
        unit=row["unit"],
        baseline=row["baseline"],
        scenario=float("nan") if level is None else level,
        label=row["label"],
        low=row["low"],
        high=row["high"],
    )
