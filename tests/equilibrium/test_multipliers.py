"""Full plants and commitments: complementarity, exact slopes, and no dependence on order.

Complementarity is 1e-8 by MODEL section 8; the search stops at 1e-12, so 1e-10 is asked. Slopes by
central differences of steps of 1e-4 of the multiplier's unit: 1e-6 of the largest slope.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import lu_factor

from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.iterate import find
from backhaul.equilibrium.multipliers import USD, Joint, Limits, balance
from backhaul.equilibrium.pricing import gap_slopes
from backhaul.equilibrium.solve import solve, solve_together
from backhaul.equilibrium.sourcing import Links
from backhaul.equilibrium.venue import (
    Delivery,
    Order,
    Venue,
    costs_at,
    loads_of,
    slopes_of,
    stand_at,
)
from backhaul.errors import EquilibriumError, ScenarioError
from equilibrium.toy_games import toy

PLANTS = ("east", "west", "south")
MEMBERS = np.arange(12) < 3
CLOSE = 1e-10


def venue(seed: int, *, theta: float = 30.0, per_usd: float = 1e-3, **more: object) -> Venue:
    """Return a market of twelve products; half of them come from two plants, some from none.

    Money is thousands of USD, so that a shadow price of 1,000 USD is one unit of it.
    """
    game, price = toy(seed=seed)
    product = np.concatenate([np.arange(12), np.arange(6)])
    plant = np.array([0, 1, 2, 0, 1, -1] * 2 + [1, 2, 0, 1, -1, 2])
    share = np.where(product < 6, 0.5, 1.0)
    links = Links(product, share, np.full(18, 0.6 * game.wedge.cost.min()), theta)
    delivery = Delivery(links, links.base_cost, plant, per_usd=per_usd)
    carried = game.with_cost(game.wedge.cost - links.mean_base_cost)
    return Venue(game=carried, start=price, size=1e6 * seed, delivery=delivery, **more)


def limits(venues: list[Venue], part: object) -> Limits:
    """Return plants that can build this part of what they build when nothing limits them."""
    return Limits(PLANTS, unlimited(venues).loads * np.asarray(part))


def unlimited(venues: list[Venue]) -> Joint:
    """Return the markets with plants that are never full."""
    return balance(venues, Limits(PLANTS, np.full(3, 1e12)))


@pytest.fixture(scope="module")
def two() -> list[Venue]:
    """Return two markets that share three plants."""
    return [venue(1), venue(2)]


def test_plants_with_room_cost_nothing(two):
    """With more room than is asked for, shadow prices are zero and prices those of free plants."""
    joint = balance(two, limits(two, [1.001, 1.2, 2.0]))
    assert not joint.shadow.any()
    for stand, one in zip(joint.stands, two, strict=True):
        np.testing.assert_allclose(stand.found.price, one.start, rtol=1e-10)
    assert joint.miss == 0


@pytest.mark.parametrize("part", [(0.9, 1.1, 1.1), (0.8, 0.7, 0.95), (0.5, 1.3, 0.999)])
def test_a_plant_is_full_or_costs_nothing(two, part):
    """Never above capacity, a price only where full, and plain solves at these costs agree."""
    joint = balance(two, limits(two, part))
    slack = np.log(joint.limits.available / joint.loads)
    assert joint.holds
    assert np.all(slack >= -CLOSE)
    assert np.all(joint.shadow >= 0)
    assert np.all((joint.shadow == 0) | (slack <= CLOSE))
    assert joint.shadow.any()
    for stand in joint.stands:
        again = find(stand.costs.game, stand.venue.start)
        np.testing.assert_allclose(again.price, stand.found.price, rtol=1e-10)


def test_less_room_is_worth_more(two):
    """The shadow price rises as capacity falls, without a jump where the plant becomes full."""
    parts = (1.0 - 1e-7, 0.95, 0.8, 0.6)
    found = [balance(two, limits(two, [part, 9.0, 9.0])).shadow[0] for part in parts]
    assert np.all(np.diff(found) > 0)
    assert 0 < found[0] < 1e-2


def test_the_order_of_plants_and_markets_does_not_matter(two):
    """Plants and markets in another order: the same prices and shadow prices by name."""
    bound = limits(two, [0.85, 0.8, 0.9])
    joint = balance(two, bound)
    order = np.array([2, 0, 1])
    place = np.append(np.argsort(order), -1)  # where each plant went; -1 stays
    moved = [
        replace(one, delivery=replace(one.delivery, plant=place[one.delivery.plant]))
        for one in reversed(two)
    ]
    names = tuple(PLANTS[k] for k in order)
    other = balance(moved, Limits(names, bound.available[order]))
    np.testing.assert_allclose(other.shadow, joint.shadow[order], rtol=1e-8)
    for stand, turned in zip(joint.stands, reversed(other.stands), strict=True):
        np.testing.assert_allclose(turned.price, stand.price, rtol=1e-10)


def test_a_near_start_gives_the_same_answer(two):
    """Starting from the shadow prices of other capacities leads to the same ones."""
    bound = limits(two, [0.85, 2.0, 0.9])
    near = balance(two, limits(two, [0.7, 0.8, 1.2]))
    joint, warm = balance(two, bound), balance(two, bound, shadow=near.shadow)
    np.testing.assert_allclose(warm.shadow, joint.shadow, atol=1e-6)
    assert warm.shadow[1] == 0


@pytest.mark.parametrize("theta", [0.0, 30.0])
@pytest.mark.parametrize("adjustment", [1.0, 0.4])
def test_slopes_are_those_of_differences(theta, adjustment):
    """Prices, loads and committed sales answer each multiplier as differences say."""
    one = venue(1, theta=theta, commitment=Commitment(MEMBERS, 0.5), adjustment=adjustment)
    rebate = 0.02 * np.arange(18)
    order = Order(links=np.array([1, 13]), units=3e4)
    before = np.where(np.arange(12) == 4, np.nan, 1.02 * one.start)
    delivery = replace(one.delivery, rebate=rebate, orders=(order,))
    one = replace(one, delivery=delivery, before=before, adjustment=adjustment)
    at = np.array([900.0, 0.0, 400.0, 0.7])

    def stand(x):
        costs = costs_at(one, x[:3], float(x[3]))
        return stand_at(one, costs, find(costs.game, one.start))

    here = stand(at)
    factor = lu_factor(gap_slopes(here.costs.game, here.found.now))
    slopes = slopes_of(here, 3, factor)
    for column, unit in enumerate((USD, USD, USD, 1.0)):
        step = np.zeros(4)
        step[column] = 1e-4 * unit
        up, down = stand(at + step), stand(at - step)
        for known, of in (
            (slopes.best, lambda s: s.found.price),
            (slopes.loads, lambda s: loads_of(s, 3)),
            (slopes.committed, lambda s: s.committed),
        ):
            difference = (of(up) - of(down)) / (2e-4 * unit)
            exact = known[..., column]
            assert np.max(np.abs(exact - difference)) <= 1e-6 * np.max(np.abs(known[..., column]))


def test_a_commitment_and_full_plants_are_kept_together(two):
    """A promise of cars from a full plant: the target is met, the plant is full, nobody is over."""
    share = unlimited(two).stands[0].share[MEMBERS].sum()
    bound = limits(two, [0.95, 0.95, 1.05])
    promised = [replace(two[0], commitment=Commitment(MEMBERS, 1.4 * share)), two[1]]
    joint = balance(promised, bound)
    alone = unlimited(promised)
    assert joint.holds
    assert joint.commitment_miss(0) <= CLOSE
    assert joint.plants_miss <= CLOSE
    assert joint.support[0] > alone.support[0] > 0
    assert np.all(joint.loads <= bound.available * (1 + CLOSE))


def test_a_slack_target_takes_no_support(two):
    """A target below what sells anyway has multiplier zero, whatever the plants."""
    bound = limits(two, [0.9, 0.9, 0.9])
    free = balance(two, bound)
    low = Commitment(MEMBERS, 0.9 * free.stands[0].share[MEMBERS].sum())
    joint = balance([replace(two[0], commitment=low), two[1]], bound)
    assert joint.support == (0.0, 0.0)
    np.testing.assert_allclose(joint.shadow, free.shadow, rtol=1e-9)


def test_prices_go_a_part_of_the_way(two):
    """Charged prices are so far on the way to the equilibrium's; loads hold at the charged ones."""
    before = [1.03 * one.start for one in two]
    bound = limits(two, [0.95, 1.2, 0.9])
    short = balance(_moving(two, before, 0.5), bound)
    for stand, old in zip(short.stands, before, strict=True):
        np.testing.assert_allclose(stand.price, (old + stand.found.price) / 2, rtol=1e-14)
    assert short.holds
    assert np.all(short.loads <= bound.available * (1 + CLOSE))
    nearly = balance(_moving(two, before, 1 - 1e-9), bound)
    whole = balance(_moving(two, before, 1.0), bound)
    np.testing.assert_allclose(nearly.stands[0].price, whole.stands[0].price, rtol=1e-8)
    np.testing.assert_allclose(whole.shadow, balance(two, bound).shadow, rtol=1e-9)


def _moving(venues: list[Venue], before: list[np.ndarray], part: float) -> list[Venue]:
    """Return markets whose prices go a part of the way."""
    return [
        replace(one, before=old, adjustment=part) for one, old in zip(venues, before, strict=True)
    ]


def test_every_market_is_certified_at_the_shadow_prices(two):
    """The proof is of prices at costs with shadow prices in them, and tells complementarity."""
    found = solve_together(two, limits(two, [0.9, 0.8, 1.1]), require="certified")
    for equilibrium in found.equilibria:
        assert equilibrium.certified
        assert equilibrium.certificate.first_order.complementarity <= CLOSE
        assert np.any(equilibrium.game.wedge.cost > two[0].game.wedge.cost.min())


def test_a_market_that_stays_the_same_keeps_its_proof(two):
    """Solved again from its own answer, a game takes over the proof; a changed one does not."""
    first = solve_together(two, limits(two, 1.5), require="slider").equilibria
    dearer = two[1].game.with_cost(1.05 * two[1].game.wedge.cost)
    again = solve_together(
        [two[0], replace(two[1], game=dearer)], limits(two, 1.5), require="slider", known=first
    ).equilibria
    assert again[0].certificate.second_order is first[0].certificate.second_order
    assert again[1].certificate.second_order is not first[1].certificate.second_order


def test_a_plant_without_room_is_named(two):
    """Nothing left to build with is refused before any solve."""
    with pytest.raises(ScenarioError, match="plant west") as caught:
        solve_together(two, Limits(PLANTS, np.array([1e6, 0.0, 1e6])))
    assert caught.value.fix.startswith("Raise")


def test_a_plant_that_nothing_brings_into_its_capacity_is_named(two):
    """Prices that hardly move cannot keep a plant within half of what is asked of it."""
    stuck = _moving(
        [replace(one, delivery=_rigid(one)) for one in two], [v.start for v in two], 1e-6
    )
    with pytest.raises(EquilibriumError, match="plant east"):
        solve_together(stuck, limits(two, [0.5, 2.0, 2.0]), require="slider")


def _rigid(one: Venue) -> Delivery:
    """Return a delivery whose plants do not stand in for each other."""
    return replace(one.delivery, links=replace(one.delivery.links, theta=0.0))


def test_a_promise_beyond_all_plants_names_them(two):
    """More cars than the members' plants can build: refused with the most that can be reached."""
    share = unlimited(two).stands[0].share[MEMBERS].sum()
    rigid = [replace(one, delivery=_rigid(one)) for one in two]
    promise = replace(rigid[0], commitment=Commitment(MEMBERS, 8 * share, size=1e6))
    with pytest.raises(ScenarioError, match=r"east.*can build no more") as caught:
        solve_together([promise, rigid[1]], limits(two, [0.9, 0.9, 0.9]), require="slider")
    assert "Lower the target" in caught.value.fix


def test_one_market_alone_is_the_plain_solve(two):
    """Without plants and promises the joint solve is the solve of one market."""
    game, price = toy(seed=3)
    joint: Joint = balance([Venue(game=game, start=1.2 * price)], Limits())
    alone = solve(game.taste, game.wedge, game.conduct, start=1.2 * price, require="slider")
    np.testing.assert_array_equal(joint.stands[0].price, alone.price)
