"""Laws that hold in any market: small ones drawn at random, by the hundred if need be.

Prices are solved to 1e-12 and one step more, and the conditioning of these games is below 100:
1e-10 is asked of prices, and 1e-8 of shadow prices, which divide a slack of 1e-12 by slopes of
some 1e-4. What is said to be exactly zero is compared with zero.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backhaul.demand.shares import shares
from backhaul.demand.slopes import own_elasticities, share_slopes
from backhaul.demand.taste import Taste
from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.multipliers import Joint, Limits, balance
from backhaul.equilibrium.solve import solve
from backhaul.equilibrium.venue import Delivery, Venue
from backhaul.market.wedge import Wedge
from equilibrium.test_multipliers import MEMBERS, PLANTS, limits, unlimited, venue
from equilibrium.toy_games import reordered, toy

CLOSE = 1e-10
WORTH = 1e-8

SEEDS = st.integers(1, 60)
SIGMAS = st.sampled_from([(0.0, 0.0), (0.0, 0.5), (0.3, 0.3), (0.3, 0.6), (0.5, 0.8)])
ROOMS = st.lists(st.floats(0.6, 1.5), min_size=3, max_size=3)


def shocked(seed: int, sigma: tuple[float, float]) -> tuple[Game, np.ndarray]:
    """Return a drawn game whose costs have moved, and prices to start from."""
    game, price = toy(seed=seed, sigma=sigma)
    moved = np.random.default_rng(seed).uniform(0.85, 1.25, price.size)
    return game.with_cost(game.wedge.cost * moved), price


def prices(game: Game, start: np.ndarray) -> np.ndarray:
    """Return the equilibrium prices, proven to second order."""
    return solve(game.taste, game.wedge, game.conduct, start=start, require="slider").price


@given(seed=SEEDS, sigma=SIGMAS, order=st.permutations(range(12)))
def test_the_order_of_products_does_not_matter(seed, sigma, order):
    """Listed in another order, every product has the price and the sales that it had."""
    game, start = shocked(seed, sigma)
    order = np.array(order)
    turned = reordered(game, order)

    found = prices(turned, start[order])

    np.testing.assert_allclose(found, prices(game, start)[order], rtol=CLOSE)


@given(seed=SEEDS, sigma=SIGMAS, factor=st.floats(1e-3, 1e3))
def test_the_unit_of_money_does_not_matter(seed, sigma, factor):
    """Counted in another currency, every price is multiplied by the rate and no sale changes."""
    game, start = shocked(seed, sigma)
    taste = game.taste
    counted = replace(taste, alpha=taste.alpha / factor, penalty=taste.penalty * factor)
    how = {"conduct": game.conduct, "require": "slider"}

    ours = solve(taste, game.wedge, start=start, **how)
    other = solve(
        counted, Wedge(game.wedge.keep, game.wedge.cost * factor), start=start * factor, **how
    )

    np.testing.assert_allclose(other.price, ours.price * factor, rtol=CLOSE)
    np.testing.assert_allclose(other.share, ours.share, rtol=1e-9)


def halves(one: Venue) -> list[Venue]:
    """Return the two halves of a market: the same products and buyers, half the households."""
    return [replace(one, size=one.size / 2)] * 2


@given(seed=SEEDS, rooms=ROOMS)
def test_a_market_split_in_two_halves_stays_what_it_was(seed, rooms):
    """Each half has the prices of the whole, and their common plants the same shadow prices."""
    whole, other = venue(seed), venue(seed + 1)
    bound = limits([whole, other], rooms)

    joint = balance([whole, other], bound)
    split = balance([*halves(whole), other], bound)

    assert joint.holds
    assert split.holds
    for half in split.stands[:2]:
        np.testing.assert_allclose(half.price, joint.stands[0].price, rtol=CLOSE)
    np.testing.assert_allclose(split.stands[2].price, joint.stands[1].price, rtol=CLOSE)
    np.testing.assert_allclose(split.shadow, joint.shadow, rtol=WORTH, atol=1e-6)
    np.testing.assert_allclose(split.loads, joint.loads, rtol=CLOSE)


@given(data=st.data(), seed=SEEDS)
def test_own_sales_fall_in_the_own_price(data, seed):
    """Any tastes, any prices: a car that sells at all sells less, and no other sells less."""
    rng = np.random.default_rng(seed)
    products = data.draw(st.integers(1, 9))
    nests = data.draw(st.integers(1, products))
    sigma_seg = data.draw(st.floats(0, 0.95))
    taste = Taste(
        delta=rng.normal(0.0, 2.0, products),
        nest=np.arange(products) % nests,
        alpha=data.draw(st.floats(1e-3, 2.0)) * rng.uniform(0.2, 5.0, 4),
        weights=rng.dirichlet(np.ones(4)),
        sigma_in=sigma_seg * data.draw(st.floats(0, 1)),
        sigma_seg=sigma_seg,
        penalty=rng.uniform(0.0, 3.0, products),
        mu=rng.normal(0.0, 1.0, (products, 4)),
    )
    price = rng.uniform(0.1, 20.0, products)

    slope = share_slopes(taste, price)

    own, sells = np.diag(slope), shares(taste, price) > 1e-290  # below that all is rounded to zero
    assert sells.any()
    assert np.all(own <= 0)
    assert np.all(own[sells] < 0)
    with np.errstate(invalid="ignore"):
        assert np.all(own_elasticities(taste, price)[sells] < 0)
    assert np.min(slope - np.diag(own), initial=0.0) >= -1e-15
    assert np.all(slope.sum(axis=0) <= 1e-15)  # what the outside good wins is never negative


@given(seed=SEEDS, rooms=ROOMS, part=st.floats(0.05, 0.999))
def test_a_target_that_is_slack_takes_exactly_no_support(seed, rooms, part):
    """Below what sells anyway the multiplier is zero, and every price is as without a target."""
    pair = [venue(seed), venue(seed + 1)]
    bound = limits(pair, rooms)
    free = balance(pair, bound)
    sold = float(free.stands[0].share[MEMBERS].sum())

    joint = balance([replace(pair[0], commitment=Commitment(MEMBERS, part * sold)), pair[1]], bound)

    assert joint.support == (0.0, 0.0)
    for stand, known in zip(joint.stands, free.stands, strict=True):
        np.testing.assert_allclose(stand.price, known.price, rtol=CLOSE)


@given(seed=SEEDS, part=st.floats(1.02, 1.6))
def test_a_target_that_binds_takes_support_and_is_met(seed, part):
    """Above what sells anyway the multiplier is positive and the target is met to 1e-10."""
    pair = [venue(seed), venue(seed + 1)]
    sold = float(unlimited(pair).stands[0].share[MEMBERS].sum())
    promised = replace(pair[0], commitment=Commitment(MEMBERS, part * sold))

    joint = unlimited([promised, pair[1]])

    assert joint.support[0] > 0
    assert abs(joint.stands[0].share[MEMBERS].sum() / (part * sold) - 1) <= CLOSE


@given(seed=SEEDS, rooms=ROOMS)
def test_a_plant_below_capacity_has_exactly_no_price(seed, rooms):
    """No plant is over its capacity; one with room has shadow price zero, one with a price none."""
    pair = [venue(seed), venue(seed + 1)]

    joint = balance(pair, limits(pair, rooms))

    assert_complementary(joint)


def assert_complementary(joint: Joint) -> None:
    """Fail where a plant is over, or has both room and a price."""
    used = joint.loads / joint.limits.available
    assert np.all(used <= 1 + CLOSE)
    assert np.all(joint.shadow >= 0)
    assert not joint.shadow[used < 1 - CLOSE].any()


@given(seed=SEEDS, order=st.permutations(range(3)), rooms=ROOMS)
def test_the_order_of_plants_and_markets_does_not_matter(seed, order, rooms):
    """Plants and markets in another order: the same prices, and shadow prices by name."""
    pair, order = [venue(seed), venue(seed + 1)], np.array(order)
    bound = limits(pair, rooms)
    place = np.append(np.argsort(order), -1)  # where each plant went; -1 stays none
    moved = [
        replace(one, delivery=_replanted(one.delivery, place[one.delivery.plant]))
        for one in reversed(pair)
    ]

    joint = balance(pair, bound)
    other = balance(moved, Limits(tuple(PLANTS[k] for k in order), bound.available[order]))

    np.testing.assert_allclose(other.shadow, joint.shadow[order], rtol=WORTH, atol=1e-6)
    for stand, turned in zip(joint.stands, reversed(other.stands), strict=True):
        np.testing.assert_allclose(turned.price, stand.price, rtol=CLOSE)


def _replanted(delivery: Delivery, plant: np.ndarray) -> Delivery:
    """Return the delivery with its links' plants numbered anew."""
    return replace(delivery, plant=plant)
