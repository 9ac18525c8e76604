"""Find and read the tables: the user's where there are any, the shipped ones for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from backhaul.errors import Problem
from backhaul.ground.names import did_you_mean, listed
from backhaul.ground.schema import Schema, read_schemas
from backhaul.ground.table import TableRead, read_table, series_of

DATA = Path(__file__).parent.parent / "data"
"""The data package: jp, us, trade, policy and schema."""

FOLDERS = ("jp", "us", "trade", "policy")
NOT_TABLES = ("replication", "schema", "scenarios")
"""Folders that may lie beside the tables and are not read."""

SHEETS = (".csv", ".tsv", ".xls", ".xlsx", ".ods", ".parquet")
"""Endings of files that somebody may take for a table; only .csv is read."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Every table as read, before the checks across tables."""

    schemas: Mapping[str, Schema]
    frames: Mapping[str, pd.DataFrame]
    """By file, such as "us/prices.csv"."""

    own: frozenset[str]
    """Files that came from the user's folder."""

    shipped: Mapping[str, pd.DataFrame]
    """The shipped tables that the user replaced, by file."""

    hashes: Mapping[str, str]
    """SHA-256 of each file used."""

    problems: tuple[Problem, ...]


def read_all(folder: Path | None = None) -> Reading:
    """Read every table, from the user's folder where it has the file.

    Args:
        folder: A folder that follows the tree jp|us|trade|policy/*.csv, or None for the shipped
            tables only.
    """
    schemas = shipped_schemas()
    paths, problems = _own_files(folder, schemas) if folder is not None else ({}, [])
    frames, shipped, hashes = {}, {}, {}
    for file, schema in schemas.items():
        read = _shipped(file) if file not in paths else read_table(paths[file], schema)
        problems += read.problems
        hashes[file] = read.sha256
        frames[file] = read.frame
        if file in paths:
            shipped[file] = _shipped(file).frame
            frames[file] = _completed(read.frame, shipped[file], schema)
    return Reading(schemas, frames, frozenset(paths), shipped, hashes, tuple(problems))


@cache
def shipped_schemas() -> dict[str, Schema]:
    """Return the schema of every table that ships, by file."""
    found = read_schemas(DATA / "schema")
    order = [f for folder in FOLDERS for f in found if f.startswith(f"{folder}/")]
    return {file: found[file] for file in order}


@cache
def _shipped(file: str) -> TableRead:
    return read_table(DATA / file, shipped_schemas()[file])


def _own_files(
    folder: Path, schemas: Mapping[str, Schema]
) -> tuple[dict[str, Path], list[Problem]]:
    if not folder.is_dir():
        what = "there is no such folder." if not folder.exists() else "this is not a folder."
        fix = "Name a folder that holds jp, us, trade or policy."
        return {}, [Problem(str(folder), None, "", "", what, fix)]
    paths: dict[str, Path] = {}
    problems = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if hidden or path.suffix.lower() not in SHEETS or set(parts[:-1]) & set(NOT_TABLES):
            continue
        file = "/".join(parts)
        if file in schemas:
            paths[file] = path
        else:
            problems.append(_unknown(file, schemas))
    if not paths and not problems:
        what = f"the folder holds no table; tables lie in {listed(FOLDERS)}."
        fix = "Put tables into it, such as us/prices.csv."
        problems.append(Problem(str(folder), None, "", "", what, fix))
    return paths, problems


def _unknown(file: str, schemas: Mapping[str, Schema]) -> Problem:
    where = file.rpartition("/")[0]
    beside = [name for name in schemas if name.startswith(f"{where}/")] or list(schemas)
    what = f"no table has this name; known here: {listed(beside, most=12)}."
    fix = did_you_mean(file, schemas, otherwise="Rename or remove the file.")
    return Problem(file, None, "", file, what, fix)


def _completed(own: pd.DataFrame, shipped: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return the user's table with the optional columns that it lacks.

    Such a column comes from the shipped table, by key; a row that is not there takes the default
    of the schema, or stays blank where there is none.
    """
    key = list(schema.key)
    lacking = [c for c in schema.columns if c.name not in own and not c.required]
    if not lacking or any(name not in own for name in key):
        return own
    own = own.copy()
    labels = list(own[key].itertuples(index=False, name=None))
    for column in lacking:
        values = dict(
            zip(shipped[key].itertuples(index=False, name=None), shipped[column.name], strict=True)
        )
        blank = _default(column.default, column.type)
        own[column.name] = series_of([values.get(label, blank) for label in labels], column)
    return own


def _default(text: str, kind: str) -> object:
    if kind in ("number", "integer"):
        return float(text) if text else None
    return text == "1" if kind == "flag" else text
