"""Laws become costs and keeps: checked by hand on a few cars, at 1e-12 (sums of a few numbers)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from backhaul.errors import ScenarioError
from backhaul.market.measure import Kind, Relation, Valuation
from backhaul.policy.amend import with_total_duty
from backhaul.policy.compile import LINK_ITEMS, Money, deliver
from backhaul.policy.customs import dutiable_value
from laws_of_the_tables import shipped_measures
from policy.toy_supply import car, link, supply

EXACT = 1e-12
LAWS = shipped_measures()
DAY = date(2024, 7, 1)
PAR = Money(150.0, 150.0)
CAMRY, RAV4, TRUCK = car("camry"), car("rav4"), car("truck", vehicle_class="light_truck")


def test_a_home_built_car_pays_no_duty_and_an_import_pays_the_rate_on_customs_value():
    """Duty is the rate times the transfer price; a link inside the market has none."""
    toy = supply([CAMRY, TRUCK], [link(CAMRY, "USA"), link(TRUCK, "JPN")])
    found = deliver(toy, LAWS, DAY, PAR, currency="USD")

    assert found.duty[0] == 0
    assert found.duty[1] == pytest.approx(0.25 * 1.05 * 20_000, rel=EXACT)
    assert found.free_on_board == pytest.approx([21_000, 21_000], rel=EXACT)


def test_the_us_values_free_on_board_and_japan_with_freight_and_insurance():
    """The same car has freight and insurance in Japan's duty base and not in the US one."""
    amounts = {
        "free_on_board": np.array([100.0]),
        "freight": np.array([10.0]),
        "insurance": np.array([1.0]),
    }
    assert dutiable_value(importer="USA", **amounts) == pytest.approx([100.0], rel=EXACT)
    assert dutiable_value(importer="JPN", **amounts) == pytest.approx([111.0], rel=EXACT)


def test_japan_would_charge_its_duty_on_the_landed_value():
    """A Japanese duty falls on free on board plus ocean freight plus insurance, not on inland."""
    laws = with_total_duty(LAWS, "JPN", "USA", "passenger_car", 0.10)
    toy = supply([CAMRY], [link(CAMRY, "USA")], importer="JPN")
    found = deliver(toy, laws, DAY, PAR, currency="JPY")

    assert found.duty[0] == pytest.approx(0.10 * (21_000 + 900 + 100), rel=EXACT)


@pytest.mark.parametrize(
    ("importer", "currency", "per_usd"), [("USA", "USD", 1), ("JPN", "JPY", 150)]
)
def test_delivered_cost_is_the_sum_of_its_items_in_market_currency(importer, currency, per_usd):
    """The unit cost of a link is every item that somebody receives, and nothing else."""
    toy = supply(
        [CAMRY], [link(CAMRY, "USA", pre_delivery=600.0, conversion=70.0)], importer=importer
    )
    found = deliver(toy, LAWS, DAY, PAR, currency=currency)

    assert found.unit[0] == pytest.approx(
        per_usd * sum(getattr(found, item)[0] for item in LINK_ITEMS), rel=EXACT
    )
    assert found.unit[0] >= per_usd * (20_000 + 900 + 400 + 100 + 600 + 70)


def test_keep_is_what_the_sales_tax_leaves():
    """Of a price with tax the seller keeps 1 / (1 + tax), the same for every product."""
    toy = supply([CAMRY, RAV4], [link(CAMRY, "USA"), link(RAV4, "JPN")])
    found = deliver(toy, LAWS, DAY, PAR, currency="USD")

    assert found.keep == pytest.approx(np.full(2, 1 / (1 + found.sales_tax)), rel=EXACT)
    assert found.sales_tax > 0


def test_a_weaker_yen_makes_only_the_yen_content_cheaper():
    """At twice the yen per dollar, the yen part of a factory cost halves in dollars."""
    parts = {"JPN": 0.5, "ROW": 0.5}
    toy = supply([CAMRY, RAV4], [link(CAMRY, "USA", parts=parts), link(RAV4, "JPN", parts=parts)])
    found = deliver(toy, LAWS, DAY, Money(300.0, 150.0), currency="USD")

    yen = np.array([0.6 * 0.5, 0.6 * 0.5 + 0.4])
    assert found.factory == pytest.approx(20_000 * (1 - yen / 2), rel=EXACT)


def test_a_border_price_moves_keep_and_not_cost():
    """Charged on a share of the price, a duty of r leaves 1 - r share of it; cost has no duty."""
    toy = supply([CAMRY, TRUCK], [link(CAMRY, "USA"), link(TRUCK, "JPN")])
    plain = deliver(toy, LAWS, DAY, PAR, currency="USD")
    found = deliver(toy, LAWS, DAY, PAR, currency="USD", border_share=0.8)

    assert found.price_duty == pytest.approx([0, 0.25 * 0.8], rel=EXACT)
    assert found.keep == pytest.approx(plain.keep * [1, 0.8], rel=EXACT)
    assert found.unit == pytest.approx(plain.unit - plain.duty, rel=EXACT)


def test_a_duty_on_prices_that_takes_all_is_refused():
    """Keep stays positive or the error names the product."""
    toy = supply([TRUCK], [link(TRUCK, "JPN")])
    laws = with_total_duty(LAWS, "USA", "JPN", "light_truck", 1.5)

    with pytest.raises(ScenarioError, match="truck"):
        deliver(toy, laws, DAY, PAR, currency="USD", border_share=0.8)


def test_a_measure_on_border_prices_needs_the_share_of_the_price():
    """No measure is silently valued otherwise than it says."""
    mine = tuple(
        replace(m, valuation=Valuation.BORDER_PRICE) if m.measure_id == "us_mfn_car" else m
        for m in LAWS
    )
    toy = supply([CAMRY], [link(CAMRY, "JPN")])

    with pytest.raises(ScenarioError, match="border price"):
        deliver(toy, mine, DAY, PAR, currency="USD")
    assert deliver(toy, mine, DAY, PAR, currency="USD", border_share=0.5).price_duty[0] > 0


def test_a_specific_duty_is_paid_per_car_whatever_its_value():
    """500 USD per vehicle from Japan come on top of the ad valorem duty, in dollars."""
    base = next(m for m in LAWS if m.measure_id == "us_mfn_car")
    per_car = replace(
        base, measure_id="per_car", kind=Kind.SPECIFIC_DUTY, relation=Relation.NONE, rate=None,
        valuation=None, quantity=500.0, quantity_unit="USD per vehicle",
        exporter="JPN", exporters=frozenset({"JPN"}),
    )  # fmt: skip
    toy = supply([CAMRY, RAV4], [link(CAMRY, "JPN"), link(RAV4, "DEU")])
    without = deliver(toy, LAWS, DAY, PAR, currency="USD")
    found = deliver(toy, (*LAWS, per_car), DAY, PAR, currency="USD")

    assert found.duty - without.duty == pytest.approx([500.0, 0.0], rel=EXACT)


def test_a_content_rule_taxes_only_what_is_not_us_made():
    """A USMCA car of 60 % US content pays the 25 points on the other 40 %."""
    parts = {"USA": 1.0}
    toy = supply([CAMRY], [link(CAMRY, "MEX", parts=parts)])
    found = deliver(toy, LAWS, date(2025, 6, 1), PAR, currency="USD")

    assert found.duty_rate[0] == pytest.approx(0.25 * (1 - 0.6), rel=EXACT)


def test_what_a_product_carries_is_margins_less_support_less_kept_credit():
    """A credit to the buyer raises what the seller is paid by keep times the credit."""
    bev = car("bev", powertrain="bev")
    toy = replace(
        supply([bev], [link(bev, "USA")]), support=np.array([300.0]), local=np.array([50.0])
    )
    found = deliver(toy, LAWS, DAY, PAR, currency="USD")

    assert found.credit[0] == 7500
    assert found.carried(toy)[0] == pytest.approx(
        1500 + 50 - 300 - 7500 / (1 + found.sales_tax), rel=EXACT
    )


def test_a_credit_counts_for_the_origins_that_qualify():
    """Half the cars from North America: half the credit on average."""
    bev = car("bev", powertrain="bev")
    toy = supply([bev], [link(bev, "USA", 0.5), link(bev, "KOR", 0.5)])

    assert deliver(toy, LAWS, DAY, PAR, currency="USD").credit[0] == pytest.approx(3750)


def test_the_order_of_links_is_nobodys_business():
    """Costs go with their link when links are listed the other way round."""
    links = [link(CAMRY, "USA"), link(RAV4, "JPN", 0.3), link(RAV4, "CAN", 0.7)]
    there = deliver(supply([CAMRY, RAV4], links), LAWS, DAY, PAR, currency="USD")
    back = deliver(supply([RAV4, CAMRY], links[::-1]), LAWS, DAY, PAR, currency="USD")

    assert np.array_equal(there.unit, back.unit[::-1])
    assert np.array_equal(there.keep, back.keep[::-1])
