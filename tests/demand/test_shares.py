"""Choice probabilities: against explicit sums, in their limits, and at the edge of the numbers.

Tolerance 1e-12 relative: float64 sums of a few hundred terms whose exponents are below 100.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.demand.shares import choice, shares
from backhaul.demand.taste import Taste, with_products
from backhaul.errors import MarketError
from demand.buyers import NEST, PRICE, shares_the_long_way, some_taste

RTOL = 1e-12
SIGMAS = [(0.0, 0.0), (0.0, 0.7), (0.4, 0.4), (0.3, 0.8), (0.0, 0.95), (0.6, 0.9)]


@pytest.mark.parametrize(("sigma_in", "sigma_seg"), SIGMAS)
@pytest.mark.parametrize("characteristics", [True, False])
def test_shares_are_the_explicit_nested_sums(sigma_in, sigma_seg, characteristics):
    """Shares equal sums over products, nests and consumers written out in 60-digit decimals."""
    taste = some_taste(sigma_in=sigma_in, sigma_seg=sigma_seg, characteristics=characteristics)
    expected = [float(share) for share in shares_the_long_way(taste, PRICE)]
    np.testing.assert_allclose(shares(taste, PRICE), expected, rtol=RTOL)


def test_without_an_upper_nest_it_is_the_one_level_nested_logit():
    """At sigma_in = 0 the nest sums compete directly with the outside good."""
    taste = some_taste(sigma_in=0.0, sigma_seg=0.6)
    value = taste.delta[:, None] - np.outer(PRICE + taste.penalty, taste.alpha) + taste.mu
    power = np.exp(value / 0.4)
    nest_sum = np.array([power[g == NEST].sum(axis=0) for g in range(3)])
    outside = 1 + (nest_sum**0.4).sum(axis=0)
    expected = power * nest_sum[NEST] ** (0.4 - 1) / outside
    np.testing.assert_allclose(shares(taste, PRICE), expected @ taste.weights, rtol=RTOL)


@pytest.mark.parametrize("sigma", [0.0, 0.5, 0.9])
def test_equal_nesting_parameters_make_one_nest_of_all_cars(sigma):
    """At sigma_in = sigma_seg the borders of segments do not matter."""
    taste = some_taste(sigma_in=sigma, sigma_seg=sigma)
    together = replace(taste, nest=np.zeros(8, dtype=int), sigma_in=0.0)
    np.testing.assert_allclose(shares(taste, PRICE), shares(together, PRICE), rtol=RTOL)


def test_a_price_equal_for_all_leaves_the_mix_of_a_like_buyer_alone():
    """With one consumer a common money discount moves cars against no car, never the mix."""
    taste = some_taste(consumers=1, characteristics=False)
    before, after = shares(taste, PRICE), shares(taste, PRICE - 3.0)
    np.testing.assert_allclose(after / after.sum(), before / before.sum(), rtol=RTOL)
    assert after.sum() > before.sum()


@pytest.mark.parametrize("shock", [1e4, 1e6, 1e9])
def test_absurd_prices_give_no_nan_and_leave_the_rest_as_without_the_nest(shock):
    """A nest priced out of the world sells nothing; the others sell as if it did not exist."""
    taste = some_taste(sigma_in=0.2, sigma_seg=0.9)
    price = np.where(NEST == 1, PRICE + shock, PRICE)
    chosen = choice(taste, price)
    assert all(np.all(np.isfinite(part)) for part in (chosen.in_nest, chosen.inclusive))
    kept = NEST != 1
    without = Taste(
        delta=taste.delta[kept],
        nest=np.where(NEST[kept] == 2, 1, 0),
        alpha=taste.alpha,
        weights=taste.weights,
        sigma_in=0.2,
        sigma_seg=0.9,
        penalty=taste.penalty[kept],
        mu=taste.mu[kept],
    )
    np.testing.assert_allclose(shares(taste, price)[kept], shares(without, PRICE[kept]), rtol=RTOL)
    assert np.all(shares(taste, price)[~kept] < 1e-100)
    np.testing.assert_allclose((chosen.in_nest)[~kept].sum(axis=0), 1, rtol=RTOL)


def test_cars_for_nothing_do_not_overflow():
    """With a subsidy beyond all bounds everybody buys, and shares still sum to at most one."""
    taste = some_taste()
    given = shares(taste, PRICE - 1e6)
    assert np.isfinite(given).all()
    np.testing.assert_allclose(given.sum(), 1, rtol=RTOL)


def test_the_penalty_is_a_price_that_nobody_receives():
    """A penalty of so much money moves sales exactly as a price increase of that much."""
    taste = some_taste()
    moved = replace(taste, penalty=taste.penalty + 2.5)
    np.testing.assert_allclose(shares(moved, PRICE), shares(taste, PRICE + 2.5), rtol=RTOL)


def test_order_of_products_does_not_matter():
    """Products in another order have the same shares, in that order."""
    taste = some_taste()
    order = np.random.default_rng(1).permutation(8)
    other = replace(
        taste,
        delta=taste.delta[order],
        nest=taste.nest[order],
        penalty=taste.penalty[order],
        mu=taste.mu[order],
    )
    np.testing.assert_allclose(shares(other, PRICE[order]), shares(taste, PRICE)[order], rtol=RTOL)


def test_an_added_product_takes_sales_from_all_and_most_from_its_nest():
    """A new product lowers every share, and those of its own nest by the largest part."""
    taste = some_taste(characteristics=False)
    wider = with_products(taste, delta=np.array([1.0]), nest=np.array([1]), penalty=np.array([0.0]))
    loss = 1 - shares(wider, np.append(PRICE, 30.0))[:8] / shares(taste, PRICE)
    assert np.all(loss > 0)
    assert loss[NEST == 1].min() > loss[NEST != 1].max()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sigma_in": 0.7}, "0 <= sigma_in <= sigma_seg < 1"),
        ({"sigma_seg": 1.0}, "0 <= sigma_in <= sigma_seg < 1"),
        ({"alpha": np.array([0.1, 0.1, -0.1, 0.1, 0.1])}, "dearer car"),
        ({"nest": np.array([0, 0, 0, 1, 1, 3, 3, 3])}, "without gaps"),
        ({"delta": np.full(8, np.nan)}, "not a number"),
        ({"penalty": np.full(8, np.inf)}, "not a number"),
        ({"weights": np.array([0.5, 0.5, 0.5, -0.5, 0.0])}, "weight is negative"),
    ],
)
def test_impossible_tastes_are_refused(change, says):
    """A Taste that exists can be used: what cannot be is refused, with the value found."""
    with pytest.raises(MarketError) as caught:
        replace(some_taste(), **change)
    assert says in caught.value.what


def test_a_new_product_in_a_nest_that_does_not_exist_is_refused():
    """Nests are known before a product enters."""
    with pytest.raises(MarketError, match="outside 0"):
        with_products(
            some_taste(characteristics=False),
            delta=np.zeros(1),
            nest=np.array([3]),
            penalty=np.zeros(1),
        )
