"""The short run and declared values, by hand.

Prices are solved to 1e-10; what follows from them by a formula is compared to 1e-12.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.baseline.novelty import Specification, make_entrant
from backhaul.baseline.settle import base_setting, settle
from backhaul.errors import ScenarioError
from backhaul.policy.amend import with_added_duty, with_total_duty

SLIDER = "slider"
CLOSE = 1e-12


@pytest.fixture(scope="module")
def setting(world):
    return base_setting(world)


@pytest.fixture(scope="module")
def taxed(setting):
    """27.5 % on passenger cars from Japan."""
    measures = with_total_duty(setting.measures, "USA", "JPN", "passenger_car", 0.275)
    return replace(setting, measures=measures)


@pytest.fixture(scope="module")
def long(world, taxed, base):
    return settle(world, taxed, level=SLIDER, near=base)


def short(world, setting, base, adjustment, near=None):
    """Return a state whose prices have gone so far."""
    return settle(
        world, replace(setting, adjustment=adjustment), level=SLIDER, near=near, base=base
    )


def test_prices_go_a_part_of_the_way_from_the_baselines(world, taxed, base, long):
    """p = p_base + a (p* - p_base), units follow demand at p, and no plant is over capacity."""
    found = short(world, taxed, base, 0.4, near=long)
    for code, side in found.sides.items():
        old = base.sides[code].price
        np.testing.assert_allclose(side.price, old + 0.4 * (side.best - old), rtol=CLOSE)
    us = found.sides["US"]
    made = np.array(us.supply.countries) == "JPN"
    built = [float(one.sides["US"].link_units[made].sum()) for one in (base, found, long)]
    assert built[0] > built[1] > built[2]
    for plant in found.plants.values():
        assert plant.load <= plant.available * (1 + 1e-8)
        assert plant.shadow == 0 or plant.load >= plant.available * (1 - 1e-8)


def test_all_of_the_way_is_the_long_run(world, taxed, base, long):
    """Adjustment 1 is the long run, and adjustment near 1 is near it."""
    nearly = short(world, taxed, base, 1 - 1e-9, near=long)
    for code, side in nearly.sides.items():
        np.testing.assert_allclose(side.price, long.sides[code].price, rtol=1e-8)
        assert long.sides[code].price is long.sides[code].best or np.array_equal(
            long.sides[code].price, long.sides[code].best
        )


def test_hardly_any_way_is_the_baseline(world, taxed, base, long):
    """At a hundredth of the way prices are within a few tenths of a per cent of the baseline's."""
    found = short(world, taxed, base, 0.01, near=long)
    for code, side in found.sides.items():
        assert np.max(np.abs(side.price / base.sides[code].price - 1)) < 0.01
    mean = [np.mean(np.abs(one.sides["US"].price / base.sides["US"].price - 1))
            for one in (found, long)]  # fmt: skip
    assert mean[0] < 0.05 * mean[1]


def test_carmakers_absorb_a_duty_in_the_short_run(world, taxed, base, long):
    """Profit on a Japan-built car is lower in the short run, and its price rises less."""
    found = short(world, taxed, base, 0.4, near=long)
    us, late, old = (state.sides["US"] for state in (found, long, base))
    prius = us.market.ids.index("toyota_prius")
    assert old.price[prius] < us.price[prius] < late.price[prius]
    assert us.unit_profit[prius] < late.unit_profit[prius]


def test_an_entrant_has_no_price_to_come_from(world, setting, base):
    """A car that the baseline does not sell is charged the equilibrium's price at once."""
    car = make_entrant(world, setting, "toyota_camry", Specification("left", "type_designation"))
    found = short(world, replace(setting, entrants=(car,)), base, 0.3)
    side = found.sides["JP"]
    assert side.price[-1] == side.best[-1]
    old = base.sides["JP"].price
    np.testing.assert_allclose(side.price[:-1], old + 0.3 * (side.best[:-1] - old), rtol=CLOSE)


def test_without_a_baseline_prices_come_from_the_base_year(world, taxed, base, long):
    """No state given: those observed in 2024, which the calibrated world has too."""
    near = short(world, taxed, None, 0.4, near=long)
    known = short(world, taxed, base, 0.4, near=long)
    for code, side in near.sides.items():
        np.testing.assert_allclose(side.price, known.sides[code].price, rtol=1e-8)


@pytest.mark.parametrize("adjustment", [0.0, -0.5, 1.5, float("nan")])
def test_no_way_or_more_than_all_of_it_is_refused(world, setting, adjustment):
    """The error names the value and what is allowed."""
    with pytest.raises(ScenarioError, match="more than 0 and at most 1"):
        settle(world, replace(setting, adjustment=adjustment), level=SLIDER)


def test_carmakers_may_declare_less_where_a_duty_is_new(world, taxed, base, long):
    """fob = ratio factory (1 - t (rate - old rate)), the duty is on that, and costs fall by it."""
    found = settle(
        world, replace(taxed, transfer_price_response=0.2), level=SLIDER, near=long
    ).sides["US"]
    plain, supply = long.sides["US"].delivered, found.supply
    made = np.array(supply.countries) == "JPN"
    cars = np.array([supply.products[j].vehicle_class == "passenger_car" for j in supply.product])
    hit = made & cars
    declared = supply.transfer_ratio * found.delivered.factory * (1 - 0.2 * (0.275 - 0.025))
    assert hit.sum() > 20
    np.testing.assert_allclose(found.delivered.free_on_board[hit], declared[hit], rtol=CLOSE)
    np.testing.assert_allclose(found.delivered.duty[hit], 0.275 * declared[hit], rtol=CLOSE)
    np.testing.assert_array_equal(found.delivered.factory, plain.factory)
    for name in ("free_on_board", "duty"):
        assert np.array_equal(getattr(found.delivered, name)[~hit], getattr(plain, name)[~hit])
    saved = 0.2 * 0.25 * (supply.transfer_ratio * plain.factory)[hit] * 0.275
    np.testing.assert_allclose((plain.unit - found.delivered.unit)[hit], saved, rtol=1e-9)


def test_declared_values_stay_where_no_rate_rises(world, setting, base):
    """At the base day's law, and where a duty falls, carmakers declare what they declared."""
    lower = with_total_duty(setting.measures, "USA", "JPN", "passenger_car", 0.0)
    for law in (setting.measures, lower):
        asked = replace(setting, measures=law, transfer_price_response=0.3)
        found = settle(world, asked, level=SLIDER, near=base)
        for code, side in found.sides.items():
            old = base.sides[code].delivered
            assert np.array_equal(side.delivered.free_on_board, old.free_on_board)


def test_the_parameter_speaks_where_the_setting_is_silent(world, setting, base):
    """Without a response of its own a setting takes that of the table."""
    measures = with_added_duty(setting.measures, "USA", "vehicle", 0.1)
    evidence = world.evidence.replace_parameter("transfer_price_response", 0.25)
    other = replace(world, observed=replace(world.observed, evidence=evidence))
    silent = settle(other, replace(setting, measures=measures), level=SLIDER, near=base)
    told = settle(
        world,
        replace(setting, measures=measures, transfer_price_response=0.25),
        level=SLIDER,
        near=base,
    )
    for code, side in silent.sides.items():
        assert np.array_equal(
            side.delivered.free_on_board, told.sides[code].delivered.free_on_board
        )


def test_duties_on_prices_leave_declared_values_alone(world, taxed, base):
    """Where the price is the base of the duty, declaring less would gain nothing."""
    asked = replace(taxed, border_share=0.6, transfer_price_response=0.3)
    found = settle(world, asked, level=SLIDER, near=base).sides["US"]
    plain = found.supply.transfer_ratio * found.delivered.factory
    np.testing.assert_allclose(found.delivered.free_on_board, plain, rtol=CLOSE)
