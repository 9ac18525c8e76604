"""Scenario files: TOML that a journalist can read, checked as a whole before anything runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from backhaul.errors import Problem, ScenarioError
from backhaul.ground.names import suggestion
from backhaul.scenario.library import shipped
from backhaul.scenario.place import line_of, path_of
from backhaul.scenario.scenario import LAW_OF_THE_DAY, Scenario
from backhaul.scenario.words import impossible_values, words


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
        raise no_toml(error, path.name, text) from error
    if not content:
        raise ScenarioError(
            where=path.name,
            what="the file is empty.",
            fix='Write at least asks = "..." and as_of = 2026-03-01; see a shipped scenario.',
        )
    return read_scenario(content, name=path.stem, file=path.name, text=text)


def read_scenario(
    content: dict[str, Any], *, name: str, file: str = "scenario", text: str = ""
) -> Scenario:
    """Return a scenario from the content of a TOML file.

    Args:
        content: The file as a dictionary.
        name: Name of the scenario where the content gives none.
        file: Name of the file, for messages.
        text: The file as text, for line numbers.

    Errors:
        ScenarioError: with all problems at once.
    """
    faults = list(impossible_values(content))
    marked = {fault["loc"] for fault in faults}
    scenario = None
    try:
        scenario = Scenario.model_validate({"name": name, **content})
    except ValidationError as error:
        found: list[dict[str, Any]] = [dict(f) for f in error.errors(include_url=False)]
        faults += [fault for fault in found if fault["loc"] not in marked]
    problems = [_problem(fault, file=file, text=text) for fault in faults]
    problems += _baseline_problems(content, file=file, text=text)
    if problems or scenario is None:
        count = len(problems)
        raise ScenarioError(
            where=file,
            what="1 entry is wrong." if count == 1 else f"{count} entries are wrong.",
            fix="Correct the entries listed.",
            problems=tuple(sorted(problems, key=lambda p: (p.row is None, p.row or 0))),
        )
    return scenario.in_file(file, text)


def _locate(name_or_path: str | Path) -> Path:
    """Return the path of a shipped name or of a file."""
    known = shipped()
    if str(name_or_path) in known:
        return known[str(name_or_path)]
    path = Path(name_or_path)
    if path.suffix == ".toml" and path.is_file():
        return path
    if path.suffix == ".toml" or (str(name_or_path) and path.exists()):
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
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = Problem(
            file=path.name,
            row=line,
            column="",
            value=raw[error.start : error.start + 1].hex(),
            what=f"byte {error.start + 1} is not UTF-8 text.",
            fix="Save the file as UTF-8.",
        )
        raise ScenarioError(
            where=path.name,
            what=f"the file is not UTF-8 text, from line {line} on.",
            fix="Save the file as UTF-8 in your editor.",
            problems=(problem,),
        ) from error


def no_toml(error: tomllib.TOMLDecodeError, file: str, text: str) -> ScenarioError:
    """Return the parser's refusal with the line and what stands there."""
    message = str(error)
    place = re.search(r"\(at line (\d+)", message)
    row = int(place[1]) if place else len(text.splitlines()) or None
    value = text.splitlines()[row - 1].strip() if row and row <= len(text.splitlines()) else ""
    plain = message.split(" (at ")[0]
    plain = plain[:1].lower() + plain[1:].rstrip(".")
    fix = "Put text in quotes, write dates as 2026-03-01 and decimals with a point."
    if "date" in plain:
        fix = "Write a day that the calendar has, as 2026-03-01."
    elif "overwrite" in plain or "twice" in plain:
        fix = "Give each key once; a second change of one kind gets its own [[...]]."
    problem = Problem(file=file, row=row, column="", value=value[:80], what=f"{plain}.", fix=fix)
    return ScenarioError(
        where=file, what=f"it is not valid TOML: {plain}.", fix=fix, problems=(problem,)
    )


def _problem(fault: dict[str, Any], *, file: str, text: str) -> Problem:
    """Return one fault in the user's words, with its line."""
    place = fault["loc"]
    what, fix = words(fault)
    return Problem(
        file=file,
        row=line_of(place, text),
        column=path_of(place),
        value="" if fault["type"] == "missing" else str(fault.get("input"))[:80],
        what=what,
        fix=fix,
    )


def _baseline_problems(content: dict[str, Any], *, file: str, text: str) -> list[Problem]:
    """Return the problem of a baseline that is no scenario, if it is one."""
    name = content.get("baseline", LAW_OF_THE_DAY)
    if not isinstance(name, str) or name in (LAW_OF_THE_DAY, *shipped()):
        return []
    if name.endswith(".toml") and Path(name).is_file():
        return []
    return [
        Problem(
            file=file,
            row=line_of(("baseline",), text),
            column="baseline",
            value=name,
            what=f"no shipped scenario is called {name!r}.",
            fix=suggestion(name, (*shipped(), LAW_OF_THE_DAY)),
        )
    ]
