"""One robust iteration for all the equations of the room: quasi-Newton with a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from backhaul.smooth.config import Array

MEMORY = 14
"""Steps that are remembered to correct the inverse; then they are forgotten."""

EVALUATIONS = 300
"""Most evaluations before the iteration gives up."""

PLAIN = 4
"""Plain steps after the first failure; twice as many after each further one."""


class Equation(NamedTuple):
    """A system of equations `gap(z) = 0` and how to make steps towards its root."""

    gap: Callable[[Array], jax.Array]
    """What is to vanish. Shape of z."""

    inverse: Callable[[Array], jax.Array]
    """Inverse of its slopes. Shape (n, n)."""

    plain: Callable[[Array], jax.Array]
    """Step, from the gap, that converges slowly but from far away."""

    scale: Array
    """What a unit of z is measured by, and of the gap. Shape (n,), positive."""

    least: float | None
    """Smallest part of z (positive) that a step may leave; None where all steps are admissible."""

    aim: float
    """Largest |gap / scale| at which the iteration ends."""

    accepted: float
    """Largest one at which it may end for want of progress."""


class Root(NamedTuple):
    """Where the iteration ended."""

    at: jax.Array
    """The root. Shape (n,)."""

    worst: jax.Array
    """Largest |gap / scale| there; infinite where it is not a number."""

    evaluations: jax.Array
    """How often the gap was evaluated."""


class _State(NamedTuple):
    """Where the iteration stands."""

    z: jax.Array
    gap: jax.Array
    """Zero before the first evaluation."""

    size: jax.Array
    """Length of gap / scale; infinite before the first evaluation and where it is no number."""

    used: jax.Array
    """Evaluations so far."""


class _Quasi(NamedTuple):
    """Where Broyden's method stands."""

    at: _State
    steps: jax.Array
    """Steps since the inverse was made, relative to the scale. Shape (MEMORY, n)."""

    count: jax.Array
    """How many of them are remembered."""

    going: jax.Array
    """Whether the last step was good."""


def find_root(equation: Equation, start: Array, inverse: Array | None = None) -> Root:
    """Return the root that is reached from `start`.

    Broyden's method from the inverse at hand. Where a step does not halve the gap, a few plain
    steps are made and the inverse is made anew, with twice as many plain steps after each failure.
    It ends at the aim, where the gap no longer falls and is accepted, where it is not a number, or
    after `EVALUATIONS`.

    Args:
        equation: What is to vanish.
        start: Where to start. Shape (n,).
        inverse: Inverse of the slopes at a root near by, or None: it is made at the start.

    Source:
        Kelley (1995), Iterative Methods for Linear and Nonlinear Equations, section 7.3, for
        Broyden's method with remembered steps.
    """
    start = jnp.asarray(start)
    state = _State(start, jnp.zeros_like(start), jnp.asarray(jnp.inf), jnp.asarray(0))
    plain = 0
    if inverse is not None:
        state, plain = _quasi(equation, state, inverse), PLAIN

    def unfinished(carried: tuple[_State, jax.Array]) -> jax.Array:
        at, _ = carried
        begun = at.used > 0
        met = jnp.isfinite(at.size) & (_miss(equation, at.gap) <= equation.accepted)
        return ~met & (~begun | jnp.isfinite(at.size)) & (at.used < EVALUATIONS)

    def again(carried: tuple[_State, jax.Array]) -> tuple[_State, jax.Array]:
        at, steps = carried
        at = lax.fori_loop(0, steps, lambda _, at: _plainly(equation, at), at)
        at = _quasi(equation, at, equation.inverse(at.z))
        return at, jnp.maximum(2 * steps, PLAIN)

    last, _ = lax.while_loop(unfinished, again, (state, jnp.asarray(plain)))
    return Root(
        at=last.z,
        worst=jnp.where(jnp.isfinite(last.size), _miss(equation, last.gap), jnp.inf),
        evaluations=last.used,
    )


def _quasi(equation: Equation, state: _State, inverse: Array) -> _State:
    """Return where Broyden's method ends: at the aim, or where a step does not halve the gap."""

    def going(now: _Quasi) -> jax.Array:
        first = now.at.used == state.used
        far = first | (_miss(equation, now.at.gap) > equation.aim)
        return now.going & far & (now.at.used < EVALUATIONS)

    def stepped(now: _Quasi) -> _Quasi:
        old = now.at
        aimed = old.z + equation.scale * _step(equation, now, inverse)
        z = aimed if equation.least is None else jnp.maximum(aimed, equation.least * old.z)
        gap = equation.gap(z)
        size = _size(equation, gap)
        good = size <= 0.5 * old.size
        kept = good & jnp.all(z == aimed) & (now.count < MEMORY) & jnp.isfinite(old.size)
        place = jnp.minimum(now.count, MEMORY - 1)
        taken = jnp.where(kept, (z - old.z) / equation.scale, now.steps[place])
        return _Quasi(
            at=_State(
                z=jnp.where(good, z, old.z),
                gap=jnp.where(good, gap, old.gap),
                size=jnp.where(good, size, old.size),
                used=old.used + 1,
            ),
            steps=now.steps.at[place].set(taken),
            count=jnp.where(kept, now.count + 1, 0),
            going=good,
        )

    fresh = state._replace(gap=jnp.zeros_like(state.gap), size=jnp.asarray(jnp.inf))
    began = _Quasi(
        at=fresh,
        steps=jnp.ones((MEMORY, state.z.size)),
        count=jnp.asarray(0),
        going=jnp.ones((), dtype=bool),
    )
    return lax.while_loop(going, stepped, began).at


def _step(equation: Equation, now: _Quasi, inverse: Array) -> jax.Array:
    """Return the next step in units of the scale, corrected by the steps so far. Shape (n,)."""

    def corrected(k: jax.Array, step: jax.Array) -> jax.Array:
        first, then = now.steps[k], now.steps[k + 1]
        return step + then * (jnp.dot(first, step) / jnp.dot(first, first))

    step = -(inverse @ now.at.gap) / equation.scale
    step = lax.fori_loop(0, now.count - 1, corrected, step)
    last = now.steps[jnp.maximum(now.count - 1, 0)]
    along = jnp.where(now.count > 0, jnp.dot(last, step) / jnp.dot(last, last), 0.0)
    return step / jnp.where(along < 0.9, 1 - along, 1.0)


def _plainly(equation: Equation, state: _State) -> _State:
    """Return the state after one plain step."""
    gap = equation.gap(state.z)
    aimed = state.z + equation.plain(gap)
    z = aimed if equation.least is None else jnp.maximum(aimed, equation.least * state.z)
    return _State(z=z, gap=gap, size=_size(equation, gap), used=state.used + 1)


def _miss(equation: Equation, gap: Array) -> jax.Array:
    return jnp.max(jnp.abs(gap) / equation.scale)


def _size(equation: Equation, gap: Array) -> jax.Array:
    return jnp.linalg.norm(gap / equation.scale)
