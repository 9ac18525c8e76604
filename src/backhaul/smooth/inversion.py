"""From observed shares back to mean utilities, differentiable in everything behind them."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.scipy.linalg import lu_factor, lu_solve

from backhaul.smooth.choice import Buyers, Frame, sold, split
from backhaul.smooth.config import Array, Number
from backhaul.smooth.roots import Equation, Root, find_root
from backhaul.smooth.slopes import share_slopes, written_out

AIM = 1e-13
"""Where the iteration stops: largest gap of a log share."""

ACCEPTED = 1e-12
"""Largest gap of a log share that is accepted. Source: MODEL section 8."""

LONGEST = 50.0
"""Longest step of a mean utility."""


def invert(
    frame: Frame,
    buyers: Buyers,
    price: Array,
    observed: Array,
    start: Array,
    inverse: Array | None = None,
) -> jax.Array:
    """Return the delta at which modelled shares equal the observed ones.

    Args:
        frame: Nests.
        buyers: Tastes; their `delta` is not read.
        price: Consumer prices. Shape (J,), market currency.
        observed: Share of households that bought each product. Shape (J,), positive, summing to
            less than one.
        start: Delta to start from. Shape (J,).
        inverse: Inverse of `log_slopes` at a solution near by; None makes it. Shape (J, J).

    Returns:
        Mean utility without price, shape (J,); not a number where no delta was found. Its slopes
        are those of the exact root.

    Source:
        The same as `demand.invert.invert`: Berry (1994), RAND Journal of Economics 25(2).
    """
    # Where the search begins moves no root, and a closure may hold no number under derivation.
    start, inverse = jax.lax.stop_gradient((start, inverse))

    def found(buyers: Buyers, price: Array, observed: Array) -> jax.Array:
        root = _solved(frame, buyers, (price, observed), start, inverse)
        return jnp.where(root.worst <= ACCEPTED, root.at, jnp.nan)

    return _with_slopes(frame, found)(buyers, price, observed)


def known(frame: Frame, buyers: Buyers, price: Array, observed: Array, delta: Array) -> jax.Array:
    """Return a delta that was inverted already, with the slopes of the exact root. Shape (J,).

    Args:
        frame: Nests.
        buyers: As in `invert`.
        price: As in `invert`.
        observed: As in `invert`.
        delta: What `invert` gave for these; taken as a constant. Shape (J,).
    """
    delta = jax.lax.stop_gradient(delta)
    return _with_slopes(frame, lambda *_: delta)(buyers, price, observed)


def _with_slopes(
    frame: Frame, found: Callable[[Buyers, Array, Array], jax.Array]
) -> Callable[[Buyers, Array, Array], jax.Array]:
    """Return a function that finds delta, given the slopes of the exact root."""
    solve = jax.custom_vjp(found)

    def forward(buyers: Buyers, price: Array, observed: Array) -> tuple[jax.Array, tuple]:  # type: ignore[type-arg]
        delta = solve(buyers, price, observed)
        at = buyers._replace(delta=delta)
        # factored here, so that several slopes share the factors
        return delta, ((at, price, observed), lu_factor(log_slopes(frame, at, price)))

    def backward(kept: tuple, pulled: jax.Array) -> tuple:  # type: ignore[type-arg]
        at, factors = kept
        _, pull = jax.vjp(lambda *of: _gap(frame, *of), *at)
        by_buyers, by_price, by_observed = pull(lu_solve(factors, pulled, trans=1))
        return by_buyers._replace(delta=jnp.zeros_like(pulled)), by_price, by_observed

    solve.defvjp(forward, backward)
    return solve


def log_slopes(frame: Frame, buyers: Buyers, price: Array) -> jax.Array:
    """Return d ln s_k / d delta_j, the share first. Shape (J, J)."""
    field = written_out(frame, split(frame, buyers, price))
    slope = share_slopes(frame, buyers, field, buyers.weights)
    return slope / (field.share @ buyers.weights)[:, None]


def closed_form(
    frame: Frame, seen: tuple[Array, Array], alpha: Number, powers: tuple[Number, Number]
) -> jax.Array:
    """Return the delta that would be exact if all buyers had one price coefficient. Shape (J,).

    Args:
        frame: Nests.
        seen: Prices and observed shares of households. Shapes (J,).
        alpha: The price coefficient.
        powers: a = 1 / (1 - sigma_seg) and e = 1 / (1 - sigma_in).

    Source:
        Verboven (1996), RAND Journal of Economics 27(2), for two levels of nests.
    """
    (price, observed), (a, e) = seen, powers
    nest = jax.ops.segment_sum(observed, frame.nest, frame.nests)
    cars = observed.sum()
    within = jnp.log(observed / nest[frame.nest]) / a
    between = jnp.log(nest / cars)[frame.nest] / e
    return alpha * price + within + between + jnp.log(cars / (1 - cars))


def _solved(
    frame: Frame,
    buyers: Buyers,
    seen: tuple[Array, Array],
    start: Array,
    inverse: Array | None,
) -> Root:
    """Return the root of log observed minus log modelled shares."""
    price, observed = seen

    def at(delta: Array) -> Buyers:
        return buyers._replace(delta=delta)

    equation = Equation(
        gap=lambda delta: _gap(frame, at(delta), price, observed),
        inverse=lambda delta: -jnp.linalg.inv(log_slopes(frame, at(delta), price)),
        plain=lambda gap: jnp.clip(gap, -LONGEST, LONGEST) * (1 - buyers.sigma_seg),
        scale=jnp.ones_like(start),
        least=None,
        aim=AIM,
        accepted=ACCEPTED,
    )
    return find_root(equation, start, None if inverse is None else -inverse)


def _gap(frame: Frame, buyers: Buyers, price: Array, observed: Array) -> jax.Array:
    """Return log observed minus log modelled shares. Shape (J,)."""
    modelled = sold(frame, split(frame, buyers, price), buyers.weights)
    return jnp.log(observed) - jnp.log(modelled)
