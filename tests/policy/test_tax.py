"""Laws of sales taxes and purchase subsidies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backhaul.errors import EvidenceError, ScenarioError
from backhaul.policy.amend import with_rate
from backhaul.policy.in_force import find_measure
from backhaul.policy.tax import purchase_subsidies, purchase_subsidy, sales_tax
from laws_of_the_tables import shipped_measures

LAWS = shipped_measures()
BASE_DAY = date(2024, 7, 1)
TRAITS = {"vehicle_class": "passenger_car", "powertrain": "bev", "assembly": "USA"}


@pytest.mark.parametrize(("country", "rate"), [("JPN", 0.10), ("USA", 0.068)])
def test_the_sales_tax_of_each_market(country, rate):
    """Both markets tax both classes at one rate."""
    assert sales_tax(LAWS, country, BASE_DAY) == rate
    assert sales_tax(LAWS, country, BASE_DAY, "light_truck") == rate


def test_a_day_without_a_sales_tax_is_an_error():
    """No row for a day is not a tax of zero; the message says when the first one begins."""
    assert sales_tax(LAWS, "JPN", date(2019, 10, 1)) == 0.10
    with pytest.raises(ScenarioError, match="2019-10-01"):
        sales_tax(LAWS, "JPN", date(2019, 9, 30))


def test_sales_taxes_add_up():
    """A second tax in force comes on top of the first."""
    second = replace(find_measure(LAWS, "us_sales_tax"), measure_id="us_second", rate=0.01)
    assert sales_tax((*LAWS, second), "USA", BASE_DAY) == pytest.approx(0.078, abs=1e-15)


def test_the_sales_tax_follows_its_measure():
    """A draw of the parameter reaches the tax through the measure's rate."""
    assert sales_tax(with_rate(LAWS, "us_sales_tax", 0.08), "USA", BASE_DAY) == 0.08


@pytest.mark.parametrize(
    ("day", "powertrain", "assembly", "amount"),
    [
        ("2024-07-01", "bev", "USA", 7500.0),
        ("2024-07-01", "phev", "CAN", 7500.0),
        ("2024-07-01", "bev", "JPN", 0.0),
        ("2024-07-01", "hybrid", "USA", 0.0),
        ("2022-12-31", "bev", "USA", 0.0),
        ("2023-01-01", "bev", "MEX", 7500.0),
        ("2025-09-30", "bev", "USA", 7500.0),
        ("2025-10-01", "bev", "USA", 0.0),
    ],
)
def test_the_credit_of_each_car_and_day(day, powertrain, assembly, amount):
    """The US credit needs an electric car from North America and a day in its span."""
    traits = TRAITS | {"powertrain": powertrain, "assembly": assembly}
    assert purchase_subsidy(LAWS, "USA", date.fromisoformat(day), traits) == amount


def test_a_credit_carries_its_currency_and_law():
    """A subsidy is money of a currency from a measure with a source."""
    (credit,) = purchase_subsidies(LAWS, "USA", BASE_DAY, TRAITS)
    assert (credit.amount, credit.currency) == (7500.0, "USD")
    assert credit.measure.measure_id == "us_ev_credit"
    assert purchase_subsidies(LAWS, "JPN", BASE_DAY, TRAITS) == ()


@pytest.mark.parametrize("missing", ["vehicle_class", "assembly", "powertrain"])
def test_a_missing_trait_is_an_error(missing):
    """A trait that decides must be given."""
    traits = {key: value for key, value in TRAITS.items() if key != missing}
    with pytest.raises(EvidenceError, match=missing):
        purchase_subsidy(LAWS, "USA", BASE_DAY, traits)


def test_money_of_two_currencies_is_not_added():
    """Dollars and yen have no sum, and a ceiling is no sum either."""
    credit = find_measure(LAWS, "us_ev_credit")
    yen = replace(credit, measure_id="yen", quantity_unit="JPY per vehicle")
    with pytest.raises(EvidenceError, match="JPY, USD"):
        purchase_subsidy((*LAWS, yen), "USA", BASE_DAY, TRAITS)
    ceiling = replace(credit, measure_id="top", quantity_unit="USD per vehicle (ceiling)")
    with pytest.raises(EvidenceError, match="ceiling"):
        purchase_subsidy((*LAWS, ceiling), "USA", BASE_DAY, TRAITS)
