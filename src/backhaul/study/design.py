"""The cheapest mix of instruments that reaches a goal, with its shadow prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.study.alone import Alone, alone
from backhaul.study.found import Proof, proof_of
from backhaul.study.goal import SUPPORT, Cost, Goal, parse_cost, parse_goal
from backhaul.study.mix import AT_BOUND, Mix, best_mix, farthest
from backhaul.study.problem import Instrument, Problem, chosen_instruments
from backhaul.study.whole import Asked, IsCancelled, Progress, WholeModel, stop_if, tell

SHARES = (0.25, 0.5, 0.75, 1.25, 1.5)
"""Goals of the frontier beside the asked one, as shares of it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a design is to do."""

    reach: str
    """Such as "balance US-JP by +1e9 USD"."""

    using: tuple[str, ...]
    """Instruments: support, certification, tariff, purchase."""

    minimise: str = "welfare cost"
    bounds: Mapping[str, tuple[float, float]] | None = None
    """Own bounds by instrument; the model's own where none is given."""

    seed: int = 1
    """Seed of the random starts."""

    frontier: bool = True
    """Whether the cost of other goals is found too."""


@dataclass(frozen=True, eq=False)
class Design:
    """The cheapest mix, what it costs, and what each instrument alone would."""

    asked: Asked
    goal: Goal
    cost: Cost
    instruments: tuple[Instrument, ...]
    feasible: bool
    """Whether the goal can be reached within the bounds; otherwise `mix` is what comes nearest."""

    reachable: tuple[float, float] | None
    """Between what amounts the goal's figure can be brought; None where the goal is reached."""

    idle: tuple[float, float]
    """Goal figure and cost with every instrument at rest."""

    mix: Mix
    alone: tuple[Alone, ...]
    frontier: tuple[Mix, ...]
    """Cheapest mixes for smaller and larger goals, smallest first; the asked one among them."""

    proof: Proof
    """Whole certificates of the mix."""

    @property
    def certified(self) -> bool:
        """Whether every whole certificate holds."""
        return not self.proof.fault

    @property
    def per_unit(self) -> float | None:
        """Cost per unit of the goal against every instrument at rest; None where nothing moves."""
        moved = self.mix.goal - self.idle[0]
        return (self.mix.cost - self.idle[1]) / moved if moved else None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in a few sentences."""
        from backhaul.study.design_words import sentences

        return sentences(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return mix, instruments alone, their curves and the frontier as tables."""
        names = [one.name for one in self.instruments]
        return {
            "mix": pd.DataFrame(self.mix_rows()),
            "alone": pd.DataFrame([one.as_dict() for one in self.alone]),
            "curves": pd.DataFrame(
                [
                    {"instrument": one.name, "setting": x, "goal": g, "cost": c}
                    for one in self.alone
                    for x, g, c in one.curve
                ],
                columns=["instrument", "setting", "goal", "cost"],
            ),
            "frontier": pd.DataFrame(
                [
                    {"goal": m.goal, "cost": m.cost, "shadow_price": m.shadow_price}
                    | dict(zip(names, m.settings, strict=True))
                    for m in self.frontier
                ],
                columns=["goal", "cost", "shadow_price", *names],
            ),
        }

    def mix_rows(self) -> list[dict[str, Any]]:
        """Return one row per instrument of the mix."""
        return [
            {
                "instrument": one.name,
                "label": one.label,
                "unit": one.unit,
                "setting": setting,
                "at_rest": one.rest,
                "low": one.low,
                "high": one.high,
                "at_bound": _bound(scaled),
                "bound_shadow_price": shadow,
            }
            for one, setting, scaled, shadow in zip(
                self.instruments,
                self.mix.settings,
                self.mix.scaled,
                self.mix.bound_prices,
                strict=True,
            )
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the design as design.json has it."""
        return {
            "scenario": self.asked.name,
            "asks": self.asked.asks,
            "as_of": self.asked.as_of.isoformat(),
            "baseline": self.asked.baseline,
            "answer": list(self.sentences),
            "goal": {
                "text": self.goal.text,
                "figure": self.goal.figure,
                "unit": self.goal.unit,
                "amount": self.goal.amount,
                "reached": self.mix.goal,
                "feasible": self.feasible,
                "reachable": None if self.reachable is None else list(self.reachable),
                "at_rest": self.idle[0],
            },
            "cost": {
                "text": self.cost.text,
                "unit": self.cost.unit,
                "value": self.mix.cost,
                "at_rest": self.idle[1],
                "per_unit_of_goal": self.per_unit,
            },
            "mix": self.mix_rows(),
            "shadow_price": self.mix.shadow_price,
            "optimality": {
                "residual": self.mix.residual,
                "starts": self.mix.starts,
                "different": self.mix.different,
                "failed_starts": list(self.mix.failed),
                "trials_without_answer": self.mix.lost,
            },
            "alone": [one.as_dict() for one in self.alone],
            "frontier": self.tables()["frontier"].to_dict("records"),
            "certified": self.certified,
            "not_modelled": list(self.asked.not_modelled),
            "manifest": dict(self.asked.manifest),
        }


def design(
    model: WholeModel,
    ask: Ask,
    asked: Asked,
    *,
    progress: Progress | None = None,
    is_cancelled: IsCancelled | None = None,
) -> Design:
    """Return the cheapest mix of instruments that reaches a goal.

    All inputs but the instruments stay at their centre. Instruments that are not named stay at
    rest. The search is sequential quadratic programming with the model's own gradients, from
    several starts; the answer carries its first-order residual and its whole certificates.

    Args:
        model: The whole model of the question, without any promise of a volume.
        ask: Goal, instruments, cost, bounds.
        asked: The question, for what is written down.
        progress: Called with steps done, steps in all and what is being done.
        is_cancelled: Asked between the steps.

    Errors:
        ScenarioError: goal, cost, instrument or bound cannot be read or is not there.
        EquilibriumError: no start gives an answer, or the answer is not certified.
        Cancelled: somebody has asked to stop.
    """
    goal, cost = parse_goal(ask.reach, model.figures), parse_cost(ask.minimise, model.figures)
    instruments = chosen_instruments(model.inputs, ask.using, ask.bounds or {})
    if goal.figure in {name for name, _ in cost.parts}:
        raise ScenarioError(
            where=f"goal {ask.reach!r}",
            what=f"{goal.figure} is both the goal and a part of the cost.",
            fix="Take another goal or another cost.",
        )
    if cost.paid_on and SUPPORT not in ask.using:
        raise ScenarioError(
            where=f"cost {ask.minimise!r}",
            what="without the instrument support there is no outlay.",
            fix='Add support to --with, or make "welfare cost" small.',
        )
    problem = Problem(model=model, instruments=instruments, goal=goal, cost=cost)
    steps = len(instruments) + 2 + (len(SHARES) if ask.frontier else 0)
    watch = _Watch(progress, is_cancelled, steps)
    watch("instruments at rest")
    idle = problem.at(problem.rest)
    singles = []
    for place, one in enumerate(instruments):
        watch(f"{one.name} alone")
        singles.append(alone(problem, place, idle))
    watch("the cheapest mix")
    starts = _starts(problem, singles, ask.seed)
    mix, reachable = best_mix(problem, goal.amount, starts), None
    feasible = mix is not None
    if mix is None:
        watch("how far the goal can be reached")
        mix = farthest(problem, starts)
        ends = mix.goal, farthest(problem, starts, most=False).goal
        reachable = min(ends), max(ends)
    front: tuple[Mix, ...] = (mix,) if feasible else ()
    if feasible and ask.frontier:
        front = _frontier(problem, mix, watch)
    watch("whole certificates")
    proof = proof_of(0, model, problem.values(mix.scaled))
    if proof.fault:
        raise EquilibriumError(
            where="design",
            what=f"the mix that was found is not certified: {proof.fault}.",
            fix="Narrow the bounds, so that the search stays near ordinary prices.",
        )
    return Design(
        asked=asked,
        goal=goal,
        cost=cost,
        instruments=instruments,
        feasible=feasible,
        reachable=reachable,
        idle=idle,
        mix=mix,
        alone=tuple(singles),
        frontier=front,
        proof=proof,
    )


def _bound(scaled: float) -> str:
    """Return at which bound an instrument stands: low, high, or an empty text."""
    return "low" if scaled <= AT_BOUND else "high" if scaled >= 1 - AT_BOUND else ""


class _Watch:
    """Counts the steps, tells of them, and stops where somebody has asked to."""

    def __init__(
        self, progress: Progress | None, is_cancelled: IsCancelled | None, steps: int
    ) -> None:
        self._progress, self._is_cancelled, self._steps, self._done = (
            progress, is_cancelled, steps, 0,
        )  # fmt: skip

    def __call__(self, text: str) -> None:
        """Tell of the step that begins now."""
        stop_if(self._is_cancelled)
        tell(self._progress, self._done, self._steps, text)
        self._done = min(self._done + 1, self._steps)


def _starts(problem: Problem, singles: Sequence[Alone], seed: int) -> list[np.ndarray]:
    """Return where the search begins: at rest, in the middle, at each alone, and two at random."""
    size = len(problem.instruments)
    points = [problem.rest, np.full(size, 0.5)]
    for place, one in enumerate(singles):
        point = problem.rest.copy()
        point[place] = one.scaled
        points.append(point)
    points += list(np.random.default_rng(seed).random((2, size)))
    return points


def _frontier(problem: Problem, mix: Mix, watch: _Watch) -> tuple[Mix, ...]:
    """Return the cheapest mixes of smaller and larger goals; those out of reach are left out."""
    found = [mix]
    for share in sorted(SHARES, key=lambda share: abs(share - 1)):
        watch(f"the frontier at {share:g} times the goal")
        near = min(found, key=lambda m: abs(m.asked - share * mix.asked))
        other = best_mix(problem, share * mix.asked, [near.scaled, problem.rest])
        if other is not None:
            found.append(other)
    return tuple(sorted(found, key=lambda m: abs(m.asked)))
