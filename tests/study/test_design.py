"""Design: the cheapest mix is the one that the conditions of an optimum name.

With goal = sum g_i x_i and cost = sum (l_i x_i + q_i x_i^2 / 2) over x in [0, 1], the optimum is
x_i = clip((price g_i - l_i) / q_i, 0, 1) at the price that reaches the goal. The search ends at
1e-12 of the cost; its point is good to 1e-5.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.study.design import Ask, design
from backhaul.study.goal import parse_cost, parse_goal
from backhaul.study.problem import chosen_instruments
from backhaul.study.whole import Cancelled
from closed_form import (
    COST_CURVES,
    COST_SLOPES,
    FIGURES,
    GOAL_SLOPES,
    KEYS,
    TOPS,
    ClosedForm,
    asked,
)

NAMES = ("support", "certification", "tariff", "purchase")
SUPPORT = KEYS.index("instrument.support_usd")
POINT = 1e-5
ASK = Ask(reach="balance US-JP by +3e9 USD", using=NAMES)


def optimum(goal, names=NAMES, tops=None):
    """Return the price of the goal and the shares of the ranges by the closed form."""
    g, slope, q = (
        np.array([part[name] for name in names]) for part in (GOAL_SLOPES, COST_SLOPES, COST_CURVES)
    )
    upper = np.array([(tops or {}).get(name, 1.0) for name in names])

    def shares(price):
        return np.clip((price * g - slope) / q, 0, upper)

    price = brentq(lambda p: shares(p) @ g - goal, 0, 100, xtol=1e-14)
    return price, shares(price), shares(price) @ slope + shares(price) ** 2 @ q / 2


@pytest.fixture(scope="module")
def found():
    return design(ClosedForm(), ASK, asked())


def test_the_mix_is_the_optimum(found):
    """Settings, cost and the price of the goal are those of the closed form."""
    price, shares, cost = optimum(3e9)
    tops = np.array([TOPS[name] for name in NAMES])
    np.testing.assert_allclose(np.array(found.mix.settings) / tops, shares, atol=POINT)
    assert found.mix.cost == pytest.approx(cost, rel=POINT)
    assert found.mix.shadow_price == pytest.approx(price, rel=1e-4)
    assert found.mix.goal == pytest.approx(3e9, rel=1e-7)


def test_the_optimum_is_proved_to_first_order(found):
    """What is left of the cost's gradient is nothing, and all starts found the same."""
    assert found.mix.residual < 1e-4
    assert found.mix.different == 1
    assert found.mix.starts >= 4
    assert found.certified


def test_the_price_of_the_goal_is_what_more_of_it_costs(found):
    """A slightly larger goal costs its price more."""
    more = design(ClosedForm(), Ask("balance US-JP by +3.001e9 USD", NAMES), asked())
    slope = (more.mix.cost - found.mix.cost) / 1e6
    assert slope == pytest.approx(found.mix.shadow_price, rel=1e-2)


def test_a_bound_that_binds_has_a_price():
    """Another unit of a binding bound saves what the search says it does."""
    ask = Ask(ASK.reach, NAMES, bounds={"support": (0.0, 2000.0)})
    found = design(ClosedForm(), ask, asked())
    wider = Ask(ASK.reach, NAMES, bounds={"support": (0.0, 2010.0)})
    saved = found.mix.cost - design(ClosedForm(), wider, asked()).mix.cost
    assert found.mix.settings[0] == pytest.approx(2000.0)
    assert found.mix.bound_prices[0] == pytest.approx(saved / 10, rel=2e-2)
    assert found.mix.bound_prices[1:] == (0.0, 0.0, 0.0)
    assert "At a bound: support at its most, 2,000." in found.sentences
    assert [row["at_bound"] for row in found.mix_rows()] == ["high", "", "", ""]


def test_a_goal_beyond_all_bounds_says_how_far_one_gets():
    """An infeasible goal ends in what can be reached, not in a mix that falls short."""
    found = design(ClosedForm(), Ask("balance US-JP by +1e11 USD", NAMES), asked())
    assert not found.feasible
    assert found.mix.goal == pytest.approx(sum(GOAL_SLOPES.values()), rel=1e-6)
    assert found.reachable == pytest.approx((0.0, sum(GOAL_SLOPES.values())), abs=1e3)
    assert "cannot be reached" in found.sentences[0]
    assert "from 0 USD to 7.5 billion USD" in found.sentences[0]


class Cliff(ClosedForm):
    """There is no answer with more than a share of the support's range."""

    edge = 0.823

    def solve(self, values):
        found = super().solve(values)
        lost = values[:, SUPPORT] > self.edge * TOPS["support"]
        reason = tuple("no price is found" if one else "" for one in lost)
        return replace(found, ok=~lost, reason=reason)

    def gradient(self, figure, values=None):
        at = self.centre() if values is None else values
        assert at[SUPPORT] <= self.edge * TOPS["support"]
        return super().gradient(figure, values)


def test_a_search_steps_back_from_trials_without_an_answer():
    """Where the first steps lead to no answer, the optimum on this side is found all the same."""
    found = design(Cliff(), ASK, asked())
    _, shares, cost = optimum(3e9)
    assert 0.8 < shares[0] < Cliff.edge
    assert found.mix.cost == pytest.approx(cost, rel=1e-4)
    assert found.mix.lost > 0
    assert found.as_dict()["optimality"]["trials_without_answer"] == found.mix.lost
    (support,) = [one for one in found.alone if one.name == "support"]
    assert (support.reaches, support.unsolved) == (False, 8)
    assert support.setting == pytest.approx(0.8 * TOPS["support"])


def test_an_optimum_beyond_the_edge_ends_before_it():
    """Where the cheapest mix has no answer, one that reaches the goal is given, and told."""

    class Nearer(Cliff):
        edge = 0.5

    found = design(Nearer(), replace(ASK, frontier=False), asked())
    assert found.feasible
    assert found.mix.goal >= 3e9 * (1 - 1e-7)
    assert found.mix.settings[0] <= TOPS["support"] / 2
    assert found.mix.residual > 1e-4
    assert any("edge" in text or "not end at an exact optimum" in text for text in found.sentences)


def test_an_instrument_that_moves_nothing_is_told_apart():
    """It reaches no goal, and not for want of range."""
    (alone,) = design(ClosedForm(), Ask("units JP entrants to 900", ("tariff",)), asked()).alone
    assert (alone.moves, alone.per_unit) == (False, None)


def test_each_alone_reaches_the_goal_or_says_it_cannot(found):
    """The tariff alone reaches 3 billion at three quarters of its range; the others cannot."""
    by_name = {one.name: one for one in found.alone}
    tariff = by_name["tariff"]
    x = 3 / 4
    cost = COST_SLOPES["tariff"] * x + COST_CURVES["tariff"] * x**2 / 2
    assert tariff.reaches
    assert tariff.setting == pytest.approx(x * TOPS["tariff"], rel=1e-9)
    assert tariff.per_unit == pytest.approx(cost / 3e9, rel=1e-9)
    for name in ("support", "certification", "purchase"):
        one = by_name[name]
        assert not one.reaches
        assert one.setting == pytest.approx(TOPS[name])
        assert one.goal == pytest.approx(GOAL_SLOPES[name], rel=1e-9)


def test_no_instrument_alone_beats_the_mix(found):
    """Whoever reaches the goal alone pays at least what the mix pays."""
    assert all(one.cost >= found.mix.cost for one in found.alone if one.reaches)


def test_the_frontier_rises_and_is_cheapest_at_each_goal(found):
    """Larger goals cost more per unit; each point of the frontier is an optimum of its own."""
    goals = [mix.goal for mix in found.frontier]
    prices = [mix.shadow_price for mix in found.frontier]
    assert len(found.frontier) == 6
    assert goals == sorted(goals)
    assert prices == sorted(prices)
    for mix in found.frontier:
        assert mix.cost == pytest.approx(optimum(mix.goal)[2], rel=1e-4)


def test_a_loss_of_balance_can_be_the_goal():
    """A goal below zero is one that must be at most the amount."""
    ask = Ask("balance US-JP by -2e9 USD", ("tariff",), bounds={"tariff": (-20.0, 20.0)})
    found = design(ClosedForm(), ask, asked())
    assert found.feasible
    assert found.mix.goal == pytest.approx(-2e9, rel=1e-6)
    assert found.mix.settings[0] == pytest.approx(-10.0, rel=1e-6)
    assert found.mix.shadow_price < 0


def test_a_goal_that_does_not_bind_costs_nothing_more():
    """Where the cheapest policy overshoots the goal, one more unit of it is free."""
    ask = Ask("balance US-JP by -1e9 USD", ("tariff",), bounds={"tariff": (-20.0, 20.0)})
    found = design(ClosedForm(), ask, asked())
    assert found.mix.goal == pytest.approx(-1.6e9, rel=1e-5)
    assert found.mix.shadow_price == 0
    assert "does not bind" in found.sentences[1]


def test_units_of_entrants_can_be_the_goal():
    """A level is brought to an amount: 16,000 entrants take half the range of support."""
    found = design(ClosedForm(), Ask("units JP entrants to 16,000 vehicles", ("support",)), asked())
    assert found.mix.settings[0] == pytest.approx(TOPS["support"] / 2, rel=1e-6)
    assert found.mix.goal == pytest.approx(16_000, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "figure", "amount"),
    [
        ("balance US-JP by +1e9 USD", "balance_us_jp_net_usd", 1e9),
        ("Balance  US-JP by 1 billion USD", "balance_us_jp_net_usd", 1e9),
        ("balance_us_jp_net_usd by -2.5 bn", "balance_us_jp_net_usd", -2.5e9),
        ("units JP entrants to 20,000 cars", "units_entrants_JP", 20_000),
        ("welfare_US_usd by 3 million dollars", "welfare_US_usd", 3e6),
    ],
)
def test_goals_are_read_from_words(text, figure, amount):
    """Words or figure names, sizes in words, commas between thousands."""
    goal = parse_goal(text, FIGURES)
    assert (goal.figure, goal.amount) == (figure, amount)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("more balance please", "of the form"),
        ("balanse US-JP by +1e9 USD", "names no figure"),
        ("balance US-JP by +1e9 JPY", "not in JPY"),
        ("balance US-JP to +1e9 USD", "is a change"),
        ("units JP entrants by 5", "has no baseline"),
        ("balance US-JP by 0 USD", "nothing"),
        ("balance US-JP by nan USD", "of the form"),
        ("", "of the form"),
    ],
)
def test_goals_that_cannot_be_read_are_refused(text, says):
    """What is wrong is said, with what to write in its place."""
    with pytest.raises(ScenarioError) as caught:
        parse_goal(text, FIGURES)
    assert says in caught.value.what


def test_costs_are_read_from_words():
    """The welfare cost is what both countries lose; one can be named alone."""
    assert parse_cost("welfare cost", FIGURES).parts == (
        ("welfare_US_usd", -1.0),
        ("welfare_JP_usd", -1.0),
    )
    assert parse_cost("Welfare Cost us", FIGURES).parts == (("welfare_US_usd", -1.0),)
    with pytest.raises(ScenarioError) as caught:
        parse_cost("welfare costs", FIGURES)
    assert "welfare cost" in caught.value.fix


@pytest.mark.parametrize(
    ("using", "bounds", "says"),
    [
        (("subsidy",), {}, "no such instrument"),
        (("support", "support"), {}, "once"),
        ((), {}, "at least one"),
        (("support",), {"tariff": (0.0, 1.0)}, "not used"),
        (("support",), {"support": (5.0, 1.0)}, "no range"),
        (("support",), {"support": (5.0, 9.0)}, "no range around 0"),
        (("support",), {"support": (0.0, np.nan)}, "no range"),
    ],
)
def test_instruments_and_bounds_are_checked(using, bounds, says):
    """Unknown, doubled or unused names and ranges that are none are refused."""
    with pytest.raises(ScenarioError) as caught:
        design(ClosedForm(), Ask(ASK.reach, using, bounds=bounds), asked())
    assert says in caught.value.what


def test_the_outlay_is_support_times_units():
    """With one instrument the least outlay is the support that is needed, times what it sells."""
    ask = Ask("units JP entrants to 16,000 vehicles", ("support", "certification"), "outlay")
    found = design(ClosedForm(), ask, asked())
    assert found.mix.cost == pytest.approx(TOPS["support"] / 2 * 16_000, rel=1e-6)
    slope = TOPS["support"] / 30_000  # dollars of support per further car
    assert found.mix.shadow_price == pytest.approx(10_000 + 16_000 * slope, rel=1e-4)


def test_an_outlay_needs_the_support():
    """Where no support is paid there is no outlay to make small."""
    with pytest.raises(ScenarioError):
        design(ClosedForm(), Ask(ASK.reach, ("tariff",), "outlay"), asked())


def test_an_instrument_without_a_range_has_the_documented_one():
    """Where the model states no bounds, those of the manual page hold."""
    model = ClosedForm().with_input("instrument.tariff_points", high=0.0)
    (found,) = chosen_instruments(model.inputs, ("tariff",), {})
    assert (found.low, found.rest, found.high) == (0.0, 0.0, 0.25)


def test_a_goal_that_is_a_part_of_the_cost_is_refused():
    """To make small what one wants large has no answer."""
    with pytest.raises(ScenarioError):
        design(ClosedForm(), Ask("welfare_US_usd by 1 million USD", NAMES), asked())


def test_a_mix_that_is_not_certified_is_no_answer():
    """Where the whole certificate fails, no mix is shown."""
    with pytest.raises(EquilibriumError) as caught:
        design(ClosedForm(cheats_above=0.0), ASK, asked())
    assert "not certified" in caught.value.what


def test_design_stops_when_asked():
    """A wish to stop is granted between the steps."""
    with pytest.raises(Cancelled):
        design(ClosedForm(), ASK, asked(), is_cancelled=lambda: True)


def test_progress_of_a_design_ends_where_it_said():
    """Steps are told one by one and never pass their number."""
    told = []
    design(ClosedForm(), ASK, asked(), progress=lambda *words: told.append(words))
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert all(done <= total for done, total, _ in told)
