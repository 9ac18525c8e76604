"""New products: what they cost in Japan, how they are liked, what certification takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from backhaul.baseline.novelty import (
    Specification,
    announced,
    annual_deltas,
    characteristics,
    japanese_price,
    make_entrant,
    own_imports,
)
from backhaul.baseline.settle import base_setting
from backhaul.demand.shares import shares
from backhaul.errors import ScenarioError

EXACT = 1e-12
LEFT = Specification("left", "cheapest")
RIGHT = Specification("right", "cheapest")


@pytest.fixture(scope="module")
def setting(world):
    return replace(base_setting(world), on=date(2026, 3, 1))


def parameter(world, name):
    return world.evidence.parameter(name).value


def test_the_announced_are_six(world):
    """Camry, Highlander, Tundra, Murano, Integra Type S, Passport."""
    assert set(announced(world)) == {
        "toyota_camry", "toyota_highlander", "toyota_tundra", "nissan_murano",
        "acura_integra_type_s", "honda_passport",
    }  # fmt: skip


def test_an_entrant_costs_at_the_plant_what_it_costs_for_the_us(world, setting):
    """Factory cost is that of the US nameplate, times the trim's price ratio."""
    us = world.sides["US"]
    for name, source, ratio in (
        ("toyota_camry", "toyota_camry", 1.0),
        ("acura_integra_type_s", "acura_integra", 1.495),
    ):
        entrant = make_entrant(world, setting, name, LEFT)
        index = [x.product for x in us.supply.links].index(source)
        assert entrant.factory == pytest.approx(ratio * us.supply.factory[index], rel=EXACT)
        assert entrant.transfer_ratio == world.unit_values["JPN", "USA"]


def test_the_reference_price_is_the_us_list_price_at_the_median_ratio(world, setting):
    """Nameplates of both markets list at a median ratio; half of them lie below it."""
    us = world.observed.markets["US"]
    american = dict(zip(us.ids, us.price, strict=True))
    jp = world.sides["JP"].market
    pairs = [(p.price / 1.1, american[p.id]) for p in jp.products
             if p.id in american and not p.aggregate]  # fmt: skip
    below = np.mean([mine < japanese_price(world, theirs) for mine, theirs in pairs])
    camry = make_entrant(world, setting, "toyota_camry", LEFT)

    assert len(pairs) >= 20
    assert 0.4 <= below <= 0.5
    assert camry.product.price == pytest.approx(
        1.1 * japanese_price(world, american["toyota_camry"]), rel=EXACT
    )


def test_margins_are_shares_of_the_reference_price_before_tax(world, setting):
    """Dealer and importer take their usual shares of it."""
    camry = make_entrant(world, setting, "toyota_camry", LEFT)
    base = camry.product.price / 1.1

    assert camry.dealer == pytest.approx(parameter(world, "dealer_margin_jp") * base, rel=EXACT)
    assert camry.importer_margin == pytest.approx(
        parameter(world, "importer_margin_jp") * base, rel=EXACT
    )


def test_left_hand_drive_is_a_penalty_and_right_hand_drive_a_cost(world, setting):
    """Left costs the buyer a share of the price; right costs the maker per car."""
    left, right = (make_entrant(world, setting, "toyota_camry", s) for s in (LEFT, RIGHT))
    share = parameter(world, "lhd_discount_mass_market_jp")
    known = parameter(world, "unfamiliarity_known_badge")

    assert left.penalty == pytest.approx((share + known) * left.product.price, rel=EXACT)
    assert right.penalty == pytest.approx(known * right.product.price, rel=EXACT)
    assert right.link.conversion - left.link.conversion == pytest.approx(
        parameter(world, "rhd_unit_cost"), rel=EXACT
    )
    assert right.delta == left.delta


def test_a_badge_japan_does_not_know_is_less_familiar(world, setting):
    """An Acura has the penalty of a new badge; as a sports car none for the steering side."""
    acura = make_entrant(world, setting, "acura_integra_type_s", LEFT)
    share = parameter(world, "unfamiliarity_new_badge")
    share += parameter(world, "lhd_discount_enthusiast_jp")

    assert acura.penalty == pytest.approx(share * acura.product.price, rel=EXACT)


def test_engineering_is_paid_once_per_model_life_where_no_right_hand_car_exists(world, setting):
    """The Murano is re-engineered, the Camry exists with the wheel on the right."""
    life = parameter(world, "model_life_years")
    extra = {
        name: make_entrant(world, setting, name, RIGHT).fixed_cost_usd
        - make_entrant(world, setting, name, LEFT).fixed_cost_usd
        for name in ("nissan_murano", "toyota_camry")
    }

    assert extra["nissan_murano"] == pytest.approx(
        parameter(world, "rhd_engineering_fixed_cost") * 1e6 / life, rel=1e-9
    )
    assert extra["toyota_camry"] == 0


def test_the_delta_is_the_hedonic_value_shifted_like_own_imports(world, setting):
    """Delta is prediction plus the median of shifted leave-one-out residuals."""
    camry = make_entrant(world, setting, "toyota_camry", LEFT)
    expected = world.hedonic.predict(characteristics((camry.product,)))[0]
    middle = np.median(world.hedonic.residuals) + world.hedonic.shift

    assert camry.delta == pytest.approx(expected + middle, rel=1e-9)
    assert np.median(camry.spread) == pytest.approx(0, abs=1e-12)
    assert len(camry.spread) == len(world.hedonic.residuals)


def test_the_2026_scheme_is_the_cheapest_when_it_is_open(world, setting):
    """From 16 February 2026 US-built cars take the new scheme; before, at 3,000 units, a type."""
    before = replace(setting, on=date(2025, 10, 1))
    found = [make_entrant(world, s, "toyota_camry", LEFT) for s in (setting, before)]

    assert [car.certification for car in found] == ["us_scheme", "type_designation"]
    assert [car.unit_cap for car in found] == [None, None]
    assert [car.link.certification for car in found] == [0, 0]
    with pytest.raises(ScenarioError, match="not open"):
        make_entrant(world, before, "toyota_camry", Specification("left", "us_scheme"))


def test_preferential_handling_costs_per_car_and_has_a_cap(world, setting):
    """60,000 yen a car at the day's rate, at most 5,000 of a type."""
    car = make_entrant(
        world, setting, "toyota_camry", Specification("left", "preferential_handling")
    )

    assert car.unit_cap == 5000
    assert car.link.certification == pytest.approx(
        parameter(world, "jp_php_unit_cost") / setting.jpy_per_usd, rel=EXACT
    )


def test_part_year_sales_are_brought_to_twelve_months(world):
    """With annual deltas, the WR-V of ten months sells twelve months' worth."""
    side = world.sides["JP"]
    units = shares(replace(side.taste, delta=annual_deltas(side)), side.market.price)
    months = np.array([p.months_on_sale for p in side.market.products])

    assert side.market.products[side.index("honda_wr_v")].months_on_sale == 10
    assert units * side.market.size == pytest.approx(side.market.units * 12 / months, rel=1e-9)


def test_own_imports_are_the_home_makers_cars_from_abroad_only(world):
    """The WR-V is one; the Prius, built at home, and the Jeep are not."""
    side = world.sides["JP"]
    flags = own_imports(world.evidence, side, world.observed.links["JP"])
    own = {name for name, flag in zip(side.market.ids, flags, strict=True) if flag}

    assert "honda_wr_v" in own
    assert not own & {"toyota_prius", "jeep_all"}


def test_no_own_import_has_a_local_cost_so_entrants_have_none(world, setting):
    """The makers' imports come from countries that do not supply the US: no anchor, no residual.

    Entrants therefore carry no local cost. Cars of both markets have large negative ones, so this
    choice weighs heavily on the support per vehicle (docs/model.md, 'Anchors').
    """
    side = world.sides["JP"]
    flags = own_imports(world.evidence, side, world.observed.links["JP"])

    assert not side.supply.local[flags].any()
    for name in announced(world):
        assert make_entrant(world, setting, name, LEFT).local == 0
