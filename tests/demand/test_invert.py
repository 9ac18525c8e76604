"""Inversion: from shares to mean utilities and back.

Shares come back to 1e-12 relative (the standard of the certificate); delta to 1e-9, because a
thin product's delta is only as well known as its share times the condition of the market.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.demand.consumers import consumers
from backhaul.demand.invert import SHARE_TOLERANCE, invert
from backhaul.demand.shares import shares
from backhaul.demand.taste import Taste
from backhaul.errors import CalibrationError
from demand.buyers import PRICE, some_taste

SIGMAS = [(0.0, 0.0), (0.0, 0.8), (0.5, 0.5), (0.4, 0.9), (0.0, 0.97)]


@pytest.mark.parametrize(("sigma_in", "sigma_seg"), SIGMAS)
@pytest.mark.parametrize("characteristics", [True, False])
def test_inversion_is_the_way_back(sigma_in, sigma_seg, characteristics):
    """The delta that made the shares is found from the shares alone."""
    taste = some_taste(sigma_in=sigma_in, sigma_seg=sigma_seg, characteristics=characteristics)
    observed = shares(taste, PRICE)
    unknown = replace(taste, delta=np.zeros(8))
    found = invert(unknown, price=PRICE, observed=observed)
    np.testing.assert_allclose(found, taste.delta, rtol=1e-9, atol=1e-9)


def test_one_consumer_has_the_closed_form():
    """Berry (1994): with one nest level delta = ln s_j - ln s_0 - sigma ln s_j|g + alpha p."""
    taste = some_taste(sigma_in=0.0, sigma_seg=0.6, consumers=1, characteristics=False)
    observed = np.array([0.02, 0.03, 0.01, 0.05, 0.02, 0.001, 0.004, 0.01])
    nest_share = np.bincount(taste.nest, observed)[taste.nest]
    expected = (
        np.log(observed / (1 - observed.sum()))
        - 0.6 * np.log(observed / nest_share)
        + taste.alpha[0] * (PRICE + taste.penalty)
    )
    found = invert(taste, price=PRICE, observed=observed)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@given(seed=st.integers(0, 10_000), eta=st.floats(0, 2), sigma=st.floats(0, 0.95))
def test_any_shares_are_explained(seed, eta, sigma):
    """Sixty products, thirty incomes, shares over five orders of magnitude: all to 1e-12."""
    rng = np.random.default_rng(seed)
    buyers = consumers(mean=1.0, gini=0.45, cap_quantile=0.97, count=30, eta=eta)
    observed = 10.0 ** rng.uniform(-5, 0, 60)
    observed *= rng.uniform(0.05, 0.8) / observed.sum()
    price = rng.uniform(12, 110, 60)
    taste = Taste(
        delta=np.zeros(60),
        nest=np.arange(60) % 7,
        alpha=0.04 * buyers.sensitivity,
        weights=buyers.weights,
        sigma_in=sigma * rng.uniform(),
        sigma_seg=sigma,
        penalty=np.zeros(60),
    )
    found = replace(taste, delta=invert(taste, price=price, observed=observed))
    gap = np.abs(np.log(shares(found, price)) - np.log(observed)).max()
    assert gap <= 2 * SHARE_TOLERANCE  # the price is added in another order here


def test_a_product_without_sales_is_named():
    """A share of zero has no delta; the message names the product and says what to do."""
    observed = np.array([0.02, 0.0, 0.01, 0.05, 0.02, 0.001, 0.004, -0.01])
    names = tuple("abcdefgh")
    with pytest.raises(CalibrationError) as caught:
        invert(some_taste(), price=PRICE, observed=observed, names=names)
    assert "b (0)" in caught.value.what
    assert "h (-0.01)" in caught.value.what
    assert "enter as new products" in caught.value.fix


def test_a_market_in_which_everybody_buys_is_refused():
    """Shares that leave no one without a new car have no delta."""
    with pytest.raises(CalibrationError, match="sum to 1"):
        invert(some_taste(), price=PRICE, observed=np.full(8, 0.125))


def test_shares_that_no_taste_explains_are_refused_by_name(monkeypatch):
    """When the steps run out, the product with the largest gap is named."""
    monkeypatch.setattr("backhaul.demand.invert.MAX_STEPS", 1)
    with pytest.raises(CalibrationError, match=r"share inversion, [a-h]: after 1 steps"):
        invert(
            some_taste(sigma_seg=0.9),
            price=PRICE,
            observed=np.geomspace(1e-6, 0.3, 8),
            names=tuple("abcdefgh"),
        )
