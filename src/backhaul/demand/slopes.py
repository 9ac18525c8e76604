"""How sales answer prices: slopes, elasticities, diversion.

With a = 1 / (1 - sigma_seg) and e = 1 / (1 - sigma_in), consumer i's probability of product k
answers the utility of product j by

    d s_k / d V_j = s_k (a [k = j] - (a - e) [same nest] s_j|nest - (e - 1) s_j|market - s_j)

and `d V_j / d p_j = -alpha_i`. In every matrix the first index is the product whose sales move,
the second the product whose price moves. Sources: Verboven (1996) for the two-level nested logit;
the diversion ratio with the outside good in the denominator follows Conlon and Mortimer (2021).
"""

from __future__ import annotations

import numpy as np

from backhaul.demand.shares import Choice, choice
from backhaul.demand.taste import Taste
from backhaul.shapes import (
    IndexPerProduct,
    PerConsumer,
    PerProduct,
    ProductByConsumer,
    ProductByProduct,
)


def share_slopes(taste: Taste, price: PerProduct) -> ProductByProduct:
    """Return slope[k, j] = ds_k / dp_j. Shape (J, J), per unit of currency.

    The matrix is symmetric: each consumer's is, as weights and price coefficients are per consumer.
    """
    a, e = powers(taste)
    weights = -taste.weights * taste.alpha
    return nested_slopes(choice(taste, price), members=taste.members, a=a, e=e, weights=weights)


def elasticities(taste: Taste, price: PerProduct) -> ProductByProduct:
    """Return elasticity[k, j] = (ds_k / dp_j) (p_j / s_k). Shape (J, J)."""
    chosen, (a, e) = choice(taste, price), powers(taste)
    weights = -taste.weights * taste.alpha
    slope = nested_slopes(chosen, members=taste.members, a=a, e=e, weights=weights)
    return slope * price / (chosen.share @ taste.weights)[:, None]


def own_elasticities(taste: Taste, price: PerProduct) -> PerProduct:
    """Return each product's own-price elasticity, without building the matrix. Shape (J,)."""
    chosen, (a, e) = choice(taste, price), powers(taste)
    slope = -own_responses(chosen, a=a, e=e) @ (taste.weights * taste.alpha)
    return slope * price / (chosen.share @ taste.weights)


def market_elasticity(taste: Taste, price: PerProduct) -> float:
    """Return the elasticity of all units together to one common per-cent price change."""
    chosen = choice(taste, price)
    total = -market_response(chosen, price) @ (taste.weights * taste.alpha)
    return float(total / (chosen.share @ taste.weights).sum())


def nest_diversion(taste: Taste, price: PerProduct) -> PerProduct:
    """Return the part of each product's lost sales that stays in its nest. Shape (J,), in [0, 1).

    The denominator is all of the loss, also what goes to the outside good.
    """
    chosen, (a, e) = choice(taste, price), powers(taste)
    weights = taste.weights * taste.alpha
    lost_by_nest = nest_responses(chosen, members=taste.members, nest=taste.nest, e=e) @ weights
    return 1 - lost_by_nest / (own_responses(chosen, a=a, e=e) @ weights)


def segment_diversion(taste: Taste, price: PerProduct) -> float:
    """Return the sales-weighted mean of `nest_diversion`."""
    units = choice(taste, price).share @ taste.weights
    return float(np.average(nest_diversion(taste, price), weights=units))


def diversion(taste: Taste, price: PerProduct) -> np.ndarray:
    """Return where the buyers go whom product j loses when its price rises. Shape (J, J + 1).

    Here the product that loses comes first: entry [j, k] is the part of j's lost buyers that
    product k wins; the diagonal is 0 and the last column is the outside good. Rows add to one.
    """
    slope = share_slopes(taste, price)
    own = -np.diag(slope)
    inside = (slope / own).T
    np.fill_diagonal(inside, 0.0)
    outside = -slope.sum(axis=0) / own
    return np.hstack([inside, outside[:, None]])


def powers(taste: Taste) -> tuple[float, float]:
    """Return a = 1 / (1 - sigma_seg) and e = 1 / (1 - sigma_in)."""
    return 1 / (1 - taste.sigma_seg), 1 / (1 - taste.sigma_in)


def nested_slopes(
    chosen: Choice, *, members: np.ndarray, a: float, e: float, weights: PerConsumer
) -> ProductByProduct:
    """Return the sum over consumers of `weights_i d s_ik / d V_ij`. Shape (J, J), [k, j].

    Args:
        chosen: Choice probabilities.
        members: Which product is in which nest. Shape (G, J).
        a: 1 / (1 - sigma_seg).
        e: 1 / (1 - sigma_in).
        weights: One number per consumer. Population weights give the slope in `delta`; the same
            times minus alpha gives the slope in prices. Shape (I,).
    """
    weighted = chosen.share * weights
    slope = -(weighted @ ((e - 1) * chosen.in_market + chosen.share).T)
    for row in members.astype(bool):
        rows = np.flatnonzero(row)
        slope[np.ix_(rows, rows)] -= (a - e) * (weighted[rows] @ chosen.in_nest[rows].T)
    slope[np.diag_indices_from(slope)] += a * weighted.sum(axis=1)
    return slope


def own_responses(chosen: Choice, *, a: float, e: float) -> ProductByConsumer:
    """Return d s_ij / d V_ij. Shape (J, I)."""
    lost = a - (a - e) * chosen.in_nest - (e - 1) * chosen.in_market - chosen.share
    return chosen.share * lost


def nest_responses(
    chosen: Choice, *, members: np.ndarray, nest: IndexPerProduct, e: float
) -> ProductByConsumer:
    """Return the slope in V_ij of all sales in the nest of j together. Shape (J, I)."""
    kept = e - (e - 1) * (members @ chosen.in_market) - members @ chosen.share
    return chosen.share * kept[nest]


def market_response(chosen: Choice, price: PerProduct) -> PerConsumer:
    """Return the sum over j of p_j times the slope of all sales in V_ij. Shape (I,)."""
    return (price @ chosen.share) * (1 - chosen.share.sum(axis=0))
