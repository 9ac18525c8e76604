"""One instrument alone: what it takes to reach the goal, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from backhaul.errors import EquilibriumError
from backhaul.study.problem import Problem

GRID = 41
"""Points of an instrument's range."""

STANDSTILL = 1e-9
"""Share of the goal below which an instrument counts as moving nothing."""


@dataclass(frozen=True, eq=False)
class Alone:
    """One instrument at the goal, or where it comes nearest."""

    name: str
    label: str
    unit: str
    setting: float
    scaled: float
    reaches: bool
    moves: bool
    """Whether it moves the goal's figure anywhere in its range."""

    goal: float
    cost: float
    per_unit: float | None
    """Cost per unit of the goal against every instrument at rest; None where it moves nothing or
    moves it the other way."""

    curve: tuple[tuple[float, float, float], ...]
    """Setting, goal and cost over the whole range, where there is an answer."""

    unsolved: int
    """Points of the range without an answer."""

    def as_dict(self) -> dict[str, Any]:
        """Return the row of the table."""
        names = ("name", "label", "unit", "setting", "reaches", "moves", "goal", "cost", "per_unit")
        return {name: getattr(self, name) for name in names} | {"unsolved": self.unsolved}


def alone(problem: Problem, place: int, idle: tuple[float, float]) -> Alone:
    """Return what one instrument does with all others at rest.

    The goal is sought along the whole range from where the instrument rests, in both directions:
    the first crossing on a grid, then Brent's method within it.

    Args:
        problem: Instruments, goal and cost.
        place: Which instrument.
        idle: Goal and cost with everything at rest.
    """
    one, sign = problem.instruments[place], problem.goal.sign
    scaled = np.linspace(0.0, 1.0, GRID)
    points = np.tile(problem.rest, (GRID, 1))
    points[:, place] = scaled
    goal, cost, reason = problem.along(points)
    solved = np.array([not text for text in reason])
    at, reaches = _crossing(problem, place, scaled, np.where(solved, goal, np.nan))
    if not reaches and solved.any():
        at = float(scaled[np.nanargmax(np.where(solved, sign * goal, np.nan))])
    point = problem.rest.copy()
    point[place] = at
    reached, paid = problem.at(point)
    moved = sign * (reached - idle[0])
    small = moved <= STANDSTILL * abs(problem.goal.amount)
    return Alone(
        name=one.name,
        label=one.label,
        unit=one.unit,
        setting=float(problem.settings(point)[place]),
        scaled=at,
        reaches=reaches,
        moves=bool(np.ptp(goal[solved]) > STANDSTILL * abs(problem.goal.amount)),
        goal=reached,
        cost=paid,
        per_unit=None if small else (paid - idle[1]) / moved,
        curve=tuple(
            (float(one.low + x * (one.high - one.low)), float(g), float(c))
            for x, g, c in zip(scaled[solved], goal[solved], cost[solved], strict=True)
        ),
        unsolved=int((~solved).sum()),
    )


def _crossing(
    problem: Problem, place: int, scaled: np.ndarray, goal: np.ndarray
) -> tuple[float, bool]:
    """Return where the goal is first reached, nearest to rest, and whether it is at all."""
    sign, amount, rest = problem.goal.sign, problem.goal.amount, float(problem.rest[place])
    short = sign * (goal - amount)
    brackets = [
        (float(scaled[k]), float(scaled[k + 1]))
        for k in range(len(scaled) - 1)
        if short[k] * short[k + 1] <= 0
    ]

    def missing(x: float) -> float:
        point = problem.rest.copy()
        point[place] = x
        return problem.at(point)[0] / amount - 1

    for low, high in sorted(brackets, key=lambda ends: min(abs(end - rest) for end in ends)):
        try:
            return float(brentq(missing, low, high, xtol=1e-13, rtol=1e-13)), True
        except EquilibriumError:
            continue  # no answer on the way: the goal is not known to be reached here
    return rest, False
