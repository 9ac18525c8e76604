"""Laws of the smooth model's parts: each equals the certifying engine's, and its slopes are exact.

Tolerances: 1e-11 relative between the engines, since both reach their root to 1e-12; 1e-6 between
slopes and central differences, which are exact to the square of the step only.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backhaul.demand.consumers import consumers
from backhaul.demand.moments import Moments, Sales, calibrate_taste, log_slopes
from backhaul.demand.shares import choice, shares
from backhaul.demand.slopes import nested_slopes
from backhaul.demand.surplus import mean_surplus
from backhaul.demand.taste import Taste
from backhaul.equilibrium.costs import back_out_costs
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import conditions, profit_slopes
from backhaul.equilibrium.pricing import gap_slopes as numpy_slopes
from backhaul.market.conduct import Conduct, competing, merged
from backhaul.market.wedge import Wedge
from backhaul.smooth.choice import Buyers, Frame, sales, surplus
from backhaul.smooth.inversion import closed_form, invert
from backhaul.smooth.pricing import concavity, gap, gap_slopes, margins
from backhaul.smooth.tastes import Seen, Start, calibrate

J, G = 14, 3
SAME = 1e-11


@pytest.fixture(params=["partition", "joint", "half"], scope="module")
def market(request: pytest.FixtureRequest) -> tuple[Taste, np.ndarray, np.ndarray, Conduct]:
    """Tastes, prices, keeps and conduct of a small market."""
    random = np.random.default_rng(5)
    firms = competing([f"firm {k}" for k in random.integers(0, 4, J)])
    conduct = {
        "partition": firms,
        "joint": merged(firms, firms.names[0], firms.names[1]),
        "half": merged(firms, firms.names[0], firms.names[1], 0.5),
    }[request.param]
    people = consumers(mean=60.0, gini=0.4, cap_quantile=0.98, count=6, eta=0.6)
    taste = Taste(
        delta=random.normal(1.0, 0.6, J),
        nest=np.arange(J) % G,
        alpha=0.12 * people.sensitivity,
        weights=people.weights,
        sigma_in=0.35,
        sigma_seg=0.6,
        penalty=np.zeros(J),
    )
    return taste, random.uniform(20, 60, J), random.uniform(0.8, 1.0, J), conduct


def of(taste: Taste) -> Buyers:
    """Return numpy tastes as numbers that may be traced."""
    return Buyers(
        *(jnp.asarray(x) for x in (taste.delta, taste.alpha, taste.weights)),
        jnp.asarray(taste.sigma_in),
        jnp.asarray(taste.sigma_seg),
        jnp.asarray(taste.penalty),
    )


def test_sales_surplus_and_conditions_are_those_of_the_certifying_engine(market):
    """Both engines give the same sales, surplus, gaps, slopes and margins."""
    taste, price, keep, conduct = market
    frame, buyers = Frame.of(taste.nest, conduct), of(taste)
    cost = back_out_costs(taste, keep, conduct, price) * 1.03
    game = Game(taste, Wedge(keep=keep, cost=cost), conduct)
    now = conditions(game, price)
    np.testing.assert_allclose(sales(frame, buyers, price), shares(taste, price), rtol=SAME)
    np.testing.assert_allclose(surplus(frame, buyers, price), mean_surplus(taste, price), rtol=SAME)
    np.testing.assert_allclose(gap(frame, buyers, keep, cost, price), now.gap, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        gap_slopes(frame, buyers, keep, cost, price), numpy_slopes(game, now), rtol=1e-9, atol=1e-11
    )
    backed = keep * price - np.asarray(margins(frame, buyers, keep, price))
    np.testing.assert_allclose(backed, cost / 1.03, rtol=SAME)


def test_the_test_of_concavity_agrees_with_the_eigenvalues(market):
    """Its number is negative exactly where every seller's Hessian has negative eigenvalues."""
    taste, price, keep, conduct = market
    frame, buyers = Frame.of(taste.nest, conduct), of(taste)
    random = np.random.default_rng(3)
    seen = set()
    cost = back_out_costs(taste, keep, conduct, price)
    for spread in np.linspace(0, 6, 12):  # from the equilibrium to prices far from it
        at = price * (1 + spread * random.uniform(-0.15, 1.0, J))
        game = Game(taste, Wedge(keep=keep, cost=cost), conduct)
        hessian = profit_slopes(game, conditions(game, at))
        blocks = [np.flatnonzero(game.seller == d) for d in range(len(game.sellers))]
        largest = max(
            np.linalg.eigvalsh((hessian + hessian.T)[np.ix_(own, own)])[-1] for own in blocks
        )
        negative = bool(concavity(frame, buyers, keep, cost, at) < 0)
        assert negative == (largest < 0)
        seen.add(negative)
    assert seen == {True, False}


def test_inversion_finds_the_utilities_and_their_slopes(market):
    """Delta comes back from its own shares; a weighted sum has the slopes of differences."""
    taste, price, _, conduct = market
    frame, buyers = Frame.of(taste.nest, conduct), of(taste)
    observed, weight = shares(taste, price), np.linspace(-1, 1, J)
    found = invert(frame, buyers, price, observed, np.zeros(J))
    np.testing.assert_allclose(found, taste.delta, rtol=1e-10, atol=1e-11)

    def total(price: jax.Array, observed: jax.Array) -> jax.Array:
        return weight @ invert(frame, buyers, price, observed, taste.delta)

    slopes = jax.grad(total, argnums=(0, 1))(jnp.asarray(price), jnp.asarray(observed))
    for argument, slope in enumerate(slopes):
        step = np.zeros(J)
        step[4] = 1e-5 * (price, observed)[argument][4]
        ends = [
            float(total(price + s * step, observed) if argument == 0
                  else total(price, observed + s * step))
            for s in (1, -1)
        ]  # fmt: skip
        assert slope[4] == pytest.approx((ends[0] - ends[1]) / (2 * step[4]), rel=1e-6)


def test_one_kind_of_buyer_has_utilities_in_closed_form(market):
    """With one price coefficient the closed form is the inverse itself."""
    taste, price, _, conduct = market
    frame = Frame.of(taste.nest, conduct)
    alone = Buyers(
        jnp.zeros(J), jnp.array([0.1]), jnp.ones(1), jnp.asarray(0.35), jnp.asarray(0.6),
        jnp.zeros(J),
    )  # fmt: skip
    observed = shares(taste, price)
    exact = closed_form(frame, (price, observed), jnp.asarray(0.1), (1 / 0.4, 1 / 0.65))
    np.testing.assert_allclose(
        sales(frame, alone._replace(delta=exact), price), observed, rtol=SAME
    )


def test_tastes_by_moments_are_those_of_the_certifying_engine():
    """From tastes near by, both calibrations find the same tastes for other targets."""
    random = np.random.default_rng(8)
    people = consumers(mean=60.0, gini=0.4, cap_quantile=0.98, count=6, eta=0.6)
    seen_sales = Sales(
        names=tuple(map(str, range(J))),
        price=random.uniform(20, 60, J),
        share=random.uniform(0.004, 0.02, J),
        nest=np.arange(J) % G,
        counted=np.arange(J) > 1,
    )
    targets = Moments(-4.5, -0.9, 0.45)
    central = calibrate_taste(sales=seen_sales, consumers=people, targets=targets)
    slopes = log_slopes(sales=seen_sales, consumers=people, targets=targets, calibration=central)
    taste = central.taste
    powers = (1 / (1 - taste.sigma_seg), 1 / (1 - taste.sigma_in))
    frame = Frame.of(taste.nest, competing(seen_sales.names))
    by_delta = nested_slopes(
        choice(taste, seen_sales.price), members=taste.members, a=powers[0], e=powers[1],
        weights=taste.weights,
    )  # fmt: skip
    mean = jnp.asarray(central.alpha * (people.sensitivity @ people.weights))
    start = Start(
        at=np.log([central.alpha, powers[1], powers[0]]),
        delta=taste.delta,
        closed=closed_form(frame, (seen_sales.price, seen_sales.share), mean, powers),
        inverse=np.linalg.inv(slopes),
        answer=np.linalg.inv(by_delta / seen_sales.share[:, None]),
    )
    seen = Seen(
        seen_sales.price, seen_sales.share, people.sensitivity, people.weights, None, np.zeros(J)
    )
    other = Moments(-5.0, -0.8, 0.42)
    wanted = calibrate_taste(sales=seen_sales, consumers=people, targets=other)
    found = jax.jit(lambda t: calibrate(frame, seen, seen_sales.counted, t, start))(
        jnp.array([-5.0, -0.8, 0.42])
    )
    assert bool(found.ok)
    assert float(found.alpha) == pytest.approx(wanted.alpha, rel=1e-8)
    assert float(found.sigma_seg) == pytest.approx(wanted.taste.sigma_seg, rel=1e-8)
    assert float(found.sigma_in) == pytest.approx(wanted.taste.sigma_in, rel=1e-7)
    np.testing.assert_allclose(found.delta, wanted.taste.delta, rtol=1e-7)
