"""The same laws in the full 2024 world, with the shipped tables; few examples, as each is a solve.

Prices of both markets are solved to 1e-12; chains of tables, calibration and plants between two
ways of asking the same lose two or three digits: 1e-9 of prices and units, 1e-6 of a shadow price
in USD. What is said to be exactly zero is compared with zero.
"""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backhaul.baseline import settle as room_of_settle
from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.novelty import Specification, make_entrant
from backhaul.baseline.setting import Promise
from backhaul.baseline.settle import base_setting, settle
from backhaul.demand.shares import shares
from backhaul.demand.slopes import own_elasticities, share_slopes
from backhaul.equilibrium.multipliers import balance
from backhaul.equilibrium.solve import solve
from backhaul.evidence.catalogue import Evidence
from backhaul.market.wedge import Wedge
from backhaul.policy.amend import with_added_duty

DATA = Path(str(files("backhaul"))) / "data"
CLOSE = 1e-9
WORTH = 1e-6
FEW = settings(max_examples=4)

MARKETS = st.sampled_from(["US", "JP"])
DUTIES = st.floats(0.0, 0.3)
"""Added to every vehicle from abroad; US plants fill up as it grows."""

TABLES = (
    *(f"{market}/{name}.csv" for market in ("jp", "us") for name in
      ("sales", "prices", "nameplates", "sourcing")),
    "trade/plants.csv", "trade/routes.csv",
)  # fmt: skip


def taxed(world, duty):
    """Return the base setting with a duty on every vehicle that the US imports."""
    setting = base_setting(world)
    return replace(setting, measures=with_added_duty(setting.measures, "USA", "vehicle", duty))


def shuffled(folder: Path, seed: int) -> Path:
    """Write the tables of products and plants with their rows in another order."""
    for name in TABLES:
        with (DATA / name).open(encoding="utf-8", newline="") as table:
            head, *rows = list(csv.reader(table))
        random.Random(seed).shuffle(rows)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows([head, *rows])
    return folder


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_in_the_tables_does_not_matter(world, tmp_path, seed):
    """Tables with shuffled rows: after a duty each product has its price, each plant its load."""
    other = calibrate(Evidence.load(shuffled(tmp_path, seed)))
    assert other.sides["JP"].market.ids != world.sides["JP"].market.ids

    known = settle(world, taxed(world, 0.25), level="slider")
    found = settle(other, taxed(other, 0.25), level="slider")

    for code, side in known.sides.items():
        place = [found.sides[code].market.ids.index(name) for name in side.market.ids]
        np.testing.assert_allclose(found.sides[code].price[place], side.price, rtol=CLOSE)
        np.testing.assert_allclose(found.sides[code].units[place], side.units, rtol=1e-8)
    for name, plant in known.plants.items():
        assert found.plants[name].shadow == pytest.approx(plant.shadow, rel=WORTH, abs=1e-4)


@given(code=MARKETS, factor=st.floats(1e-3, 1e3), duty=DUTIES)
@FEW
def test_the_unit_of_money_does_not_matter(world, base, code, factor, duty):
    """A real market counted in another unit: prices times the rate, the same units, one proof."""
    side = settle(world, taxed(world, duty), level="first_order", near=base).sides[code]
    game, taste = side.equilibrium.game, side.equilibrium.game.taste
    found = solve(
        replace(taste, alpha=taste.alpha / factor, penalty=taste.penalty * factor),
        Wedge(game.wedge.keep, game.wedge.cost * factor),
        game.conduct,
        start=1.1 * factor * side.price,
        require="slider",
    )

    np.testing.assert_allclose(found.price, side.price * factor, rtol=CLOSE)
    np.testing.assert_allclose(found.share, side.equilibrium.share, rtol=1e-8)


@given(duty=DUTIES)
@FEW
def test_a_market_split_in_two_halves_stays_what_it_was(world, base, duty):
    """The US as two halves that share its plants: the same prices, loads and shadow prices."""
    asked = []

    def remember(venues, limits, **how):
        asked.append((venues, limits))
        return room_of_settle_together(venues, limits, **how)

    room_of_settle_together = room_of_settle.solve_together
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room_of_settle, "solve_together", remember)
        whole = settle(world, taxed(world, duty), level="first_order", near=base)
    [(venues, bound)] = asked
    us = [venue.game.market for venue in venues].index("US")
    split = [venue for venue in venues if venue is not venues[us]]
    split += [replace(venues[us], size=venues[us].size / 2)] * 2

    joint = balance(split, bound)

    assert joint.holds
    for half in joint.stands[-2:]:
        np.testing.assert_allclose(half.price, whole.sides["US"].price, rtol=CLOSE)
    np.testing.assert_allclose(joint.stands[0].price, whole.sides["JP"].price, rtol=CLOSE)
    shadow = [whole.plants[name].shadow for name in bound.names]
    np.testing.assert_allclose(joint.shadow, shadow, rtol=WORTH, atol=1e-4)


@given(code=MARKETS, seed=st.integers(0, 1000), spread=st.floats(0.0, 0.6))
def test_own_sales_fall_in_the_own_price(world, code, seed, spread):
    """Calibrated tastes at any prices around the observed: own down, others up, nobody gained."""
    side = world.sides[code]
    noise = np.random.default_rng(seed).standard_normal(side.market.price.size)
    price = side.market.price * np.exp(spread * noise)

    slope = share_slopes(side.taste, price)

    own = np.diag(slope)
    assert np.all(shares(side.taste, price) > 0)
    assert np.all(own_elasticities(side.taste, price) < 0)
    assert np.all(slope - np.diag(own) >= 0)
    assert np.all(slope.sum(axis=0) < 0)


@given(duty=DUTIES)
@FEW
def test_a_plant_below_capacity_has_exactly_no_price(world, base, duty):
    """Whatever the duty: no plant is over, and one that is not full costs nothing."""
    found = settle(world, taxed(world, duty), level="first_order", near=base)

    for name, plant in found.plants.items():
        assert plant.load <= plant.available * (1 + 1e-8), name
        assert plant.shadow >= 0, name
        if plant.load < plant.available * (1 - 1e-8):
            assert plant.shadow == 0, name


@given(part=st.floats(0.05, 0.99))
@FEW
def test_a_target_that_is_slack_takes_exactly_no_support(world, base, part):
    """A promise of fewer US-built Camrys than Japan buys anyway costs nobody anything."""
    setting = base_setting(world)
    car = make_entrant(world, setting, "toyota_camry", Specification("left", "type_designation"))
    entered = replace(setting, entrants=(car,))
    free = settle(world, entered, level="first_order", near=base).sides["JP"]
    sold = float(free.units[-1])
    assert sold > 10

    promise = Promise("JP", ("toyota_camry",), part * sold, "JP treasury")
    kept = settle(world, replace(entered, promise=promise), level="first_order", near=base)

    side = kept.sides["JP"]
    assert not side.promised.any()
    assert side.equilibrium.multiplier == 0
    np.testing.assert_allclose(side.price, free.price, rtol=CLOSE)
