"""The cheapest mix: a library's optimiser, several starts, and how exact the optimum is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import minimize, nnls

from backhaul.errors import EquilibriumError
from backhaul.study.problem import Problem

MISSED = 1e-7
"""Share of the goal by which a mix may fall short of it and still count as reaching it."""

AT_BOUND = 1e-6
"""Share of its range within which an instrument counts as standing at a bound."""

SAME_COST = 1e-5
"""Share of the larger cost within which two starts count as having found the same."""

SNAP = 1e-9
"""Share of its range within which an instrument is put onto a bound."""

WALL = 1e3
"""What a trial without an answer counts as, in units of cost and goal: the search steps back."""

STEPS = 200


@dataclass(frozen=True, eq=False)
class Mix:
    """A mix of instruments with its shadow prices."""

    asked: float
    """The goal that it is for."""

    scaled: np.ndarray
    """Shape (K,), in [0, 1]."""

    settings: tuple[float, ...]
    """In the instruments' own units."""

    goal: float
    cost: float
    shadow_price: float
    """Cost of one more unit of the goal; 0 where the goal does not bind."""

    bound_prices: tuple[float, ...]
    """What one more unit of a binding bound would save; 0 where it does not bind."""

    residual: float
    """What is left of the cost's gradient, as a share of it, when goal and bounds are priced."""

    starts: int
    """Starts that gave an answer; 0 where all searches ran over the edge of where there are
    answers, and the mix is the cheapest trial before it."""

    different: int
    """Different costs among them."""

    failed: tuple[str, ...]
    """Why other starts gave none."""

    lost: int
    """Trials of all searches so far that had no answer and were stepped back from."""


def best_mix(problem: Problem, asked: float, starts: Sequence[np.ndarray]) -> Mix | None:
    """Return the cheapest mix that reaches a goal, or None where no start reaches it.

    Args:
        problem: Instruments, goal and cost.
        asked: The amount of the goal.
        starts: Where to begin. Each of shape (K,), scaled.

    A trial without an answer counts as dear and far from the goal, so that the search steps back.

    Source:
        Kraft (1988), a software package for sequential quadratic programming, as in scipy.
    """
    sign, size = problem.goal.sign, abs(asked)
    scale = _cost_scale(problem, starts)

    def missing(x: np.ndarray) -> float:
        found = problem.tried(x)
        return -WALL if found is None else sign * (found[0] - asked) / size

    def paid(x: np.ndarray) -> float:
        found = problem.tried(x)
        return WALL if found is None else found[1] / scale

    reach = {
        "type": "ineq",
        "fun": missing,
        "jac": lambda x: sign * problem.slopes(x)[0] / size,
    }

    def search(start: np.ndarray) -> np.ndarray:
        return _slsqp(problem, (paid, lambda x: problem.slopes(x)[1] / scale), start, (reach,))

    found, failed = _from_all(search, starts)
    fitting = [x for x in found if missing(x) >= -MISSED]  # short by rounding only
    ended = len(fitting)
    if not fitting:  # every search ran over the edge of where there are answers
        fitting = [x for x in problem.seen if missing(x) >= 0]
    if not fitting:
        return None
    costs = sorted(problem.at(x)[1] for x in fitting)
    best = min(fitting, key=lambda x: problem.at(x)[1])
    return _priced(problem, best, asked, (ended, _different(costs) if ended else 0, failed))


def farthest(problem: Problem, starts: Sequence[np.ndarray], *, most: bool = True) -> Mix:
    """Return the mix that brings the goal's figure farthest, whatever it costs.

    Args:
        problem: Instruments, goal and cost.
        starts: Where to begin. Each of shape (K,), scaled.
        most: Whether as far as can be in the direction of the goal, or away from it.

    Errors:
        EquilibriumError: no start gives an answer.
    """
    sign, size = problem.goal.sign * (1 if most else -1), abs(problem.goal.amount)

    def short(x: np.ndarray) -> float:
        found = problem.tried(x)
        return WALL if found is None else -sign * found[0] / size

    found, failed = _from_all(
        lambda start: _slsqp(
            problem, (short, lambda x: -sign * problem.slopes(x)[0] / size), start, ()
        ),
        starts,
    )
    if not found:
        raise EquilibriumError(
            where="design",
            what=f"no start gives an answer: {failed[0]}.",
            fix="Narrow the bounds of the instruments with --bound.",
        )
    best = max(found, key=lambda x: sign * problem.at(x)[0])
    goal, cost = problem.at(best)
    return Mix(
        asked=problem.goal.amount,
        scaled=best,
        settings=tuple(map(float, problem.settings(best))),
        goal=goal,
        cost=cost,
        shadow_price=0.0,
        bound_prices=(0.0,) * len(best),
        residual=0.0,
        starts=len(found),
        different=_different(sorted(problem.at(x)[0] for x in found)),
        failed=failed,
        lost=problem.lost,
    )


def _slsqp(
    problem: Problem,
    value: tuple[Callable[[np.ndarray], float], Callable[[np.ndarray], np.ndarray]],
    start: np.ndarray,
    constraints: tuple[Any, ...],
) -> np.ndarray:
    """Return where the search ends, within the bounds.

    Args:
        problem: What is searched.
        value: What is made small, and its gradient; large where there is no answer, so that the
            search halves its way back.
        start: Where to begin. Shape (K,), scaled.
        constraints: As scipy has them.

    Errors:
        EquilibriumError: there is no answer at the start, or where the search ends.
    """
    search: Any = minimize  # its stubs know no gradient beside constraints
    begin = np.clip(start, 0.0, 1.0)
    problem.at(begin)
    result = search(
        value[0],
        begin,
        jac=value[1],
        bounds=[(0.0, 1.0)] * len(start),
        constraints=constraints,
        method="SLSQP",
        options={"maxiter": STEPS, "ftol": 1e-12},
    )
    end = np.clip(result.x, 0.0, 1.0)
    end = np.where(end <= SNAP, 0.0, np.where(end >= 1 - SNAP, 1.0, end))
    problem.at(end)
    return end


def _from_all(
    search: Callable[[np.ndarray], np.ndarray], starts: Sequence[np.ndarray]
) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Return where the searches end, and why others did not."""
    found, failed = [], []
    for start in starts:
        try:
            found.append(search(start))
        except EquilibriumError as error:
            failed.append(f"{error.where}: {error.what}")
    return found, tuple(failed)


def _cost_scale(problem: Problem, starts: Sequence[np.ndarray]) -> float:
    """Return the size of the costs that the search meets; it works best near one."""
    sizes = [1.0]
    for start in starts:
        found = problem.tried(np.clip(start, 0.0, 1.0))
        if found is not None:
            sizes.append(abs(found[1]))
    return max(sizes)


def _different(values: Sequence[float]) -> int:
    """Return how many different values there are among sorted ones."""
    size = max(abs(value) for value in values)
    steps = sum(later - sooner > SAME_COST * size for sooner, later in pairwise(values))
    return 1 + steps


def _priced(
    problem: Problem, best: np.ndarray, asked: float, starts: tuple[int, int, tuple[str, ...]]
) -> Mix:
    """Return the mix with the prices of goal and bounds that come nearest to an optimum.

    The cost's gradient is written as goal price times the goal's gradient plus prices, not below
    zero, of the bounds that bind; what cannot be written so is the residual.
    """
    goal, cost = problem.at(best)
    slope_goal, slope_cost = problem.slopes(best)
    sign, size = problem.goal.sign, len(best)
    binds = abs(goal - asked) <= 10 * MISSED * abs(asked)
    low, high = best <= AT_BOUND, best >= 1 - AT_BOUND
    norm = float(np.linalg.norm(slope_goal)) or 1.0
    columns = [sign * slope_goal / norm if binds else np.zeros(size)]
    columns += [np.eye(size)[k] * (float(low[k]) - float(high[k])) for k in range(size)]
    scale = float(np.linalg.norm(slope_cost)) or 1.0
    prices, rest = nnls(np.array(columns).T, slope_cost / scale)
    return Mix(
        asked=asked,
        scaled=best,
        settings=tuple(map(float, problem.settings(best))),
        goal=goal,
        cost=cost,
        shadow_price=sign * float(prices[0]) * scale / norm,
        bound_prices=tuple(map(float, prices[1:] * scale / problem.spans)),
        residual=float(rest),
        starts=starts[0],
        different=starts[1],
        failed=starts[2],
        lost=problem.lost,
    )
