"""Laws of validity: what is in force where, for what, and on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.errors import ScenarioError
from backhaul.market.measure import EARLIEST, Kind, ProductClass
from backhaul.policy.in_force import find_measure, in_force
from laws_of_the_tables import shipped_measures

LAWS = shipped_measures()
BORDERS = [
    (m, e, c)
    for m in LAWS
    if m.modelled and m.kind is Kind.TARIFF
    for e in sorted(m.exporters - {m.importer})[:1]
    for c in ("passenger_car", "light_truck", "parts")
    if m.covers(ProductClass(c))
]


def names(*cell):
    return {measure.measure_id for measure in in_force(LAWS, *cell)}


@pytest.mark.parametrize(
    ("measure", "exporter", "product_class"), BORDERS, ids=lambda x: getattr(x, "measure_id", x)
)
def test_spans_are_half_open(measure, exporter, product_class):
    """A measure is in force on its first day and not on its end, for every measure."""
    start, end, day = measure.validity.start, measure.validity.end, timedelta(1)
    cell = (measure.importer, exporter, product_class)
    assert measure.measure_id in names(*cell, start)
    if start > EARLIEST:
        assert measure.measure_id not in names(*cell, start - day)
    if end is not None:
        assert measure.measure_id in names(*cell, end - day)
        assert measure.measure_id not in names(*cell, end)


@given(day=st.dates(date(1960, 1, 1), date(2045, 1, 1)))
def test_what_is_left_out_is_never_in_force(day):
    """The engine sees modelled measures only, sorted by name."""
    for exporter in ("JPN", "USA", "CHN"):
        found = in_force(LAWS, "USA", exporter, "passenger_car", day)
        assert all(measure.modelled for measure in found)
        assert [m.measure_id for m in found] == sorted(m.measure_id for m in found)


def test_no_duty_without_a_border():
    """A car built and sold in one country meets taxes and no tariff."""
    kinds = {m.kind for m in in_force(LAWS, "USA", "USA", "passenger_car", date(2025, 6, 1))}
    assert kinds == {Kind.SALES_TAX, Kind.PURCHASE_SUBSIDY}


def test_an_unknown_measure_is_answered_with_the_nearest():
    """A misspelt measure raises and names the one that was meant."""
    assert find_measure(LAWS, "us_232_car").rate == 0.25
    with pytest.raises(ScenarioError) as caught:
        find_measure(LAWS, "us_232_cars")
    assert "us_232_car" in caught.value.fix
