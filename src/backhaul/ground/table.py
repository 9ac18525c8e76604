"""Read one CSV file against its schema: a typed table, and every problem in it at once."""

from __future__ import annotations

import csv
import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from backhaul.errors import Problem
from backhaul.ground.cells import Fault, parse
from backhaul.ground.names import did_you_mean, listed
from backhaul.ground.schema import Column, Schema

SUM_TOLERANCE = 1e-6
"""How far from one the shares of a group may add up."""

LINE = "_line"
"""Column of a table that holds the line of the file; the header is line 1."""


@dataclass(frozen=True, eq=False)
class TableRead:
    """What came out of one file."""

    frame: pd.DataFrame
    """Typed columns of the schema that the file has, and `_line`. Cells at fault are blank."""

    problems: tuple[Problem, ...]
    sha256: str
    """Of the bytes of the file."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """A file as text: its header and, per record, first line and cells."""

    header: tuple[str, ...] = ()
    records: tuple[tuple[int, list[str]], ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: tuple[int, ...] = field(default=())


def read_table(path: Path, schema: Schema) -> TableRead:
    """Read a CSV file against its schema.

    Args:
        path: The file.
        schema: What the table may hold.

    Returns:
        The typed table with all its problems; nothing is raised for bad input.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}."
        fix = "Put a CSV file there that you may read."
        problem = Problem(schema.file, None, "", "", what, fix)
        return TableRead(frame=pd.DataFrame({LINE: []}), problems=(problem,), sha256="")
    rows = _rows(data, schema.file)
    problems = list(rows.problems)
    problems += _header_problems(rows.header, schema) if rows.header else []
    frame, faults = _typed(rows, schema)
    problems += faults
    problems += _duplicates(frame, schema)
    problems += _sums(frame, schema) if not rows.problems else []
    return TableRead(frame=frame, problems=tuple(problems), sha256=hashlib.sha256(data).hexdigest())


def _rows(data: bytes, file: str) -> _Rows:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _Rows(problems=(_not_utf8(data, error.start, file),))
    if not text.strip():
        what = "the file is empty; a header and rows are wanted."
        fix = "Fill it in, or remove the file to use the shipped table."
        return _Rows(problems=(Problem(file, None, "", "", what, fix),))
    return _records(text, file)


def _not_utf8(data: bytes, position: int, file: str) -> Problem:
    return Problem(
        file=file,
        row=data[:position].count(b"\n") + 1,
        column="",
        value=f"byte 0x{data[position]:02x}",
        what=f"the file is not UTF-8: byte 0x{data[position]:02x} at position {position} "
        "is not text in that encoding.",
        fix="Save the file as CSV UTF-8.",
    )


def _records(text: str, file: str) -> _Rows:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    records: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        what = f"the file is not CSV from here on: {error}."
        problems.append(Problem(file, start, "", "", what, "Close the quotes of this row."))
    if not records:
        return _Rows(problems=tuple(problems))
    header = tuple(records[0][1])
    body = []
    for line, cells in records[1:]:
        if len(cells) == len(header):
            body.append((line, cells))
        else:
            problems.append(_ragged(file, line, cells, header))
    if not body and not problems:
        what = "the file has a header and no rows."
        fix = "Fill it in, or remove the file to use the shipped table."
        problems.append(Problem(file, None, "", "", what, fix))
    return _Rows(header, tuple(body), tuple(problems), tuple(line for line, _ in body))


def _ragged(file: str, line: int, cells: list[str], header: tuple[str, ...]) -> Problem:
    return Problem(
        file=file,
        row=line,
        column="",
        value=",".join(cells)[:80],
        what=f"the row has {len(cells)} cells; the header has {len(header)} columns.",
        fix="Put quotes around cells that hold a comma, and write every cell.",
    )


def _header_problems(header: tuple[str, ...], schema: Schema) -> list[Problem]:
    problems = []
    missing = [c.name for c in schema.columns if c.required and c.name not in header]
    unknown = [name for name in header if name not in schema.names]
    for name in unknown:
        left = [n for n in schema.names if n not in header]
        what = f"there is no column '{name}'; the table has {listed(schema.names, most=30)}."
        fix = did_you_mean(name, left, otherwise="Remove the column.")
        problems.append(Problem(schema.file, 1, name, name, what, fix))
    for name in missing:
        what = f"the column '{name}' is missing; it is required."
        fix = did_you_mean(name, unknown, otherwise=f"Add the column '{name}'.")
        if fix.startswith("Write"):
            fix = f"Rename the column {fix.split(chr(39))[1]!r} to '{name}', or add it."
        problems.append(Problem(schema.file, 1, name, "", what, fix))
    for name, times in Counter(header).items():
        if times > 1:
            what = f"the column '{name}' stands in the header {times} times; once is allowed."
            problems.append(
                Problem(schema.file, 1, name, name, what, "Remove or rename the second one.")
            )
    return problems


def _typed(rows: _Rows, schema: Schema) -> tuple[pd.DataFrame, list[Problem]]:
    frame: dict[str, object] = {LINE: np.array(rows.lines, dtype=np.int64)}
    problems: list[Problem] = []
    for column in schema.columns:
        if column.name not in rows.header:
            continue
        place = rows.header.index(column.name)
        values = []
        seen: dict[str, object] = {}  # cells repeat: grades, years, sources
        for line, cells in rows.records:
            if cells[place] not in seen:
                seen[cells[place]] = parse(cells[place], column)
            value = seen[cells[place]]
            if isinstance(value, Fault):
                problems.append(
                    Problem(schema.file, line, column.name, cells[place], value.what, value.fix)
                )
                value = None
            values.append(value)
        frame[column.name] = series_of(values, column)
    problems.sort(key=lambda problem: problem.row or 0)
    return pd.DataFrame(frame), problems


def series_of(values: list[object], column: Column) -> pd.Series:
    """Return typed values as a column of a table.

    number: float64. integer: int64, or float64 where cells are blank. flag: bool. date: object
    (`datetime.date` or None). text and choice: object, blank cells as "".
    """
    if column.type in ("number", "integer"):
        filled = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        whole = column.type == "integer" and not np.isnan(filled).any()
        return pd.Series(filled.astype(np.int64) if whole else filled)
    if column.type == "flag":
        return pd.Series([bool(value) for value in values], dtype=bool)
    if column.type == "date":
        return pd.Series(values, dtype=object)
    return pd.Series(["" if value is None else value for value in values], dtype=object)


def _duplicates(frame: pd.DataFrame, schema: Schema) -> list[Problem]:
    key = [name for name in schema.key if name in frame]
    if not key or len(key) < len(schema.key):
        return []
    problems = []
    first: dict[tuple[object, ...], int] = {}
    for line, *values in frame[[LINE, *key]].itertuples(index=False):
        label = tuple(values)
        if label in first:
            what = f"the same {', '.join(key)} as in line {first[label]}; each stands once."
            value = ", ".join(str(v) for v in label)
            fix = "Remove one of the two rows."
            problems.append(Problem(schema.file, int(line), ", ".join(key), value, what, fix))
        first.setdefault(label, int(line))
    return problems


def _sums(frame: pd.DataFrame, schema: Schema) -> list[Problem]:
    problems = []
    for column in schema.columns:
        by = list(column.sum_key)
        if not by or any(name not in frame for name in [*by, column.name]):
            continue
        groups: dict[tuple[object, ...], list[tuple[int, float]]] = {}
        for line, share, *labels in frame[[LINE, column.name, *by]].itertuples(index=False):
            groups.setdefault(tuple(labels), []).append((int(line), float(share)))
        for label, rows in groups.items():
            total = math.fsum(share for _, share in rows)
            if math.isnan(total) or abs(total - 1) <= SUM_TOLERANCE:  # a blank share is told
                continue
            who = ", ".join(str(part) for part in label)
            what = f"the shares of {who} add to {total:.9g}; they must add to 1."
            fix = f"Correct the column in line {listed(str(line) for line, _ in rows)}."
            found = f"{total:.9g}"
            problems.append(Problem(schema.file, rows[0][0], column.name, found, what, fix))
    return problems
