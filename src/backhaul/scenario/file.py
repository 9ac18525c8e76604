"""Scenario files: TOML that a journalist can read, checked as a whole before anything runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from backhaul.errors import Problem, ScenarioError
from backhaul.ground.names import suggestion
from backhaul.scenario.library import shipped
from backhaul.scenario.scenario import Scenario


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Return a scenario by shipped name or from a TOML file.

    Errors:
        ScenarioError: no such scenario or file, not UTF-8, empty, not TOML, or with unknown keys,
            impossible dates or rates; it lists every problem with its line.
    """
    path = _locate(name_or_path)
    text = _read(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(
            where=path.name,
            what=f"it is not valid TOML: {_plain(error)}.",
            fix="Correct the line named; text stands in quotes, dates do not: as_of = 2026-03-01.",
        ) from error
    if not content:
        raise ScenarioError(
            where=path.name,
            what="the file is empty.",
            fix="Write at least asks = \"...\" and as_of = 2026-03-01; see a shipped scenario.",
        )
    return read_scenario(content, name=path.stem, file=path.name, text=text)


def read_scenario(
    content: dict[str, Any], *, name: str, file: str = "scenario", text: str = ""
) -> Scenario:
    """Return a scenario from the content of a TOML file.

    Errors:
        ScenarioError: with all problems at once.
    """
    try:
        return Scenario.model_validate({"name": name, **content})
    except ValidationError as error:
        problems = tuple(
            _problem(fault, file=file, text=text)  # type: ignore[arg-type]
            for fault in error.errors(include_url=False)
        )
        raise ScenarioError(
            where=file,
            what=f"{len(problems)} entr{'y is' if len(problems) == 1 else 'ies are'} wrong.",
            fix="Correct the entries listed.",
            problems=problems,
        ) from error


def _locate(name_or_path: str | Path) -> Path:
    """Return the path of a shipped name or of a file."""
    known = shipped()
    if str(name_or_path) in known:
        return known[str(name_or_path)]
    path = Path(name_or_path)
    if path.suffix == ".toml" and path.is_file():
        return path
    if path.suffix == ".toml" or path.exists():
        raise ScenarioError(
            where=str(name_or_path),
            what="there is no such TOML file.",
            fix="Give the path of a .toml file, or one of the names of 'backhaul list'.",
        )
    raise ScenarioError(
        where=f"scenario {str(name_or_path)!r}",
        what="no shipped scenario has this name.",
        fix=suggestion(str(name_or_path), tuple(known)),
    )


def _read(path: Path) -> str:
    """Return the text of a file, which must be UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            where=path.name,
            what=f"byte {error.start} is not UTF-8 text.",
            fix="Save the file as UTF-8.",
        ) from error


def _problem(fault: dict[str, Any], *, file: str, text: str) -> Problem:
    """Return one pydantic fault in the user's words, with its line."""
    place = fault["loc"]
    column = _path(place)
    value = fault.get("input")
    what, fix = _words(fault)
    shown = "" if fault["type"] == "missing" else str(value)
    return Problem(
        file=file, row=_line(place, text), column=column, value=shown[:80], what=what, fix=fix
    )


def _words(fault: dict[str, Any]) -> tuple[str, str]:
    """Return what is wrong and what to do."""
    place, value, kind = fault["loc"], fault.get("input"), fault["type"]
    key = str(place[-1])
    if kind == "extra_forbidden":
        return f"the key {key!r} is unknown.", suggestion(key, _keys(place))
    if kind == "missing":
        return f"the key {key!r} is missing.", f"Add {key} = ..."
    if key in ("rate", "points") and kind in ("less_than_equal", "greater_than_equal"):
        percent = f"that is {float(value):.0%}" if isinstance(value, int | float) else "no rate"
        return (
            f"the rate is {value}, {percent}; -100 % to 200 % is allowed.",
            "Write rates as ratios: 0.15 for 15 per cent.",
        )
    if "date" in kind:
        return f"{value!r} is no date.", "Write a day as 2026-03-01, without quotes."
    if kind == "literal_error":
        return f"{value!r} is not one of {fault['ctx']['expected']}.", "Take one of these."
    return f"{fault['msg']}.", "Correct this entry."


def _keys(place: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the keys allowed where an unknown one was found."""
    model: type[BaseModel] = Scenario
    for step in place[:-1]:
        if isinstance(step, str):
            inner = [
                part
                for part in _inner_types(model.model_fields[step].annotation)
                if isinstance(part, type) and issubclass(part, BaseModel)
            ]
            if not inner:
                return ()
            model = inner[0]
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _inner_types(annotation: Any) -> list[Any]:  # noqa: ANN401 - typing's own objects
    """Return a type and the types inside it."""
    inner = [part for outer in getattr(annotation, "__args__", ()) for part in _inner_types(outer)]
    return [annotation, *inner]


def _path(place: tuple[str | int, ...]) -> str:
    """Return where in the file a fault is, such as "set_duty[1].rate"."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _line(place: tuple[str | int, ...], text: str) -> int | None:
    """Return the line of an entry: its key below the right table header."""
    lines = text.splitlines()
    start = 0
    names = [step for step in place if isinstance(step, str)]
    if len(names) > 1:
        number = next((step for step in place if isinstance(step, int)), 0)
        heads = [
            i for i, line in enumerate(lines)
            if re.match(rf"\s*\[\[?\s*{re.escape(names[0])}\s*\]\]?", line)
        ]  # fmt: skip
        if number >= len(heads):
            return None
        start = heads[number]
    for index in range(start, len(lines)):
        if re.match(rf"\s*\"?{re.escape(names[-1])}\"?\s*=", lines[index]):
            return index + 1
    return start + 1 if start else None


def _plain(error: tomllib.TOMLDecodeError) -> str:
    """Return the parser's message as part of a sentence."""
    message = str(error)
    return message[:1].lower() + message[1:].rstrip(".")
