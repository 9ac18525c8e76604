"""The first-order conditions and their slopes.

Tolerance 1e-10: derivatives by complex steps are exact to rounding, and the plain code rounds
its sums in another order. Identities without derivatives hold to 1e-14.
"""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import (
    conditions,
    gap_slopes,
    margin_matrix,
    margin_response,
    profit_slopes,
    residual,
)
from backhaul.market.conduct import merged
from equilibrium.toy_games import plain_profit_slope, plain_shares, toy, with_conduct

NESTINGS = [(0.0, 0.0), (0.0, 0.5), (0.4, 0.4), (0.3, 0.6)]


@pytest.fixture(params=NESTINGS, ids=str)
def game(request: pytest.FixtureRequest) -> tuple[Game, np.ndarray]:
    """Return a game away from equilibrium, in which one firm counts 40 % of another's profit."""
    made, price = toy(sigma=request.param)
    partial = with_conduct(made, merged(made.conduct, "firm 0", "firm 2", 0.4))
    return partial, price * np.linspace(0.9, 1.2, price.size)


def stepped(game: Game, price: np.ndarray, of: str) -> np.ndarray:
    """Return the slopes of a field of Conditions by complex steps: exact to rounding."""
    slopes = np.zeros((price.size, price.size))
    for col in range(price.size):
        moved = price.astype(complex)
        moved[col] += 1e-30j
        slopes[:, col] = getattr(conditions(game, moved), of).imag / 1e-30
    return slopes


def test_profit_slope_is_that_of_the_definition(game: tuple[Game, np.ndarray]) -> None:
    """F_j is the derivative of the firm's payoff by its price, whatever the nests and kappa."""
    made, price = game
    found = conditions(made, price).profit_slope
    wanted = plain_profit_slope(made, price)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10 * np.abs(wanted).max())


def test_residual_is_the_profit_slope_in_units_of_price(game: tuple[Game, np.ndarray]) -> None:
    """r_j = F_j / (a keep_j L_j) with L_j the integral of alpha_i s_ij."""
    made, price = game
    now = conditions(made, price)
    pull = (now.choice.share * made.taste.alpha) @ made.taste.weights
    wanted = plain_profit_slope(made, price) * (1 - made.taste.sigma_seg)
    wanted /= made.wedge.keep * pull
    found = residual(made.taste, made.wedge, made.conduct, price)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10 * price.max())


def test_slopes_of_profit_are_exact(game: tuple[Game, np.ndarray]) -> None:
    """dF/dp in closed form equals the complex step through F."""
    made, price = game
    found = profit_slopes(made, conditions(made, price))
    wanted = stepped(made, price, "profit_slope")
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10 * np.abs(wanted).max())


def test_slopes_of_the_gap_are_exact(game: tuple[Game, np.ndarray]) -> None:
    """dr/dp in closed form equals the complex step through r."""
    made, price = game
    found = gap_slopes(made, conditions(made, price))
    np.testing.assert_allclose(found, stepped(made, price, "gap"), rtol=0, atol=1e-10)


def test_hessian_of_each_firm_is_symmetric(game: tuple[Game, np.ndarray]) -> None:
    """The block of dF/dp of one firm is a Hessian, so it is symmetric at any prices."""
    made, price = game
    slopes = profit_slopes(made, conditions(made, price))
    for firm in range(4):
        own = np.flatnonzero(made.conduct.firm == firm)
        block = slopes[np.ix_(own, own)]
        np.testing.assert_allclose(block, block.T, rtol=0, atol=1e-14)


def test_conditions_are_linear_in_margins(game: tuple[Game, np.ndarray]) -> None:
    """F = keep s - A m with A the margin matrix; its response to a change of m is -A dm."""
    made, price = game
    now = conditions(made, price)
    matrix = margin_matrix(made, now.choice)
    sales = made.wedge.keep * plain_shares(made.taste, price)
    np.testing.assert_allclose(sales - matrix @ now.margin, now.profit_slope, rtol=0, atol=1e-14)
    change = np.linspace(-1.0, 2.0, price.size)
    np.testing.assert_allclose(
        margin_response(made, now, change), -matrix @ change, rtol=0, atol=1e-14
    )
