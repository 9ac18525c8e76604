"""A scenario as TOML text, so that what was answered on the page can be run anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

INDENT = "    "


def toml_text(content: Mapping[str, Any], *, heading: str = "") -> str:
    """Return the content of a scenario file as text that `tomllib` reads as the same content.

    Args:
        content: Keys at the top first, then tables and lists of tables, as `Scenario` dumps them.
        heading: A comment for the first line.

    Raises:
        TypeError: a value has no form in TOML.
    """
    tables = {key: value for key, value in content.items() if _is_table(value)}
    lines = [f"# {heading}", ""] if heading else []
    lines += [f"{key} = {_value(value)}" for key, value in content.items() if key not in tables]
    for key, value in tables.items():
        many = not isinstance(value, Mapping)
        for entry in value if many else (value,):
            lines += ["", f"[[{key}]]" if many else f"[{key}]"]
            lines += [f"{name} = {_value(item)}" for name, item in entry.items()]
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    """Return whether a value stands below a heading of its own."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value)


def _value(value: object) -> str:
    """Return one value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list | tuple):
        return _array([_value(item) for item in value])
    raise TypeError(f"{type(value).__name__} has no form in TOML: {value!r}")


def _string(text: str) -> str:
    """Return a text in quotes; the escapes of JSON are those of TOML, which has one more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _array(items: list[str]) -> str:
    """Return a list on one line, or on several where it is long."""
    line = ", ".join(items)
    if len(line) <= 80:
        return f"[{line}]"
    return "[\n" + "".join(f"{INDENT}{item},\n" for item in items) + "]"
