"""What being able to buy a new car is worth: exact log-sum surplus, by consumer and group."""

from __future__ import annotations

import numpy as np

from backhaul.demand.shares import SmoothPerConsumer, SmoothPerProduct, choice
from backhaul.demand.taste import Taste
from backhaul.errors import MarketError
from backhaul.shapes import PerConsumer, PerProduct


def consumer_surplus(taste: Taste, price: SmoothPerProduct) -> SmoothPerConsumer:
    """Return each consumer's expected surplus from the new-car market.

        (1 / alpha_i) log(1 + exp(inclusive_i))

    Its level counts from a world without new cars; the difference between two price vectors is
    the compensating variation, exact because utility is linear in money. Its slope in a price is
    minus the consumer's probability of buying that car.

    Args:
        taste: What buyers want.
        price: Consumer price, tax included. Shape (J,), market currency per vehicle.

    Returns:
        Shape (I,), market currency per household and year.

    Source:
        Small and Rosen (1981), Econometrica 49(1), for the log-sum; nested as in Verboven (1996).
    """
    inclusive = choice(taste, price).inclusive
    shift = np.maximum(inclusive.real, 0)
    return (shift + np.log(np.exp(-shift) + np.exp(inclusive - shift))) / taste.alpha


def mean_surplus(taste: Taste, price: PerProduct) -> float:
    """Return the mean surplus per household, in market currency; times households is the total."""
    return float(consumer_surplus(taste, price) @ taste.weights)


def income_groups(*, income: PerConsumer, weights: PerConsumer, groups: int = 5) -> np.ndarray:
    """Return how much each consumer counts in each income group, poorest group first.

    Consumers stand for slices of the income distribution; a slice that lies across the border of
    two groups counts in both, in proportion, so each group holds the same number of households.

    Returns:
        Shape (groups, I). Each row adds to one: multiply with `consumer_surplus` for the mean per
        household of the group.
    """
    if groups < 1:
        raise MarketError(
            where="income groups", what=f"{groups} were asked for.", fix="Ask for one or more."
        )
    order = np.argsort(income, kind="stable")
    upper = np.cumsum(weights[order]) / np.sum(weights)
    lower = np.concatenate([[0.0], upper[:-1]])
    edges = np.linspace(0, 1, groups + 1)
    overlap = np.minimum(upper, edges[1:, None]) - np.maximum(lower, edges[:-1, None])
    counted = np.zeros((groups, income.size))
    counted[:, order] = np.clip(overlap, 0, None)
    return counted / counted.sum(axis=1, keepdims=True)


def surplus_by_group(
    taste: Taste, price: PerProduct, *, income: PerConsumer, groups: int = 5
) -> np.ndarray:
    """Return mean surplus per household in each income group. Shape (groups,), poorest first."""
    counted = income_groups(income=income, weights=taste.weights, groups=groups)
    return counted @ consumer_surplus(taste, price)
