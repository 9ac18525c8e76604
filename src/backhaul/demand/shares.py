"""Who buys what at given prices: choice probabilities and units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Inexact
from scipy.special import expit

from backhaul.demand.taste import Taste
from backhaul.shapes import IndexPerProduct

# Real, or complex where a slope is checked by a complex step.
SmoothPerProduct = Inexact[np.ndarray, " J"]
SmoothPerConsumer = Inexact[np.ndarray, " I"]
SmoothProductByConsumer = Inexact[np.ndarray, "J I"]


@dataclass(frozen=True, eq=False)
class Choice:
    """The choice probabilities of each consumer, on every level of the nest.

    Only the probabilities of products are worked out at once; the levels in between when asked.
    """

    share: SmoothProductByConsumer
    """Probability that consumer i buys product j. Shape (J, I)."""

    inclusive: SmoothPerConsumer
    """Log-sum utility of buying any new car; expected utility is log(1 + exp(inclusive))."""

    power: SmoothProductByConsumer
    """exp(V / (1 - sigma_seg)), as a multiple of that of the best in the nest. Shape (J, I)."""

    nest: IndexPerProduct
    """Nest of each product. Shape (J,)."""

    per_power: np.ndarray
    """Probability given the segment, per unit of power. Shape (G, I)."""

    segment: np.ndarray
    """Probability of each segment given that a new car is bought. Shape (G, I)."""

    @cached_property
    def buys(self) -> SmoothPerConsumer:
        """Probability of buying any new car. Shape (I,)."""
        return _logistic(self.inclusive)

    @cached_property
    def in_nest(self) -> SmoothProductByConsumer:
        """Probability of product j given that its segment is chosen. Shape (J, I)."""
        return self.power * by_product(self.per_power, self.nest)

    @cached_property
    def in_market(self) -> SmoothProductByConsumer:
        """Probability of product j given that a new car is bought. Shape (J, I)."""
        return self.power * by_product(self.per_power * self.segment, self.nest)


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
    return nested_choice(
        value=utility(taste, price),
        nest=taste.nest,
        members=taste.members,
        sigma_in=taste.sigma_in,
        sigma_seg=taste.sigma_seg,
    )


def utility(taste: Taste, price: SmoothPerProduct) -> SmoothProductByConsumer:
    """Return utility without the nested errors, `delta_j - alpha_i (p_j + penalty_j) + mu_ij`."""
    value = price[:, None] * taste.alpha
    return np.subtract(taste.for_nothing, value, out=value)


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
    top = _best_by_nest(value.real, nest, len(members))
    power = value - by_product(top, nest)
    if within != 1:
        power /= within
    np.exp(power, out=power)
    in_segment = members @ power
    per_power = 1 / in_segment
    log_segment = within * np.log(in_segment) + top
    if len(members) == 1:
        inclusive, segment = log_segment[0], np.ones_like(log_segment)
    else:
        best = log_segment.real.max(axis=0)
        segment = np.exp((log_segment - best) / between)
        all_cars = segment.sum(axis=0)
        inclusive = between * np.log(all_cars) + best
        segment = segment / all_cars
    return Choice(
        share=power * by_product(per_power * segment * _logistic(inclusive), nest),
        inclusive=inclusive,
        power=power,
        nest=nest,
        per_power=per_power,
        segment=segment,
    )


def by_product(rows: np.ndarray, nest: IndexPerProduct) -> np.ndarray:
    """Return the row of each product's nest, (J, I); with one nest its row alone, (1, I)."""
    return rows if len(rows) == 1 else rows.take(nest, axis=0)


def _best_by_nest(value: np.ndarray, nest: IndexPerProduct, nests: int) -> np.ndarray:
    """Return the highest utility in each nest. Shape (G, I)."""
    if nests == 1:
        return value.max(axis=0, keepdims=True)
    order = np.argsort(nest, kind="stable")
    first = np.searchsorted(nest[order], np.arange(nests))
    return np.maximum.reduceat(value.take(order, axis=0), first, axis=0)


def _logistic(x: SmoothPerConsumer) -> SmoothPerConsumer:
    """Return 1 / (1 + exp(-x)) without overflow, for real or complex x."""
    if not np.iscomplexobj(x):
        return expit(x)
    shift = np.maximum(x.real, 0)
    return np.exp(x - shift) / (np.exp(-shift) + np.exp(x - shift))
