"""Sourcing: base shares come back, units add up, and costs have shares as slopes.

Tolerance 1e-12 relative for identities; slopes by fourth-order differences of step 1e-3: 1e-8.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.equilibrium.sourcing import Links, source
from backhaul.errors import MarketError

PRODUCT = np.array([0, 0, 0, 1, 2, 2])
BASE_SHARE = np.array([0.5, 0.3, 0.2, 1.0, 0.9, 0.1])
BASE_COST = np.array([20.0, 24.0, 19.0, 30.0, 15.0, 18.0])
LINKS = Links(PRODUCT, BASE_SHARE, BASE_COST, theta=40.0)

shocks = st.lists(st.floats(-0.3, 0.5), min_size=6, max_size=6).map(np.array)
dispersions = st.sampled_from([0.0, 1e-9, 1e-3, 1.0, 40.0, 5000.0])


def test_base_costs_give_base_shares() -> None:
    """At base costs every link delivers its base share and the index is the mean cost."""
    found = source(LINKS, BASE_COST)
    np.testing.assert_allclose(found.share, BASE_SHARE, rtol=1e-14)
    np.testing.assert_allclose(found.cost, [21.0, 30.0, 15.3], rtol=1e-14)
    np.testing.assert_allclose(found.resourcing, 0, atol=1e-14)


@given(shock=shocks, theta=dispersions)
def test_shares_add_to_one_and_accounts_close(shock: np.ndarray, theta: float) -> None:
    """Shares add to one; index cost is mean delivered cost plus the re-sourcing cost."""
    links = replace(LINKS, theta=theta)
    cost = BASE_COST * (1 + shock)
    found = source(links, cost)
    np.testing.assert_allclose(np.bincount(PRODUCT, found.share), 1, rtol=1e-12)
    paid = np.bincount(PRODUCT, found.share * cost) + found.resourcing
    np.testing.assert_allclose(paid, found.cost, rtol=1e-12)


@given(shock=shocks, theta=st.sampled_from([0.0, 1e-3, 1.0, 40.0]))
def test_slope_of_the_cost_is_the_share(shock: np.ndarray, theta: float) -> None:
    """dc_j / dc_jl is the share of the link, for any theta."""
    links = replace(LINKS, theta=theta)
    cost = BASE_COST * (1 + shock)
    share = source(links, cost).share
    for link in range(6):
        slope = 0.0
        for k, w in ((1, 8 / 12), (2, -1 / 12)):
            for sign in (1, -1):
                moved = cost.copy()
                moved[link] += sign * k * 1e-3
                slope += sign * w * source(links, moved).cost[PRODUCT[link]] / 1e-3
        assert slope == pytest.approx(share[link], abs=1e-8)


@given(shock=shocks)
def test_small_theta_is_the_fixed_share_mean(shock: np.ndarray) -> None:
    """As theta goes to zero the cost goes to the mean at base shares, without a jump at zero."""
    cost = BASE_COST * (1 + shock)
    mean = np.bincount(PRODUCT, BASE_SHARE * cost)
    np.testing.assert_allclose(source(replace(LINKS, theta=0.0), cost).cost, mean, rtol=1e-14)
    np.testing.assert_allclose(source(replace(LINKS, theta=1e-12), cost).cost, mean, rtol=1e-11)


@given(shock=shocks)
def test_more_freedom_never_costs_more(shock: np.ndarray) -> None:
    """The index falls in theta, and never below the best link's change of cost."""
    cost = BASE_COST * (1 + shock)
    found = [source(replace(LINKS, theta=t), cost).cost for t in (0.0, 1.0, 40.0, 5000.0)]
    assert np.all(np.diff(found, axis=0) <= 1e-12)
    least = np.full(3, np.inf)
    np.minimum.at(least, PRODUCT, cost - BASE_COST)
    assert np.all(found[-1] >= np.array([21.0, 30.0, 15.3]) + least - 1e-9)


def test_a_common_change_passes_through_in_full() -> None:
    """If every link of a product costs 3 more, so does the product, and no share moves."""
    found = source(LINKS, BASE_COST + 3.0)
    np.testing.assert_allclose(found.share, BASE_SHARE, rtol=1e-14)
    np.testing.assert_allclose(found.cost, np.array([24.0, 33.0, 18.3]), rtol=1e-14)


def test_a_link_without_base_share_stays_unused() -> None:
    """A plant that delivered nothing delivers nothing, however cheap it becomes."""
    links = Links(np.array([0, 0]), np.array([1.0, 0.0]), np.array([10.0, 10.0]), 1000.0)
    found = source(links, np.array([12.0, 0.1]))
    np.testing.assert_allclose(found.share, [1.0, 0.0])
    np.testing.assert_allclose(found.cost, [12.0])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"base_share": BASE_SHARE * 1.01}, "base shares add to 1.01"),
        ({"base_share": np.array([1.2, -0.4, 0.2, 1, 0.9, 0.1])}, "smallest -0.4"),
        ({"base_cost": -BASE_COST}, "delivered base cost is -30"),
        ({"theta": -1.0}, "theta is -1"),
        ({"product": np.array([0, 0, 0, 3, 2, 2])}, "base shares add to 0"),
    ],
)
def test_impossible_links_are_refused(change: dict[str, object], says: str) -> None:
    """Shares that do not add up, costs that are not positive, a product without links: named."""
    with pytest.raises(MarketError, match=says):
        replace(LINKS, **change)


def test_every_link_needs_a_cost() -> None:
    """A missing or infinite delivered cost is refused."""
    with pytest.raises(MarketError, match="5 delivered costs were given for 6 links"):
        source(LINKS, BASE_COST[:-1])
    with pytest.raises(MarketError, match="5 delivered costs were given for 6 links"):
        source(LINKS, np.where(PRODUCT == 1, np.nan, BASE_COST))
