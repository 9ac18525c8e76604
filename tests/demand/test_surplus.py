"""Consumer surplus: the log-sum and its slope, in any unit of money.

Tolerance 1e-12 relative: logs and sums of a few terms in float64.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.demand.shares import choice, shares
from backhaul.demand.surplus import (
    consumer_surplus,
    income_groups,
    mean_surplus,
    surplus_by_group,
)
from backhaul.errors import MarketError
from demand.buyers import PRICE, some_taste

RTOL = 1e-12


def test_the_slope_of_surplus_is_minus_units():
    """A dollar more on car j costs a household the probability of buying it."""
    taste = some_taste()
    for j in range(PRICE.size):
        moved = consumer_surplus(taste, PRICE + 1e-30j * np.eye(8)[j])
        np.testing.assert_allclose(moved.imag / 1e-30, -choice(taste, PRICE).share[j], rtol=RTOL)


def test_surplus_is_the_log_sum_in_money():
    """With one consumer and no nests it is ln(1 + sum exp V) / alpha."""
    taste = some_taste(sigma_in=0.0, sigma_seg=0.0, consumers=1, characteristics=False)
    value = taste.delta - taste.alpha[0] * (PRICE + taste.penalty)
    expected = np.log(1 + np.exp(value).sum()) / taste.alpha[0]
    assert mean_surplus(taste, PRICE) == pytest.approx(expected, rel=RTOL)


def test_a_gift_to_every_buyer_of_a_sure_car_is_worth_its_money():
    """When all buy for certain, a dollar off every price is a dollar of surplus."""
    taste = some_taste()
    low = PRICE - 1e5
    difference = consumer_surplus(taste, low - 1.0) - consumer_surplus(taste, low)
    np.testing.assert_allclose(difference, 1.0, rtol=1e-9)  # differences of numbers near 1e5


def test_the_unit_of_money_does_not_matter():
    """In yen surplus is multiplied by the rate, and nothing else happens."""
    taste = some_taste()
    yen = replace(taste, alpha=taste.alpha / 150, penalty=taste.penalty * 150)
    np.testing.assert_allclose(shares(yen, PRICE * 150), shares(taste, PRICE), rtol=RTOL)
    np.testing.assert_allclose(
        consumer_surplus(yen, PRICE * 150), 150 * consumer_surplus(taste, PRICE), rtol=RTOL
    )


def test_income_groups_hold_equal_numbers_and_add_up():
    """Every group has the same number of households; their mean is the mean of all."""
    taste = some_taste(consumers=7)
    income = np.random.default_rng(5).uniform(1, 9, 7)
    groups = surplus_by_group(taste, PRICE, income=income, groups=4)
    assert groups.shape == (4,)
    assert groups.mean() == pytest.approx(mean_surplus(taste, PRICE), rel=RTOL)


def test_a_consumer_on_the_border_of_two_groups_counts_in_both():
    """Three equal consumers in two groups: the middle one is split in halves."""
    found = income_groups(income=np.array([3.0, 1.0, 2.0]), weights=np.ones(3) / 3, groups=2)
    np.testing.assert_allclose(found, [[0, 2 / 3, 1 / 3], [2 / 3, 0, 1 / 3]], atol=1e-15)


def test_no_group_is_no_question():
    """Fewer than one income group is refused."""
    with pytest.raises(MarketError, match="Ask for one or more"):
        income_groups(income=np.ones(2), weights=np.ones(2), groups=0)
