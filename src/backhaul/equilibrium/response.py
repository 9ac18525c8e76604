"""Does any seller gain by changing all its prices at once? Best responses from several starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import Conditions
from backhaul.shapes import IndexPerProduct, PerProduct

STEPS = 80
"""Zeta steps of a seller before a general optimiser takes over."""

SETTLED = 1e-7
"""Relative step at which a best response counts as found: its payoff is then exact to 1e-13."""

TINY = 1e-300
"""Stands in for a nest that nobody would buy from, so that 0 / 0 is 0."""


@dataclass(frozen=True, eq=False)
class _Field:
    """What D sellers with K products in all face, rivals held; each seller alone moves.

    Utilities are measured from `top`, the largest at the prices that are tested.
    """

    game: Game
    own: IndexPerProduct
    """Products of these sellers. Shape (K,)."""

    cell: IndexPerProduct
    """Row of each product in the sums by seller and nest. Shape (K,)."""

    seller: IndexPerProduct
    """Position of each product's seller among the D. Shape (K,)."""

    add: csr_array
    """Sum over own products by seller and nest. Shape (D G, K)."""

    top: np.ndarray
    """Largest utility of each consumer. Shape (I,)."""

    rivals: np.ndarray
    """Sum of exp(V / (1 - sigma_seg)) over rivals' products of a nest. Shape (D, G, I)."""

    rivals_margin: np.ndarray
    """The same sum times what the seller counts of their margins. Shape (D, G, I)."""


@dataclass(frozen=True, eq=False)
class _Stand:
    """Payoffs and first-order conditions when each seller alone has moved."""

    payoff: np.ndarray
    """Per household. Shape (D,), market currency."""

    profit_slope: PerProduct
    """Derivative of the seller's payoff by the price. Shape (K,)."""

    gap: PerProduct
    """Zeta step. Shape (K,), market currency per vehicle."""


def best_joint_gain(
    game: Game, now: Conditions, starts: tuple[PerProduct, ...]
) -> tuple[np.ndarray, PerProduct]:
    """Return what each seller gains at its own best response, rivals held.

    Args:
        game: What is played.
        now: The conditions at the prices that are tested.
        starts: Prices from which each seller re-optimises its own. Each of shape (J,).

    Returns:
        Largest gain found as a share of the payoff, shape (D,), and the prices of that deviation,
        shape (J,), where each seller's own prices are its deviation.
    """
    field = _field(game, now)
    with np.errstate(all="ignore"):
        base = _stand(field, now.price).payoff
        best, best_price = base.copy(), now.price.copy()
        for start in starts:
            price = start
            for _ in range(STEPS):
                stand = _stand(field, price)
                _keep_better(game, stand.payoff, price, best, best_price)
                miss = np.abs(stand.gap / price)
                if not np.any(miss > SETTLED):
                    break
                price = np.where(np.isfinite(stand.gap), price + stand.gap, now.price)
            for d in np.unique(game.seller[~(miss <= SETTLED)]):
                tried, payoff = _optimise(_only(field, int(d)), price, base[d], now.price)
                if payoff > best[d]:
                    best[d], best_price[game.seller == d] = payoff, tried
    return (best - base) / np.abs(base), best_price


def _keep_better(
    game: Game, payoff: np.ndarray, price: PerProduct, best: np.ndarray, best_price: PerProduct
) -> None:
    """Store the payoffs and prices that beat the best so far."""
    better = payoff > best
    best[better] = payoff[better]
    mine = better[game.seller]
    best_price[mine] = price[mine]


def _optimise(
    field: _Field, price: PerProduct, base: float, centre: PerProduct
) -> tuple[np.ndarray, float]:
    """Maximise one seller's payoff over all its prices; return those prices and the payoff."""
    unit = centre[field.own]

    def loss(multiple: np.ndarray) -> tuple[float, np.ndarray]:
        stand = _stand(field, multiple * unit)
        return -float(stand.payoff[0] / base), -stand.profit_slope * unit / base

    start = np.clip(price[field.own] / unit, 0.02, 30.0)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.02, 30.0)] * unit.size)
    return found.x * unit, -float(found.fun) * base


def _field(game: Game, now: Conditions) -> _Field:
    """Prepare what every seller faces, without subtracting like from like."""
    taste = game.taste
    value = _utility(game, np.arange(now.price.size), now.price)
    top = value.max(axis=0)
    power = np.exp((value - top) / (1 - taste.sigma_seg))
    shape = (len(game.sellers), taste.nests, -1)
    rivals = game.rivals_by_nest
    counted = game.by_seller_and_nest.multiply(rivals).tocsr()
    return _Field(
        game=game,
        own=np.arange(now.price.size),
        cell=game.sum_cell,
        seller=game.seller,
        add=game.own_by_nest,
        top=top,
        rivals=(rivals @ power).reshape(shape),
        rivals_margin=(counted @ (power * now.margin[:, None])).reshape(shape),
    )


def _only(field: _Field, d: int) -> _Field:
    """Return what one seller alone faces: only its own products remain to be evaluated."""
    own, nests = np.flatnonzero(field.game.seller == d), field.game.taste.nests
    return _Field(
        game=field.game,
        own=own,
        cell=field.game.taste.nest[own],
        seller=np.zeros(own.size, dtype=int),
        add=field.add[d * nests : (d + 1) * nests][:, own],
        top=field.top,
        rivals=field.rivals[d : d + 1],
        rivals_margin=field.rivals_margin[d : d + 1],
    )


def _stand(field: _Field, price: PerProduct) -> _Stand:
    """Return payoffs and conditions of each seller at its own prices (K,), rivals held."""
    game, taste = field.game, field.game.taste
    a, _, b, c = game.curvature
    within, between = 1 - taste.sigma_seg, 1 - taste.sigma_in
    keep = game.wedge.keep[field.own]
    margin = keep * price - game.wedge.cost[field.own]
    value = _utility(game, field.own, price)
    sellers = field.rivals.shape[0]
    top = np.tile(field.top, (sellers, 1))
    np.maximum.at(top, field.seller, value)
    drop = np.exp((field.top - top) / within)[:, None, :]
    power = np.exp((value - top[field.seller]) / within)
    shape = field.rivals.shape
    nest = np.maximum(field.rivals * drop + (field.add @ power).reshape(shape), TINY)
    earned = field.rivals_margin * drop + (field.add @ (power * margin[:, None])).reshape(shape)
    in_nest = earned / nest
    segment = nest if within == between else nest ** (within / between)
    cars = segment.sum(axis=1)
    in_market = (segment * in_nest).sum(axis=1) / cars
    buys = 1 / (1 + np.exp(-(between * np.log(cars) + top)))
    overall = buys * in_market
    chosen = (segment / cars[:, None]) * (buys[:, None] / nest)
    share = power * chosen.reshape(sellers * taste.nests, -1)[field.cell]
    regained = (c * in_market + overall)[field.seller]
    if b:
        regained = regained + b * in_nest.reshape(sellers * taste.nests, -1)[field.cell]
    weight = taste.weights * taste.alpha
    pull = share @ weight
    income = keep * (share @ taste.weights) + (share * regained) @ weight
    return _Stand(
        payoff=overall @ taste.weights,
        profit_slope=income - a * pull * margin,
        gap=(income / (a * pull) - margin) / keep,
    )


def _utility(game: Game, own: IndexPerProduct, price: PerProduct) -> np.ndarray:
    """Return utility without the nested errors. Shape (K, I)."""
    taste = game.taste
    value = taste.delta[own, None] - (price + taste.penalty[own])[:, None] * taste.alpha
    return value if taste.mu is None else value + taste.mu[own]
