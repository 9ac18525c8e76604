"""States of one question solved by one program, one after the other.

A program is written out and compiled once for all states that have the same shape. A state with
fewer products or links than another, which begins with the same ones, is widened: what it lacks is
there, but so little liked that nobody buys it, and no condition is asked of its price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from backhaul.smooth.choice import Buyers
from backhaul.smooth.config import Array, Number
from backhaul.smooth.equilibrium import Near, NearSide, Solved, equilibrium, predicted
from backhaul.smooth.layout import Plan
from backhaul.smooth.multipliers import Answers
from backhaul.smooth.prices import Limits, Side, SideFrame
from backhaul.smooth.pricing import concavity

UNLIKED = 100.0
"""By how much the scaled utility of what is not there is below that of the least liked product:
its sales, 1e-43 of others', leave every sum as it is."""


class Asked(NamedTuple):
    """One state to be solved."""

    sides: dict[str, Side]
    limits: Limits
    adjustment: Number
    """Part of the way that prices have gone from those of the first state."""


class Found(NamedTuple):
    """One state, solved, with what it takes to believe it."""

    solved: Solved
    concavity: Array
    """Negative where every payoff is locally concave in its own prices."""

    distance: Array
    """Largest relative distance of a price from its first-order prediction."""


@dataclass(frozen=True, eq=False)
class Group:
    """States that are solved by one program."""

    names: tuple[str, ...]
    frames: dict[str, SideFrame]
    """Those of the widest state."""

    short: bool
    """Whether any of them is in the short run, so that prices of the first state count."""

    def widened(self, sides: dict[str, Side]) -> dict[str, Side]:
        """Return the markets of a state in the shape of the widest."""
        return {code: _widened(side, self.frames[code]) for code, side in sides.items()}

    def near(self, states: dict[str, Near]) -> Near:
        """Return solutions near by, state first, in the shape of the widest."""
        wide = max((states[name] for name in self.names), key=_size)
        padded = [_wide_near(states[name], wide) for name in self.names]
        return jax.tree.map(lambda *leaves: np.stack(leaves), *padded)

    def solve(
        self, asked: list[Asked], near: Near, before: dict[str, Array] | None
    ) -> tuple[list[Found], dict[str, Array]]:
        """Return all states solved, in the widest shape, and the prices of the first.

        Args:
            asked: The states, in the widest shape.
            near: Solutions near by, state first.
            before: Prices from which the short run departs, widest shape; None: those of the first.
        """
        first = before is None
        start = {c: s.price[0] for c, s in near.sides.items()} if before is None else before

        def one(
            base: dict[str, Array], task: tuple[Asked, Near, Array]
        ) -> tuple[dict[str, Array], Found]:
            state, at, number = task
            found = self._one(state, at, base)
            begins = first & (number == 0)
            kept = {c: jnp.where(begins, found.solved.price[c], base[c]) for c in base}
            return kept, found

        number = jnp.arange(len(asked))
        if len(asked) == 1:
            alone = jax.tree.map(lambda leaf: leaf[0], (near, number))
            base, found = one(start, (asked[0], *alone))
            return [found], base
        stacked = jax.tree.map(lambda *leaves: jnp.stack([*map(jnp.asarray, leaves)]), *asked)
        base, every = lax.scan(one, start, (stacked, near, number))
        return [_taken(every, k) for k in range(len(asked))], base

    def _one(self, asked: Asked, near: Near, base: dict[str, Array]) -> Found:
        """Return one state, solved."""
        solved = equilibrium(
            self.frames,
            asked.sides,
            asked.limits,
            near,
            base_price=base if self.short else None,
            adjustment=asked.adjustment,
        )
        bend, distance = [], []
        for code, side in asked.sides.items():
            cost, best, frame = solved.cost[code], solved.best[code], self.frames[code].frame
            bend.append(concavity(frame, side.buyers, side.keep, cost, best))
            distance.append(jnp.max(jnp.abs(best / predicted(near.sides[code], cost) - 1)))
        return Found(solved, jnp.max(jnp.stack(bend)), jnp.max(jnp.stack(distance)))


def groups_of(plans: dict[str, Plan]) -> tuple[Group, ...]:
    """Return which states are solved together, in their order; the first state comes first."""
    rows: list[list[str]] = []
    for name, plan in plans.items():
        if rows and _fit([*(plans[other] for other in rows[-1]), plan]):
            rows[-1].append(name)
        else:
            rows.append([name])
    found = []
    for row in rows:
        wide = max((plans[name] for name in row), key=_links)
        short = any(plans[n].setting.adjustment < 1 for n in row if n != next(iter(plans)))
        frames = {code: side.frame for code, side in wide.sides.items()}
        found.append(Group(tuple(row), frames, short))
    return tuple(found)


def _taken(every: Found, state: int) -> Found:
    """Return one state of all."""
    return jax.tree.map(lambda leaf: leaf[state], every)


def cut(found: Solved, plan: Plan) -> Solved:
    """Return a state in its own shape."""
    products = {code: len(side.market.ids) for code, side in plan.sides.items()}
    links = {code: len(side.supply.links) for code, side in plan.sides.items()}

    def first(values: dict[str, Array], counts: dict[str, int]) -> dict[str, Any]:
        return {code: value[: counts[code]] for code, value in values.items()}

    return found._replace(
        price=first(found.price, products),
        best=first(found.best, products),
        cost=first(found.cost, products),
        resourcing=first(found.resourcing, products),
        share=first(found.share, links),
    )


def _fit(plans: list[Plan]) -> bool:
    """Return whether these states can be solved by one program."""
    wide = max(plans, key=_links)
    return all(
        plan.setting.limited == wide.setting.limited
        and all(_begins(side.frame, wide.sides[c].frame) for c, side in plan.sides.items())
        for plan in plans
    )


def _begins(own: SideFrame, wide: SideFrame) -> bool:
    """Return whether the wide frame begins with this one."""
    products, links = own.frame.nest.size, own.links.product.size
    stakes = wide.frame.stake_of_setter
    pairs = (
        (own.frame.nest, wide.frame.nest[:products]),
        (own.frame.stake_of_setter, stakes[:products, :products]),
        (own.links.product, wide.links.product[:links]),
        (own.links.plant, wide.links.plant[:links]),
    )
    same = all(np.array_equal(one, other) for one, other in pairs)
    return same and own.frame.nests == wide.frame.nests


def _links(plan: Plan) -> int:
    """Return how many links a state has; those with more products have more."""
    return sum(side.frame.links.product.size for side in plan.sides.values())


def _size(near: Near) -> int:
    return sum(side.price.size for side in near.sides.values())


def _widened(side: Side, frame: SideFrame) -> Side:
    """Return a market with products and links that are not there."""
    buyers = side.buyers
    products = frame.frame.nest.size - buyers.delta.shape[0]
    links = frame.links.product.size - side.unit.shape[0]

    def more(values: Array, count: int, value: Number) -> Array:
        return jnp.append(values, jnp.full(count, value)) if count else jnp.asarray(values)

    absent = np.arange(frame.frame.nest.size) >= buyers.delta.shape[0]
    low = jnp.min(buyers.delta) - UNLIKED * (1 - buyers.sigma_seg)
    mu = buyers.mu
    return side._replace(
        buyers=Buyers(
            delta=more(buyers.delta, products, low),
            alpha=buyers.alpha,
            weights=buyers.weights,
            sigma_in=buyers.sigma_in,
            sigma_seg=buyers.sigma_seg,
            penalty=more(buyers.penalty, products, 0.0),
            mu=None if mu is None else jnp.pad(mu, ((0, products), (0, 0))),
            absent=jnp.asarray(absent, dtype=float),
        ),
        keep=more(side.keep, products, 1.0),
        carried=more(side.carried, products, 0.0),
        credit=None if side.credit is None else more(side.credit, links, 0.0),
        # a link of a product that is there has no part in it, a link of one that is not has all
        base_share=jnp.append(side.base_share, 1.0 * absent[frame.links.product[-links:]])
        if links
        else side.base_share,
        base_cost=more(side.base_cost, links, 1.0),
        unit=more(side.unit, links, 1.0),
        member=None if side.member is None else more(side.member, products, 0.0),
    )


def _wide_near(near: Near, wide: Near) -> Near:
    """Return a solution near by in the shape of a wider one."""
    return near._replace(
        sides={code: _wide_side(side, wide.sides[code]) for code, side in near.sides.items()}
    )


def _wide_side(own: NearSide, wide: NearSide) -> NearSide:
    """Return one market near by, with prices for what is not there, which answer to nothing."""
    old, total = own.price.size, wide.price.size
    square, row = (0, total - old), ((0, total - old), (0, total - old))
    inverse = np.pad(own.answers.inverse, row)
    inverse[np.arange(old, total), np.arange(old, total)] = -1.0
    return NearSide(
        price=np.append(own.price, wide.price[old:]),
        cost=np.pad(own.cost, square, constant_values=1.0),
        answers=Answers(
            inverse=inverse,
            through=np.pad(own.answers.through, row),
            sales=np.pad(own.answers.sales, square, constant_values=1.0),
            slopes=np.pad(own.answers.slopes, row),
            response=np.pad(own.answers.response, row),
        ),
    )
