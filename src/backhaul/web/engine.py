"""What stands warm in a process that answers questions: worlds, solved baselines, their books."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.settle import settle
from backhaul.baseline.state import State
from backhaul.baseline.world import World
from backhaul.errors import BackhaulError, EquilibriumError
from backhaul.evidence.catalogue import Evidence
from backhaul.outcome.books import Books
from backhaul.outcome.outcome import Outcome
from backhaul.policy.duty import tariff
from backhaul.scenario.scenario import Scenario
from backhaul.study.quick import quick_outcome
from backhaul.study.run import baseline_setting, run, solve_beside, world_of
from backhaul.web.controls import Control, Value
from backhaul.web.moves import own_controls
from backhaul.web.questions import Asked, dump
from backhaul.web.shelf import folder_of, no_such_tables, without_place

Progress = Callable[[str], None]
Kept = TypeVar("Kept")

WORLDS, BASELINES, OTHERS = 4, 24, 2
"""How many are kept; the one that was not used for longest goes first."""

BESIDE_DUTIES = ("add_points", "enter", "commit", "subsidise")
"""Changes that are no part of the duty that a control shows; points have one of their own."""

MEMBER = {"EU27": "DEU"}
"""A country that stands for a group when its duty is read."""


@dataclass(eq=False)
class Engine:
    """A calibrated world and what was solved in it. Lives in one process, for one thread."""

    evidence: Evidence
    world: World
    worlds: OrderedDict[Hashable, World] = field(default_factory=OrderedDict)
    """By the parameters that a scenario sets."""

    baselines: OrderedDict[Hashable, tuple[State, Books]] = field(default_factory=OrderedDict)
    """By everything that a baseline depends on; solved to first and second order."""

    shelf: Path | None = None
    """Folder with the tables of clients; None: there are none."""

    kept: Path | None = None
    """Folder in which the job under way keeps what it can go on from; None: nowhere."""

    others: OrderedDict[Hashable, Engine] = field(default_factory=OrderedDict)
    """Engines with tables of clients, by their address."""

    @classmethod
    def load(cls, shelf: Path | None = None) -> Engine:
        """Return an engine with the shipped tables.

        Args:
            shelf: Folder with the tables of clients.
        """
        evidence = Evidence.load()
        return cls(evidence, calibrate(evidence), shelf=shelf)

    def read(self, folder: Path) -> Engine:
        """Return an engine with the tables of a folder.

        Raises:
            BackhaulError: a table is at fault, or no model reproduces them; it does not tell
                where the folder is.
        """
        try:
            evidence = Evidence.load(folder)
            return Engine(evidence, calibrate(evidence))
        except BackhaulError as error:
            raise without_place(error, folder) from error

    def of(self, asked: Asked) -> Engine:
        """Return the engine with the tables that a question rests on.

        Raises:
            NotFoundError: they are not kept.
        """
        if asked.tables is None:
            return self
        if self.shelf is None or not (folder := folder_of(self.shelf, asked.tables)).is_dir():
            raise no_such_tables()
        return _kept(self.others, asked.tables, OTHERS, lambda: self.read(folder))

    def world_for(self, scenario: Scenario) -> World:
        """Return the world with the parameters that a scenario sets.

        Raises:
            CalibrationError: no tastes or costs reproduce the base year with them.
        """
        key = tuple(sorted(scenario.parameters.items()))
        if not key:
            return self.world
        return _kept(self.worlds, key, WORLDS, lambda: world_of(self.world, scenario))

    def slider(self, asked: Asked, tables: Collection[str] = ()) -> Outcome:
        """Return an answer to first and second order, from a baseline that may be solved already.

        The scenario always starts from its baseline, never from what was asked before, so that
        the same question has the same answer whatever came before it.

        Raises:
            BackhaulError: as `backhaul.study.run.run`.
        """
        if asked.tables is not None:
            return self.of(asked).slider(replace(asked, tables=None), tables)
        scenario, compared = asked.scenario, asked.baseline
        world = self.world_for(scenario)
        key = _baseline_key(scenario, compared)

        def solve() -> tuple[State, Books]:
            setting = baseline_setting(world, scenario, compared)
            state = settle(world, setting, level="slider")
            return state, Books(state)

        before, books = _kept(self.baselines, key, BASELINES, solve)
        solved = solve_beside(before, scenario, level="slider")
        return quick_outcome(scenario, compared, solved, before=books, tables=tables)

    def certified(self, asked: Asked, say: Progress) -> Outcome:
        """Return the answer of `backhaul run`.

        Raises:
            BackhaulError: as `backhaul.study.run.run`.
            EquilibriumError: a part of the proof failed.
        """
        world = self.of(asked).world_for(asked.scenario)
        outcome = run(world, asked.scenario, asked.baseline, say)
        if not outcome.certified:
            raise EquilibriumError(
                where=f"scenario {asked.scenario.name}",
                what="the result is not certified: a part of its proof failed.",
                fix="Make the scenario's changes smaller to find the one at fault.",
            )
        return outcome

    def controls_of(
        self, content: Mapping[str, Any], scenario: Scenario, controls: Mapping[str, Control]
    ) -> dict[str, object]:
        """Return the value of every control in a scenario, and those that its text sets.

        Args:
            content: What its file says.
            scenario: The same, checked.
            controls: All controls.

        Raises:
            ScenarioError: its changes cannot be applied.
        """
        values = {name: self._value(control, scenario) for name, control in controls.items()}
        return {"controls": values, "moved": list(own_controls(content, controls))}

    def check(self, scenario: Scenario) -> None:
        """Raise where the changes of a scenario cannot be applied.

        Raises:
            ScenarioError: they name something that the world does not have; lists them all.
        """
        scenario.setting(self.world_for(scenario))

    def _value(self, control: Control, scenario: Scenario) -> Value:
        """Return what a control shows in a scenario."""
        family, *parts = control.id.split(".")
        if family == "duty":
            return self._duty(scenario, *parts)
        return _VALUES[family](scenario, control, parts)

    def _duty(self, scenario: Scenario, importer: str, exporter: str, goods: str) -> float | None:
        """Return the whole duty of a cell on the scenario's day; None where no law says it."""
        laws = scenario.model_copy(update={name: () for name in BESIDE_DUTIES})
        try:
            measures = laws.setting(self.world).measures
            origin = MEMBER.get(exporter, exporter)
            return tariff(measures, importer, origin, goods, scenario.as_of).rate
        except BackhaulError:
            return None


def _baseline_key(scenario: Scenario, compared: Scenario | None) -> str:
    """Return everything of a question that its baseline depends on."""
    horizon = None if scenario.horizon is None else scenario.horizon.model_dump(mode="json")
    if horizon is not None and (compared is None or compared.horizon is None):
        del horizon["adjustment"]  # a baseline's prices have adjusted in full
    return json.dumps(
        [
            sorted(scenario.parameters.items()),
            scenario.as_of.isoformat(),
            scenario.baseline,
            None if compared is None else dump(compared),
            horizon,
        ]
    )


def _kept(
    store: OrderedDict[Hashable, Kept], key: Hashable, most: int, make: Callable[[], Kept]
) -> Kept:
    """Return what is stored under a key, made where it is missing."""
    if key in store:
        store.move_to_end(key)
        return store[key]
    store[key] = made = make()
    while len(store) > most:
        store.popitem(last=False)
    return made


def _points(scenario: Scenario, control: Control, parts: list[str]) -> Value:
    wanted = tuple(parts)
    return sum(p.points for p in scenario.add_points if (p.importer, p.product_class) == wanted)


def _of_entrants(key: str) -> Callable[[Scenario, Control, list[str]], Value]:
    def value(scenario: Scenario, control: Control, parts: list[str]) -> Value:
        return str(getattr(scenario.enter[0], key)) if scenario.enter else None

    return value


def _payer(scenario: Scenario, control: Control, parts: list[str]) -> Value:
    payers = [c.paid_by for c in scenario.commit] + [s.paid_by for s in scenario.subsidise]
    return payers[0] if payers else None


def _rate(scenario: Scenario, control: Control, parts: list[str]) -> Value:
    given = scenario.exchange_rate
    return control.default if given is None else given.jpy_per_usd


def _horizon(scenario: Scenario, control: Control, parts: list[str]) -> Value:
    given = dump(scenario).get("horizon")
    value = given.get(control.id) if isinstance(given, dict) else None
    return control.default if value is None else value


_VALUES: Mapping[str, Callable[[Scenario, Control, list[str]], Value]] = {
    "points": _points,
    "entry": lambda scenario, control, parts: bool(scenario.enter),
    "certification": _of_entrants("certification"),
    "steering": _of_entrants("steering"),
    "commitment": lambda s, control, parts: sum(c.units for c in s.commit if c.market == "JP"),
    "support": lambda s, control, parts: sum(
        c.usd_per_vehicle for c in s.subsidise if c.market == "JP"
    ),
    "paid_by": _payer,
    "exchange_rate": _rate,
    "purchase": lambda s, control, parts: sum(
        c.units for c in s.buy if c.product == "ford_f_series"
    ),
    "invest": lambda s, control, parts: sum(c.usd for c in s.invest if c.firm == parts[0]),
    "surge": lambda s, control, parts: sum(c.rise for c in s.surge if c.powertrain == parts[0]),
    "plants": _horizon,
    "adjustment": _horizon,
    "transfer_price_response": _horizon,
    "parameter": lambda s, control, parts: s.parameters.get(parts[0], control.default),
}
"""The value of a control in a scenario, by the first part of its id."""
