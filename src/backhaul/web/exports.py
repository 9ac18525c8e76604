"""Answers to download: tables as CSV, Excel or Parquet, alone or with all that belongs to them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import metadata
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from backhaul.web.failure import NotFoundError
from backhaul.web.folders import read_table, read_tables, table_names
from backhaul.web.hall import unknown_table
from backhaul.web.store import Stored

Format = Literal["csv", "xlsx", "parquet", "html"]
CSV, PARQUET = "text/csv; charset=utf-8", "application/vnd.apache.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would run."""

NUMBER = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?")
LONGEST_SHEET = 31
"""Letters of a sheet's name in Excel."""

STAMP = (2024, 7, 1, 0, 0, 0)
"""Day of all files in a zip, so that the same answer is the same file."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to download."""

    name: str
    kind: str
    body: bytes


def exported(
    folder: Path,
    stored: Stored,
    *,
    format: Format,
    table: str | None = None,
    bom: bool = False,
    report: bytes = b"",
) -> File:
    """Return an answer as a file.

    Args:
        folder: Folder with its tables.
        stored: The answer.
        format: What to write.
        table: One table alone (csv and parquet); None: all of them.
        bom: Whether CSV begins with a byte-order mark, for Excel in Japan.
        report: The report, for html.

    Raises:
        NotFoundError: it has no such table, or no tables at all.
    """
    stem = f"backhaul-{stored.kind}-{stored.id[:12]}"
    if format == "html":
        return File(f"{stem}.html", "text/html; charset=utf-8", report)
    known = table_names(folder)
    if not known:
        raise NotFoundError("tables", "this answer has no tables.", "Take its JSON instead.")
    if table is not None and table not in known:
        raise unknown_table(table, known)
    names = known if table is None else (table,)
    if format == "xlsx":
        return File(f"{stem}.xlsx", XLSX, _workbook(folder, stored, names))
    files = {f"{name}.{format}": _written(folder, name, format, bom=bom) for name in names}
    if table is not None:
        kind = CSV if format == "csv" else PARQUET
        return File(f"{stem}-{table}.{format}", kind, files[f"{table}.{format}"])
    whole = _beside(stored) | {f"tables/{name}": body for name, body in files.items()}
    return File(f"{stem}-{format}.zip", "application/zip", _zip(whole))


def _written(folder: Path, name: str, format: Format, *, bom: bool) -> bytes:
    """Return one table as a file."""
    if format == "csv":
        return _csv(read_table(folder, name), bom=bom)
    return (folder / f"{name}.parquet").read_bytes()


def _csv(frame: pd.DataFrame, *, bom: bool) -> bytes:
    """Return a table as CSV: UTF-8, commas, every digit."""
    text = harmless(frame).to_csv(index=False, lineterminator="\n")
    return ((MARK if bom else "") + text).encode("utf-8")


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text is a formula to a spreadsheet: such a one is quoted."""
    made = frame.copy(deep=False)
    for name in frame.columns:
        if frame[name].dtype.kind not in "iufb":
            made[name] = pd.Series([_quoted(c) for c in frame[name]], index=frame.index)
    return made.rename(columns=_quoted)


def _quoted(cell: object) -> object:
    """Return a text that begins like a formula with an apostrophe before it."""
    if isinstance(cell, str) and cell.startswith(FORMULA) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _beside(stored: Stored) -> dict[str, bytes]:
    """Return what goes with the tables: the answer, the questions, licence and citation."""
    result = json.loads(stored.body)
    files = {"answer.json": stored.body, "README.txt": _about(stored, result).encode("utf-8")}
    for entry in result.get("questions", ()):
        files[f"{entry['name']}.toml"] = entry["toml"].encode("utf-8")
    return files


def _about(stored: Stored, result: Mapping[str, Any]) -> str:
    """Return what a stranger must know of these files."""
    about = metadata("backhaul")
    proof = "whole certificate" if result.get("certified") else "first and second order only"
    return "\n".join(
        (
            f"backhaul {about['Version']}, {stored.kind}, address {stored.id}",
            f"Proof: {proof}.",
            f"Again: {result.get('reproduce', '')}",
            "",
            "Licence: MIT. The tables come from the sources that tables/sources lists.",
            f"Cite as: the backhaul authors, backhaul {about['Version']}, answer {stored.id}.",
            "",
        )
    )


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip that is the same for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return target.getvalue()


def _workbook(folder: Path, stored: Stored, names: tuple[str, ...]) -> bytes:
    """Return tables as sheets behind one that says what they are; texts are never formulas."""
    import xlsxwriter  # type: ignore[import-untyped]

    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        bold = book.add_format({"bold": True})
        about = book.add_worksheet("about")
        about.set_column(0, 0, 100)
        for row, line in enumerate(_about(stored, json.loads(stored.body)).splitlines()):
            about.write_string(row, 0, line)
        tables = read_tables(folder)
        for name in names:
            _sheet(book.add_worksheet(name[:LONGEST_SHEET]), tables[name], bold)
    return target.getvalue()


def _sheet(sheet: Any, frame: pd.DataFrame, bold: Any) -> None:  # noqa: ANN401 - untyped library
    """Write one table: a header that stays in view, then its rows; no value is an empty cell."""
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(frame.columns):
        cells = frame[name].tolist()
        sheet.write_string(0, place, str(name), bold)
        texts = [str(cell) for cell in cells[:200] if not pd.isna(cell)]
        sheet.set_column(place, place, min(50, max([len(str(name)), *map(len, texts)]) + 1))
        for row, cell in enumerate(cells, start=1):
            if not pd.isna(cell):
                sheet.write(row, place, cell)
