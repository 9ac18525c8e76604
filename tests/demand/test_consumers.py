"""Consumers: log-normal incomes with a cap, and how the price coefficient falls with income.

Tolerance 1e-3 where 200 quadrature nodes stand for a distribution with an infinite tail, 1e-12
where a formula is exact.
"""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.demand.consumers import consumers, incomes, price_coefficients
from backhaul.errors import MarketError


def gini_of(income, weights):
    """Mean absolute difference over twice the mean: the definition."""
    apart = np.abs(income[:, None] - income)
    return weights @ apart @ weights / (2 * weights @ income)


@pytest.mark.parametrize("gini", [0.2, 0.38, 0.485])
def test_nodes_have_the_mean_and_the_gini_asked_for(gini):
    """Almost without a cap, mean and Gini coefficient come back."""
    income, weights = incomes(mean=5.5, gini=gini, cap_quantile=0.99999, count=200)
    assert weights.sum() == pytest.approx(1, rel=1e-12)
    assert weights @ income == pytest.approx(5.5, rel=1e-3)
    assert gini_of(income, weights) == pytest.approx(gini, rel=5e-3)


def test_the_cap_moves_only_the_rich():
    """With a lower cap the median stays, the top income is that quantile, the mean falls."""
    wide, wide_weights = incomes(mean=1.0, gini=0.4, cap_quantile=0.99, count=150)
    tight, tight_weights = incomes(mean=1.0, gini=0.4, cap_quantile=0.9, count=150)
    assert tight.max() == pytest.approx(np.interp(0.9, np.cumsum(wide_weights), wide), rel=0.02)
    assert tight_weights[-1] == pytest.approx(0.1, rel=1e-12)
    assert tight_weights @ tight < wide_weights @ wide < 1
    middle = [
        np.interp(0.5, np.cumsum(w) - w / 2, y)
        for y, w in ((wide, wide_weights), (tight, tight_weights))
    ]
    assert middle[0] == pytest.approx(middle[1], rel=1e-3)


def test_one_consumer_has_the_mean_income():
    """One consumer is a household of mean income, whatever eta: plain nested logit."""
    one = consumers(mean=4.0, gini=0.5, cap_quantile=0.9, count=1, eta=1.3)
    np.testing.assert_array_equal(one.sensitivity, [1.0])
    np.testing.assert_array_equal(one.weights, [1.0])


def test_eta_zero_makes_all_alike():
    """Without eta income does not matter to the price coefficient."""
    alike = consumers(mean=4.0, gini=0.5, cap_quantile=0.9, count=12, eta=0.0)
    np.testing.assert_array_equal(alike.sensitivity, np.ones(12))


def test_the_price_coefficient_has_elasticity_minus_eta():
    """Twice the income divides alpha by 2^eta, in any unit of money of the income."""
    found = price_coefficients(alpha=0.3, income=np.array([1.0, 2.0, 4.0]), mean=1.0, eta=1.5)
    np.testing.assert_allclose(found, 0.3 * np.array([1, 2**-1.5, 4**-1.5]), rtol=1e-12)
    dollars = consumers(mean=9e4, gini=0.4, cap_quantile=0.95, count=20, eta=0.8)
    cents = consumers(mean=9e6, gini=0.4, cap_quantile=0.95, count=20, eta=0.8)
    np.testing.assert_allclose(dollars.sensitivity, cents.sensitivity, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"gini": 48.5}, "48.5"),
        ({"cap_quantile": 1.0}, "quantile 1"),
        ({"mean": 0.0}, "the mean is 0"),
        ({"count": 0}, "0 consumers"),
    ],
)
def test_impossible_incomes_are_refused(change, says):
    """A Gini coefficient in per cent, a cap that caps nothing and the like are named."""
    figures = {"mean": 1.0, "gini": 0.4, "cap_quantile": 0.95, "count": 20} | change
    with pytest.raises(MarketError) as caught:
        incomes(**figures)
    assert says in caught.value.what
