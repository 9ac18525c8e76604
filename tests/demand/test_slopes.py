"""Slopes and elasticities: against complex steps and 60-digit differences, and their identities.

Tolerance 1e-12 relative: both sides are exact up to float64 round-off of short sums.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.demand.invert import invert
from backhaul.demand.shares import shares
from backhaul.demand.slopes import (
    diversion,
    elasticities,
    market_elasticity,
    nest_diversion,
    own_elasticities,
    segment_diversion,
    share_slopes,
)
from demand.buyers import NEST, PRICE, slopes_the_long_way, some_taste

RTOL = 1e-12
SIGMAS = [(0.0, 0.0), (0.0, 0.7), (0.4, 0.4), (0.3, 0.8), (0.6, 0.9)]


def complex_steps(taste, price):
    """Slopes [k, j] by complex steps: no difference is taken, so no digit is lost."""
    step = 1e-30
    columns = [shares(taste, price + 1j * step * row).imag / step for row in np.eye(price.size)]
    return np.array(columns).T


@pytest.mark.parametrize(("sigma_in", "sigma_seg"), SIGMAS)
def test_slopes_are_the_complex_step_slopes(sigma_in, sigma_seg):
    """slope[k, j] is the change of k's share with j's price."""
    taste = some_taste(sigma_in=sigma_in, sigma_seg=sigma_seg)
    np.testing.assert_allclose(
        share_slopes(taste, PRICE), complex_steps(taste, PRICE), rtol=RTOL, atol=1e-18
    )


@pytest.mark.parametrize(("sigma_in", "sigma_seg"), [(0.0, 0.5), (0.3, 0.6)])
def test_slopes_are_the_differences_of_the_explicit_sums(sigma_in, sigma_seg):
    """The same from code that shares nothing with the package."""
    taste = some_taste(sigma_in=sigma_in, sigma_seg=sigma_seg, consumers=2)
    np.testing.assert_allclose(
        share_slopes(taste, PRICE), slopes_the_long_way(taste, PRICE), rtol=RTOL
    )


def test_slopes_are_symmetric():
    """A dollar on j moves k as much as a dollar on k moves j: utility is linear in money."""
    slope = share_slopes(some_taste(), PRICE)
    np.testing.assert_allclose(slope, slope.T, rtol=1e-11)


def test_elasticities_are_scaled_slopes():
    """elasticity[k, j] is per cent of k per per cent of j; the cheap diagonal is the same."""
    taste = some_taste()
    matrix = elasticities(taste, PRICE)
    expected = complex_steps(taste, PRICE) * PRICE / shares(taste, PRICE)[:, None]
    np.testing.assert_allclose(matrix, expected, rtol=RTOL)
    np.testing.assert_allclose(own_elasticities(taste, PRICE), np.diag(matrix), rtol=RTOL)


def test_market_elasticity_is_a_common_per_cent_increase():
    """All prices one per cent up: the complex step of total units along the price vector."""
    taste = some_taste()
    total = shares(taste, PRICE * (1 + 1e-30j)).sum()
    expected = total.imag / 1e-30 / total.real
    assert market_elasticity(taste, PRICE) == pytest.approx(expected, rel=RTOL)


def test_every_lost_buyer_goes_somewhere():
    """Rows of the diversion matrix add to one, with the outside good as last column."""
    ratio = diversion(some_taste(), PRICE)
    np.testing.assert_allclose(ratio.sum(axis=1), 1, rtol=RTOL)
    assert np.all(ratio >= 0)


def test_nest_diversion_is_the_part_of_the_row_in_the_nest():
    """What stays in the nest is the row of the diversion matrix summed over the nest."""
    taste = some_taste()
    ratio = diversion(taste, PRICE)[:, :-1]
    expected = (ratio * (NEST[:, None] == NEST)).sum(axis=1)
    np.testing.assert_allclose(nest_diversion(taste, PRICE), expected, rtol=1e-11)
    weighted = np.average(expected, weights=shares(taste, PRICE))
    assert segment_diversion(taste, PRICE) == pytest.approx(weighted, rel=1e-11)


def test_plain_logit_has_its_closed_form():
    """One consumer and no nests: own elasticity -alpha p (1 - s), cross alpha p s."""
    taste = some_taste(sigma_in=0.0, sigma_seg=0.0, consumers=1, characteristics=False)
    share, alpha = shares(taste, PRICE), taste.alpha[0]
    expected = np.tile(alpha * PRICE * share, (8, 1))
    np.fill_diagonal(expected, -alpha * PRICE * (1 - share))
    np.testing.assert_allclose(elasticities(taste, PRICE), expected, rtol=RTOL)


def test_more_similar_cars_of_a_segment_keep_more_of_the_buyers():
    """Diversion within the nest at the same sales, rises with sigma_seg, falls with sigma_in."""
    observed = shares(some_taste(), PRICE)
    kept = []
    for low, high in [(0.6, 0.6), (0.3, 0.6), (0.0, 0.6), (0.0, 0.9)]:
        taste = some_taste(sigma_in=low, sigma_seg=high)
        fitted = replace(taste, delta=invert(taste, price=PRICE, observed=observed))
        kept.append(segment_diversion(fitted, PRICE))
    assert kept == sorted(kept)
