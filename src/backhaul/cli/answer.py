"""What a command returns: the result for programs, and blocks of text and tables for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values below each other, under an optional title."""

    rows: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts; numbers stand to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    right: frozenset[str] = frozenset()
    """Columns that are set to the right."""


Block = Text | Pairs | Grid


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command found out."""

    command: str
    """Its name, such as "show tariff"."""

    result: object
    """What `--json` prints; `plain_data` makes it fit for JSON."""

    blocks: tuple[Block, ...]
    """What a person reads, from the top."""


def plain_data(value: object) -> Any:  # noqa: ANN401 - JSON is any of six types
    """Return the value made of dict, list, str, int, float, bool and None only.

    A float that is no number becomes None: JSON has no word for it.

    Raises:
        TypeError: The value is of a type that has no form in JSON.
    """
    if value is None or (isinstance(value, bool | str | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if type(value).__name__ in ("NAType", "NaTType"):  # a cell of pandas without a value
        return None
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, Enum):
        return plain_data(value.value)
    return _composed(value)


def _composed(value: object) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        return {str(plain_data(key)): plain_data(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return plain_data(asdict(value))
    if hasattr(value, "tolist"):  # numpy arrays and numbers, without importing numpy here
        return plain_data(value.tolist())
    if hasattr(value, "to_dict") and hasattr(value, "columns"):  # a table
        return plain_data(value.to_dict("records"))
    if isinstance(value, Iterable):
        return [plain_data(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON: {value!r}")
