"""Prices that no firm wants to change, as a differentiable function of everything behind them."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from backhaul.smooth.choice import Buyers, Frame, best_of_nest
from backhaul.smooth.config import Array, Number
from backhaul.smooth.multipliers import (
    Answers,
    Point,
    Question,
    adjoint,
    committed,
    costs,
    find,
    stands,
    units_of,
    worst_gap,
)
from backhaul.smooth.prices import Limits, Side, SideFrame, pricing_cost, source
from backhaul.smooth.pricing import slopes_at, stand
from backhaul.smooth.roots import Equation, Root, find_root

AIM = 1e-12
"""Where the iteration stops: largest |r_j| / p_j."""

ACCEPTED = 1e-10
"""Largest |r_j| / p_j that is accepted. Source: MODEL section 8."""


class NearSide(NamedTuple):
    """A solution near by in one market, and how it answers there."""

    price: Array
    """Equilibrium prices p*. Shape (J,), market currency."""

    cost: Array
    """Pricing costs. Shape (J,), market currency."""

    answers: Answers


class Near(NamedTuple):
    """A solution near by, to start from."""

    sides: dict[str, NearSide]
    multipliers: Array
    """Shadow prices in USD and, last, the support in market currency. Shape (P + 1,)."""


class Solved(NamedTuple):
    """The equilibrium of all markets."""

    price: dict[str, jax.Array]
    """Prices charged. Shape (J,), market currency."""

    best: dict[str, jax.Array]
    """Equilibrium prices p*. Shape (J,), market currency."""

    share: dict[str, jax.Array]
    """Share of each link in its product's units. Shape (L,)."""

    cost: dict[str, jax.Array]
    """Pricing costs, shadow prices included and support deducted. Shape (J,), market currency."""

    resourcing: dict[str, jax.Array]
    """What moving between plants costs. Shape (J,), market currency."""

    lam: jax.Array
    """Shadow price of each plant. Shape (P,), USD per vehicle."""

    support: jax.Array
    """Support per vehicle of the commitment, market currency."""

    worst: jax.Array
    """Largest |r_j| / p_j at p*; infinite where no equilibrium was found."""

    complementarity: jax.Array
    """Largest |min(multiplier in thousand USD, log slack)|; MODEL section 8 allows 1e-8."""


def equilibrium(
    frames: dict[str, SideFrame],
    sides: dict[str, Side],
    limits: Limits | None,
    near: Near,
    *,
    base_price: dict[str, Array] | None = None,
    adjustment: Number = 1.0,
) -> Solved:
    """Return the equilibrium of all markets, and its slopes in everything that it rests on.

    Args:
        frames: What stays fixed, by market.
        sides: The numbers, by market.
        limits: What plants can build and what is promised; None: neither.
        near: A solution near by.
        base_price: In the short run the prices of the baseline, by market; None in the long run.
        adjustment: Part of the way from them to p* that prices have gone.
    """
    asked = Question(sides, _none() if limits is None else limits, base_price or {}, adjustment)
    at = solved(frames, asked, near)
    now = stands(frames, asked, at)
    prices, x = at
    return Solved(
        price=now.charged,
        best=prices,
        share={code: sourced.share for code, sourced in now.sourced.items()},
        cost=now.cost,
        resourcing={code: sourced.resourcing for code, sourced in now.sourced.items()},
        lam=x[:-1],
        support=x[-1],
        worst=worst_gap(now, at),
        complementarity=jnp.max(jnp.abs(jnp.minimum(x / units_of(asked), now.slack))),
    )


def _none() -> Limits:
    """Return limits that bind nobody."""
    return Limits(available=jnp.zeros(0), outside=jnp.zeros(0), target=1.0)


def solved(frames: dict[str, SideFrame], asked: Question, near: Near) -> Point:
    """Return prices and multipliers, with slopes by the adjoint of the exact equations."""

    @jax.custom_vjp
    def solve(asked: Question, near: Near) -> Point:
        start = _predicted(frames, asked, near)
        known = {code: side.answers for code, side in near.sides.items()}
        bound = committed(asked)
        free = lax.cond(bound, lambda: start, lambda: _free(frames, asked, near))
        fits = ~bound & jnp.all(stands(frames, asked, free).slack >= 0)
        return lax.cond(fits, lambda: free, lambda: find(frames, asked, start, known))

    def forward(asked: Question, near: Near) -> tuple[Point, tuple]:  # type: ignore[type-arg]
        at = solve(asked, near)
        return at, (asked, at)

    def backward(kept: tuple, pulled: Point) -> tuple[Question, None]:  # type: ignore[type-arg]
        return adjoint(frames, *kept, pulled), None  # where the search begins moves no root

    solve.defvjp(forward, backward)
    return solve(asked, near)


def _predicted(frames: dict[str, SideFrame], asked: Question, near: Near) -> Point:
    """Return the first-order prediction from the solution near by, multipliers held."""
    prices = {}
    for code in asked.sides:
        cost = costs(frames[code], asked.sides[code], near.multipliers)[1]
        prices[code] = predicted(near.sides[code], cost)
    return prices, near.multipliers


def predicted(near: NearSide, cost: Array) -> Array:
    """Return prices at other costs to first order. Shape (J,), market currency."""
    start = near.price + near.answers.through @ (cost - near.cost)
    return jnp.maximum(start, 0.3 * near.price)


def _free(frames: dict[str, SideFrame], asked: Question, near: Near) -> Point:
    """Return the solution with every multiplier at zero."""
    prices = {}
    for code, side in asked.sides.items():
        frame = frames[code]
        sourced = source(frame.links, side.links, side.unit)
        cost = pricing_cost(frame.links, side, sourced)
        root = plain(frame.frame, side.buyers, (side.keep, cost), near.sides[code])
        prices[code] = root.at
    return prices, jnp.zeros_like(near.multipliers)


def plain(frame: Frame, buyers: Buyers, wedge: tuple[Array, Array], near: NearSide) -> Root:
    """Return the equilibrium prices of one market at these costs."""
    start = predicted(near, wedge[1])
    top = best_of_nest(frame, buyers, start)

    def inverse(price: Array) -> jax.Array:
        now = stand(frame, buyers, wedge, price, top)
        return jnp.linalg.inv(slopes_at(frame, buyers, wedge, price, now))

    equation = Equation(
        gap=lambda price: stand(frame, buyers, wedge, price, top).gap,
        inverse=inverse,
        plain=lambda gap: gap,
        scale=near.price,
        least=0.3,
        aim=AIM,
        accepted=ACCEPTED,
    )
    return find_root(equation, start, near.answers.inverse)
