"""Closed-form slopes of sales and of the first-order conditions, as dense matrices.

The formulas are those of `demand.slopes` and `equilibrium.pricing`. In every matrix the first
index is what answers, the second the product whose price, cost or utility moves.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from backhaul.smooth.choice import Buyers, Frame, Split
from backhaul.smooth.config import Array


class Field(NamedTuple):
    """Choice probabilities written out, with what each seller expects to earn."""

    in_nest: jax.Array
    """Probability of product j given its nest. Shape (J, I)."""

    in_market: jax.Array
    """Probability of product j given that a new car is bought. Shape (J, I)."""

    share: jax.Array
    """Probability of product j. Shape (J, I)."""

    buy: jax.Array
    """Probability of buying a new car. Shape (I,)."""


def written_out(frame: Frame, parts: Split) -> Field:
    """Return the choice probabilities of a split, each product's written out."""
    in_nest = parts.power / parts.total[frame.nest]
    in_market = in_nest * parts.nest[frame.nest]
    return Field(in_nest=in_nest, in_market=in_market, share=in_market * parts.buy, buy=parts.buy)


class Earnings(NamedTuple):
    """What a seller expects to earn from a buyer, by consumer."""

    own: jax.Array
    """From a buyer of one cell: its own products there only. Shape (C, I)."""

    in_nest: jax.Array
    """From a buyer of the cell's nest, all stakes counted. Shape (C, I)."""

    in_market: jax.Array
    """From a buyer of any car, all stakes counted; by the firm's seller. Shape (F, I)."""


def earnings(frame: Frame, parts: Split, margin: Array) -> Earnings:
    """Return expected margins at these margins (J,), in market currency."""
    weighted = parts.power * margin[:, None]
    earned = jax.ops.segment_sum(
        weighted, frame.cell, frame.cell_nest.size, indices_are_sorted=False
    )
    own = earned / parts.total[frame.cell_nest]
    firms = int(frame.firm.max()) + 1
    in_market = jax.ops.segment_sum(own * parts.nest[frame.cell_nest], frame.cell_firm, firms)
    if frame.kappa is None or frame.cell_kappa is None:
        return Earnings(own=own, in_nest=own, in_market=in_market)
    return Earnings(own=own, in_nest=frame.cell_kappa @ own, in_market=frame.kappa @ in_market)


def regained(frame: Frame, buyers: Buyers, parts: Split, earned: Earnings) -> jax.Array:
    """Return X: what a seller regains from a buyer who leaves a product of a cell. (C, I)."""
    a, e = buyers.powers
    return (earned.in_market * (parts.buy + (e - 1)))[frame.cell_firm] + (a - e) * earned.in_nest


def share_slopes(frame: Frame, buyers: Buyers, field: Field, weights: Array) -> jax.Array:
    """Return the sum over consumers of `weights_i d s_ik / d V_ij`. Shape (J, J), symmetric.

    Population weights give the slope in `delta`; the same times minus alpha that in prices.
    """
    a, e = buyers.powers
    weighted = field.share * weights
    slope = -(weighted @ (field.in_market * (field.buy + (e - 1))).T)
    slope = slope - (a - e) * within_nests(frame, (weighted,), field.in_nest)[0]
    return slope + jnp.diag(a * weighted.sum(axis=1))


def margin_matrix(frame: Frame, buyers: Buyers, field: Field) -> jax.Array:
    """Return minus the slope of F_j (first index) in the margin on k. Shape (J, J).

    It is the slope of F_j in the cost of k. Margins at an equilibrium solve
    `margin_matrix @ margin = keep * share`.
    """
    a, e = buyers.powers
    pulled = field.share * (buyers.weights * buyers.alpha)
    lost = pulled @ (field.in_market * (field.buy + (e - 1))).T
    lost = lost + (a - e) * within_nests(frame, (pulled,), field.in_nest)[0]
    return jnp.diag(a * pulled.sum(axis=1)) - frame.stake_of_setter * lost


def profit_slopes(
    frame: Frame, buyers: Buyers, parts: Split, keep: Array, margin: Array, held: Array
) -> jax.Array:
    """Return dF_j/dp_l - held_j dL_j/dp_l. Shape (J, J).

    F_j is the slope of the seller's profit in p_j, L_j the integral of alpha_i s_ij. With
    `held = 0` the block of one seller is the Hessian of its payoff; with `held = F / L` the
    matrix is that of the gap r, before scaling. Terms as in `equilibrium.pricing`.
    """
    a, e = buyers.powers
    alpha, c = buyers.alpha, e - 1
    field, earned = written_out(frame, parts), earnings(frame, parts, margin)
    lost = parts.buy + c
    market = earned.in_market[frame.firm]
    regain = regained(frame, buyers, parts, earned)[frame.cell]
    pulled = field.share * (buyers.weights * alpha)
    tilted = pulled * alpha
    left = keep[:, None] - alpha * ((a * margin + held)[:, None] - regain)
    kept = pulled * left
    first = (kept + tilted * market * lost) * lost + c * tilted * market * (1 - parts.buy)
    first, by_keep, by_cost = _products((first, pulled * lost, tilted * lost), field.in_market)
    across = _across(frame, earned.own, tilted, field.in_market * lost)
    within, keep_near, cost_near = within_nests(
        frame, (kept + a * tilted * earned.in_nest[frame.cell], pulled, tilted), field.in_nest
    )
    by_keep, by_cost = by_keep + (a - e) * keep_near, by_cost + (a - e) * cost_near
    slopes = first + (a - e) * (across + within)
    slopes = slopes + frame.stake_of_setter * (by_keep * keep - by_cost * (a * margin))
    return slopes - jnp.diag(a * (kept.sum(axis=1) + keep * pulled.sum(axis=1)))


def own_hessians(
    frame: Frame, buyers: Buyers, parts: Split, keep: Array, margin: Array
) -> tuple[jax.Array, ...]:
    """Return the Hessian of each seller's payoff in its own prices, over `a keep L`.

    The blocks of `profit_slopes` on the diagonal, scaled from both sides by the square root of
    `a keep_j L_j`, L_j the integral of alpha_i s_ij.

    Returns:
        For each group of `Frame.teams` an array (sellers, products, products); minus one on the
        diagonal where a seller has no more products, or one that is not there.
    """
    a, e = buyers.powers
    alpha, c = buyers.alpha, e - 1
    field, earned = written_out(frame, parts), earnings(frame, parts, margin)
    lost, near = parts.buy + c, earned.in_nest[frame.cell]
    market = earned.in_market[frame.firm]
    regain = regained(frame, buyers, parts, earned)[frame.cell]
    pulled = field.share * (buyers.weights * alpha)
    kept = pulled * (keep[:, None] - alpha * ((a * margin)[:, None] - regain))
    worth = keep[:, None] - alpha * (a * margin)[:, None]
    spread = pulled * alpha * market
    any_car = (
        jnp.hstack([(kept + spread * lost) * lost + c * spread * (1 - parts.buy), pulled * lost]),
        jnp.hstack([field.in_market, field.in_market * (worth + (a - e) * alpha * near)]),
    )
    one_nest = (
        (a - e) * jnp.hstack([kept + a * alpha * near * pulled, pulled]),
        jnp.hstack([field.in_nest, field.in_nest * worth]),
    )
    pull = pulled.sum(axis=1)
    own, root = a * (kept.sum(axis=1) + keep * pull), jnp.sqrt(a * keep * pull)
    blocks = []
    for of in frame.teams:
        same = frame.nest[of][:, :, None] == frame.nest[of][:, None, :]
        full = _blocks(any_car, of) + same * _blocks(one_nest, of) - _diagonal(own[of])
        here = of >= 0 if buyers.absent is None else (of >= 0) & (buyers.absent[of] == 0)
        real = here[:, :, None] & here[:, None, :]
        scaled = full / root[of][:, :, None] / root[of][:, None, :]
        blocks.append(jnp.where(real, scaled, -np.eye(of.shape[1])))
    return tuple(blocks)


def _blocks(pair: tuple[Array, Array], of: np.ndarray) -> jax.Array:
    """Return `left @ right.T` over the products of each row of `of`. Shape (D, M, M)."""
    left, right = pair
    return jnp.einsum("dmi,dni->dmn", left[of], right[of])


def _diagonal(values: Array) -> jax.Array:
    """Return diagonal matrices with these rows on the diagonal. Shape (D, M, M)."""
    return values[:, :, None] * np.eye(values.shape[1])


def within_nests(frame: Frame, lefts: tuple[Array, ...], right: Array) -> tuple[jax.Array, ...]:
    """Return `left @ right.T` for each left, with zeros where two products differ in nest.

    Lefts and right have shape (J, I), the results (J, J).
    """
    return tuple(frame.same_nest * product for product in _products(lefts, right))


def _products(lefts: tuple[Array, ...], right: Array) -> tuple[jax.Array, ...]:
    """Return `left @ right.T` for each left. All (J, I); the results (J, J)."""
    return tuple(jnp.split(jnp.concatenate(lefts) @ right.T, len(lefts)))


def _across(frame: Frame, own: Array, left: Array, right: Array) -> jax.Array:
    """Return the sum over consumers of left_jk right_l M, M the margin j's seller has in l's nest.

    Columns are made in bunches of one nest, one bunch after the other. Shape (J, J).
    """
    kappa = np.eye(int(frame.firm.max()) + 1) if frame.kappa is None else frame.kappa
    of_cell = np.eye(frame.nests)[frame.cell_nest]
    earned = jnp.einsum("fc,cg,ci->gfi", kappa[:, frame.cell_firm], of_cell, own)

    def bunch(of: tuple[Array, Array]) -> jax.Array:
        columns, nest = of
        return right[columns] @ (left * earned[nest][frame.firm]).T

    made = lax.map(bunch, (jnp.asarray(frame.bunches), jnp.asarray(frame.bunch_nest)))
    return made.reshape(-1, frame.nest.size)[frame.bunch_place].T
