"""Laws of scenario changes to measures: they return new laws, and compose.

Rates are compared at 1e-12: they are sums of a few numbers below one.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.errors import ScenarioError
from backhaul.ground.calendar import Validity
from backhaul.policy.amend import (
    switched_on,
    with_added_duty,
    with_rate,
    with_span,
    with_total_duty,
)
from backhaul.policy.duty import tariff
from laws_of_the_tables import shipped_measures

EXACT = 1e-12
LAWS = shipped_measures()
CAR, TRUCK, PARTS = "passenger_car", "light_truck", "parts"
SUMMER = date(2025, 6, 1)
ORIGINS = ("JPN", "KOR", "DEU", "GBR", "MEX", "CAN", "CHN", "ZAF")


def rate(laws, exporter, product_class=CAR, on=SUMMER, content=None):
    return tariff(laws, "USA", exporter, product_class, on, content).rate


@given(
    wanted=st.floats(0, 1),
    exporter=st.sampled_from(ORIGINS),
    product_class=st.sampled_from([CAR, TRUCK, PARTS]),
    on=st.dates(date(2012, 4, 1), date(2030, 1, 1)),
)
def test_a_total_duty_is_the_whole_duty(wanted, exporter, product_class, on):
    """Whatever was in force, the cell pays the scenario's rate, on full value, on every day."""
    laws = with_total_duty(LAWS, "USA", exporter, product_class, wanted)
    assert rate(laws, exporter, product_class, on, 0.4) == pytest.approx(wanted, abs=EXACT)


def test_a_total_duty_moves_its_cell_and_no_other():
    """Other origins, classes and importers keep their duty."""
    laws = with_total_duty(LAWS, "USA", "JPN", CAR, 0.15)
    for exporter in ORIGINS:
        for product_class in (CAR, TRUCK, PARTS):
            if (exporter, product_class) != ("JPN", CAR):
                assert rate(laws, exporter, product_class) == rate(LAWS, exporter, product_class)
    assert tariff(laws, "JPN", "USA", CAR, SUMMER) == tariff(LAWS, "JPN", "USA", CAR, SUMMER)


def test_a_total_duty_holds_in_its_span():
    """Outside its span the old laws hold; the span is half-open."""
    span = Validity(date(2025, 6, 1), date(2025, 7, 1))
    laws = with_total_duty(LAWS, "USA", "JPN", CAR, 0.1, span)
    assert rate(laws, "JPN", on=date(2025, 5, 31)) == pytest.approx(0.275, abs=EXACT)
    assert rate(laws, "JPN", on=date(2025, 6, 30)) == 0.1
    assert rate(laws, "JPN", on=date(2025, 7, 1)) == pytest.approx(0.275, abs=EXACT)


def test_a_total_duty_for_a_group_and_both_classes():
    """A group of countries and `vehicle` set every cell among them, once."""
    laws = with_total_duty(LAWS, "USA", "EU27", "vehicle", 0.25)
    for exporter in ("DEU", "SVK"):
        assert rate(laws, exporter, CAR) == rate(laws, exporter, TRUCK) == 0.25
        assert rate(laws, exporter, PARTS) == rate(LAWS, exporter, PARTS)
    assert rate(laws, "GBR") == rate(LAWS, "GBR")


def test_the_last_total_duty_counts():
    """A second total for the same cell stands in for the first."""
    laws = with_total_duty(with_total_duty(LAWS, "USA", "JPN", CAR, 0.1), "USA", "JPN", CAR, 0.2)
    assert rate(laws, "JPN") == 0.2


@given(points=st.floats(0, 0.5), exporter=st.sampled_from(ORIGINS))
def test_added_points_come_on_top_of_every_origin(points, exporter):
    """Each origin pays its old duty and the points, on full customs value."""
    laws = with_added_duty(LAWS, "USA", "vehicle", points)
    for product_class in (CAR, TRUCK):
        for on in (date(2024, 7, 1), SUMMER, date(2025, 12, 1)):
            old = rate(LAWS, exporter, product_class, on, 0.4)
            new = rate(laws, exporter, product_class, on, 0.4)
            assert new == pytest.approx(old + points, abs=EXACT)
    assert rate(laws, exporter, PARTS) == rate(LAWS, exporter, PARTS)
    assert tariff(laws, "USA", "USA", CAR, SUMMER).rate == 0.0


def test_points_add_to_a_total_set_before_and_not_to_one_set_after():
    """Changes apply in the order in which they are given."""
    before = with_added_duty(with_total_duty(LAWS, "USA", "JPN", CAR, 0.1), "USA", CAR, 0.05)
    after = with_total_duty(with_added_duty(LAWS, "USA", CAR, 0.05), "USA", "JPN", CAR, 0.1)
    assert rate(before, "JPN") == pytest.approx(0.15, abs=EXACT)
    assert rate(after, "JPN") == 0.1


def test_a_new_rate_works_through_the_stack():
    """Another rate of one measure moves what rests on it: all-in rates hide the base duty."""
    laws = with_rate(LAWS, "us_mfn_car", 0.05)
    assert rate(laws, "JPN") == pytest.approx(0.30, abs=EXACT)
    assert rate(laws, "JPN", on=date(2025, 10, 1)) == pytest.approx(0.15, abs=EXACT)
    assert rate(laws, "KOR") == rate(LAWS, "KOR")


def test_a_measure_begins_and_ends_when_told():
    """An end is the first day without; the laws beneath come back."""
    laws = with_span(LAWS, "us_232_japan_car", end=date(2025, 11, 1))
    assert rate(laws, "JPN", on=date(2025, 10, 31)) == pytest.approx(0.15, abs=EXACT)
    assert rate(laws, "JPN", on=date(2025, 11, 1)) == pytest.approx(0.275, abs=EXACT)
    early = with_span(LAWS, "us_232_japan_car", start=date(2025, 4, 3))
    assert rate(early, "JPN") == pytest.approx(0.15, abs=EXACT)


def test_what_is_left_out_can_be_switched_on():
    """Section 301 on Chinese cars is left out by the table, and 25 points when switched on."""
    laws = switched_on(LAWS, "us_301_china_car")
    for on in (date(2024, 7, 1), SUMMER):
        assert rate(laws, "CHN", on=on) == pytest.approx(rate(LAWS, "CHN", on=on) + 0.25)
    assert rate(laws, "CHN", on=date(2018, 7, 5)) == rate(LAWS, "CHN", on=date(2018, 7, 5))


def test_the_old_laws_are_never_edited():
    """Each change returns new laws; the shipped ones stay what they were."""
    before = tuple(LAWS)
    with_total_duty(LAWS, "USA", "JPN", CAR, 0.5)
    with_added_duty(LAWS, "USA", CAR, 0.5)
    with_rate(LAWS, "us_232_car", 0.5)
    assert before == LAWS == shipped_measures()


@pytest.mark.parametrize(
    ("change", "fix"),
    [
        (lambda: with_rate(LAWS, "us_232_cars", 0.1), "us_232_car"),
        (lambda: with_rate(LAWS, "us_232_car", 25.0), "0.15 for 15"),
        (lambda: with_rate(LAWS, "us_ev_credit", 0.1), "has a rate"),
        (lambda: with_rate(LAWS, "us_301_china_car", 0.1), "switch"),
        (lambda: with_total_duty(LAWS, "USA", "JPN", CAR, 15.0), "0.15 for 15"),
        (lambda: with_total_duty(LAWS, "USA", "JPM", CAR, 0.15), "JPN"),
        (lambda: with_total_duty(LAWS, "USB", "JPN", CAR, 0.15), "USA"),
        (lambda: with_total_duty(LAWS, "USA", "JPN", "cars", 0.15), "passenger_car"),
        (lambda: with_added_duty(LAWS, "USA", CAR, -0.1), "ratios"),
        (lambda: with_added_duty(LAWS, "FRA", CAR, 0.1), "JPN, USA"),
        (lambda: with_span(LAWS, "us_232_car"), "Give the day"),
        (lambda: with_span(LAWS, "us_232_car", end=date(2025, 1, 1)), "end after"),
        (lambda: switched_on(LAWS, "jp_kei_rule"), "Write what it does"),
    ],
)
def test_an_impossible_change_is_refused_with_the_way_out(change, fix):
    """A change that names nothing, moves nothing or is implausible raises and says what to do."""
    with pytest.raises(ScenarioError) as caught:
        change()
    assert fix in caught.value.fix
