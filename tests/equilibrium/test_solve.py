"""Prices that nobody wants to change: closed forms, brute force, invariances, monotonicity.

Tolerance 1e-10 relative in prices: the solver stops at 1e-12 and takes one more step, and the
conditioning of these games is below 100. Brute force stops where the payoff is flat: 1e-6.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from backhaul.demand.taste import Taste
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.solve import Equilibrium, solve
from backhaul.errors import EquilibriumError
from backhaul.market.conduct import competing, merged, single_product
from backhaul.market.wedge import Wedge
from equilibrium.toy_games import plain_payoff, reordered, toy, with_conduct

CLOSE = 1e-10


def answer(game: Game, start: np.ndarray, **how: object) -> Equilibrium:
    """Solve a game as its parts."""
    names = (game.market, game.products)
    return solve(game.taste, game.wedge, game.conduct, start=start, names=names, **how)


def shocked(game: Game) -> Game:
    """Return the game with every third cost a quarter higher."""
    third = np.arange(game.wedge.cost.size) % 3 == 0
    return game.with_cost(game.wedge.cost * np.where(third, 1.25, 1.0))


def one_type(sigma: tuple[float, float], keep: np.ndarray) -> tuple[Taste, Wedge]:
    """Return eight products, one type of consumer, two nests."""
    taste = Taste(
        delta=np.linspace(-0.5, 1.5, 8),
        nest=np.arange(8) % 2,
        alpha=np.array([0.4]),
        weights=np.ones(1),
        sigma_in=sigma[0],
        sigma_seg=sigma[1],
        penalty=np.zeros(8),
    )
    return taste, Wedge(keep=keep, cost=np.linspace(3.0, 5.0, 8))


def test_logit_markup_is_that_of_the_textbook() -> None:
    """One type, no nests: every mark-up of a firm is 1 / (alpha (1 - the firm's share))."""
    taste, wedge = one_type((0.0, 0.0), np.ones(8))
    conduct = competing(list("aaabbbcc"))
    found = solve(taste, wedge, conduct, start=np.full(8, 8.0))
    of_firm = np.bincount(conduct.firm, found.share)[conduct.firm]
    np.testing.assert_allclose(found.markup, 1 / (0.4 * (1 - of_firm)), rtol=CLOSE)


def test_logit_markup_with_different_keep_inside_a_firm() -> None:
    """One type, no nests: m_j = keep_j / alpha + M, and M (1 - S_f) = sum of keep_k s_k / alpha."""
    keep = np.array([1.0, 0.8, 0.9, 1.0, 0.7, 1.0, 0.9, 0.9])
    taste, wedge = one_type((0.0, 0.0), keep)
    conduct = competing(list("aaabbbcc"))
    found = solve(taste, wedge, conduct, start=np.full(8, 8.0))
    of_firm = np.bincount(conduct.firm, found.share)
    expected = np.bincount(conduct.firm, keep * found.share) / 0.4 / (1 - of_firm)
    np.testing.assert_allclose(found.markup, keep / 0.4 + expected[conduct.firm], rtol=CLOSE)


def test_two_level_markup_of_a_single_product() -> None:
    """One type, two levels: m_j = 1 / (alpha (a - b s_j|g - c s_j|in - s_j))."""
    taste, wedge = one_type((0.3, 0.6), np.ones(8))
    found = solve(taste, wedge, single_product(list("abcdefgh")), start=np.full(8, 8.0))
    share = found.share
    in_nest = share / np.bincount(taste.nest, share)[taste.nest]
    a, e = 1 / 0.4, 1 / 0.7
    bracket = a - (a - e) * in_nest - (e - 1) * share / share.sum() - share
    np.testing.assert_allclose(found.markup, 1 / (0.4 * bracket), rtol=CLOSE)


@pytest.mark.parametrize("sigma", [(0.0, 0.0), (0.0, 0.5), (0.3, 0.6)], ids=str)
def test_brute_force_finds_no_better_prices(sigma: tuple[float, float]) -> None:
    """A plain optimiser on each firm's profit returns to the same prices, keep differing inside."""
    game, start = toy(6, 3, sigma=sigma, firms=2, nests=2)
    game = shocked(game)
    price = np.array(answer(game, start).price)
    for firm in range(2):
        own = game.conduct.firm == firm
        assert np.ptp(game.wedge.keep[own]) > 0
        base = float(plain_payoff(game, price, firm).real)

        def loss(log: np.ndarray, own: np.ndarray = own, firm: int = firm) -> float:
            moved = price.copy()
            moved[own] = np.exp(log)
            return -float(plain_payoff(game, moved, firm).real)

        for factor in (0.9, 1.3):
            first = np.log(factor * price[own])
            best = minimize(loss, first, method="BFGS", options={"gtol": 1e-9})
            assert -best.fun <= base * (1 + 1e-9)
            np.testing.assert_allclose(np.exp(best.x), price[own], rtol=1e-5)


def test_observed_prices_are_their_own_equilibrium() -> None:
    """Costs backed out of prices give these prices back, from any start."""
    game, price = toy(20, 6, firms=5)
    found = answer(game, 1.7 * price)
    assert found.certified
    np.testing.assert_allclose(found.price, price, rtol=CLOSE)


def test_two_routes_lead_to_the_same_prices() -> None:
    """Starting low, high or from the answer changes no price by more than 1e-10."""
    game, price = toy(30, 8, firms=6)
    game = shocked(game)
    routes = [answer(game, f * price, require="slider").price for f in (0.8, 1.0, 2.5)]
    np.testing.assert_allclose(routes[0], routes[1], rtol=CLOSE)
    np.testing.assert_allclose(routes[2], routes[1], rtol=CLOSE)


def test_order_of_products_does_not_matter() -> None:
    """Reordering the products reorders the prices."""
    game, price = toy(15, 4)
    game = shocked(game)
    order = np.random.default_rng(3).permutation(15)
    turned = reordered(game, order)
    found = answer(turned, price[order]).price
    np.testing.assert_allclose(found, answer(game, price).price[order], rtol=CLOSE)


def test_unit_of_money_does_not_matter() -> None:
    """Counting in hundredths multiplies every price by a hundred."""
    game, price = toy(15, 4)
    game = shocked(game)
    taste = replace(game.taste, alpha=game.taste.alpha / 100, penalty=game.taste.penalty * 100)
    small = Game(taste, Wedge(game.wedge.keep, game.wedge.cost * 100), game.conduct)
    found = answer(small, price * 100).price
    np.testing.assert_allclose(found, answer(game, price).price * 100, rtol=CLOSE)


def test_splitting_a_consumer_does_not_matter() -> None:
    """Two consumers with half the weight each stand for one."""
    game, price = toy(15, 4)
    game = shocked(game)
    taste = game.taste
    twice = replace(
        taste,
        alpha=np.append(taste.alpha, taste.alpha[0]),
        weights=np.append(taste.weights[0] / 2, [*taste.weights[1:], taste.weights[0] / 2]),
        mu=np.column_stack([taste.mu, taste.mu[:, 0]]),
    )
    found = answer(Game(twice, game.wedge, game.conduct), price).price
    np.testing.assert_allclose(found, answer(game, price).price, rtol=CLOSE)


@pytest.mark.parametrize("seed", range(4))
def test_a_merger_never_lowers_a_price(seed: int) -> None:
    """Joint pricing of two firms raises their prices, and nobody's falls."""
    game, price = toy(16, 4, seed=seed)
    joint = with_conduct(game, merged(game.conduct, "firm 0", "firm 1"))
    assert "firm 0 + firm 1" in joint.sellers
    change = answer(joint, price).price / answer(game, price).price - 1
    insiders = game.conduct.firm < 2
    assert change[insiders].min() > 1e-4
    assert change.min() > -CLOSE


def test_partial_weight_lies_between_rivalry_and_merger() -> None:
    """Counting half of another firm's profit moves prices part of the way to the merger's."""
    game, price = toy(16, 4)
    prices = [
        answer(with_conduct(game, merged(game.conduct, "firm 0", "firm 1", w)), price).price
        for w in (0.0, 0.5, 1.0)
    ]
    insiders = game.conduct.firm < 2
    assert np.all(prices[0][insiders] < prices[1][insiders])
    assert np.all(prices[1][insiders] < prices[2][insiders])


@pytest.mark.parametrize("product", [0, 5, 11])
def test_a_price_rises_with_its_own_cost(product: int) -> None:
    """A higher cost of a product raises its price and lowers its sales."""
    game, price = toy()
    base = answer(game, price)
    cost = game.wedge.cost.copy()
    cost[product] *= 1.1
    dear = answer(game.with_cost(cost), price)
    assert dear.price[product] > base.price[product]
    assert dear.share[product] < base.share[product]


def test_no_convergence_names_the_product() -> None:
    """Where no price satisfies the conditions, the error says market, product and how far off."""
    taste, wedge = one_type((0.0, 0.0), np.ones(8))
    cost = wedge.cost.copy()
    cost[3] = 1e6  # its share is zero to the last digit: no price of it is better than another
    names = ("Toyland", tuple(f"car {k}" for k in range(8)))
    conduct = single_product(list("abcdefgh"))
    with pytest.raises(EquilibriumError) as caught:
        solve(taste, Wedge(wedge.keep, cost), conduct, start=np.full(8, 8.0), names=names)
    assert caught.value.where == "market Toyland, product car 3"
    assert "of itself; at most 1e-10 is accepted" in caught.value.what
    assert caught.value.fix.startswith("Look at this product's cost")
    assert caught.value.exit_code == 3


def test_starting_prices_must_be_prices() -> None:
    """A start that is not positive is refused by name, and so is one of the wrong length."""
    game, price = toy()
    with pytest.raises(EquilibriumError, match=r"no\. 3: its starting price is 0"):
        answer(game, np.where(np.arange(12) == 2, 0.0, price))
    with pytest.raises(EquilibriumError, match="11 were given for 12 products"):
        answer(game, price[:-1])
