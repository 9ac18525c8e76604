"""Ensemble, influence and design on the real model: one question, opened and compiled once.

Gradients agree with differences to 1e-6 of the larger of the effect and 1e-4 of the largest; a
design ends within 1e-6 of the cost of the best mix.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from backhaul.scenario.file import load_scenario
from backhaul.study.design import Ask, design
from backhaul.study.draws import Points, drawn
from backhaul.study.ensemble import Plan, ensemble
from backhaul.study.influence import influence
from backhaul.study.opened import Opened, opened

QUESTION = "us-tariff-15"  # without entrants, supports and promises: the quickest to compile
BALANCE = "balance_us_jp_net_usd"
PLAN = Plan(n=8, seed=1, workers=2)


@pytest.fixture(scope="module")
def real(world) -> Opened:
    """The whole model of the question."""
    return opened(world, load_scenario(QUESTION))


@pytest.fixture(scope="module")
def drawn_once(real):
    return ensemble(real.model, PLAN, real.asked)


def test_draws_do_not_depend_on_the_threads(real, drawn_once):
    """One thread or two: the same figures to the last digit, and the same certificates."""
    again = ensemble(real.model, Plan(n=8, seed=1, workers=1), real.asked)
    np.testing.assert_array_equal(again.rows.figures, drawn_once.rows.figures)
    assert again.as_dict() == drawn_once.as_dict()


def test_a_draw_is_what_the_model_says_at_its_point(real, drawn_once):
    """Draw k is the answer at point k of the sequence, and no other."""
    places = drawn(real.model.inputs)
    points = Points(real.model.inputs, places, seed=1).next(8, real.model.centre())
    alone = real.model.solve(points[5:6])
    kept = [k for k, f in enumerate(real.model.figures) if f.name not in drawn_once.idle]
    np.testing.assert_array_equal(alone.figures[0, kept], drawn_once.rows.figures[5])


def test_draws_are_proved_and_surround_the_centre(drawn_once):
    """Every draw meets the standard, the sample has its whole certificate, and the centre is
    among the draws."""
    assert drawn_once.failures == ()
    assert drawn_once.rows.worst.max() <= 1e-10
    assert drawn_once.proofs
    assert not any(proof.fault for proof in drawn_once.proofs)
    values = drawn_once.values(BALANCE)
    (balance,) = [i for i in drawn_once.intervals if i.name == BALANCE]
    assert values.min() < balance.central < values.max()


def test_gradients_agree_with_differences_of_whole_solves(real):
    """The strongest and some others, each from both sides; all numbers have a gradient."""
    found = influence(real.model, BALANCE, real.asked)
    assert len(found.check) == 32
    assert found.worst_check <= 1e-6
    pairs = sum(one.count for one in found.utilities)
    assert pairs == 20 * sum(
        len(side.market.ids) for side in real.model.layout.world.sides.values()
    )
    assert found.numbers == len(real.model.inputs) + pairs


def test_no_mix_of_a_grid_is_cheaper_than_the_design(real):
    """The design reaches its goal, is an optimum to first order, and no mix of a coarse grid that
    reaches the goal costs less."""
    reach = 17e9
    ask = Ask(f"balance US-JP by {reach:g} USD", ("tariff", "purchase"), frontier=False)
    found = design(real.model, ask, real.asked)
    assert found.mix.goal == pytest.approx(reach, rel=1e-6)
    assert found.mix.residual < 1e-4
    assert found.certified
    names = [f.name for f in real.model.figures]
    grid = np.array(list(product(np.linspace(0, 0.05, 6), np.linspace(0, 20_000, 5))))
    rows = np.tile(real.model.centre(), (len(grid), 1))
    rows[:, [one.place for one in found.instruments]] = grid
    solved = real.model.solve(rows)
    assert solved.ok.all()
    figures = {name: solved.figures[:, names.index(name)] for name in names}
    cost = -figures["welfare_US_usd"] - figures["welfare_JP_usd"]
    reaching = figures[BALANCE] >= reach
    assert reaching.any()
    assert found.mix.cost <= cost[reaching].min() * (1 + 1e-6)
