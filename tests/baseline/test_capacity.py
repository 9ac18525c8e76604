"""Plants bound what is built: hand sums of what they can build, and what a full one does.

Complementarity is 1e-8 (MODEL section 8). Hand sums are the same sums in another order: 1e-12.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.baseline.capacity import available, base_loads
from backhaul.baseline.novelty import Specification, make_entrant
from backhaul.baseline.setting import Move, Promise, Purchase
from backhaul.baseline.settle import base_setting, settle
from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.outcome.trade import balance
from backhaul.policy.amend import with_added_duty, with_total_duty

SLIDER = "slider"
KENTUCKY = "toyota_tmmk"
SLACK = 1e-8
CLOSE = 1e-12


@pytest.fixture(scope="module")
def setting(world):
    return base_setting(world)


@pytest.fixture(scope="module")
def taxed(setting):
    """25 points on every vehicle from abroad: US plants fill up."""
    return replace(setting, measures=with_added_duty(setting.measures, "USA", "vehicle", 0.25))


@pytest.fixture(scope="module")
def full(world, taxed, base):
    """The state under that duty."""
    return settle(world, taxed, level=SLIDER, near=base)


def with_capacity(world, rooms):
    """Return the world with other capacities: these vehicles a year for the two markets."""
    built = base_loads(world)
    plants = dict(world.observed.plants)
    for name, room in rooms.items():
        elsewhere = max(0.0, (plants[name].output or 0.0) - built.get(name, 0.0))
        plants[name] = replace(plants[name], capacity=room + elsewhere)
    return replace(world, observed=replace(world.observed, plants=plants))


def links_of(side, plant):
    """Return which links of a market come from a plant."""
    return np.array([link.plant == plant for link in side.supply.links])


def test_what_a_plant_can_build_is_capacity_less_what_it_builds_for_others(world, setting):
    """By hand for every plant; in the base year nothing is over, and no capacity has a price."""
    room = available(world, setting)
    for name, plant in world.observed.plants.items():
        assert (name in room) == (plant.capacity is not None)
        if plant.capacity is not None:
            modelled = sum(
                product.units * link.share
                for code, market in world.observed.markets.items()
                for product in market.products
                for link in world.observed.links[code]
                if link.product == product.id and link.plant == name
            )
            others = max(0.0, (plant.output or 0.0) - modelled)
            assert room[name] == pytest.approx(plant.capacity - others, rel=CLOSE)
            assert modelled <= room[name] * (1 + CLOSE)


def test_nothing_is_full_in_the_base_year(world, base):
    """At the calibrated world no plant has a shadow price; loads are those observed."""
    built = base_loads(world)
    for name, plant in base.plants.items():
        assert plant.shadow == 0
        assert plant.load == pytest.approx(built.get(name, 0.0), rel=1e-9)


def test_a_duty_fills_plants_and_none_is_over(full):
    """Several plants are full, each with a price; none builds more than it can."""
    priced = [plant for plant in full.plants.values() if plant.shadow > 0]
    assert len(priced) >= 5
    for plant in full.plants.values():
        slack = np.log(plant.available / plant.load) if plant.load else np.inf
        assert slack >= -SLACK
        assert plant.shadow == 0 or slack <= SLACK
    worst = full.sides["US"].equilibrium.certificate.first_order.complementarity
    assert 0 <= worst <= SLACK


def test_shadow_prices_are_in_pricing_and_in_nobodys_profit(full):
    """Unit profit is price kept less what is paid: links, re-sourcing, margins."""
    side = full.sides["US"]
    paid = side.supply.total(side.link_share * side.delivered.unit) + side.resourcing
    profit = side.wedge.keep * side.price - paid - side.delivered.carried(side.supply)
    assert side.scarcity.max() > 100
    np.testing.assert_allclose(side.unit_profit, profit, rtol=1e-9)
    by_hand = np.zeros(side.scarcity.size)
    for link, j, share in zip(side.supply.links, side.supply.product, side.link_share, strict=True):
        by_hand[j] += share * (full.plants[link.plant].shadow if link.plant in full.plants else 0)
    np.testing.assert_allclose(side.scarcity, by_hand * side.per_usd, rtol=CLOSE, atol=1e-9)


def test_without_limits_plants_build_what_is_asked(world, taxed, full, base):
    """Unlimited: no prices of capacity, and more is built in the US than the plants can."""
    loose = settle(world, replace(taxed, limited=False), level=SLIDER, near=base)
    us, bound = loose.sides["US"], full.sides["US"]
    home = np.array(us.supply.countries) == "USA"
    assert loose.plants == {}
    assert not us.scarcity.any()
    assert us.link_units[home].sum() > bound.link_units[home].sum()
    assert us.price.mean() < bound.price.mean()


def test_the_order_of_plants_does_not_matter(world, taxed, full, base):
    """Plants in the opposite order of the table: the same prices, loads and shadow prices."""
    turned = dict(reversed(world.observed.plants.items()))
    other = replace(world, observed=replace(world.observed, plants=turned))
    found = settle(other, taxed, level=SLIDER, near=base)
    for code, side in full.sides.items():
        np.testing.assert_allclose(found.sides[code].price, side.price, rtol=1e-10)
    for name, plant in full.plants.items():
        assert found.plants[name].shadow == pytest.approx(plant.shadow, rel=1e-7)


def test_forty_random_capacities_are_all_met(world, taxed, full):
    """Capacities from 75 to 130 % of the base load: every one is kept to the standard."""
    built = {name: load for name, load in base_loads(world).items() if name in full.plants}
    draw = np.random.default_rng(41)
    for _ in range(40):
        rooms = {name: load * draw.uniform(0.75, 1.3) for name, load in built.items() if load > 0}
        found = settle(with_capacity(world, rooms), taxed, level="first_order", near=full)
        priced = 0
        for name, room in rooms.items():
            slack = np.log(room / found.plants[name].load)
            assert slack >= -SLACK
            assert found.plants[name].shadow == 0 or slack <= SLACK
            priced += found.plants[name].shadow > 0
        assert priced >= 5


@pytest.fixture(scope="module")
def promised(world, setting):
    """20,000 Camrys from Kentucky for Japan, promised."""
    car = make_entrant(world, setting, "toyota_camry", Specification("left", "type_designation"))
    promise = Promise("JP", ("toyota_camry",), 20_000.0, "JP treasury")
    return replace(setting, entrants=(car,), promise=promise)


def test_a_full_plant_ships_to_Japan_what_its_home_buyers_give_up(world, setting, base, promised):
    """Every car for Japan is one less for the US; the net balance gains less than the gross one."""
    tight = with_capacity(world, {KENTUCKY: base_loads(world)[KENTUCKY]})
    before = settle(tight, setting, level=SLIDER, near=base)
    after = settle(tight, promised, level=SLIDER, near=before)
    loose = settle(world, replace(promised, limited=False), level=SLIDER, near=base)

    def built(state, code):
        side = state.sides[code]
        return float(side.link_units[links_of(side, KENTUCKY)].sum())

    given_up = built(before, "US") - built(after, "US")
    assert after.plants[KENTUCKY].shadow > 0
    assert built(after, "JP") == pytest.approx(20_000, rel=1e-7)
    assert given_up == pytest.approx(20_000, rel=1e-5)
    camry = after.sides["US"].market.ids.index("toyota_camry")
    assert after.sides["US"].units[camry] < before.sides["US"].units[camry]
    assert abs(built(loose, "US") / built(before, "US") - 1) < 1e-6
    gained, unbound = (balance(one) - balance(before) for one in (after, loose))
    assert gained < unbound
    assert after.sides["JP"].promised[-1] > loose.sides["JP"].promised[-1]


def test_what_a_state_buys_takes_up_capacity(world, setting, base):
    """Tundras for a state come out of a full plant in Texas: US buyers get as many fewer."""
    plant = "toyota_tmmtx"
    tight = with_capacity(world, {plant: base_loads(world)[plant]})
    before = settle(tight, setting, level=SLIDER, near=base)
    order = Purchase("toyota_tundra", "US", "JP", 4_000.0)
    after = settle(tight, replace(setting, purchases=(order,)), level=SLIDER, near=before)
    side = after.sides["US"]
    sold = float(side.link_units[links_of(side, plant)].sum())
    assert after.plants[plant].shadow > 0
    assert after.plants[plant].load == pytest.approx(before.plants[plant].available, rel=SLACK)
    assert sold == pytest.approx(before.plants[plant].load - 4_000, rel=1e-6)


def test_a_move_adds_its_capacity_to_the_plant_that_receives_it(world, setting):
    """A new plant has that capacity and no more; an existing one grows by it; blank stays blank."""
    room = available(world, setting)

    def after(plant):
        move = Move("US", "toyota", "JPN", "USA", plant, 50_000.0, 1e9)
        return available(world, replace(setting, moves=(move, move)))

    assert after("new_toyota_USA")["new_toyota_USA"] == 100_000
    assert after(KENTUCKY)[KENTUCKY] == pytest.approx(room[KENTUCKY] + 100_000)
    unstated = next(name for name, p in world.observed.plants.items() if p.capacity is None)
    assert unstated not in after(unstated)
    assert available(world, replace(setting, limited=False)) == {}


def test_a_new_plant_is_full_when_more_is_wanted_of_it(world, setting, base):
    """Capacity for a part of Japan-built Subarus under a duty: the new plant builds just that."""
    measures = with_total_duty(setting.measures, "USA", "JPN", "passenger_car", 0.25)
    move = Move("US", "subaru", "JPN", "USA", "new_subaru_USA", 50_000.0, 1e9)
    found = settle(
        world, replace(setting, measures=measures, moves=(move,)), level=SLIDER, near=base
    )
    new = found.plants["new_subaru_USA"]
    assert new.load == pytest.approx(50_000, rel=SLACK)
    assert new.shadow > 0


def test_a_plant_without_any_room_is_refused_by_name(world, setting):
    """Nothing left for the two markets is told at once, with the plant."""
    with pytest.raises(ScenarioError, match=KENTUCKY):
        settle(with_capacity(world, {KENTUCKY: 0.0}), setting, level=SLIDER)


def test_a_plant_that_prices_cannot_empty_is_refused_by_name(world, setting):
    """With prices that hardly move, half the room cannot be kept: the error names the plant."""
    stuck = replace(setting, adjustment=1e-7)
    plant = "honda_lincoln"  # builds alone what it builds, so no other plant can take over
    half = with_capacity(world, {plant: 0.5 * base_loads(world)[plant]})
    with pytest.raises(EquilibriumError, match=plant):
        settle(half, stuck, level=SLIDER)
