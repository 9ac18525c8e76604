"""First-order conditions of the pricing game, in units of price, with their exact slopes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backhaul.demand.shares import (
    Choice,
    SmoothPerProduct,
    by_product,
    choice,
)
from backhaul.demand.taste import Taste
from backhaul.equilibrium.game import Game
from backhaul.market.conduct import Conduct
from backhaul.market.wedge import Wedge
from backhaul.shapes import IndexPerProduct, PerConsumer, PerProduct, ProductByProduct

CONSUMERS = 256
"""Consumers whose part in the slopes is added at a time: their arrays stay in a core's cache."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """Where each seller stands at given prices, and how far each price is from its best."""

    price: SmoothPerProduct
    """Consumer price. Shape (J,), market currency per vehicle."""

    choice: Choice
    """Choice probabilities at these prices."""

    margin: SmoothPerProduct
    """`keep_j p_j - cost_j`. Shape (J,), market currency per vehicle."""

    in_nest: np.ndarray
    """Expected margin of a seller from a buyer of a nest. Shape (D, G, I); zero if b is zero."""

    in_market: np.ndarray
    """Expected margin of a seller from a buyer of any car. Shape (D, I); zero if b, c are zero."""

    overall: np.ndarray
    """Expected margin of a seller from a household. Shape (D, I)."""

    regained: np.ndarray
    """What a seller regains from a buyer who leaves one of its products. Shape (D G, I), or
    (D, I) if b is zero: then it does not matter which nest the product is in."""

    cell: IndexPerProduct
    """Row of each product in `regained`. Shape (J,)."""

    profit_slope: SmoothPerProduct
    """F_j: derivative of the seller's profit per household by p_j. Shape (J,)."""

    pull: SmoothPerProduct
    """L_j: integral of alpha_i s_ij. Shape (J,), per unit of currency."""

    gap: SmoothPerProduct
    """r_j = cost_j / keep_j + zeta_j(p) - p_j. Shape (J,), market currency per vehicle."""

    @cached_property
    def miss(self) -> PerProduct:
        """How far each price is off, as a share of itself: |r_j| / p_j. Shape (J,)."""
        return np.abs(self.gap) / np.abs(self.price)

    def payoff(self, weights: PerConsumer) -> np.ndarray:
        """Return each seller's payoff per household. Shape (D,), market currency."""
        return self.overall @ weights


def residual(taste: Taste, wedge: Wedge, conduct: Conduct, price: PerProduct) -> PerProduct:
    """Return how far each price is from the one its seller would choose.

    Args:
        taste: What buyers want.
        wedge: What a seller gets from one unit.
        conduct: Whose margins count for whom.
        price: Consumer prices. Shape (J,), market currency per vehicle.

    Returns:
        `cost_j / keep_j + zeta_j(p) - p_j`: zero at a Bertrand-Nash equilibrium. Shape (J,).

    Source:
        Morrow and Skerlos (2011), Operations Research 59(2), for the zeta map; here with nests
        and with a `keep` for each product.
    """
    return conditions(Game(taste, wedge, conduct), price).gap


def conditions(game: Game, price: SmoothPerProduct) -> Conditions:
    """Return the first-order conditions of all sellers at these prices; complex is allowed.

    Firm and nest sums are grouped, so the work is of order J I.
    """
    taste, keep = game.taste, game.wedge.keep
    a, _, b, c = game.curvature
    chosen = choice(taste, price)
    margin = keep * price - game.wedge.cost
    share = chosen.share
    in_market, in_nest = np.zeros((1, 1)), np.zeros((1, 1, 1))
    if b:
        earned = game.by_seller_and_nest @ (chosen.power * margin[:, None])
        in_nest = earned.reshape(len(game.sellers), taste.nests, -1) * chosen.per_power
        in_market = (in_nest * chosen.segment).sum(axis=1)
        overall = in_market * chosen.buys
        regained = (b * in_nest + (c * in_market + overall)[:, None]).reshape(earned.shape)
    else:
        regained = overall = game.by_seller @ (share * margin[:, None])
        if c:
            in_market = game.by_seller @ (chosen.in_market * margin[:, None])
            regained = overall + c * in_market
    cell = game.sum_cell if b else game.seller
    weight = taste.weights * taste.alpha
    pull = share @ weight
    moved = regained.take(cell, axis=0)
    moved *= share
    regain = moved @ weight
    sales = keep * (share @ taste.weights)
    slope = sales + regain - a * pull * margin
    return Conditions(
        price=price,
        choice=chosen,
        margin=margin,
        in_nest=in_nest,
        in_market=in_market,
        overall=overall,
        regained=regained,
        cell=cell,
        profit_slope=slope,
        pull=pull,
        gap=((sales + regain) / (a * pull) - margin) / keep,
    )


def gap_slopes(game: Game, now: Conditions) -> ProductByProduct:
    """Return dr_j/dp_l, residual first. Shape (J, J), a pure number."""
    scale = game.curvature[0] * game.wedge.keep * now.pull
    slopes = _slopes(game, now, scale * now.gap / now.pull)
    slopes /= scale[:, None]
    return slopes


def profit_slopes(game: Game, now: Conditions) -> ProductByProduct:
    """Return dF_j/dp_l: the block of one seller is the Hessian of its payoff. Shape (J, J)."""
    return _slopes(game, now, np.zeros_like(now.gap))


def margin_response(game: Game, now: Conditions, change: PerProduct) -> PerProduct:
    """Return the change of F_j when margins change by `change` at fixed prices. Shape (J,)."""
    a, _, b, c = game.curvature
    chosen = now.choice
    regained = (game.by_seller @ ((chosen.share + c * chosen.in_market) * change[:, None]))[
        game.seller
    ]
    if b:
        sums = game.by_seller_and_nest @ (chosen.in_nest * change[:, None])
        regained = regained + b * sums[game.sum_cell]
    weight = game.taste.weights * game.taste.alpha
    return (chosen.share * regained) @ weight - a * now.pull * change


def margin_matrix(game: Game, chosen: Choice) -> ProductByProduct:
    """Return minus the derivative of F_j (first index) by the margin on k. Shape (J, J).

    Margins at the first-order conditions solve `margin_matrix @ margin = keep * share`.
    """
    a, _, b, c = game.curvature
    pulled = chosen.share * (game.taste.weights * game.taste.alpha)
    lost = pulled @ (chosen.share + c * chosen.in_market).T
    if b:
        lost += b * game.same_nest * (pulled @ chosen.in_nest.T)
    matrix = -game.stake_of_setter * lost
    matrix[np.diag_indices_from(matrix)] += a * pulled.sum(axis=1)
    return matrix


def _slopes(game: Game, now: Conditions, held: PerProduct) -> ProductByProduct:
    """Return dF_j/dp_l - held_j dL_j/dp_l.

    With q_l = c s_l|in + s_l, R = w alpha s_j and P_j = keep_j - alpha (a m_j - X_j) - held_j
    alpha the terms are, by consumer: R_j [P_j + alpha (c Min + M)] q_l; c alpha R_j (Min - M)
    s_l|in; stake R_j (keep_l - alpha a m_l) (q_l + b s_l|g); b R_j (P_j + a alpha Mg_j) s_l|g
    inside a nest; b alpha R_j Mg_{f(j) g(l)} q_l; and a (R_j P_j + keep_j L_j) on the diagonal.
    As s_l = s_l|in times the chance to buy any car, all but those of a nest are one product.
    Products are taken nest by nest, so that a nest is a slice.
    """
    order, a = game.by_nest, game.curvature[0]
    margin, keep = now.margin[order], game.wedge.keep[order]
    tied = a * margin + held[order]
    count = order.size
    slopes, lost = (np.zeros((count, count), dtype=margin.dtype) for _ in range(2))
    own = keep * now.pull[order]
    for start in range(0, game.taste.alpha.size, CONSUMERS):
        part = slice(start, start + CONSUMERS)
        own += _add_slopes(game, now, part, (keep, margin, tied), (slopes, lost))
    lost *= game.stake_by_nest
    slopes += lost
    slopes[np.diag_indices_from(slopes)] -= a * own
    back = np.argsort(order)
    return slopes.take(back, axis=0).take(back, axis=1)


def _add_slopes(
    game: Game,
    now: Conditions,
    part: slice,
    of_products: tuple[PerProduct, PerProduct, PerProduct],
    sums: tuple[np.ndarray, np.ndarray],
) -> PerProduct:
    """Add what some consumers contribute to `_slopes`, nest by nest; return R_j P_j + keep_j L_j.

    Args:
        game: What is played.
        now: The conditions.
        part: Which consumers.
        of_products: Keep, margin, and `a` margin plus `held`, in the order of `by_nest`.
        sums: The slopes, and those that count with the seller's stake; changed in place.
    """
    (a, _, b, c), taste, chosen = game.curvature, game.taste, now.choice
    (keep, margin, tied), (slopes, lost), order = of_products, sums, game.by_nest
    seller, alpha, buys = game.seller[order], taste.alpha[part], chosen.buys[part]
    power = chosen.power[:, part].take(order, axis=0)
    share = chosen.share[:, part].take(order, axis=0)
    right, reach = share, np.ones_like(buys)
    if c:
        of_market = chosen.per_power[:, part] * chosen.segment[:, part]
        right, reach = power * by_product(of_market, taste.nest[order]), buys + c
    pulled = share * (taste.weights[part] * alpha)
    tilted = pulled * alpha
    left = now.regained[:, part].take(now.cell[order], axis=0)
    left -= tied[:, None]
    left *= tilted
    left += keep[:, None] * pulled
    setter = now.overall[:, part]
    if c:
        of_buyers = now.in_market[:, part]
        setter = reach * (setter + c * of_buyers) + c * (of_buyers - setter)
    base = setter.take(seller, axis=0)
    base *= tilted
    base += left * reach if c else left
    worth = np.multiply.outer(-a * margin, alpha)
    worth += keep[:, None]
    slopes += base @ right.T
    lost += pulled @ (worth * (right * reach if c else right)).T
    for nest, of in enumerate(game.nest_slices if b else ()):
        earned = b * now.in_nest[:, nest, part]
        in_nest = power[of] * chosen.per_power[nest, part]
        slopes[:, of] += (tilted * (earned * reach).take(seller, axis=0)) @ right[of].T
        both = b * left[of] + a * tilted[of] * earned.take(seller[of], axis=0)
        slopes[of, of] += both @ in_nest.T
        lost[of, of] += b * (pulled[of] @ (worth[of] * in_nest).T)
    return left.sum(axis=1)
