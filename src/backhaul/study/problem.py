"""A design as a small optimisation: scaled instruments, goal and cost as figures of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.ground.names import did_you_mean
from backhaul.study.goal import SUPPORT, Cost, Goal
from backhaul.study.rows import Rows
from backhaul.study.whole import Input, WholeModel, figure_place

BOUNDS = {
    "support": (0.0, 20_000.0),
    "certification": (0.0, 1.0),
    "tariff": (0.0, 0.25),
    "purchase": (0.0, 20_000.0),
}
"""Bounds of an instrument for which the model states none; docs/do/design.md lists them."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One lever, with the bounds within which it may be set."""

    name: str
    """Short name, such as "support"."""

    key: str
    label: str
    unit: str
    place: int
    """Place of its input in the model."""

    rest: float
    """Where it stands when it is not used."""

    low: float
    high: float


def chosen_instruments(
    inputs: Sequence[Input],
    names: Sequence[str],
    bounds: Mapping[str, tuple[float, float]],
) -> tuple[Instrument, ...]:
    """Return the instruments that are named, each with its own or the given bounds.

    Errors:
        ScenarioError: a name is unknown or given twice, a bound is none, or belongs to none.
    """
    known = {
        one.key.removeprefix("instrument.").split("_")[0]: place
        for place, one in enumerate(inputs)
        if one.kind == "instrument"
    }
    for name in (*names, *bounds):
        if name not in known:
            raise ScenarioError(
                where=f"instrument {name!r}",
                what=f"there is no such instrument here; there are {', '.join(known)}.",
                fix=did_you_mean(name, known, otherwise="Take one of these."),
            )
    stray = [name for name in bounds if name not in names]
    if stray or len(set(names)) != len(names) or not names:
        raise ScenarioError(
            where="instruments",
            what=f"bounds are given for {', '.join(stray)}, which is not used."
            if stray
            else "name every instrument once, and at least one.",
            fix="Name each instrument once with --with, and bounds only for those.",
        )
    return tuple(_instrument(name, known[name], inputs, bounds) for name in names)


def _instrument(
    name: str, place: int, inputs: Sequence[Input], bounds: Mapping[str, tuple[float, float]]
) -> Instrument:
    """Return one instrument within sound bounds."""
    one = inputs[place]
    own = (one.low, one.high) if one.low < one.high else BOUNDS.get(name, (one.low, one.high))
    low, high = bounds.get(name, own)
    if not (np.isfinite([low, high]).all() and low < high and low <= one.value <= high):
        raise ScenarioError(
            where=f"bounds of {name}",
            what=f"{low:g} to {high:g} {one.unit} is no range around {one.value:g}, where it "
            "stands when it is not used.",
            fix=f"Give a range with --bound {name}=LOW:HIGH.",
        )
    return Instrument(
        name=name,
        key=one.key,
        label=one.label,
        unit=one.unit,
        place=place,
        rest=float(one.value),
        low=float(low),
        high=float(high),
    )


@dataclass(frozen=True, eq=False)
class Problem:
    """Cost and goal as functions of instruments scaled to [0, 1]."""

    model: WholeModel
    instruments: tuple[Instrument, ...]
    goal: Goal
    cost: Cost
    _seen: dict[bytes, tuple[float, float]] = field(default_factory=dict)
    _lost: dict[bytes, EquilibriumError] = field(default_factory=dict)

    @property
    def rest(self) -> np.ndarray:
        """Every instrument at rest. Shape (K,), scaled."""
        return np.array([(one.rest - one.low) / (one.high - one.low) for one in self.instruments])

    @property
    def spans(self) -> np.ndarray:
        """Unit of each scaled instrument in its own unit. Shape (K,)."""
        return np.array([one.high - one.low for one in self.instruments])

    def settings(self, scaled: np.ndarray) -> np.ndarray:
        """Return instruments in their own units. Shape (K,)."""
        return np.array([one.low for one in self.instruments]) + self.spans * scaled

    def values(self, scaled: np.ndarray) -> np.ndarray:
        """Return all inputs of the model, what is no instrument at its centre. Shape (N,)."""
        values = np.array(self.model.centre(), dtype=float)
        values[[one.place for one in self.instruments]] = self.settings(scaled)
        return values

    def at(self, scaled: np.ndarray) -> tuple[float, float]:
        """Return the goal's figure and the cost.

        Errors:
            EquilibriumError: there is no answer with these instruments.
        """
        key = np.asarray(scaled, dtype=float).tobytes()
        if key in self._lost:
            raise self._lost[key]
        if key not in self._seen:
            goal, cost, reason = self.along(np.asarray(scaled)[None, :])
            if reason[0]:
                self._lost[key] = self._no_answer(scaled, reason[0])
                raise self._lost[key]
            self._seen[key] = (float(goal[0]), float(cost[0]))
        return self._seen[key]

    def tried(self, scaled: np.ndarray) -> tuple[float, float] | None:
        """Return the goal's figure and the cost, or None where there is no answer."""
        try:
            return self.at(scaled)
        except EquilibriumError:
            return None

    @property
    def seen(self) -> list[np.ndarray]:
        """Every trial with an answer so far. Each of shape (K,), scaled."""
        return [np.frombuffer(key, dtype=float).copy() for key in self._seen]

    @property
    def lost(self) -> int:
        """How many trials of a search had no answer."""
        return len(self._lost)

    def _no_answer(self, scaled: np.ndarray, reason: str) -> EquilibriumError:
        """Return the error of a setting without an answer."""
        shown = ", ".join(
            f"{one.name} {value:g}"
            for one, value in zip(self.instruments, self.settings(scaled), strict=True)
        )
        return EquilibriumError(
            where=f"design at {shown}",
            what=f"there is no answer: {reason}.",
            fix="Narrow the bounds of the instruments with --bound.",
        )

    def along(self, scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Return goal, cost and the reason of no answer at points of shape (n, K)."""
        values = np.array([self.values(point) for point in scaled])
        rows = Rows.of(
            self.model.solve(values),
            [figure_place(self.model.figures, name) for name in self.figures],
        )
        cost = rows.figures[:, 1 : 1 + len(self.cost.parts)] @ self.weights
        if self.cost.paid_on:
            cost = cost + self._support(scaled) * rows.figures[:, -1]
        return rows.figures[:, 0], cost, list(map(str, rows.reason))

    @property
    def figures(self) -> list[str]:
        """The goal's figure, those of the cost, and the units on which support is paid."""
        units = [self.cost.paid_on] if self.cost.paid_on else []
        return [self.goal.figure, *(name for name, _ in self.cost.parts), *units]

    @property
    def weights(self) -> np.ndarray:
        """Weights of the cost's figures."""
        return np.array([weight for _, weight in self.cost.parts])

    def _support(self, scaled: np.ndarray) -> np.ndarray:
        """Return the support per vehicle at points of shape (n, K)."""
        place = [one.name for one in self.instruments].index(SUPPORT)
        one = self.instruments[place]
        return np.asarray(one.low + (one.high - one.low) * scaled[:, place])

    def slopes(self, scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return gradients of the goal's figure and of the cost by scaled instruments. (K,).

        Errors:
            EquilibriumError: there is no answer with these instruments.
        """
        self.at(scaled)
        values, places = self.values(scaled), [one.place for one in self.instruments]
        by_figure = {
            name: np.asarray(self.model.gradient(name, values))[places] for name in self.figures
        }
        cost = np.zeros(len(places))
        for name, weight in self.cost.parts:
            cost += weight * by_figure[name]
        if self.cost.paid_on:
            point = np.asarray(scaled)[None, :]
            units = self.units_at(scaled)
            cost += self._support(point)[0] * by_figure[self.cost.paid_on]
            cost[[one.name for one in self.instruments].index(SUPPORT)] += units
        return by_figure[self.goal.figure] * self.spans, cost * self.spans

    def units_at(self, scaled: np.ndarray) -> float:
        """Return the units on which support is paid."""
        place = figure_place(self.model.figures, self.cost.paid_on)
        return float(self.model.solve(self.values(scaled)[None, :]).figures[0, place])
