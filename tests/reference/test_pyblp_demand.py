"""Shares, elasticities and mark-ups equal pyblp's on its bundled automobile markets.

Tolerance 1e-8 relative, that of the import (MODEL section 2); pyblp inverts to 1e-14. Matrix
entries below 1e-14 of the largest are compared absolutely.
"""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.demand.from_pyblp import market_from_pyblp
from backhaul.demand.invert import invert
from backhaul.demand.shares import shares
from backhaul.demand.slopes import elasticities, share_slopes
from backhaul.errors import CalibrationError, MarketError
from reference import blp_autos

RTOL = 1e-8
CASES = {
    "random coefficients": blp_autos.random_coefficients,
    "nests": blp_autos.nested,
    "nests and random coefficients": blp_autos.nested_random_coefficients,
}


@pytest.fixture(scope="module", params=CASES)
def results(request):
    """One evaluation of pyblp at the given parameters."""
    return CASES[request.param]()


@pytest.mark.parametrize("year", [1971, 1980, 1990])
def test_elasticities_are_those_of_pyblp(results, year):
    """elasticity[k, j]: k's sales, j's price, the same as in pyblp."""
    market = market_from_pyblp(results, year)
    expected = results.compute_elasticities(market_id=year)
    found = elasticities(market.taste, market.price)
    np.testing.assert_allclose(found, expected, rtol=RTOL, atol=1e-14 * np.abs(expected).max())


def test_shares_of_all_years_are_those_observed(results):
    """In each of the twenty years the imported tastes explain the observed shares to 1e-8."""
    for year in blp_autos.MARKETS:
        market = market_from_pyblp(results, year)
        np.testing.assert_allclose(shares(market.taste, market.price), market.share, rtol=RTOL)


@pytest.mark.parametrize("year", [1971, 1990])
def test_inversion_finds_the_delta_of_pyblp(results, year):
    """Our inversion from the observed shares returns pyblp's mean utilities."""
    market = market_from_pyblp(results, year)
    found = invert(market.taste, price=market.price, observed=market.share)
    np.testing.assert_allclose(found, market.taste.delta, rtol=RTOL, atol=1e-8)


@pytest.mark.parametrize("year", [1971, 1990])
def test_markups_of_multi_product_firms_are_those_of_pyblp(results, year):
    """Mark-ups over prices solve the same first-order conditions from our slopes."""
    market = market_from_pyblp(results, year)
    same_firm = market.conduct.firm[:, None] == market.conduct.firm
    slope = share_slopes(market.taste, market.price)
    margin = np.linalg.solve(-(same_firm * slope.T), shares(market.taste, market.price))
    rows = results.problem.products.market_ids.ravel() == year
    costs = results.compute_costs(market_id=year)
    expected = (results.problem.products.prices[rows] - costs).ravel()
    np.testing.assert_allclose(margin, expected, rtol=RTOL)


def test_a_year_that_was_not_estimated_is_refused():
    """The nearest market is suggested."""
    with pytest.raises(MarketError, match="no such market") as caught:
        market_from_pyblp(blp_autos.nested(), 1991)
    assert "199" in caught.value.fix


class Replaced:
    """A results object with one part replaced, for refusals."""

    def __init__(self, results, **parts):
        self._results, self._parts = results, parts

    def __getattr__(self, name):
        return self._parts.get(name, getattr(self._results, name))


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("rc_types", ["log", "linear"], "are of type linear, log"),
        ("_X1_formulations", [], "X1"),
    ],
)
def test_what_has_no_counterpart_is_refused(part, value, says):
    """Log-normal coefficients, or no price at all, are named and not dropped."""
    results = blp_autos.nested_random_coefficients()
    parts = {part: value} | ({"_X2_formulations": []} if part == "_X1_formulations" else {})
    with pytest.raises(CalibrationError) as caught:
        market_from_pyblp(Replaced(results, problem=Replaced(results.problem, **parts)), 1980)
    assert says in caught.value.what


def test_several_nesting_parameters_are_refused():
    """A Taste has one nesting parameter for segments."""
    results = Replaced(blp_autos.nested(), rho=np.array([[0.5], [0.6]]))
    with pytest.raises(CalibrationError, match="2 nesting parameters"):
        market_from_pyblp(results, 1980)


def test_shares_that_do_not_agree_are_refused():
    """An import whose shares are off, here by a changed nesting parameter, is no import."""
    results = Replaced(blp_autos.nested(), rho=np.array([[0.5]]))
    with pytest.raises(CalibrationError, match="differs from the observed one"):
        market_from_pyblp(results, 1980)
