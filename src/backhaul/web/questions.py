"""What is asked: a scenario from a name or a text, with moved controls, under a content address."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from backhaul import __version__
from backhaul.errors import Problem, ScenarioError
from backhaul.evidence.catalogue import Evidence
from backhaul.ground.names import suggestion
from backhaul.scenario.file import no_toml, read_scenario
from backhaul.scenario.library import shipped
from backhaul.scenario.scenario import LAW_OF_THE_DAY, Scenario
from backhaul.web.controls import NOT_OFFERED, Control, Value
from backhaul.web.failure import RequestError, shown
from backhaul.web.limits import Limits
from backhaul.web.moves import moved
from backhaul.web.toml_text import toml_text

UPLOADED = "uploaded scenario"
"""What messages call a text from outside: its file has no name here."""

DEEPEST = 6
"""Levels of tables and lists in a scenario file; two are ever used."""

LONG_KEY = re.compile(r"""(?:(?<![\w-])(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')\s*+\.\s*+){16}""")
"""A key of so many parts takes the parser a time that grows with their square."""

LONGEST_NAME = 80
"""Letters of a scenario's name."""

Level = Literal["slider", "certified"]


@dataclass(frozen=True, eq=False)
class Asked:
    """One scenario, and what it is compared with where that is not its own baseline."""

    scenario: Scenario
    baseline: Scenario | None = None
    tables: str | None = None
    """Address of own tables; None: the shipped ones."""

    def as_dict(self) -> dict[str, object]:
        """Return the whole of it as plain data: what `of` takes."""
        return {
            "scenario": dump(self.scenario),
            "baseline": None if self.baseline is None else dump(self.baseline),
        } | ({} if self.tables is None else {"tables": self.tables})

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Asked:
        """Return what `as_dict` gave."""
        known = data["baseline"]
        return cls(
            scenario=Scenario.model_validate(data["scenario"]),
            baseline=None if known is None else Scenario.model_validate(known),
            tables=data.get("tables"),
        )


@dataclass(frozen=True, eq=False)
class Question:
    """What a process answers."""

    kind: str
    """Name of a kind of `kinds.KINDS`."""

    asked: tuple[Asked, ...] = ()
    """One scenario; several for a comparison; none where the kind needs none."""

    level: Level = "certified"
    options: Mapping[str, Any] = field(default_factory=dict)
    """What this kind asks beside the scenarios, such as the months of a timeline."""

    def as_dict(self) -> dict[str, object]:
        """Return the question as plain data: what `of` takes, and what the store keeps."""
        return {
            "kind": self.kind,
            "asked": [asked.as_dict() for asked in self.asked],
            "level": self.level,
            "options": dict(self.options),
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Question:
        """Return what `as_dict` gave."""
        asked = tuple(Asked.of(entry) for entry in data["asked"])
        return cls(data["kind"], asked, data["level"], data["options"])


@dataclass(frozen=True, eq=False)
class Library:
    """The shipped scenarios, and how texts from outside become questions."""

    evidence: Evidence
    controls: Mapping[str, Control]
    limits: Limits

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the shipped scenarios."""
        return tuple(_shipped())

    def text(self, name: str) -> str:
        """Return the file of a shipped scenario.

        Raises:
            ScenarioError: there is none of that name.
        """
        known = _shipped()
        if name not in known:
            raise ScenarioError(
                where=f"scenario {shown(name)!r}",
                what="no shipped scenario has this name.",
                fix=suggestion(name, tuple(known)),
            )
        return known[name][0]

    def scenario(self, name: str) -> Scenario:
        """Return a shipped scenario.

        Raises:
            ScenarioError: there is none of that name.
        """
        self.text(name)
        return _shipped()[name][1]

    def content(self, name: str) -> dict[str, Any]:
        """Return what the file of a shipped scenario says.

        Raises:
            ScenarioError: there is none of that name.
        """
        return tomllib.loads(self.text(name))

    def asked(
        self,
        *,
        scenario: str | None,
        toml: str | None,
        changes: Mapping[str, Value],
        baseline: str | None,
    ) -> Asked:
        """Return the scenario that a request asks about.

        Args:
            scenario: A shipped name; or
            toml: the text of a scenario file.
            changes: New values of controls.
            baseline: A shipped name, "law of the day", or None for the scenario's own.

        Raises:
            RequestError: neither or both are given; a control cannot be moved so.
            ScenarioError: no such scenario; the text is at fault.
        """
        if (scenario is None) == (toml is None):
            raise RequestError(
                where="request",
                what="exactly one of 'scenario' and 'toml' says what is asked.",
                fix="Give the name of a shipped scenario, or the text of a scenario file.",
            )
        if toml is not None:
            content, name = self.uploaded(toml), "uploaded"
            found = self._read(content, name=name, text=toml)
        else:
            name = scenario or ""
            content, found = self.content(name), self.scenario(name)
        if changes:
            found = self._moved(content, found, changes)
        if baseline == LAW_OF_THE_DAY:
            return Asked(found.model_copy(update={"baseline": LAW_OF_THE_DAY}))
        return Asked(found, self._baseline(found, baseline))

    def uploaded(self, text: str) -> dict[str, Any]:
        """Return the content of a text from outside, which is not trusted.

        Raises:
            ScenarioError: it is too long, no TOML, or nested beyond reason.
        """
        size = len(text.encode("utf-8", errors="replace"))
        if size > self.limits.toml_bytes:
            raise ScenarioError(
                where=UPLOADED,
                what=f"it has {size:,} bytes; {self.limits.toml_bytes:,} are allowed.",
                fix="Leave out what the question does not need.",
            )
        content = parsed(text)
        if not content:
            raise ScenarioError(
                where=UPLOADED,
                what="the text is empty.",
                fix='Write at least asks = "..." and as_of = 2026-03-01.',
            )
        return content

    def read(self, text: str) -> tuple[dict[str, Any], Scenario]:
        """Return content and scenario of a text from outside.

        Raises:
            ScenarioError: the text is at fault; lists every problem with its line.
        """
        content = self.uploaded(text)
        return content, self._read(content, name="uploaded", text=text)

    def toml(self, scenario: Scenario) -> str:
        """Return the text of a scenario: the shipped file, or one written from its content."""
        known = _shipped().get(scenario.name)
        if known is not None and dump(known[1]) == dump(scenario):
            return known[0]
        content = scenario.model_dump(by_alias=True, exclude_defaults=True)
        return toml_text(content, heading="Made by backhaul serve.")

    def _moved(
        self, content: dict[str, Any], found: Scenario, changes: Mapping[str, Value]
    ) -> Scenario:
        """Return a scenario with controls moved, under a name and a question of its own."""
        changed = moved(content, changes, self.controls)
        if changed == content:
            return found
        base = found.name.removesuffix("-moved")
        told = "; ".join(
            _told(self.controls[name], changes[name])
            for name in self.controls
            if name in changes and self._matters(content, changes, name, changed)
        )
        changed |= {
            "name": f"{base}-moved",
            "asks": f"{base}, with: {told}.",
            "notes": [f"Made from {base} by moving controls of the page; its own notes are not all "
                      "true of it."],
        }  # fmt: skip
        return self._read(changed, name=base, text=toml_text(changed), file="moved scenario")

    def _matters(
        self,
        content: dict[str, Any],
        changes: Mapping[str, Value],
        name: str,
        changed: Mapping[str, Any],
    ) -> bool:
        """Return whether the scenario would be another one without one of the changes."""
        others = {other: value for other, value in changes.items() if other != name}
        try:
            return moved(content, others, self.controls) != changed
        except RequestError:  # the others have nothing to act on without it
            return True

    def _read(
        self, content: dict[str, Any], *, name: str, text: str, file: str = UPLOADED
    ) -> Scenario:
        """Return the scenario of a content, within the limits for texts from outside.

        Raises:
            ScenarioError: with all problems at once.
        """
        baseline = content.get("baseline", LAW_OF_THE_DAY)
        if isinstance(baseline, str) and baseline not in (LAW_OF_THE_DAY, *self.names):
            raise _no_baseline(baseline, file, (*self.names, LAW_OF_THE_DAY))
        found = read_scenario(content, name=name, file=file, text=text)
        self._refuse_large(found, file)
        self._refuse_parameters(found, file)
        return found

    def _refuse_large(self, scenario: Scenario, file: str) -> None:
        """Refuse a scenario with more changes than anybody needs."""
        if len(scenario.name) > LONGEST_NAME:
            raise ScenarioError(
                where=file,
                what=f"its name has {len(scenario.name)} letters; {LONGEST_NAME} are allowed.",
                fix="Give it a shorter name.",
            )
        count = len(scenario.changes) + len(scenario.parameters)
        if count > self.limits.entries:
            raise ScenarioError(
                where=file,
                what=f"it has {count} changes; {self.limits.entries} are allowed here.",
                fix="Leave some out, or run it with the command line.",
            )

    def _refuse_parameters(self, scenario: Scenario, file: str) -> None:
        """Refuse parameters that are none, fixed here, or outside their range."""
        problems = tuple(
            Problem(
                file=file,
                row=None,
                column=f"parameters.{shown(name)}",
                value=f"{value:g}",
                what=what,
                fix=fix,
            )
            for name, value in scenario.parameters.items()
            for what, fix in self._parameter_faults(name, value)
        )
        if problems:
            raise ScenarioError(
                where=file,
                what=f"{len(problems)} of its parameters cannot be set so.",
                fix="Correct the entries listed.",
                problems=problems,
            )

    def _parameter_faults(self, name: str, value: float) -> Sequence[tuple[str, str]]:
        """Return what is wrong with one parameter, if anything."""
        known = self.evidence.parameters
        if name not in known:
            return [("there is no such parameter.", suggestion(name, tuple(known)))]
        if name in NOT_OFFERED or known[name].role != "engine":
            return [("it cannot be set on a server.", "Leave it out.")]
        low, high = known[name].low, known[name].high
        if not low <= value <= high:
            what = f"{value:g} is outside its range, {low:g} to {high:g}."
            return [(what, "Take a value within the range.")]
        return []

    def _baseline(self, found: Scenario, name: str | None) -> Scenario | None:
        """Return the scenario to compare with, where it is not the scenario's own."""
        if name is None or name == found.baseline:
            return None
        if name not in self.names:
            raise _no_baseline(name, "baseline", (*self.names, LAW_OF_THE_DAY))
        return self.scenario(name)


def parsed(text: str) -> dict[str, Any]:
    """Return TOML as a dictionary.

    Raises:
        ScenarioError: it is none; names the line.
    """
    if LONG_KEY.search(text):
        raise _absurd()
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise no_toml(error, UPLOADED, text) from error
    except (RecursionError, ValueError) as error:  # bottomless lists, numbers of 5,000 digits
        raise _absurd() from error
    level: list[object] = [found]
    for _ in range(DEEPEST):
        level = [inner for value in level for inner in _inside(value)]
    if level:
        raise _absurd()
    return found


def _inside(value: object) -> Iterable[object]:
    """Return what a table or a list holds."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _absurd() -> ScenarioError:
    return ScenarioError(
        where=UPLOADED,
        what="it is nested too deep, or has a number that no computer holds.",
        fix="Write a scenario as the shipped ones are written.",
    )


def dump(scenario: Scenario) -> dict[str, object]:
    """Return a scenario as plain data, without defaults."""
    return scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def address(question: Question, stamp: Mapping[str, object]) -> str:
    """Return the content address of a question: 32 hexadecimal digits.

    Args:
        question: What is asked.
        stamp: What every answer rests on: version, program, tables.
    """
    compared = {a.scenario.baseline for a in question.asked} & set(_shipped())
    whole = {
        "question": question.as_dict(),
        "baselines": {name: dump(_shipped()[name][1]) for name in sorted(compared)},
        "stamp": dict(stamp),
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def stamp_of(evidence: Evidence) -> dict[str, object]:
    """Return what every answer rests on beside the question."""
    return {
        "version": __version__,
        "program": _program(),
        "inputs": dict(evidence.hashes),
        "replaced": dict(evidence.replaced),
    }


@cache
def _program() -> str:
    """Return a hash of the package's own source: another program gives another address."""
    root = Path(__file__).parents[1]
    found = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        if "web" not in path.relative_to(root).parts[:1]:
            found.update(path.relative_to(root).as_posix().encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


@cache
def _shipped() -> dict[str, tuple[str, Scenario]]:
    """Return text and content of the shipped scenarios by name."""
    found = {}
    for name, path in shipped().items():
        text = path.read_text(encoding="utf-8")
        found[name] = (
            text,
            read_scenario(tomllib.loads(text), name=name, file=path.name, text=text),
        )
    return found


def _told(control: Control, value: Value) -> str:
    """Return one moved control in words."""
    if value is None:
        return f"{control.label} as by law"
    if isinstance(value, bool):
        return f"{control.label}: {'yes' if value else 'no'}"
    if isinstance(value, str):
        return f"{control.label}: {value.replace('_', ' ')}"
    if control.unit == "ratio":
        return f"{control.label} {100 * value:g} %"
    return f"{control.label} {value:,.10g} {control.unit}".rstrip()


def _no_baseline(name: str, where: str, known: tuple[str, ...]) -> ScenarioError:
    """Return the refusal of a baseline that is no shipped scenario."""
    what, fix = f"no shipped scenario is called {shown(name)!r}.", suggestion(name, known)
    row = Problem(file=where, row=None, column="baseline", value=shown(name), what=what, fix=fix)
    return ScenarioError(where=where, what=what, fix=fix, problems=(row,))
