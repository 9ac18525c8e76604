"""A question: named changes to a world, a day, and what to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from backhaul.baseline.setting import Setting
from backhaul.baseline.world import World
from backhaul.evidence.catalogue import Evidence
from backhaul.scenario.entry import Buy, Commit, Enter, Invest, Subsidise, SurgeDemand
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
    merge: tuple[Merge, ...] = ()
    enter: tuple[Enter, ...] = ()
    commit: tuple[Commit, ...] = ()
    subsidise: tuple[Subsidise, ...] = ()
    invest: tuple[Invest, ...] = ()
    surge: tuple[SurgeDemand, ...] = ()
    buy: tuple[Buy, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, in the order in which they are applied."""
        return tuple(self._changes())

    def _changes(self) -> Iterator[Change]:
        """Yield laws first, then entry, then promises about what is on sale by then."""
        for name in (
            "set_rate", "set_span", "set_duty", "add_points", "exchange_rate", "border_price",
            "merge", "enter", "commit", "subsidise", "invest", "surge", "buy",
        ):  # fmt: skip
            value = getattr(self, name)
            if isinstance(value, tuple):
                yield from value
            elif value is not None:
                yield value

    def evidence(self, evidence: Evidence) -> Evidence:
        """Return the facts with this scenario's parameters in place of the table's.

        Errors:
            EvidenceError: there is no such parameter, or the value is outside its range.
        """
        for name, value in self.parameters.items():
            evidence = evidence.replace_parameter(name, value)
        return evidence

    def setting(self, world: World) -> Setting:
        """Return the setting of the scenario.

        Errors:
            ScenarioError: a change names something that the world does not have.
        """
        setting = self.law_of_the_day(world)
        for change in self.changes:
            setting = change.apply(world, setting)
        return setting

    def law_of_the_day(self, world: World) -> Setting:
        """Return the calibrated world under the measures of the scenario's day."""
        return replace(
            Setting(
                on=self.as_of,
                measures=world.observed.measures,
                jpy_per_usd=world.observed.jpy_per_usd,
            )
        )
