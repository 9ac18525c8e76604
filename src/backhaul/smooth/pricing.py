"""First-order conditions of the pricing game, in units of price, with closed-form slopes."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from backhaul.smooth.choice import Buyers, Frame, Split, row_sums, split
from backhaul.smooth.config import Array
from backhaul.smooth.slopes import (
    earnings,
    margin_matrix,
    own_hessians,
    profit_slopes,
    regained,
    written_out,
)


class Stand(NamedTuple):
    """Where each seller stands at given prices."""

    gap: jax.Array
    """r_j = cost_j / keep_j + zeta_j(p) - p_j. Shape (J,), market currency per vehicle."""

    sales: jax.Array
    """Share of households that buy each product. Shape (J,)."""

    pull: jax.Array
    """L_j: integral of alpha_i s_ij. Shape (J,), per unit of currency."""

    parts: Split
    """The choice probabilities there."""


def gap(frame: Frame, buyers: Buyers, keep: Array, cost: Array, price: Array) -> jax.Array:
    """Return how far each price is from the one its seller would choose.

    Args:
        frame: Nests and sellers.
        buyers: Tastes.
        keep: What is left of a consumer price. Shape (J,).
        cost: Delivered cost of one unit. Shape (J,), market currency.
        price: Consumer prices. Shape (J,), market currency.

    Returns:
        `cost_j / keep_j + zeta_j(p) - p_j`, zero at an equilibrium. Shape (J,).

    Source:
        The same as `equilibrium.pricing.residual`: Morrow and Skerlos (2011).
    """
    return stand(frame, buyers, (keep, cost), price).gap


def stand(
    frame: Frame, buyers: Buyers, wedge: tuple[Array, Array], price: Array, top: Array | None = None
) -> Stand:
    """Return the conditions and sales at these prices.

    Args:
        frame: Nests and sellers.
        buyers: Tastes.
        wedge: What is left of a consumer price, and delivered cost. Shapes (J,).
        price: Consumer prices. Shape (J,), market currency.
        top: As in `choice.split`.
    """
    keep, cost = wedge
    a, _ = buyers.powers
    parts = split(frame, buyers, price, top)
    margin = keep * price - cost
    regain_per_cell = regained(frame, buyers, parts, earnings(frame, parts, margin))
    bought = parts.nest * parts.buy / parts.total * buyers.weights
    pulled = bought * buyers.alpha
    sales = row_sums(parts.power, bought[frame.nest])
    pull = row_sums(parts.power, pulled[frame.nest])
    regain = row_sums(parts.power, (pulled[frame.cell_nest] * regain_per_cell)[frame.cell])
    gap = ((keep * sales + regain) / (a * pull) - margin) / keep
    if buyers.absent is not None:
        gap = gap * (1 - buyers.absent)
    return Stand(gap=gap, sales=sales, pull=pull, parts=parts)


def gap_slopes(frame: Frame, buyers: Buyers, keep: Array, cost: Array, price: Array) -> jax.Array:
    """Return dr_j/dp_l, residual first. Shape (J, J), a pure number."""
    return slopes_at(frame, buyers, (keep, cost), price, stand(frame, buyers, (keep, cost), price))


def slopes_at(
    frame: Frame, buyers: Buyers, wedge: tuple[Array, Array], price: Array, now: Stand
) -> jax.Array:
    """Return `gap_slopes` where the conditions are known already."""
    keep, cost = wedge
    scale = buyers.powers[0] * keep * now.pull
    held = scale * now.gap / now.pull
    slopes = profit_slopes(frame, buyers, now.parts, keep, keep * price - cost, held)
    slopes = slopes / scale[:, None]
    if buyers.absent is None:
        return slopes
    return (1 - buyers.absent)[:, None] * slopes - jnp.diag(buyers.absent)


def margins(frame: Frame, buyers: Buyers, keep: Array, price: Array) -> jax.Array:
    """Return the margins that make these prices an equilibrium; cost is `keep * price - margin`.

    One linear solve. Shape (J,), market currency. Source: `equilibrium.costs.back_out_costs`.
    """
    field = written_out(frame, split(frame, buyers, price))
    matrix = margin_matrix(frame, buyers, field)
    scale = jnp.diagonal(matrix)  # rows differ by the size of the shares
    return jnp.linalg.solve(matrix / scale[:, None], keep * (field.share @ buyers.weights) / scale)


def concavity(frame: Frame, buyers: Buyers, keep: Array, cost: Array, price: Array) -> jax.Array:
    """Return a number that is negative where every payoff is locally concave in its own prices.

    Minus the smallest squared pivot of the Cholesky factors of minus the Hessians of part 2 of
    `equilibrium.certificate`, scaled by `a keep_j L_j`: it is at least as far below zero as their
    largest eigenvalue. One where a factor does not exist, so that some payoff is not concave.
    """
    parts, margin = split(frame, buyers, price), keep * price - cost
    pivots = []
    for blocks in own_hessians(frame, buyers, parts, keep, margin):
        even = -(blocks + jnp.swapaxes(blocks, 1, 2)) / 2
        factor = jnp.linalg.cholesky(even, symmetrize_input=False)
        pivots.append(jnp.diagonal(factor, axis1=1, axis2=2).ravel())
    least = jnp.min(jnp.concatenate(pivots))
    return jnp.where(jnp.isfinite(least), -(least**2), 1.0)
