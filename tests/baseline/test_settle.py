"""Solved states: what moves, what must not, and when a neighbour's answer may be taken.

Prices are solved to 1e-10; what should not move at all is compared bit by bit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from backhaul.baseline.novelty import Specification, make_entrant
from backhaul.baseline.setting import Merger, Move, Promise, Support, Surge
from backhaul.baseline.settle import base_setting, settle
from backhaul.errors import ScenarioError
from backhaul.policy.amend import with_added_duty, with_total_duty
from backhaul.policy.parts import ordinary_rates

SLIDER = "slider"


@pytest.fixture(scope="module")
def setting(world):
    return base_setting(world)


@pytest.fixture(scope="module")
def entering(world, setting):
    """The base year with Camry and Tundra on sale in Japan under the law of March 2026."""
    later = replace(setting, on=date(2026, 3, 1))
    left = Specification("left", "cheapest")
    cars = tuple(make_entrant(world, later, n, left) for n in ("toyota_camry", "toyota_tundra"))
    return replace(later, entrants=cars)


def test_a_us_duty_leaves_japan_alone(world, setting, base):
    """No link runs from the US law to Japanese costs; that market is not even proven again."""
    taxed = with_total_duty(setting.measures, "USA", "JPN", "passenger_car", 0.15)
    found = settle(world, replace(setting, measures=taxed), level=SLIDER, near=base)

    new, old = (state.sides["JP"].equilibrium for state in (found, base))
    assert np.array_equal(new.price, old.price)
    assert new.certificate.second_order is old.certificate.second_order
    us = found.sides["US"]
    made = np.array(us.supply.countries) == "JPN"
    assert us.link_units[made].sum() < base.sides["US"].link_units[made].sum()


def test_a_neighbour_changes_nothing(world, setting, base):
    """With a state next door or without one: the same prices to 1e-9."""
    taxed = replace(setting, measures=with_added_duty(setting.measures, "USA", "vehicle", 0.1))
    near, far = (settle(world, taxed, level=SLIDER, near=n) for n in (base, None))

    for code, side in near.sides.items():
        assert np.max(np.abs(side.price / far.sides[code].price - 1)) <= 1e-9


def test_a_neighbour_with_a_lesser_proof_is_not_taken(world, setting, base):
    """A slider's answer is not handed out where a draw's proof is asked for."""
    found = settle(world, setting, level="draw", near=base)

    for side in found.sides.values():
        assert side.equilibrium.certificate.level == "draw"
        assert side.equilibrium.certificate.starts is not None


def test_a_neighbour_with_other_buyers_is_not_taken(world, entering):
    """Two states that differ in nothing but a buyer's penalty are two equilibria."""
    first = settle(world, entering, level=SLIDER)
    cars = tuple(replace(e, penalty=2 * e.penalty) for e in entering.entrants)
    second = settle(world, replace(entering, entrants=cars), level=SLIDER, near=first)

    assert second.sides["JP"].units[-1] < first.sides["JP"].units[-1]


def test_entrants_stand_behind_the_products_on_sale(world, entering, base):
    """Japan has two products more, all of it add up, and the incumbents lose a little."""
    found = settle(world, entering, level=SLIDER, near=base).sides["JP"]
    count = base.sides["JP"].units.size

    assert found.market.ids[count:] == ("toyota_camry", "toyota_tundra")
    assert found.supply.total(found.link_share) == pytest.approx(np.ones(count + 2))
    assert np.all(found.units[count:] > 0)
    assert found.units[:count].sum() < base.sides["JP"].units.sum()


def test_a_promise_is_kept_and_without_it_nobody_is_paid(world, entering):
    """Units of the set meet the target at one support per car; without the promise it is zero."""
    promise = Promise("JP", ("toyota_camry", "toyota_tundra"), 5000.0, "JP treasury")
    bound = replace(entering, promise=promise)
    kept = settle(world, bound, level=SLIDER).sides["JP"]
    free = settle(world, bound.without_promise(), level=SLIDER).sides["JP"]

    assert kept.units[-2:].sum() == pytest.approx(5000, rel=1e-7)
    assert kept.promised[-1] == kept.promised[-2] > 0
    assert not kept.promised[:-2].any()
    assert not free.promised.any()
    assert free.units[-2:].sum() < 5000


def test_a_given_support_does_what_a_promise_of_its_units_takes(world, entering):
    """Paying the multiplier as a plain support gives the same units and prices."""
    names = ("toyota_camry", "toyota_tundra")
    kept = settle(
        world, replace(entering, promise=Promise("JP", names, 5000.0, "firms")), level=SLIDER
    ).sides["JP"]
    usd = float(kept.promised[-1] / kept.per_usd)
    paid = settle(
        world, replace(entering, supports=(Support("JP", names, usd, "JP treasury"),)),
        level=SLIDER,
    ).sides["JP"]  # fmt: skip

    assert np.max(np.abs(paid.price / kept.price - 1)) <= 1e-8
    assert paid.units[-2:].sum() == pytest.approx(5000, rel=1e-7)


def test_a_promise_on_a_car_that_is_not_on_sale_is_refused(world, setting):
    """The error names the product."""
    promise = Promise("JP", ("toyota_camry",), 10.0, "firms")
    with pytest.raises(ScenarioError, match="toyota_camry"):
        settle(world, replace(setting, promise=promise), level=SLIDER)


def test_a_us_built_car_keeps_its_offset_when_it_is_shipped_to_Japan(world, entering):
    """Toyota's cap exceeds its added parts duty in 2026: the base duty is left in both markets."""
    found = settle(world, entering, level=SLIDER)
    shipped, us = found.sides["JP"], found.sides["US"]
    firm = np.array([us.supply.products[j].firm for j in us.supply.product])
    at_home = np.array(us.supply.countries) == "USA"

    def paid(side, links):
        return side.delivered.parts_duty[links] / side.delivered.factory[links]

    ordinary = ordinary_rates(us.supply, entering.measures, entering.on)
    toyota = (firm == "toyota") & at_home
    assert paid(us, toyota) == pytest.approx(ordinary[toyota], rel=1e-12)
    assert np.all(paid(shipped, slice(-2, None)) < 0.01)
    ford = (firm == "ford") & at_home
    assert np.all(paid(us, ford) > ordinary[ford])


def test_a_weaker_yen_moves_japan_built_costs_and_not_japanese_home_prices(world, setting, base):
    """Yen content stays worth its yen: at 180 per dollar Japan-built cars get cheaper in the US."""
    found = settle(world, replace(setting, jpy_per_usd=180.0), level=SLIDER, near=base)
    us, old = found.sides["US"], base.sides["US"]
    prius = us.market.ids.index("toyota_prius")
    home = found.sides["JP"].market.ids.index("honda_n_box")

    assert us.wedge.cost[prius] < old.wedge.cost[prius]
    assert us.units[prius] > old.units[prius]
    # a home-built car has 13 % of dollar content, so a fifth more yen per dollar adds under 3 %
    rise = found.sides["JP"].wedge.cost[home] / base.sides["JP"].wedge.cost[home] - 1
    assert 0 < rise < 0.03


def test_a_border_price_at_the_base_day_moves_no_output(world, setting, base):
    """Valuing by price changes keep; with no other change every plant keeps its share.

    Prices move a little, so plants that are full to the last car would be felt.
    """
    loose = replace(setting, border_share=0.6, limited=False)
    found = settle(world, loose, level=SLIDER, near=base)

    for code, side in found.sides.items():
        assert np.array_equal(side.link_share, base.sides[code].link_share)
    us = found.sides["US"]
    prius = us.market.ids.index("toyota_prius")
    tax = us.delivered.sales_tax
    assert us.delivered.keep[prius] == pytest.approx((1 - 0.025 * 0.6) / (1 + tax), rel=1e-12)
    assert abs(us.price[prius] / base.sides["US"].price[prius] - 1) < 0.01


def test_a_surge_reaches_its_rise_whatever_stands_next_door(world, setting, base):
    """Output is 2 % above the same setting without the surge, not above the neighbour."""
    taxed = replace(setting, measures=with_added_duty(setting.measures, "USA", "vehicle", 0.1))
    calm = settle(world, taxed, level=SLIDER)
    surge = replace(taxed, surges=(Surge("US", "hybrid", "toyota", 0.02),))
    found = settle(world, surge, level=SLIDER, near=base)

    assert found.output("toyota") / calm.output("toyota") == pytest.approx(1.02, rel=1e-8)
    assert found.shift > 0


def test_an_impossible_surge_is_refused(world, setting):
    """Mazda sells no battery-electric car in the US: no shift of them raises its output."""
    surge = Surge("US", "bev", "mazda", 3.0)
    with pytest.raises(ScenarioError, match="mazda"):
        settle(world, replace(setting, surges=(surge,)), level=SLIDER)


def test_a_move_takes_the_same_part_of_every_link(world, setting, base):
    """Capacity for half of Subaru's Japan-built US units moves half of each of its cars."""
    us = base.sides["US"]
    firm = np.array([us.supply.products[j].firm for j in us.supply.product])
    mine = (firm == "subaru") & (np.array(us.supply.countries) == "JPN")
    moved = 0.5 * float((us.units[us.supply.product] * us.supply.share)[mine].sum())
    move = Move("US", "subaru", "JPN", "USA", "new_subaru_USA", moved, 1e9)
    found = settle(world, replace(setting, moves=(move,)), level=SLIDER, near=base).sides["US"]

    new = np.array([link.plant == "new_subaru_USA" for link in found.supply.links])
    assert new.sum() == mine.sum()
    assert found.supply.share[new] == pytest.approx(us.supply.share[mine] / 2)
    assert found.supply.share[: mine.size][mine] == pytest.approx(us.supply.share[mine] / 2)
    premium = 1 + world.evidence.parameter("plant_cost_premium_us_vs_japan").value
    assert found.supply.factory[new] == pytest.approx(premium * us.supply.factory[mine])
    assert not found.delivered.duty[new].any()
    assert not found.delivered.ocean_freight[new].any()
    for index in np.flatnonzero(new):  # supplied like Subaru's plant in Indiana
        parts = found.supply.links[index].parts
        assert sum(parts.values()) == pytest.approx(1)
        assert 0.1 < parts["JPN"] < 0.3 < parts["USA"]
    assert found.supply.total(found.link_share) == pytest.approx(np.ones(us.units.size))


def test_a_move_never_takes_more_than_there_is(world, setting, base):
    """More capacity than Japan-built units leaves nothing in Japan, and no share below zero."""
    move = Move("US", "mazda", "JPN", "USA", "new_mazda_USA", 1e9, 1e9)
    found = settle(world, replace(setting, moves=(move,)), level=SLIDER, near=base).sides["US"]
    firm = np.array([found.supply.products[j].firm for j in found.supply.product])
    old = (firm == "mazda") & (np.array(found.supply.countries) == "JPN")

    assert not found.link_units[old].any()
    assert np.all(found.supply.share >= 0)


def test_merged_firms_raise_prices(world, setting, base):
    """Counting each other's profit, Toyota and Honda charge more, on average and in sum."""
    merger = Merger("toyota", "honda")
    found = settle(world, replace(setting, mergers=(merger,)), level=SLIDER, near=base)

    for code, side in found.sides.items():
        mine = np.isin(side.market.firms, ["toyota", "honda"])
        assert np.all(side.price[mine] > base.sides[code].price[mine])
