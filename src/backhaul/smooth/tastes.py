"""Tastes with three known elasticities, differentiable in everything behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from backhaul.smooth.choice import Buyers, Frame, choose
from backhaul.smooth.config import Array
from backhaul.smooth.inversion import closed_form, invert, known

AIM = 1e-11
"""Where the search stops: largest gap of a log moment."""

ACCEPTED = 1e-9
"""Largest gap of a log moment that is accepted."""

ROUNDS = 40
LONGEST = 0.5
"""Longest step of the search, in logs."""

EDGE = 1e-9
"""How far outside its bounds a nesting parameter may be by rounding."""


class Tastes(NamedTuple):
    """Tastes that reproduce the base year with the target moments."""

    alpha: jax.Array
    """Price coefficient of a household of mean income."""

    sigma_in: jax.Array
    sigma_seg: jax.Array
    delta: jax.Array
    """Mean utility without price. Shape (J,)."""

    ok: jax.Array
    """Whether there are tastes with these moments; the others mean nothing where not."""


class Start(NamedTuple):
    """Tastes near by."""

    at: Array
    """(ln alpha, ln e, ln a) with e = 1 / (1 - sigma_in) and a = 1 / (1 - sigma_seg)."""

    delta: Array
    closed: Array
    """`inversion.closed_form` there. Shape (J,)."""

    inverse: Array
    """Inverse of the slope of the log moments in them. Shape (3, 3)."""

    answer: Array
    """Inverse of the slope of log shares in delta. Shape (J, J)."""


class Seen(NamedTuple):
    """What was seen of a market, and what is known of its buyers."""

    price: Array
    """Consumer prices. Shape (J,), market currency."""

    observed: Array
    """Share of households that bought each product. Shape (J,)."""

    sensitivity: Array
    """Price coefficients relative to a household of mean income. Shape (I,)."""

    weights: Array
    """Share of households that each consumer stands for. Shape (I,)."""

    mu: Array | None
    """Further utility. Shape (J, I); None: none."""

    penalty: Array
    """Money a buyer must be compensated. Shape (J,), market currency."""


def moments(frame: Frame, buyers: Buyers, price: Array, counted: Array) -> jax.Array:
    """Return own elasticity, market elasticity and segment diversion. Shape (3,).

    Args:
        frame: Nests.
        buyers: Tastes.
        price: Consumer prices. Shape (J,), market currency.
        counted: Products over which the first and the third are averaged. Shape (J,), flags.

    Source:
        The same as `demand.moments`: sales-weighted means; MODEL section 2.
    """
    a, e = buyers.powers
    chosen = choose(frame, buyers, price)
    weights = buyers.weights * buyers.alpha
    units = chosen.share @ buyers.weights
    lost = a - (a - e) * chosen.in_nest - (e - 1) * chosen.in_market - chosen.share
    own = (chosen.share * lost) @ weights
    nested = e - (e - 1) * _by_nest(frame, chosen.in_market) - _by_nest(frame, chosen.share)
    nest = (chosen.share * nested[frame.nest]) @ weights
    weight = units * counted / (units * counted).sum()
    market = (price @ chosen.share) * (1 - chosen.share.sum(axis=0)) @ weights
    return jnp.stack(
        [-weight @ (own * price / units), -market / units.sum(), 1 - weight @ (nest / own)]
    )


def calibrate(frame: Frame, seen: Seen, counted: Array, targets: Array, start: Start) -> Tastes:
    """Return the tastes whose moments are the targets and whose shares are those observed.

    Broyden's method in logs from tastes near by. Slopes are those of the exact solution.

    Args:
        frame: Nests.
        seen: Prices, shares and buyers.
        counted: Products over which moments are averaged. Shape (J,), flags.
        targets: Own elasticity, market elasticity, segment diversion. Shape (3,).
        start: Where to start.

    Source:
        The same as `demand.moments.calibrate_taste`.
    """
    at, last = _search(frame, seen, counted, targets, start)
    buyers = _recalled(frame, seen, at, last)
    gap = _gap(frame, buyers, seen.price, counted, targets)
    _, e, a = at
    inside = (e >= -EDGE) & (a - e >= -EDGE)
    return Tastes(
        alpha=jnp.exp(at[0]),
        sigma_in=buyers.sigma_in,
        sigma_seg=buyers.sigma_seg,
        delta=buyers.delta,
        ok=inside & (jnp.max(jnp.abs(gap)) <= ACCEPTED),
    )


class Last(NamedTuple):
    """Where delta was inverted last."""

    closed: Array
    """`inversion.closed_form` there. Shape (J,)."""

    delta: Array


def _search(
    frame: Frame, seen: Seen, counted: Array, targets: Array, start: Start
) -> tuple[jax.Array, Last]:
    """Return (ln alpha, ln e, ln a) at the targets, and the delta there as a constant."""

    @jax.custom_vjp
    def solve(seen: Seen, targets: Array) -> tuple[jax.Array, Last]:
        def gap(at: Array, last: Last) -> tuple[Array, Last]:
            buyers = inverted(frame, seen, at, start, last)
            found = Last(closed(frame, seen, at), buyers.delta)
            return _gap(frame, buyers, seen.price, counted, targets), found

        return _broyden(gap, start)

    def forward(seen: Seen, targets: Array) -> tuple[tuple[jax.Array, Last], tuple]:  # type: ignore[type-arg]
        at, last = solve(seen, targets)
        return (at, last), (seen, targets, at, last)

    def backward(kept: tuple, pulled: tuple[jax.Array, Last]) -> tuple:  # type: ignore[type-arg]
        seen, targets, at, last = kept

        def gap(seen: Seen, targets: Array, at: Array) -> Array:
            buyers = _recalled(frame, seen, at, last)
            return _gap(frame, buyers, seen.price, counted, targets)

        _, pull = jax.vjp(gap, seen, targets, at)
        slopes = lax.map(lambda row: pull(row)[2], jnp.eye(3))
        by_seen, by_targets, _ = pull(-jnp.linalg.solve(slopes.T, pulled[0]))
        return by_seen, by_targets

    solve.defvjp(forward, backward)
    return solve(seen, targets)


class _State(NamedTuple):
    """What the search carries."""

    at: jax.Array
    gap: jax.Array
    last: Last
    inverse: jax.Array
    round: jax.Array


def _broyden(
    gap: Callable[[Array, Last], tuple[Array, Last]], start: Start
) -> tuple[jax.Array, Last]:
    """Return the root of three equations, from a start near by, and where delta is there."""

    def step(state: _State) -> _State:
        move = -state.inverse @ state.gap
        move = move * jnp.minimum(1.0, LONGEST / jnp.max(jnp.abs(move)))
        then, last = gap(state.at + move, state.last)
        answer = state.inverse @ (then - state.gap)
        scale = move @ answer
        correction = jnp.outer(move - answer, move @ state.inverse)
        usable = jnp.abs(scale) > 1e-300
        correction = jnp.where(usable, correction / jnp.where(usable, scale, 1.0), 0.0)
        return _State(state.at + move, then, last, state.inverse + correction, state.round + 1)

    # the first step is made blindly, so that the equations are written out once
    nowhere = _State(
        jnp.asarray(start.at),
        jnp.full(3, jnp.inf),
        Last(jnp.asarray(start.closed), jnp.asarray(start.delta)),
        jnp.asarray(start.inverse),
        jnp.asarray(0),
    )

    def advance(state: _State) -> _State:
        begun = jnp.all(jnp.isfinite(state.gap))
        return step(state._replace(gap=jnp.where(begun, state.gap, 0.0)))

    found = lax.while_loop(
        lambda s: (
            (s.round == 0)
            | ((jnp.max(jnp.abs(s.gap)) > AIM) & jnp.all(jnp.isfinite(s.gap)) & (s.round < ROUNDS))
        ),
        advance,
        nowhere,
    )
    return found.at, found.last


def _gap(frame: Frame, buyers: Buyers, price: Array, counted: Array, targets: Array) -> jax.Array:
    """Return the log of the moments less that of their targets. Shape (3,)."""
    reached = _positive(moments(frame, buyers, price, counted))
    return jnp.log(reached) - jnp.log(_positive(targets))


def _positive(moments: Array) -> jax.Array:
    """Return the moments as three positive numbers, nearly log-linear in the unknowns."""
    return jnp.stack([-moments[0], -moments[1], 1 - moments[2]])


def inverted(frame: Frame, seen: Seen, at: Array, start: Start, last: Last | None = None) -> Buyers:
    """Return tastes at (ln alpha, ln e, ln a) that reproduce the shares, from tastes near by.

    Args:
        frame: Nests.
        seen: Prices, shares and buyers.
        at: The unknowns. Shape (3,).
        start: Tastes at the central facts, whose responses are used.
        last: Where delta was inverted last; None: at the central facts.
    """
    near = Last(start.closed, start.delta) if last is None else last
    begin = lax.stop_gradient(near.delta + closed(frame, seen, at) - near.closed)
    blank = _tastes(seen, at, begin)
    found = invert(frame, blank, seen.price, seen.observed, begin, start.answer)
    return blank._replace(delta=found)


def _recalled(frame: Frame, seen: Seen, at: Array, last: Last) -> Buyers:
    """Return tastes at the unknowns at which delta was inverted last."""
    blank = _tastes(seen, at, last.delta)
    return blank._replace(delta=known(frame, blank, seen.price, seen.observed, last.delta))


def _tastes(seen: Seen, at: Array, delta: Array) -> Buyers:
    """Return tastes at (ln alpha, ln e, ln a) with this delta."""
    alpha, e, a = jnp.exp(at)
    return Buyers(
        delta=delta,
        alpha=alpha * seen.sensitivity,
        weights=seen.weights,
        sigma_in=1 - 1 / e,
        sigma_seg=1 - 1 / a,
        penalty=seen.penalty,
        mu=seen.mu,
    )


def closed(frame: Frame, seen: Seen, at: Array) -> jax.Array:
    """Return `inversion.closed_form` at the mean price coefficient. Shape (J,)."""
    alpha, e, a = jnp.exp(at)
    mean = alpha * (seen.sensitivity @ seen.weights)
    return closed_form(frame, (seen.price, seen.observed), mean, (a, e))


def _by_nest(frame: Frame, values: Array) -> jax.Array:
    """Return the sum over the products of each nest. Shape (G, I)."""
    return jax.ops.segment_sum(values, frame.nest, frame.nests)
