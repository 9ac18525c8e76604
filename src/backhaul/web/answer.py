"""An answer as it travels and is stored: a result for JSON, and its tables."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from backhaul.outcome.outcome import Outcome

TINY = 1e-9
"""Relative change below which a figure has not moved: the noise of a solve."""


UNMOVED = "This scenario changes nothing: every figure is that of its baseline."


@dataclass(frozen=True, eq=False)
class Answer:
    """What a kind of question gives."""

    result: Mapping[str, object]
    """As the main file of its output folder has it."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    html: Callable[[], str] | None = None
    """Makes the report; None where it can be made from result and tables, or there is none."""

    warnings: tuple[str, ...] = ()
    """What a reader must know before anything else."""

    codes: tuple[str, ...] = ()
    """A stable code for each warning, for a page in another language."""


def outcome_answer(outcome: Outcome) -> Answer:
    """Return the answer of a run, its figures as a table too.

    The few tables that `outcome.json` holds stand with all others here, in their form.
    """
    tables = dict(outcome.tables)
    tables["figures"] = pd.DataFrame([figure.as_dict() for figure in outcome.figures])
    result = {key: value for key, value in outcome.as_dict().items() if key != "tables"}
    if _is_unmoved(outcome):
        return Answer(result, tables, warnings=(UNMOVED,), codes=("changes_nothing",))
    return Answer(result, tables)


def _is_unmoved(outcome: Outcome) -> bool:
    """Whether a scenario changes nothing, which must be said aloud."""
    return not any(
        figure.baseline is None or abs(figure.change or 0.0) > TINY * abs(figure.baseline)
        for figure in outcome.figures
    )


def json_bytes(value: object) -> bytes:
    """Return a value as JSON; a number that is none becomes null.

    Raises:
        TypeError: a part of it has no form in JSON.
    """
    try:
        text = _encoder.encode(value)
    except ValueError:  # a number that is none
        text = _encoder.encode(plain(value))
    return text.encode("utf-8", errors="replace")


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON is any of six types
    """Return a value made of dict, list, str, int, float, bool and None only.

    Raises:
        TypeError: a part of it has no form in JSON.
    """
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return _rarer(value)


def _rarer(value: Any) -> Any:  # noqa: ANN401 - as above
    """Return what is neither a number nor a text nor a collection of Python."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, pd.DataFrame):
        return table_data(value)
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if pd.isna(value):
        return None
    raise TypeError(f"{type(value).__name__} has no form in JSON: {value!r}")


_encoder = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain
)


def table_data(frame: pd.DataFrame) -> dict[str, object]:
    """Return a table as its columns and a list of rows."""
    columns = [_cells(frame[name]) for name in frame.columns]
    return {
        "columns": [str(name) for name in frame.columns],
        "rows": [list(row) for row in zip(*columns, strict=True)],
    }


def _cells(column: pd.Series[Any]) -> list[object]:
    """Return the cells of a column as plain values."""
    cells = column.tolist()
    if column.dtype.kind in "iub" or (column.dtype.kind == "f" and np.isfinite(column).all()):
        return cells
    if column.dtype == "str" and not column.isna().any():
        return cells
    return [plain(cell) for cell in cells]
