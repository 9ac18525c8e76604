"""Calibration by moments: reached where feasible, refused with the interval where not.

Tolerance 1e-9 relative on moments (the search stops at 1e-10), 1e-7 on parameters that are
compared between two searches: a moment that moves by 1e-10 moves sigma_in by a few 1e-9.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from backhaul.demand.consumers import Consumers, consumers
from backhaul.demand.moments import Moments, Sales, calibrate_taste, quintile_ratio
from backhaul.demand.shares import shares
from backhaul.demand.slopes import market_elasticity, own_elasticities, segment_diversion
from backhaul.demand.taste import Taste
from backhaul.errors import CalibrationError

TARGETS = Moments(own_elasticity=-4.0, market_elasticity=-0.8, segment_diversion=0.45)


def a_market(products=40, nests=5, seed=8):
    """Forty invented products in five nests, a third of households buying."""
    rng = np.random.default_rng(seed)
    share = 10.0 ** rng.uniform(-3, 0, products)
    return Sales(
        names=tuple(f"car_{j}" for j in range(products)),
        price=np.exp(rng.normal(np.log(32), 0.45, products)),
        share=0.33 * share / share.sum(),
        nest=np.arange(products) % nests,
        counted=np.ones(products, dtype=bool),
    )


def buyers(eta, count=25):
    return consumers(mean=1.0, gini=0.42, cap_quantile=0.97, count=count, eta=eta)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("count", [1, 25])
def test_the_three_moments_are_reached_and_the_shares_are_those_observed(eta, count):
    """Own elasticity, market elasticity and diversion, measured by the public functions."""
    sales = a_market()
    found = calibrate_taste(sales=sales, consumers=buyers(eta, count), targets=TARGETS)
    share = shares(found.taste, sales.price)
    np.testing.assert_allclose(share, sales.share, rtol=2e-12)
    own = np.average(own_elasticities(found.taste, sales.price), weights=share)
    assert own == pytest.approx(-4.0, rel=1e-9)
    assert market_elasticity(found.taste, sales.price) == pytest.approx(-0.8, rel=1e-9)
    assert segment_diversion(found.taste, sales.price) == pytest.approx(0.45, rel=1e-9)
    assert found.reached.own_elasticity == pytest.approx(own, rel=1e-11)


def test_rows_left_out_of_the_count_do_not_enter_the_averages():
    """Own elasticity and diversion are averages over counted products only."""
    sales = a_market()
    counted = np.arange(40) % 3 != 0
    some = Sales(sales.names, sales.price, sales.share, sales.nest, counted)
    found = calibrate_taste(sales=some, consumers=buyers(0.5), targets=TARGETS)
    own = own_elasticities(found.taste, sales.price)[counted]
    assert np.average(own, weights=sales.share[counted]) == pytest.approx(-4.0, rel=1e-9)


def test_a_higher_eta_makes_dear_and_cheap_cars_more_alike():
    """The reason for eta: with one alpha for all the dear are far too elastic."""
    ratios = [
        calibrate_taste(sales=a_market(), consumers=buyers(eta), targets=TARGETS).quintile_ratio
        for eta in (0.0, 0.4, 0.8)
    ]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] > 2


def test_the_quintile_ratio_of_a_plain_logit_is_that_of_prices():
    """Without nests and with small shares an own elasticity is alpha p, so prices are the ratio."""
    sales = a_market()
    plain = Taste(
        delta=np.log(sales.share) + 0.1 * sales.price - 15,
        nest=np.zeros(40, dtype=int),
        alpha=np.array([0.1]),
        weights=np.ones(1),
        sigma_in=0.0,
        sigma_seg=0.0,
        penalty=np.zeros(40),
    )
    order = np.argsort(sales.price)
    upper = np.cumsum(sales.share[order]) / sales.share.sum()
    part = np.diff(np.clip(upper, 0, 0.2), prepend=0), np.diff(np.clip(upper, 0.8, 1), prepend=0.8)
    cheap, dear = (np.average(sales.price[order], weights=p) for p in part)
    assert quintile_ratio(plain, sales.price) == pytest.approx(dear / cheap, rel=1e-5)


@pytest.mark.parametrize("stays", [0.02, 0.9])
def test_an_infeasible_diversion_prints_its_interval_and_the_interval_is_right(stays):
    """The ends printed are feasible to the digits printed, and just outside is not."""
    sales, who = a_market(), buyers(0.5)
    with pytest.raises(CalibrationError) as caught:
        calibrate_taste(sales=sales, consumers=who, targets=Moments(-4.0, -0.8, stays))
    low, high = map(float, re.search(r"\[([\d.]+), ([\d.]+)\]", caught.value.what).groups())
    assert not low <= stays <= high
    for inside in (low + 1e-3, high - 1e-3):
        found = calibrate_taste(sales=sales, consumers=who, targets=Moments(-4.0, -0.8, inside))
        assert 0 <= found.taste.sigma_in <= found.taste.sigma_seg
    for outside in (low - 1e-3, high + 1e-3):
        with pytest.raises(CalibrationError):
            calibrate_taste(sales=sales, consumers=who, targets=Moments(-4.0, -0.8, outside))


def test_an_own_elasticity_weaker_than_the_market_allows_prints_both_intervals():
    """A car cannot be less elastic than plain logit makes it beside the market elasticity."""
    sales, who = a_market(), buyers(0.3)
    with pytest.raises(CalibrationError) as caught:
        calibrate_taste(sales=sales, consumers=who, targets=Moments(-1.0, -0.8, 0.3))
    strongest = float(re.search(r"\[(-[\d.]+), 0\)", caught.value.what).group(1))
    needed = float(re.search(r"needs one below (-\d+\.\d+)", caught.value.what).group(1))
    assert -0.8 < strongest < 0
    feasible = Moments(1.05 * needed, -0.8, 0.05)
    found = calibrate_taste(sales=sales, consumers=who, targets=feasible)
    assert found.reached.own_elasticity == pytest.approx(1.05 * needed, rel=1e-9)


def test_targets_of_the_wrong_sign_are_refused_all_at_once():
    """Three wrong targets are three complaints in one error."""
    with pytest.raises(CalibrationError) as caught:
        calibrate_taste(sales=a_market(), consumers=buyers(0), targets=Moments(4.0, 0.8, 45.0))
    assert all(text in caught.value.what for text in ("is 4;", "is 0.8;", "is 45;"))


def test_the_order_of_products_does_not_matter():
    """Sorted another way, every product keeps its delta."""
    sales, order = a_market(), np.random.default_rng(2).permutation(40)
    other = Sales(
        tuple(sales.names[j] for j in order),
        sales.price[order],
        sales.share[order],
        sales.nest[order],
        sales.counted[order],
    )
    first = calibrate_taste(sales=sales, consumers=buyers(0.5), targets=TARGETS)
    second = calibrate_taste(sales=other, consumers=buyers(0.5), targets=TARGETS)
    np.testing.assert_allclose(second.taste.delta, first.taste.delta[order], rtol=1e-7)


def test_the_unit_of_money_does_not_matter():
    """In yen alpha is divided by the rate; nesting parameters and utilities stay."""
    sales = a_market()
    yen = Sales(sales.names, sales.price * 151.5, sales.share, sales.nest, sales.counted)
    first = calibrate_taste(sales=sales, consumers=buyers(0.5), targets=TARGETS)
    second = calibrate_taste(sales=yen, consumers=buyers(0.5), targets=TARGETS)
    assert second.alpha * 151.5 == pytest.approx(first.alpha, rel=1e-7)
    assert second.taste.sigma_in == pytest.approx(first.taste.sigma_in, rel=1e-7)
    np.testing.assert_allclose(second.taste.delta, first.taste.delta, rtol=1e-7)


def test_two_halves_of_a_consumer_are_the_consumer():
    """Splitting every consumer type in two equal ones changes nothing."""
    who = buyers(0.7, count=8)
    halves = Consumers(
        income=np.repeat(who.income, 2),
        weights=np.repeat(who.weights / 2, 2),
        sensitivity=np.repeat(who.sensitivity, 2),
    )
    first = calibrate_taste(sales=a_market(), consumers=who, targets=TARGETS)
    second = calibrate_taste(sales=a_market(), consumers=halves, targets=TARGETS)
    assert second.alpha == pytest.approx(first.alpha, rel=1e-9)
    np.testing.assert_allclose(second.taste.delta, first.taste.delta, rtol=1e-9)


def test_tastes_for_characteristics_are_kept():
    """With random coefficients on characteristics the moments are reached all the same."""
    sales = a_market()
    nodes = np.random.default_rng(4).normal(size=25)
    plain = buyers(0.5)
    who = Consumers(
        income=plain.income,
        weights=plain.weights,
        sensitivity=plain.sensitivity,
        mu=np.outer(np.log(sales.price) - np.log(sales.price).mean(), 0.5 * nodes),
    )
    found = calibrate_taste(sales=sales, consumers=who, targets=TARGETS)
    np.testing.assert_array_equal(found.taste.mu, who.mu)
    assert segment_diversion(found.taste, sales.price) == pytest.approx(0.45, rel=1e-9)
