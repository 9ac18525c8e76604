"""What a solved state tells of others near by: a help for the search that moves no answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.baseline.setting import Surge
from backhaul.baseline.settle import _root, base_setting, settle
from backhaul.equilibrium.iterate import find
from backhaul.policy.amend import with_total_duty

SLIDER = "slider"


def taxed(setting, rate):
    measures = with_total_duty(setting.measures, "USA", "JPN", "passenger_car", rate)
    return replace(setting, measures=measures)


@pytest.mark.parametrize("code", ["US", "JP"])
def test_prices_are_predicted_to_first_order(base, code):
    """A hundredth of the move of costs leaves a ten-thousandth of the error."""
    near, game = base.nearby[code], base.sides[code].equilibrium.game
    way = np.random.default_rng(0).uniform(-1, 1, near.cost.size) * near.cost

    def error(size):
        cost = near.cost + size * way
        solved = find(game.with_cost(cost), near.price).price
        return np.abs(near.predicted(cost) / solved - 1).max()

    assert near.predicted(near.cost) == pytest.approx(near.price, rel=1e-14)
    coarse, fine = error(1e-2), error(1e-4)
    assert coarse > 1e-7
    assert fine < 3e-4 * coarse


MOVES = {
    "duty of 40 per cent": lambda s: taxed(s, 0.40),
    "no duty at all": lambda s: taxed(s, 0.0),
    "a dear yen": lambda s: replace(s, jpy_per_usd=110.0),
    "a cheap yen": lambda s: replace(s, jpy_per_usd=190.0),
    "a short run": lambda s: replace(taxed(s, 0.25), adjustment=0.4),
    "valued less": lambda s: replace(taxed(s, 0.25), transfer_price_response=0.5),
    "more hybrids": lambda s: replace(s, surges=(Surge("US", "hybrid", "toyota", 0.05),)),
    "fewer hybrids": lambda s: replace(s, surges=(Surge("US", "hybrid", "toyota", -0.05),)),
}


@pytest.mark.parametrize("name", MOVES)
def test_help_moves_no_answer(world, base, name):
    """With the slopes of the baseline or without any: the same prices, units and shadow prices."""
    setting = MOVES[name](base_setting(world))
    alone = replace(base, stands={})
    found, plain = (settle(world, setting, level=SLIDER, near=n, base=n) for n in (base, alone))
    for code in world.sides:
        one, other = found.sides[code], plain.sides[code]
        np.testing.assert_allclose(one.price, other.price, rtol=1e-9)
        np.testing.assert_allclose(one.units, other.units, rtol=1e-8)
    shadow, again = ([p.shadow for p in s.plants.values()] for s in (found, plain))
    np.testing.assert_allclose(shadow, again, rtol=1e-6, atol=1e-5)


def test_every_full_plant_is_full_and_every_other_one_is_free(world, base):
    """After any move: a shadow price only where a plant builds exactly what it can."""
    for move in MOVES.values():
        state = settle(world, move(base_setting(world)), level=SLIDER, near=base, base=base)
        for plant in state.plants.values():
            assert plant.load <= plant.available * (1 + 1e-8)
            assert plant.shadow == 0 or plant.load == pytest.approx(plant.available, rel=1e-8)


@pytest.mark.parametrize(
    "rising",
    [
        lambda x: x - 0.3,
        lambda x: np.expm1(2 * x) - 0.7,
        lambda x: 5 * (x - 0.1) if x < 0.1 else 0.01 * (x - 0.1) - 0.001,
        lambda x: x**3 - 1e-6,
        lambda x: np.tanh(50 * (x - 0.77)),
    ],
)
def test_a_root_is_found_over_kinks_and_curves(rising):
    """Within so many steps, and to the accuracy that a surge is asked for."""
    count = 0

    def counted(x):
        nonlocal count
        count += 1
        return rising(x)

    found = _root(counted, 0.0, 1.0)
    assert abs(rising(found)) <= 1e-12
    assert count < 300
