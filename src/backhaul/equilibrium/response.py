"""Does any seller gain by changing all its prices at once? Best responses from several starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from backhaul.demand.shares import utility
from backhaul.equilibrium.blocks import in_order
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import Conditions
from backhaul.shapes import PerProduct

STEPS = 80
"""Zeta steps of a seller before a general optimiser takes over."""

SETTLED = 1e-7
"""Relative step at which a best response counts as found: its payoff is then exact to 1e-13."""

FEW = 0.5
"""Part of the sellers, still moving, from which the others are left out of the steps."""

GROUP = 65_536
"""Products times consumers of sellers that are worked on together."""

TINY = 1e-300
"""Stands in for a nest that nobody would buy from, so that 0 / 0 is 0."""


@dataclass(frozen=True, eq=False)
class _Field:
    """What D sellers with K products in all face, rivals held; each seller alone moves.

    Utilities are measured from `top`, the largest at the prices that are tested. Products stand
    seller by seller.
    """

    game: Game
    sellers: np.ndarray
    """Which sellers these are. Shape (D,)."""

    own: np.ndarray
    """Their products. Shape (K,)."""

    seller: np.ndarray
    """Position of each product's seller among the D. Shape (K,)."""

    first: np.ndarray
    """Position of each seller's first product among the K. Shape (D,)."""

    cell: np.ndarray
    """Row of each product in the sums by seller and nest. Shape (K,)."""

    add: csr_array
    """Sum over own products by seller and nest. Shape (D G, K)."""

    value: np.ndarray
    """Utility of own products if they cost nothing, nested errors apart. Shape (K, I)."""

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
    gain, price = np.empty(len(game.sellers)), now.price.copy()
    with np.errstate(all="ignore"):
        market = _market(game, now)

    def of_group(sellers: np.ndarray) -> tuple[np.ndarray, np.ndarray, PerProduct]:
        field = _of(market, sellers)
        base = _stand(field, now.price[field.own]).payoff
        best, found = base.copy(), now.price[field.own]
        for start in starts:
            _climb(field, start[field.own], now.price[field.own], (best, found))
        return (best - base) / np.abs(base), field.own, found

    entries = now.price.size * game.taste.alpha.size
    groups = _groups(game)
    made = in_order(of_group, groups, entries=entries)
    for sellers, (more, own, found) in zip(groups, made, strict=True):
        gain[sellers], price[own] = more, found
    return gain, price


def _groups(game: Game) -> list[np.ndarray]:
    """Return the sellers in groups whose arrays stay small: all of them in a small market."""
    consumers, size = game.taste.alpha.size, GROUP
    groups: list[list[int]] = []
    for d, count in enumerate(np.bincount(game.seller).tolist()):
        size += count * consumers
        if size > GROUP:
            groups.append([])
            size = count * consumers
        groups[-1].append(d)
    return [np.array(group) for group in groups]


def _climb(
    field: _Field, start: PerProduct, centre: PerProduct, found: tuple[np.ndarray, PerProduct]
) -> None:
    """Let each seller of the field re-optimise its prices; store what beats its best so far.

    Sellers whose prices have settled are left out of the steps that others still need.

    Args:
        field: The sellers.
        start: Prices of their products to start from. Shape (K,).
        centre: The prices that are tested. Shape (K,).
        found: Highest payoff of each seller (D,) and the prices of it (K,); changed in place.
    """
    best, best_price = found
    price, moving, at = start.copy(), field, np.arange(field.own.size)
    who = np.arange(field.sellers.size)
    for _ in range(STEPS):
        stand = _stand(moving, price[at])
        better = stand.payoff > best[who]
        best[who[better]] = stand.payoff[better]
        mine = better[moving.seller]
        best_price[at[mine]] = price[at[mine]]
        unsettled = ~(np.abs(stand.gap / price[at]) <= SETTLED)
        left = np.logical_or.reduceat(unsettled, moving.first)
        still = who[left]
        if still.size == 0:
            return
        price[at] = np.where(np.isfinite(stand.gap), price[at] + stand.gap, centre[at])
        if still.size <= FEW * who.size:
            at, who = at[left[moving.seller]], still
            moving = _of(moving, np.flatnonzero(left))
    for d in still:
        at = np.flatnonzero(field.seller == d)
        tried, payoff = _optimise(_of(field, np.array([d])), price[at], best[d], centre[at])
        if payoff > best[d]:
            best[d], best_price[at] = payoff, tried


def _optimise(
    field: _Field, price: PerProduct, scale: float, centre: PerProduct
) -> tuple[np.ndarray, float]:
    """Maximise one seller's payoff over all its prices; return those prices and the payoff."""

    def loss(multiple: np.ndarray) -> tuple[float, np.ndarray]:
        stand = _stand(field, multiple * centre)
        return -float(stand.payoff[0] / scale), -stand.profit_slope * centre / scale

    start = np.clip(price / centre, 0.02, 30.0)
    bounds = [(0.02, 30.0)] * centre.size
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return found.x * centre, -float(found.fun) * scale


def _market(game: Game, now: Conditions) -> _Field:
    """Prepare what every seller faces, without subtracting like from like."""
    taste = game.taste
    power = utility(taste, now.price)
    top = power.max(axis=0)
    power -= top
    power /= 1 - taste.sigma_seg
    np.exp(power, out=power)
    shape = (len(game.sellers), taste.nests, -1)
    rivals = game.rivals_by_nest
    counted = game.by_seller_and_nest.multiply(rivals).tocsr()
    own = np.argsort(game.seller, kind="stable")
    return _Field(
        game=game,
        sellers=np.arange(len(game.sellers)),
        own=own,
        seller=game.seller[own],
        first=np.searchsorted(game.seller[own], np.arange(len(game.sellers))),
        cell=game.sum_cell[own],
        add=game.own_by_nest[:, own],
        value=taste.for_nothing.take(own, axis=0),
        top=top,
        rivals=(rivals @ power).reshape(shape),
        rivals_margin=(counted @ (power * now.margin[:, None])).reshape(shape),
    )


def _of(field: _Field, places: np.ndarray) -> _Field:
    """Return what some of the sellers face: only their own products remain to be evaluated."""
    if places.size == field.sellers.size:
        return field
    nests = field.game.taste.nests
    mine = np.flatnonzero(np.isin(field.seller, places))
    seller = np.searchsorted(places, field.seller[mine])
    rows = (places[:, None] * nests + np.arange(nests)).ravel()
    return _Field(
        game=field.game,
        sellers=field.sellers[places],
        own=field.own[mine],
        seller=seller,
        first=np.searchsorted(seller, np.arange(places.size)),
        cell=seller * nests + field.game.taste.nest[field.own[mine]],
        add=field.add[rows][:, mine],
        value=field.value[mine],
        top=field.top,
        rivals=field.rivals[places],
        rivals_margin=field.rivals_margin[places],
    )


def _stand(field: _Field, price: PerProduct) -> _Stand:
    """Return payoffs and conditions of each seller at its own prices (K,), rivals held."""
    game, taste = field.game, field.game.taste
    a, _, b, c = game.curvature
    within, between = 1 - taste.sigma_seg, 1 - taste.sigma_in
    keep = game.wedge.keep[field.own]
    margin = keep * price - game.wedge.cost[field.own]
    power = price[:, None] * taste.alpha
    np.subtract(field.value, power, out=power)
    top = np.maximum(np.maximum.reduceat(power, field.first, axis=0), field.top)
    drop = np.exp((field.top - top) / within)[:, None, :]
    power -= top.take(field.seller, axis=0)
    power /= within
    np.exp(power, out=power)
    shape = field.rivals.shape
    nest = np.maximum(field.rivals * drop + (field.add @ power).reshape(shape), TINY)
    earned = field.rivals_margin * drop + (field.add @ (power * margin[:, None])).reshape(shape)
    in_nest = earned / nest
    segment = nest if within == between else nest ** (within / between)
    cars = segment.sum(axis=1)
    in_market = (segment * in_nest).sum(axis=1) / cars
    buys = expit(between * np.log(cars) + top)
    overall = buys * in_market
    chosen = (segment / cars[:, None]) * (buys[:, None] / nest)
    cells = shape[0] * shape[1]
    share = power
    share *= chosen.reshape(cells, -1).take(field.cell, axis=0)
    regained = (c * in_market + overall).take(field.seller, axis=0)
    if b:
        regained += b * in_nest.reshape(cells, -1).take(field.cell, axis=0)
    weight = taste.weights * taste.alpha
    pull = share @ weight
    regained *= share
    income = keep * (share @ taste.weights) + regained @ weight
    return _Stand(
        payoff=overall @ taste.weights,
        profit_slope=income - a * pull * margin,
        gap=(income / (a * pull) - margin) / keep,
    )
