"""Costs and mark-ups behind observed prices.

Tolerance 1e-10: one linear solve, checked against first-order conditions from the definition.
"""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.equilibrium.costs import back_out_costs, lerner, markups, refuse_negative_costs
from backhaul.equilibrium.game import Game
from backhaul.errors import CalibrationError
from backhaul.market.conduct import merged
from backhaul.market.wedge import Wedge
from equilibrium.toy_games import plain_profit_slope, toy


def test_backed_out_costs_satisfy_the_conditions() -> None:
    """At the costs that prices imply no firm's payoff changes with any of its prices."""
    game, price = toy()
    assert np.abs(plain_profit_slope(game, price)).max() < 1e-12


def test_partial_ownership_enters_the_costs() -> None:
    """With weights on another firm's profit the costs satisfy the conditions of those weights."""
    game, price = toy()
    conduct = merged(game.conduct, "firm 1", "firm 3", 0.3)
    cost = back_out_costs(game.taste, game.wedge.keep, conduct, price)
    assert np.abs(cost - game.wedge.cost).max() > 0.01
    again = Game(game.taste, Wedge(game.wedge.keep, cost), conduct)
    assert np.abs(plain_profit_slope(again, price)).max() < 1e-12


def test_lerner_index_is_the_markup_over_net_revenue() -> None:
    """Mark-up plus cost is what the seller keeps of the price; the Lerner index is its share."""
    game, price = toy()
    margin = markups(game.wedge, price)
    np.testing.assert_allclose(margin + game.wedge.cost, game.wedge.keep * price, rtol=1e-10)
    np.testing.assert_allclose(lerner(game.wedge, price) * game.wedge.keep * price, margin)


def test_negative_costs_are_all_named() -> None:
    """Every product with a cost that is not positive is listed with what was found."""
    with pytest.raises(CalibrationError) as caught:
        refuse_negative_costs(
            np.array([1.0, -2.0, np.nan]),
            np.array([5.0, 6.0, 7.0]),
            market="Toyland",
            products=("a", "b", "c"),
        )
    assert [p.column for p in caught.value.problems] == ["b", "c"]
    assert caught.value.problems[0].value == "-2"
    refuse_negative_costs(np.ones(1), np.ones(1), market="Toyland", products=("a",))
