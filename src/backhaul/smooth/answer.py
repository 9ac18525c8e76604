"""One question as one function: facts in, every headline figure out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.ops import segment_sum

from backhaul.smooth.accounts import Ledger
from backhaul.smooth.base import Base, Year
from backhaul.smooth.config import Array
from backhaul.smooth.equilibrium import Near, Solved, equilibrium, predicted
from backhaul.smooth.facts import Facts
from backhaul.smooth.figures import figures
from backhaul.smooth.layout import Plan
from backhaul.smooth.prices import Limits
from backhaul.smooth.pricing import concavity
from backhaul.smooth.state import FREE, Composer, Faced


class Solution(NamedTuple):
    """One state, faced and solved."""

    faced: dict[str, Faced]
    solved: Solved


class Played(NamedTuple):
    """What was played in one market of one state, for the engine that certifies."""

    delta: Array
    alpha: Array
    weights: Array
    sigma_in: Array
    sigma_seg: Array
    penalty: Array
    keep: Array
    cost: Array
    price: Array
    """Equilibrium prices p*."""


class Proof(NamedTuple):
    """How well one draw is solved: parts 1 and 2 of the certificate, and how far it went."""

    worst: Array
    """Largest relative gap of a price, over all states."""

    complementarity: Array
    concavity: Array
    """Negative where each firm's profit is locally concave in its own prices, in all states."""

    distance: Array
    """Largest relative distance of a price from its first-order prediction, over all states."""

    fits: Array
    """Whether tastes with the target moments exist."""

    implausible: Array
    """By how much a factory cost is outside what any car shows; 0 where none is."""

    over_cap: Array
    """By how many vehicles an entrant sells more than its certification route allows."""


@dataclass(frozen=True, eq=False)
class Answer:
    """How a question is answered at any facts."""

    year: Year
    composer: Composer
    names: tuple[str, ...]
    """Figures, in the order in which they are given."""

    def base(self, facts: Facts) -> dict[str, Base]:
        """Return the calibrated base year."""
        return self.year.solve(facts)

    def states(self, facts: Facts, base: dict[str, Base], near: dict[str, Near]) -> dict[str, Any]:
        """Return every state, solved from a solution near by."""
        found: dict[str, Solution] = {}
        appraised = self.composer.appraised(base)
        for name, plan in self.year.layout.plans.items():
            faced = self.composer.compose(plan, base, facts, appraised)
            before = found["baseline"].solved.price if found else None
            solved = self._solved(plan, faced, (base, facts), near[name], before)
            found[name] = Solution(faced, solved)
        return found

    def __call__(
        self, facts: Facts, near: dict[str, Near]
    ) -> tuple[Array, Proof, dict[str, dict[str, Played]]]:
        """Return all figures, how well they are solved, and what was played."""
        base = self.base(facts)
        states = self.states(facts, base, near)
        books = {name: self.ledger(name, states[name], base, facts) for name in states}
        free = books.get(FREE, books["scenario"])
        found = figures(books["baseline"], books["scenario"], free)
        values = jnp.stack([jnp.asarray(found[name], dtype=float) for name in self.names])
        played = {name: _played(solution) for name, solution in states.items()}
        return values, self._proof(base, states, near, books), played

    def ledger(self, name: str, solution: Solution, base: dict[str, Base], facts: Facts) -> Ledger:
        """Return the books of a state."""
        layout = self.year.layout
        return Ledger(
            layout=layout,
            plan=layout.plans[name],
            faced=solution.faced,
            solved=solution.solved,
            base=base,
            facts=facts,
            p=self.year.parameters(facts),
            yen=layout.plans["baseline"].setting.jpy_per_usd,
        )

    def _solved(
        self,
        plan: Plan,
        faced: dict[str, Faced],
        known: tuple[dict[str, Base], Facts],
        near: Near,
        before: dict[str, Array] | None,
    ) -> Solved:
        """Return one state's equilibrium."""
        short = before is not None and plan.setting.adjustment < 1
        return equilibrium(
            {code: side.frame for code, side in plan.sides.items()},
            {code: problem.side for code, problem in faced.items()},
            self._limits(plan, *known),
            near,
            base_price=_aligned(plan, before, near) if before is not None and short else None,
            adjustment=plan.setting.adjustment,
        )

    def _limits(self, plan: Plan, base: dict[str, Base], facts: Facts) -> Limits | None:
        """Return what plants can build, and what is promised; None where neither binds anybody."""
        layout, promise = self.year.layout, plan.setting.promise
        if not plan.setting.limited and promise is None:
            return None
        return Limits(
            available=self._available(plan, base, facts),
            outside=np.zeros(len(layout.plants) if plan.setting.limited else 0),
            target=0.0 if promise is None else float(promise.units),
        )

    def _available(self, plan: Plan, base: dict[str, Base], facts: Facts) -> Array:
        """Return what plants can build for the two markets (baseline.capacity). Shape (P,)."""
        layout = self.year.layout
        if not plan.setting.limited:
            return jnp.zeros(0)
        built = jnp.zeros(len(layout.plants))
        for code, place in layout.places.items():
            links = plan.sides[code].frame.links
            units = base[code].units[place.supply.product] * base[code].way.share
            here = links.plant[: units.size]
            built += segment_sum(units * (here >= 0), here, len(layout.plants))
        capacity = jnp.maximum(facts["capacity"], jnp.maximum(layout.output, built))
        founded = np.array([name not in layout.world.observed.plants for name in layout.plants])
        capacity = jnp.where(founded, 0.0, capacity) + plan_capacity(plan, layout.plants)
        return capacity - jnp.maximum(0.0, layout.output - built)

    def _proof(
        self,
        base: dict[str, Base],
        states: dict[str, Solution],
        near: dict[str, Near],
        books: dict[str, Ledger],
    ) -> Proof:
        """Return how well a draw is solved."""
        solved = [solution.solved for solution in states.values()]
        bend, distance = [], []
        for name, (faced, found) in states.items():
            for code, problem in faced.items():
                side, frame = problem.side, self.year.layout.plans[name].sides[code].frame.frame
                best, start = found.best[code], near[name].sides[code]
                bend.append(concavity(frame, side.buyers, side.keep, found.cost[code], best))
                expected = predicted(start, found.cost[code])
                distance.append(jnp.max(jnp.abs(best / expected - 1)))
        return Proof(
            worst=jnp.max(jnp.stack([s.worst for s in solved])),
            complementarity=jnp.max(jnp.stack([s.complementarity for s in solved])),
            concavity=jnp.max(jnp.stack(bend)),
            distance=jnp.max(jnp.stack(distance)),
            fits=jnp.all(jnp.stack([place.fits for place in base.values()])),
            implausible=jnp.max(jnp.stack([place.implausible for place in base.values()])),
            over_cap=_over_cap(books),
        )


def _played(solution: Solution) -> dict[str, Played]:
    """Return what was played in each market of a state."""
    found = {}
    for code, faced in solution.faced.items():
        buyers = faced.side.buyers
        found[code] = Played(
            buyers.delta, buyers.alpha, buyers.weights, jnp.asarray(buyers.sigma_in),
            jnp.asarray(buyers.sigma_seg), buyers.penalty, faced.side.keep,
            solution.solved.cost[code], solution.solved.best[code],
        )  # fmt: skip
    return found


def plan_capacity(plan: Plan, plants: tuple[str, ...]) -> np.ndarray:
    """Return capacity that moves add to each plant. Shape (P,), vehicles a year."""
    return np.array(
        [
            sum(move.capacity for move in plan.setting.moves if move.plant == name)
            for name in plants
        ],
        dtype=float,
    )


def _aligned(plan: Plan, before: dict[str, Array], near: Near) -> dict[str, Array]:
    """Return prices of the baseline, entrants at the near solution (they are charged p*)."""
    return {
        code: jnp.append(before[code], near.sides[code].price[before[code].size :])
        for code in plan.sides
    }


def _over_cap(books: dict[str, Ledger]) -> Array:
    """Return by how many vehicles the worst entrant exceeds its certification route's cap."""
    worst = [jnp.asarray(0.0)]
    for book in books.values():
        for code, side in book.plan.sides.items():
            first = len(side.market.ids) - len(side.sources)
            for k, source in enumerate(side.sources):
                if source.entrant.unit_cap is not None:
                    worst.append(book.units[code][first + k] - source.entrant.unit_cap)
    return jnp.max(jnp.stack(worst))
