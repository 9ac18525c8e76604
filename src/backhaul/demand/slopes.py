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
from backhaul.shapes import PerConsumer, PerProduct, ProductByProduct


def share_slopes(taste: Taste, price: PerProduct) -> ProductByProduct:
    """Return slope[k, j] = ds_k / dp_j. Shape (J, J), per unit of currency.

    The matrix is symmetric only where all consumers have the same price coefficient.
    """
    return -utility_slopes(taste, choice(taste, price), taste.weights * taste.alpha)


def utility_slopes(taste: Taste, chosen: Choice, weights: PerConsumer) -> ProductByProduct:
    """Return the sum over consumers of `weights_i d s_ik / d V_ij`. Shape (J, J), [k, j].

    Args:
        taste: What buyers want; only its nests and nesting parameters are read.
        chosen: Choice probabilities at the prices in question.
        weights: One number per consumer: the population weights give the slope in `delta`, the
            weights times minus alpha the slope in prices. Shape (I,).
    """
    a, e = _powers(taste)
    weighted = chosen.share * weights
    common = (e - 1) * chosen.in_market + chosen.share
    slope = -(weighted @ common.T)
    for row in taste.members.astype(bool):
        rows = np.flatnonzero(row)
        slope[np.ix_(rows, rows)] -= (a - e) * (weighted[rows] @ chosen.in_nest[rows].T)
    slope[np.diag_indices_from(slope)] += a * weighted.sum(axis=1)
    return slope


def elasticities(taste: Taste, price: PerProduct) -> ProductByProduct:
    """Return elasticity[k, j] = (ds_k / dp_j) (p_j / s_k). Shape (J, J)."""
    chosen = choice(taste, price)
    slope = -utility_slopes(taste, chosen, taste.weights * taste.alpha)
    return slope * price / (chosen.share @ taste.weights)[:, None]


def own_elasticities(taste: Taste, price: PerProduct) -> PerProduct:
    """Return each product's own-price elasticity. Shape (J,), negative."""
    chosen = choice(taste, price)
    return _own_slopes(taste, chosen) * price / (chosen.share @ taste.weights)


def market_elasticity(taste: Taste, price: PerProduct) -> float:
    """Return the elasticity of all units together to one common per-cent price change."""
    chosen = choice(taste, price)
    buys = chosen.share.sum(axis=0)
    weight = taste.weights * taste.alpha * (1 - buys)
    total = -((price @ chosen.share) * weight).sum() / (buys * taste.weights).sum()
    return total if np.iscomplexobj(total) else float(total)


def nest_diversion(taste: Taste, price: PerProduct) -> PerProduct:
    """Return the part of each product's lost sales that stays in its nest. Shape (J,), in [0, 1).

    The denominator is all of the loss, also what goes to the outside good.
    """
    chosen = choice(taste, price)
    _, e = _powers(taste)
    nest_market = (taste.members @ chosen.in_market)[taste.nest]
    nest_share = (taste.members @ chosen.share)[taste.nest]
    kept = e - (e - 1) * nest_market - nest_share
    nest_slope = -(chosen.share * kept) @ (taste.weights * taste.alpha)
    return 1 - nest_slope / _own_slopes(taste, chosen)


def segment_diversion(taste: Taste, price: PerProduct) -> float:
    """Return the sales-weighted mean of `nest_diversion`."""
    chosen = choice(taste, price)
    return float(np.average(nest_diversion(taste, price), weights=chosen.share @ taste.weights))


def diversion(taste: Taste, price: PerProduct) -> ProductByProduct:
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


def _own_slopes(taste: Taste, chosen: Choice) -> PerProduct:
    """Return ds_j / dp_j without building the matrix. Shape (J,)."""
    a, e = _powers(taste)
    lost = a - (a - e) * chosen.in_nest - (e - 1) * chosen.in_market - chosen.share
    return -(chosen.share * lost) @ (taste.weights * taste.alpha)


def _powers(taste: Taste) -> tuple[float, float]:
    """Return a = 1 / (1 - sigma_seg) and e = 1 / (1 - sigma_in)."""
    return 1 / (1 - taste.sigma_seg), 1 / (1 - taste.sigma_in)
