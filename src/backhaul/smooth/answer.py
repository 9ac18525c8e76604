"""One question as one function: facts in, every headline figure out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.ops import segment_sum

from backhaul.smooth.accounts import Ledger
from backhaul.smooth.base import Base, Year
from backhaul.smooth.config import Array
from backhaul.smooth.equilibrium import Near, Solved
from backhaul.smooth.facts import Facts
from backhaul.smooth.figures import figures
from backhaul.smooth.layout import Plan
from backhaul.smooth.prices import Limits
from backhaul.smooth.state import FREE, Composer, Faced
from backhaul.smooth.together import Asked, Found, Group, cut, groups_of


class Solution(NamedTuple):
    """One state, faced and solved."""

    faced: dict[str, Faced]
    found: Found

    @property
    def solved(self) -> Solved:
        """The equilibrium."""
        return self.found.solved


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

    def states(
        self, facts: Facts, base: dict[str, Base], near: tuple[Near, ...]
    ) -> dict[str, Solution]:
        """Return every state, solved from a solution near by."""
        found: dict[str, Solution] = {}
        appraised, before = self.composer.appraised(base), None
        plans = self.year.layout.plans
        for group, at in zip(self.groups, near, strict=True):
            faced = {
                name: self.composer.compose(plans[name], base, facts, appraised)
                for name in group.names
            }
            asked = [self._asked(group, plans[n], faced[n], (base, facts)) for n in group.names]
            every, before = group.solve(asked, at, before)
            for name, one in zip(group.names, every, strict=True):
                found[name] = Solution(
                    faced[name], one._replace(solved=cut(one.solved, plans[name]))
                )
        return found

    def __call__(
        self, facts: Facts, near: tuple[Near, ...]
    ) -> tuple[Array, Proof, dict[str, dict[str, Played]]]:
        """Return all figures, how well they are solved, and what was played."""
        base = self.base(facts)
        states = self.states(facts, base, near)
        books = {name: self.ledger(name, states[name], base, facts) for name in states}
        free = books.get(FREE, books["scenario"])
        found = figures(books["baseline"], books["scenario"], free)
        values = jnp.stack([jnp.asarray(found[name], dtype=float) for name in self.names])
        played = {name: _played(solution) for name, solution in states.items()}
        return values, self._proof(base, states, books), played

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

    def near(self, states: dict[str, Near]) -> tuple[Near, ...]:
        """Return solutions near by, by group of states."""
        return tuple(group.near(states) for group in self.groups)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Which states are solved together."""
        return groups_of(self.year.layout.plans)

    def _asked(
        self,
        group: Group,
        plan: Plan,
        faced: dict[str, Faced],
        known: tuple[dict[str, Base], Facts],
    ) -> Asked:
        """Return one state as its group solves it."""
        sides = {}
        for code, problem in faced.items():
            promised = [self.year.layout.plans[n].sides[code].frame.member for n in group.names]
            own, member = plan.sides[code].frame.member, None
            if any(m is not None for m in promised):
                member = np.zeros(problem.side.keep.shape) if own is None else 1.0 * own
            sides[code] = problem.side._replace(member=member)
        first = plan.name == next(iter(self.year.layout.plans))
        return Asked(
            sides=group.widened(sides),
            limits=self._limits(plan, *known),
            adjustment=1.0 if first else plan.setting.adjustment,
        )

    def _limits(self, plan: Plan, base: dict[str, Base], facts: Facts) -> Limits:
        """Return what plants can build, and what is promised."""
        layout, promise = self.year.layout, plan.setting.promise
        return Limits(
            available=self._available(plan, base, facts),
            outside=np.zeros(len(layout.plants) if plan.setting.limited else 0),
            target=1.0 if promise is None else float(promise.units),
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
        added = plan_capacity(plan, layout.plants)
        capacity = jnp.where(founded, 0.0, capacity) + added
        available = capacity - jnp.maximum(0.0, layout.output - built)
        # where a plant is not founded nobody sources from it; the log of its room is to be finite
        return jnp.where(founded & (added == 0), 1.0, available)

    def _proof(
        self,
        base: dict[str, Base],
        states: dict[str, Solution],
        books: dict[str, Ledger],
    ) -> Proof:
        """Return how well a draw is solved."""
        solved = [solution.solved for solution in states.values()]
        found = [solution.found for solution in states.values()]
        return Proof(
            worst=jnp.max(jnp.stack([s.worst for s in solved])),
            complementarity=jnp.max(jnp.stack([s.complementarity for s in solved])),
            concavity=jnp.max(jnp.stack([one.concavity for one in found])),
            distance=jnp.max(jnp.stack([one.distance for one in found])),
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
