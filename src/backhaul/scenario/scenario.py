"""A question: named changes to a world, a day, and what to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from backhaul.baseline.setting import Setting
from backhaul.baseline.world import World
from backhaul.errors import EvidenceError, Problem, ScenarioError
from backhaul.evidence.catalogue import Evidence
from backhaul.scenario.entry import Buy, Commit, Enter, Invest, Subsidise, SurgeDemand
from backhaul.scenario.horizon import Horizon
from backhaul.scenario.place import Place, line_of, path_of
from backhaul.scenario.rates import (
    AddPoints,
    BorderPrice,
    Change,
    ExchangeRate,
    Merge,
    SetDuty,
    SetRate,
    SetSpan,
)

LAW_OF_THE_DAY = "law of the day"
"""Baseline of a scenario that names none: the world under the measures of the same day."""


class Scenario(BaseModel):
    """A scenario file as an object; every field is what the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[\w.\-]+$")
    asks: str = Field(min_length=1)
    """The question, as a sentence."""

    as_of: date
    """The day whose measures are in force."""

    baseline: str = LAW_OF_THE_DAY
    """Name of another scenario to compare with, or the law of the day."""

    author: str = ""
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    parameters: dict[str, float] = Field(default_factory=dict)
    """Parameters that take another value in this scenario and in its baseline."""

    set_rate: tuple[SetRate, ...] = ()
    set_span: tuple[SetSpan, ...] = ()
    set_duty: tuple[SetDuty, ...] = ()
    add_points: tuple[AddPoints, ...] = ()
    exchange_rate: ExchangeRate | None = None
    border_price: BorderPrice | None = None
    horizon: Horizon | None = None
    merge: tuple[Merge, ...] = ()
    enter: tuple[Enter, ...] = ()
    commit: tuple[Commit, ...] = ()
    subsidise: tuple[Subsidise, ...] = ()
    invest: tuple[Invest, ...] = ()
    surge: tuple[SurgeDemand, ...] = ()
    buy: tuple[Buy, ...] = ()

    _file: str = PrivateAttr(default="")
    _text: str = PrivateAttr(default="")

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, in the order in which they are applied."""
        return tuple(change for _, change in self._changes())

    def in_file(self, file: str, text: str) -> Scenario:
        """Return the scenario knowing the file it stands in, so that errors name lines."""
        placed = self.model_copy()
        placed._file, placed._text = file, text
        return placed

    def _changes(self) -> Iterator[tuple[Place, Change]]:
        """Yield laws first, then entry, then promises about what is on sale by then."""
        for name in (
            "set_rate", "set_span", "set_duty", "add_points", "exchange_rate", "border_price",
            "horizon", "merge", "enter", "commit", "subsidise", "invest", "surge", "buy",
        ):  # fmt: skip
            value = getattr(self, name)
            if isinstance(value, tuple):
                yield from (((name, number), change) for number, change in enumerate(value))
            elif value is not None:
                yield (name,), value

    def evidence(self, evidence: Evidence) -> Evidence:
        """Return the facts with this scenario's parameters in place of the table's.

        Errors:
            EvidenceError: there is no such parameter, or the value is outside its range.
        """
        for name, value in self.parameters.items():
            try:
                evidence = evidence.replace_parameter(name, value)
            except EvidenceError as error:
                fault = ScenarioError(error.where, error.what, error.fix)
                raise self.at_fault(("parameters", name), value, fault) from error
        return evidence

    def setting(self, world: World) -> Setting:
        """Return the setting of the scenario.

        Errors:
            ScenarioError: changes name something that the world does not have; lists them all,
                except what depends on an entry that is itself at fault.
        """
        setting = self.law_of_the_day(world)
        problems: list[Problem] = []
        for place, change in self._changes():
            if place[0] in ("commit", "subsidise") and any(
                problem.column.startswith("enter") for problem in problems
            ):
                continue
            try:
                setting = change.apply(world, setting)
            except ScenarioError as fault:
                problems.append(self._problem(place, change, fault))
        if problems:
            count = len(problems)
            raise ScenarioError(
                where=self._file or f"scenario {self.name}",
                what=f"{count} entr{'y' if count == 1 else 'ies'} cannot be applied.",
                fix="Correct the entries listed.",
                problems=tuple(problems),
            )
        return setting

    def _problem(self, place: Place, change: Change, fault: ScenarioError) -> Problem:
        """Return one refused change with its line, and the entry of it that the refusal names."""
        entries = [
            (key, text)
            for key, value in change.model_dump(by_alias=True).items()
            for text in _texts(value)
        ]
        quoting = f"{fault.where} {fault.what}"
        for said, form in ((quoting, repr), (fault.what, str), (fault.where, str)):
            for key, text in entries:
                if form(text) in said:
                    return self._row((*place, key), text, fault)
        return self._row(place, "", fault)

    def at_fault(self, place: Place, value: object, fault: ScenarioError) -> ScenarioError:
        """Return a refusal that only the solving found, at the entry of the file that asks."""
        return ScenarioError(
            where=fault.where,
            what=fault.what,
            fix=fault.fix,
            problems=(self._row(place, str(value), fault),),
        )

    def _row(self, place: Place, value: str, fault: ScenarioError) -> Problem:
        """Return a refusal as a row of a list of problems."""
        return Problem(
            file=self._file or f"scenario {self.name}",
            row=line_of(place, self._text) if self._text else None,
            column=path_of(place),
            value=value,
            what=fault.what,
            fix=fault.fix,
        )

    def law_of_the_day(self, world: World) -> Setting:
        """Return the calibrated world under the measures of the scenario's day.

        Plants and declared values are those of the scenario's horizon; prices adjust in full.
        """
        return self.as_baseline(
            Setting(
                on=self.as_of,
                measures=world.observed.measures,
                jpy_per_usd=world.observed.jpy_per_usd,
            )
        )

    def as_baseline(self, setting: Setting) -> Setting:
        """Return a setting as a baseline of this scenario: its plants, its declared values."""
        return (self.horizon or Horizon()).of_the_baseline(setting)


def _texts(value: object) -> list[str]:
    """Return the texts of an entry: itself, or those of a list."""
    found = value if isinstance(value, list | tuple) else [value]
    return [text for text in found if isinstance(text, str) and text]
