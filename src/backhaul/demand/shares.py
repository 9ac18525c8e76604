"""Who buys what at given prices: choice probabilities and units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Inexact

from backhaul.demand.taste import Taste
from backhaul.shapes import IndexPerProduct

# Real, or complex where a slope is checked by a complex step.
SmoothPerProduct = Inexact[np.ndarray, " J"]
SmoothPerConsumer = Inexact[np.ndarray, " I"]
SmoothProductByConsumer = Inexact[np.ndarray, "J I"]


@dataclass(frozen=True, eq=False)
class Choice:
    """The choice probabilities of each consumer, on every level of the nest."""

    share: SmoothProductByConsumer
    """Probability that consumer i buys product j. Shape (J, I)."""

    in_nest: SmoothProductByConsumer
    """Probability of product j given that its segment is chosen. Shape (J, I)."""

    in_market: SmoothProductByConsumer
    """Probability of product j given that a new car is bought. Shape (J, I)."""

    inclusive: SmoothPerConsumer
    """Log-sum utility of buying any new car; expected utility is log(1 + exp(inclusive))."""


def choice(taste: Taste, price: SmoothPerProduct) -> Choice:
    """Return the choice probabilities at these consumer prices.

    Args:
        taste: What buyers want.
        price: Consumer price, tax included. Shape (J,), market currency per vehicle.

    Returns:
        Probabilities by product (first index) and consumer (second index).

    Source:
        Verboven (1996), RAND Journal of Economics 27(2), for the two levels. Complex prices are
        allowed, so that slopes can be checked by complex steps.
    """
    value = taste.delta[:, None] - (price + taste.penalty)[:, None] * taste.alpha
    if taste.mu is not None:
        value = value + taste.mu
    return nested_choice(
        value=value,
        nest=taste.nest,
        members=taste.members,
        sigma_in=taste.sigma_in,
        sigma_seg=taste.sigma_seg,
    )


def shares(taste: Taste, price: SmoothPerProduct) -> SmoothPerProduct:
    """Return the share of households that buy each product. Shape (J,), sums to less than one."""
    return choice(taste, price).share @ taste.weights


def nested_choice(
    *,
    value: SmoothProductByConsumer,
    nest: IndexPerProduct,
    members: np.ndarray,
    sigma_in: float,
    sigma_seg: float,
) -> Choice:
    """Return the choice probabilities for utilities that are already added up.

    The best product of each nest, and then the best nest, are subtracted before any exponential
    is taken, so that no sum is 0 or infinite however extreme the prices are.

    Args:
        value: Utility before the nested errors. Shape (J, I), real or complex.
        nest: Nest of each product. Shape (J,).
        members: Which product is in which nest. Shape (G, J), 0 or 1, no row empty.
        sigma_in: Nesting parameter of all new cars.
        sigma_seg: Nesting parameter of segments. The formula is also defined where
            `0 <= sigma_in <= sigma_seg` fails; the calibration passes through such points.
    """
    within, between = 1 - sigma_seg, 1 - sigma_in
    top = np.stack([value.real[row].max(axis=0) for row in members.astype(bool)])
    power = np.exp((value - top[nest]) / within)
    in_segment = members @ power
    segment = within * np.log(in_segment) + top
    best = segment.real.max(axis=0)
    chosen = np.exp((segment - best) / between)
    all_cars = chosen.sum(axis=0)
    inclusive = between * np.log(all_cars) + best
    in_nest = power / in_segment[nest]
    in_market = in_nest * (chosen / all_cars)[nest]
    return Choice(
        share=in_market * _logistic(inclusive),
        in_nest=in_nest,
        in_market=in_market,
        inclusive=inclusive,
    )


def _logistic(x: SmoothPerConsumer) -> SmoothPerConsumer:
    """Return 1 / (1 + exp(-x)) without overflow, for real or complex x."""
    shift = np.maximum(x.real, 0)
    return np.exp(x - shift) / (np.exp(-shift) + np.exp(x - shift))
