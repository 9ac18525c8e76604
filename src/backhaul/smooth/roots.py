"""One robust iteration for all the equations of the room: quasi-Newton with a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from backhaul.smooth.config import Array

MEMORY = 12
"""Steps that are remembered to correct the inverse; then it starts anew."""

EVALUATIONS = 300
"""Most evaluations before the iteration gives up."""

QUASI, FRESH, PLAIN = 0, 1, 2
"""How the next step is made: from the inverse at hand, from a new one, or plainly."""


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

    least: Array | float
    """Smallest admissible fraction of z after a step; minus infinity where all are admissible."""

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
    """What the loop carries."""

    z: jax.Array
    gap: jax.Array
    size: jax.Array
    inverse: jax.Array
    steps: jax.Array
    """Steps since the inverse was made, relative to the scale. Shape (MEMORY, n)."""

    count: jax.Array
    """How many of them there are."""

    mode: jax.Array
    wait: jax.Array
    """Plain steps still to be taken."""

    plain: jax.Array
    """Plain steps to be taken after the next failure."""

    used: jax.Array
    over: jax.Array
    """Whether no progress is to be had."""


def find_root(equation: Equation, start: Array, inverse: Array | None = None) -> Root:
    """Return the root that is reached from `start`.

    Broyden's method from the inverse at hand. A step that does not halve the gap is dropped for
    one with the exact inverse where the iteration stands, and that one for plain steps, twice as
    many after each failure. It ends at the aim, where the gap no longer falls and is accepted,
    where it is not a number, or after `EVALUATIONS`.

    Args:
        equation: What is to vanish.
        start: Where to start. Shape (n,).
        inverse: Inverse of the slopes at a root near by, or None: it is made at the start.

    Source:
        Kelley (1995), Iterative Methods for Linear and Nonlinear Equations, section 7.3, for
        Broyden's method with remembered steps.
    """
    start = jnp.asarray(start)
    gap, n = equation.gap(start), start.size
    state = _State(
        z=start,
        gap=gap,
        size=_size(equation, gap),
        inverse=jnp.zeros((n, n)) if inverse is None else jnp.asarray(inverse),
        steps=jnp.zeros((MEMORY, n)),
        count=jnp.asarray(0),
        mode=jnp.asarray(FRESH if inverse is None else QUASI),
        wait=jnp.asarray(0),
        plain=jnp.asarray(4),
        used=jnp.asarray(1),
        over=jnp.asarray(False),
    )
    last = lax.while_loop(
        lambda s: (_miss(equation, s.gap) > equation.aim)
        & jnp.isfinite(s.size)
        & ~s.over
        & (s.used < EVALUATIONS),
        lambda s: _advanced(equation, s),
        state,
    )
    miss = _miss(equation, last.gap)
    return Root(at=last.z, worst=jnp.where(jnp.isfinite(miss), miss, jnp.inf), evaluations=last.used)


def _advanced(equation: Equation, state: _State) -> _State:
    """Return the state after one evaluation."""
    step, inverse, count = lax.switch(
        state.mode,
        [
            lambda s: (_quasi_step(equation, s), s.inverse, s.count),
            lambda s: _fresh_step(equation, s),
            lambda s: (equation.plain(s.gap), s.inverse, jnp.asarray(0)),
        ],
        state,
    )
    aimed = state.z + step
    z = jnp.maximum(aimed, equation.least * jnp.abs(state.z))
    whole = jnp.all(z == aimed)
    gap = equation.gap(z)
    size = _size(equation, gap)
    better = size <= 0.5 * state.size
    plainly = state.mode == PLAIN
    taken = jnp.where(plainly, jnp.isfinite(size), better)
    done = (_miss(equation, state.gap) <= equation.accepted) & ~taken
    remembered = whole & taken & (count < MEMORY) & ~plainly
    steps = jnp.where(
        remembered, state.steps.at[jnp.minimum(count, MEMORY - 1)].set((z - state.z) / equation.scale), state.steps
    )
    wait = jnp.where(plainly, state.wait - 1, state.plain)
    failed_plainly = plainly & ~taken
    mode = jnp.where(
        plainly,
        jnp.where(wait > 0, PLAIN, FRESH),
        jnp.where(taken, QUASI, jnp.where(state.mode == QUASI, FRESH, PLAIN)),
    )
    pick = lambda new, old: jnp.where(taken, new, old)  # noqa: E731
    return _State(
        z=pick(z, state.z),
        gap=pick(gap, state.gap),
        size=pick(size, state.size),
        inverse=inverse,
        steps=steps,
        count=jnp.where(remembered, count + 1, 0),
        mode=mode,
        wait=wait,
        plain=jnp.where((mode == PLAIN) & ~plainly, 2 * state.plain, state.plain),
        used=state.used + 1,
        over=(done & (state.mode != QUASI)) | failed_plainly,
    )


def _quasi_step(equation: Equation, state: _State) -> jax.Array:
    """Return the step of Broyden's method, from the inverse corrected by the steps so far."""

    def corrected(k: jax.Array, z: jax.Array) -> jax.Array:
        first, then = state.steps[k], state.steps[k + 1]
        return z + then * (jnp.dot(first, z) / jnp.dot(first, first))

    step = -(state.inverse @ state.gap) / equation.scale
    step = lax.fori_loop(0, state.count - 1, corrected, step)
    last = state.steps[jnp.maximum(state.count - 1, 0)]
    length = jnp.where(state.count > 0, jnp.dot(last, last), 1.0)
    along = jnp.where(state.count > 0, jnp.dot(last, step) / length, 0.0)
    return equation.scale * step / jnp.where(along < 0.9, 1 - along, 1.0)


def _fresh_step(equation: Equation, state: _State) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return a Newton step, the inverse it rests on, and that no steps are remembered."""
    inverse = equation.inverse(state.z)
    return -(inverse @ state.gap), inverse, jnp.asarray(0)


def _miss(equation: Equation, gap: Array) -> jax.Array:
    return jnp.max(jnp.abs(gap) / equation.scale)


def _size(equation: Equation, gap: Array) -> jax.Array:
    return jnp.linalg.norm(gap / equation.scale)
