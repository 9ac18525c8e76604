"""What a table may hold: its columns, their types, units and bounds, read from a schema table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TYPES = ("text", "integer", "number", "flag", "date", "choice", "country")
PARTIAL_DATE = "year, month or day"
"""Unit of a date column that also takes YYYY and YYYY-MM; it stays text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as its schema describes it."""

    name: str
    type: str
    """One of TYPES."""

    unit: str
    lower: float | None
    """Smallest value allowed, or None."""

    upper: float | None
    """Largest value allowed, or None."""

    required: bool
    """True: the column must be there and no cell may be blank."""

    choices: tuple[str, ...]
    """Values allowed; beside references, further values or patterns such as 'other_*'."""

    references: tuple[str, ...]
    """Columns that must hold the value: 'folder/table.column', or 'sources.id' of its folder."""

    default: str
    """What a blank cell stands for, as text; an empty text where it stands for nothing."""

    sum_key: tuple[str, ...]
    """Columns within whose groups this one adds to one."""

    description: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one table, in order, and which of them are its key."""

    folder: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def file(self) -> str:
        """Return the table as the user knows it, such as "us/prices.csv"."""
        return f"{self.folder}/{self.table}.csv"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in self.columns)


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Return every schema of a folder of files named <folder>_<table>.csv, by table file.

    Args:
        folder: Where the schema tables lie.

    Raises:
        ValueError: A schema is malformed, which is our own fault.
    """
    schemas = [read_schema(path) for path in sorted(folder.glob("*_*.csv"))]
    return {schema.file: schema for schema in schemas}


def read_schema(path: Path) -> Schema:
    """Return the schema that one file holds; its name is <folder>_<table>.csv."""
    folder, _, table = path.stem.partition("_")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = tuple(_column(row, path=path) for row in rows)
    key = tuple(row["column"] for row in rows if row["unique_key"] == "1")
    return Schema(folder=folder, table=table, columns=columns, key=key)


def _column(row: Mapping[str, str], *, path: Path) -> Column:
    if row["type"] not in TYPES:
        raise ValueError(f"{path.name}, column {row['column']}: no type '{row['type']}'")
    return Column(
        name=row["column"],
        type=row["type"],
        unit=row["unit"],
        lower=float(row["lower"]) if row["lower"] else None,
        upper=float(row["upper"]) if row["upper"] else None,
        required=row["required"] == "1",
        choices=_several(row["choices"], ";"),
        references=_several(row["references"], "|"),
        default=row.get("default") or "",
        sum_key=_several(row.get("sum_key") or "", ";"),
        description=row["description"],
    )


def _several(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())
