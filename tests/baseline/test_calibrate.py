"""The calibrated world explains the base year.

The cost identity is a sum of some ten items of 1e4 dollars: 1e-12 relative. Prices are solved to
1e-10; units amplify that by the elasticity, so 1e-9.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from backhaul.baseline import calibrate as room
from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.factory import refuse_implausible
from backhaul.baseline.settle import base_setting, settle
from backhaul.demand.shares import shares
from backhaul.equilibrium.costs import back_out_costs
from backhaul.equilibrium.solve import solve
from backhaul.errors import CalibrationError

CODES = ("US", "JP")


@pytest.mark.parametrize("code", CODES)
def test_delivered_costs_reproduce_the_backed_out_unit_costs(world, code):
    """Factory, way, duty, margins and local cost of the links add up to each unit cost."""
    side = world.sides[code]
    cost = back_out_costs(side.taste, side.delivered.keep, side.conduct, side.market.price)
    built = side.supply.total(side.supply.share * side.delivered.unit)

    found = built + side.delivered.carried(side.supply)
    assert np.max(np.abs(found / cost - 1)) <= 1e-12
    assert np.array_equal(side.wedge.cost, cost)


@pytest.mark.parametrize("code", CODES)
def test_observed_prices_and_units_are_the_equilibrium_of_the_base_day(world, base, code):
    """Re-solving the base setting gives prices, units and origins of the base year back."""
    market, state = world.sides[code].market, base.sides[code]

    assert np.max(np.abs(state.price / market.price - 1)) <= 1e-9
    assert np.max(np.abs(state.units / market.units - 1)) <= 1e-9
    assert np.array_equal(state.link_share, state.supply.share)
    assert np.max(np.abs(state.resourcing / state.wedge.cost)) <= 1e-12


@pytest.mark.parametrize("code", CODES)
def test_the_base_is_found_from_other_prices_too(world, code):
    """Started a tenth away, the solver comes back to the base year."""
    side = world.sides[code]
    found = solve(side.taste, side.wedge, side.conduct, start=1.1 * side.market.price,
                  require="slider")  # fmt: skip
    assert np.max(np.abs(found.price / side.market.price - 1)) <= 1e-9


@pytest.mark.parametrize("code", CODES)
def test_tastes_reproduce_observed_shares(world, code):
    """Demand at observed prices is observed sales."""
    side = world.sides[code]
    found = shares(side.taste, side.market.price)

    assert np.max(np.abs(found / side.market.shares - 1)) <= 1e-10


def test_us_buyers_pay_tax_and_have_their_credit(world):
    """US consumer prices are list prices times one plus tax, less the credit of electric cars."""
    side, listed = world.sides["US"], world.observed.markets["US"].price
    assert side.delivered.sales_tax == world.evidence.parameter("us_sales_tax").value
    paid = listed * (1 + side.delivered.sales_tax) - side.delivered.credit
    assert side.market.price == pytest.approx(paid, rel=1e-12)
    tesla = side.index("tesla_model_y")
    assert side.delivered.credit[tesla] == 7500
    assert side.delivered.credit[side.index("toyota_camry")] == 0


def test_japanese_prices_hold_their_tax(world):
    """Japanese list prices already have the 10 % in them."""
    side = world.sides["JP"]
    assert side.delivered.sales_tax == 0.10
    assert np.array_equal(side.market.price, world.observed.markets["JP"].price)


def test_imports_in_japan_carry_the_importers_margin(world):
    """The importer's margin is on what comes from abroad, in Japan only."""
    jp, us = world.sides["JP"], world.sides["US"]
    share = world.evidence.parameter("importer_margin_jp").value
    jeep, prius = jp.index("jeep_all"), jp.index("toyota_prius")

    assert jp.supply.importer_margin[jeep] == pytest.approx(
        share * jp.market.price[jeep] / 1.1, rel=1e-12
    )
    assert jp.supply.importer_margin[prius] == 0
    assert not us.supply.importer_margin.any()


def test_the_order_of_the_rows_does_not_matter(evidence, world, monkeypatch):
    """Sales and origins listed the other way round give the same costs, product by product."""
    whole = type(evidence).table

    def reversed_table(self, folder, name):
        table = whole(self, folder, name)
        return table.iloc[::-1] if name in ("sales", "nameplates", "prices") else table

    monkeypatch.setattr(type(evidence), "table", reversed_table)
    other = calibrate(evidence)
    for code, side in world.sides.items():
        mine, theirs = side.wedge.cost, other.sides[code].wedge.cost
        assert other.sides[code].market.ids == side.market.ids[::-1]
        assert np.max(np.abs(theirs[::-1] / mine - 1)) <= 1e-8  # tastes are solved to 1e-10


def test_a_base_day_with_an_offset_is_refused(evidence, monkeypatch):
    """Factory costs cannot be backed out of a duty that depends on them: an error says so."""
    monkeypatch.setattr(room, "BASE_DAY", date(2025, 10, 20))
    with pytest.raises(CalibrationError, match="offset"):
        calibrate(evidence)


@pytest.mark.parametrize("part", [-0.01, 0.03, 2.0])
def test_an_implausible_factory_cost_names_the_product(world, part):
    """A factory cost below 5 % or above 180 % of the list price names the product."""
    side = world.sides["US"]
    listed = world.observed.markets["US"].price
    factory = np.array(side.supply.factory)
    j = side.index("toyota_prius")
    factory[side.supply.product == j] = part * listed[j]
    with pytest.raises(CalibrationError, match="toyota_prius") as caught:
        refuse_implausible(replace(side.supply, factory=factory), listed, 1.0)
    assert f"{part:.0%}" in caught.value.what


def test_japanese_credits_are_none_so_list_prices_are_consumer_prices(world):
    """The model has no purchase credit in Japan; a new one would need its place in prices."""
    assert not world.sides["JP"].delivered.credit.any()


def test_settling_twice_is_the_same(world, base):
    """Same inputs, same bits."""
    again = settle(world, base_setting(world), level="slider")
    for code in CODES:
        assert np.array_equal(again.sides[code].price, base.sides[code].price)


def test_costs_by_market_currency(world):
    """The US is kept in dollars, Japan in yen at the mean rate of the year."""
    assert world.sides["US"].delivered.per_usd == 1
    assert world.sides["JP"].delivered.per_usd == world.observed.jpy_per_usd
    assert replace(base_setting(world)).jpy_per_usd == world.observed.jpy_per_usd
