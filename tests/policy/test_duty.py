"""Laws of duties: which rate holds on which day, and how measures stack.

Rates are compared at 1e-12: they are sums of a few numbers below one, so rounding is 1e-16.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.errors import EvidenceError, ScenarioError
from backhaul.ground.calendar import Validity, month_span
from backhaul.market.measure import EARLIEST, Kind, Measure, ProductClass, Relation, Valuation
from backhaul.policy.duty import day_weighted_tariff, parts_offset, specific_duty, tariff
from laws_of_the_tables import shipped_measures

EXACT = 1e-12
LAWS = shipped_measures()
CAR, TRUCK, PARTS = "passenger_car", "light_truck", "parts"

RATES = [
    # importer, exporter, class, day, rate
    ("USA", "JPN", CAR, "2024-12-31", 0.025),
    ("USA", "JPN", CAR, "2025-04-02", 0.025),
    ("USA", "JPN", CAR, "2025-04-03", 0.275),
    ("USA", "JPN", CAR, "2025-06-01", 0.275),
    ("USA", "JPN", CAR, "2025-09-15", 0.275),
    ("USA", "JPN", CAR, "2025-09-16", 0.15),
    ("USA", "JPN", CAR, "2025-10-01", 0.15),
    ("USA", "JPN", TRUCK, "2024-12-31", 0.25),
    ("USA", "JPN", TRUCK, "2025-06-01", 0.50),
    ("USA", "JPN", TRUCK, "2025-09-15", 0.50),
    ("USA", "JPN", TRUCK, "2025-09-16", 0.25),
    ("USA", "JPN", TRUCK, "2025-10-01", 0.25),
    ("USA", "JPN", PARTS, "2025-05-02", 0.025),
    ("USA", "JPN", PARTS, "2025-05-03", 0.275),
    ("USA", "JPN", PARTS, "2025-06-01", 0.275),
    ("USA", "JPN", PARTS, "2025-10-01", 0.15),
    ("USA", "KOR", CAR, "2015-12-31", 0.025),
    ("USA", "KOR", CAR, "2024-07-01", 0.0),
    ("USA", "KOR", CAR, "2025-06-01", 0.25),
    ("USA", "KOR", CAR, "2025-10-31", 0.25),
    ("USA", "KOR", CAR, "2025-11-01", 0.15),
    ("USA", "KOR", CAR, "2025-12-01", 0.15),
    ("USA", "KOR", TRUCK, "2024-07-01", 0.25),
    ("USA", "KOR", TRUCK, "2025-06-01", 0.50),
    ("USA", "KOR", TRUCK, "2025-12-01", 0.25),
    ("USA", "DEU", CAR, "2024-07-01", 0.025),
    ("USA", "DEU", CAR, "2025-06-01", 0.275),
    ("USA", "DEU", CAR, "2025-07-31", 0.275),
    ("USA", "DEU", CAR, "2025-08-01", 0.15),
    ("USA", "DEU", CAR, "2025-10-01", 0.15),
    ("USA", "DEU", TRUCK, "2025-10-01", 0.25),
    ("USA", "GBR", CAR, "2025-06-29", 0.275),
    ("USA", "GBR", CAR, "2025-06-30", 0.10),
    ("USA", "GBR", CAR, "2025-10-01", 0.10),
    ("USA", "GBR", TRUCK, "2025-10-01", 0.50),
    ("USA", "MEX", CAR, "2024-07-01", 0.0),
    ("USA", "CAN", TRUCK, "2024-07-01", 0.0),
    ("USA", "MEX", PARTS, "2024-07-01", 0.0),
    ("USA", "MEX", PARTS, "2025-06-01", 0.0),
    ("USA", "CAN", PARTS, "2025-10-01", 0.0),
    ("USA", "CHN", CAR, "2025-06-01", 0.275),
    ("USA", "CHN", CAR, "2025-10-01", 0.275),
    ("USA", "THA", TRUCK, "2024-07-01", 0.25),
    ("USA", "USA", CAR, "2025-10-01", 0.0),
    ("JPN", "USA", CAR, "2024-07-01", 0.0),
    ("JPN", "USA", TRUCK, "2026-03-01", 0.0),
    ("JPN", "THA", PARTS, "2024-07-01", 0.0),
]


def rate(importer, exporter, product_class, day, us_content=None, laws=LAWS):
    on = date.fromisoformat(day)
    return tariff(laws, importer, exporter, product_class, on, us_content).rate


def duty(measure_id, relation, value, stacks_on=(), start=EARLIEST, end=None):
    """Return a US tariff on Japanese cars for a world of few laws."""
    return Measure(
        measure_id=measure_id,
        importer="USA",
        exporter="JPN",
        exporters=frozenset({"JPN", "USA"}),
        product_class=ProductClass.PASSENGER_CAR,
        kind=Kind.TARIFF,
        relation=Relation(relation),
        rate=value,
        validity=Validity(start, end),
        source_id="test",
        grade="C",
        stacks_on=stacks_on,
        valuation=Valuation.TRANSFER_PRICE,
    )


@pytest.mark.parametrize(("importer", "exporter", "product_class", "day", "expected"), RATES)
def test_the_rate_of_each_day(importer, exporter, product_class, day, expected):
    """The laws of the table give the duty that was charged, to the day."""
    assert rate(importer, exporter, product_class, day) == pytest.approx(expected, abs=EXACT)


@given(order=st.randoms(use_true_random=False))
def test_the_order_of_the_table_does_not_matter(order):
    """Shuffled rows give the same rates and the same parts, bit by bit."""
    shuffled = list(LAWS)
    order.shuffle(shuffled)
    for importer, exporter, product_class, day, _ in random.Random(7).sample(RATES, 12):
        on = date.fromisoformat(day)
        cell = (importer, exporter, product_class, on)
        assert tariff(tuple(shuffled), *cell) == tariff(LAWS, *cell)


@given(
    day=st.dates(date(2012, 4, 1), date(2035, 1, 1)),
    exporter=st.sampled_from(["JPN", "KOR", "DEU", "GBR", "MEX", "CAN", "CHN", "ZAF", "THA"]),
    product_class=st.sampled_from([CAR, TRUCK, PARTS]),
)
def test_parts_add_up_to_the_rate(day, exporter, product_class):
    """What the measures put in is the rate, and every measure named is in force."""
    answer = tariff(LAWS, "USA", exporter, product_class, day, us_content=0.3)
    assert sum(part.contribution for part in answer.parts) == pytest.approx(answer.rate, abs=EXACT)
    assert all(day in part.measure.validity for part in answer.parts)
    assert all(part.contribution >= 0 for part in answer.parts)


@given(
    base=st.floats(0, 0.5),
    added=st.floats(0, 0.5),
    all_in=st.floats(0, 0.5),
    other=st.floats(0, 0.5),
)
def test_all_in_is_the_larger_of_base_and_rate(base, added, all_in, other):
    """An all-in rate tops the base duty up, silences the addition that it names and no other."""
    laws = (
        duty("base", "base", base),
        duty("added", "adds", added, ("base",)),
        duty("other", "adds", other, ("base",)),
        duty("deal", "all_in", all_in, ("added", "base")),
    )
    found = rate("USA", "JPN", CAR, "2025-01-01", laws=laws)
    assert found == pytest.approx(max(base, all_in) + other, abs=EXACT)
    assert rate("USA", "JPN", CAR, "2025-01-01", laws=laws[:3]) == pytest.approx(
        base + added + other, abs=EXACT
    )


def test_a_preference_plays_the_part_of_what_it_replaces():
    """In place of the base duty it is the floor of an all-in rate; in place of an addition, not."""
    base, added = duty("base", "base", 0.2), duty("added", "adds", 0.25, ("base",))
    deal = duty("deal", "all_in", 0.15, ("added",))
    free = duty("free", "replaces", 0.0, ("base",))
    less = duty("less", "replaces", 0.075, ("added",))
    assert rate("USA", "JPN", CAR, "2025-01-01", laws=(base, added, deal)) == 0.2
    assert rate("USA", "JPN", CAR, "2025-01-01", laws=(base, added, deal, free)) == 0.15
    assert rate("USA", "JPN", CAR, "2025-01-01", laws=(base, added, less)) == pytest.approx(0.275)
    assert rate("USA", "JPN", CAR, "2025-01-01", laws=(base, added, free)) == 0.25


def test_a_replaced_measure_comes_back_when_the_preference_ends():
    """What is replaced sleeps; it is not repealed."""
    base = duty("base", "base", 0.2)
    free = duty("free", "replaces", 0.0, ("base",), end=date(2025, 1, 2))
    assert rate("USA", "JPN", CAR, "2025-01-01", laws=(base, free)) == 0.0
    assert rate("USA", "JPN", CAR, "2025-01-02", laws=(base, free)) == 0.2


@given(content=st.floats(0, 1))
def test_a_duty_on_content_spares_the_us_share(content):
    """A Mexican car pays 25 per cent of what is not US content, from nothing to all of it."""
    for product_class in (CAR, TRUCK):
        found = rate("USA", "MEX", product_class, "2025-06-01", content)
        assert found == pytest.approx(0.25 * (1 - content), abs=EXACT)
    assert rate("USA", "JPN", CAR, "2025-06-01", content) == pytest.approx(0.275, abs=EXACT)


def test_an_unknown_content_is_said():
    """Without the US share the content rate counts in full, and the answer says so."""
    blind = tariff(LAWS, "USA", "MEX", CAR, date(2025, 6, 1))
    assert blind.rate == 0.25
    assert blind.as_dict()["content_rate_in_full"] is True
    assert blind.rate_at(0.4) == tariff(LAWS, "USA", "MEX", CAR, date(2025, 6, 1), 0.4).rate
    known = tariff(LAWS, "USA", "MEX", CAR, date(2025, 6, 1), 0.4)
    assert known.as_dict()["content_rate_in_full"] is False
    assert (
        tariff(LAWS, "USA", "JPN", CAR, date(2025, 6, 1)).as_dict()["content_rate_in_full"] is False
    )


def test_the_answer_says_what_the_scripts_rely_on():
    """The keys of `show tariff --json` are there, with the measures that make the rate up."""
    answer = tariff(LAWS, "USA", "JPN", CAR, date(2025, 6, 1)).as_dict()
    pinned = {key: answer[key] for key in ("importer", "exporter", "product", "on")}
    assert pinned == {"importer": "USA", "exporter": "JPN", "product": CAR, "on": "2025-06-01"}
    assert answer["rate"] == pytest.approx(0.275, abs=EXACT)
    keys = ("measure_id", "relation", "rate", "source_id")
    assert [{key: row[key] for key in keys} for row in answer["measures"]] == [
        {"measure_id": "us_mfn_car", "relation": "base", "rate": 0.025, "source_id": "econo_232"},
        {"measure_id": "us_232_car", "relation": "adds", "rate": 0.25, "source_id": "wh_10908"},
    ]


def test_a_rate_within_a_quota_names_the_quota():
    """The British rate holds for 100,000 cars a year, and the answer carries that number."""
    (quota,) = tariff(LAWS, "USA", "GBR", CAR, date(2025, 10, 1)).as_dict()["quotas"]
    assert (quota["quantity"], quota["quantity_unit"]) == (100_000, "vehicles per year")
    assert tariff(LAWS, "USA", "GBR", CAR, date(2025, 6, 1)).quotas == ()


def test_two_base_duties_are_an_error():
    """Nobody picks one of two base duties in silence; the same holds for two all-in rates."""
    twice = (duty("one", "base", 0.1), duty("two", "base", 0.2))
    with pytest.raises(EvidenceError, match="one, two"):
        rate("USA", "JPN", CAR, "2025-01-01", laws=twice)
    deals = (duty("base", "base", 0.1), duty("a", "all_in", 0.1), duty("b", "all_in", 0.2))
    with pytest.raises(EvidenceError, match="all-in"):
        rate("USA", "JPN", CAR, "2025-01-01", laws=deals)


def test_a_day_before_the_first_law_is_an_error():
    """No base duty on a day is not a duty of zero."""
    with pytest.raises(ScenarioError, match="1989-01-01"):
        rate("USA", "JPN", CAR, "1980-01-01")


@pytest.mark.parametrize(
    ("importer", "exporter", "product_class", "wanted"),
    [
        ("USB", "JPN", CAR, "USA"),
        ("USA", "JPM", CAR, "JPN"),
        ("usa", "JPN", CAR, "USA"),
        ("USA", "JPN", "passenger_cars", "passenger_car"),
        ("USA", "JPN", "vehicle", "passenger_car"),
        ("CAN", "USA", CAR, "JPN, USA"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(importer, exporter, product_class, wanted):
    """An unknown country or class is a typed error whose remedy names a known one."""
    with pytest.raises(ScenarioError) as caught:
        rate(importer, exporter, product_class, "2025-06-01")
    assert wanted in caught.value.fix


@pytest.mark.parametrize("content", [-0.01, 1.01, 40.0, float("nan")])
def test_a_content_is_a_share(content):
    """40 for 40 per cent, and what is no number, are refused."""
    with pytest.raises(ScenarioError, match="between 0 and 1"):
        rate("USA", "MEX", CAR, "2025-06-01", content)


def test_a_month_is_the_mean_of_its_days():
    """The tariff of a month is the mean of the tariffs of its days, whatever changes in it."""
    for month in ("2025-04", "2025-09", "2025-08", "2024-02"):
        span = month_span(month)
        days = [span.start + timedelta(n) for n in range((span.end - span.start).days)]
        mean = sum(tariff(LAWS, "USA", "JPN", CAR, day).rate for day in days) / len(days)
        assert day_weighted_tariff(LAWS, "USA", "JPN", CAR, span) == pytest.approx(mean, abs=EXACT)
    april = day_weighted_tariff(LAWS, "USA", "JPN", CAR, month_span("2025-04"))
    assert april == pytest.approx(0.025 + 0.25 * 28 / 30, abs=EXACT)


def test_a_span_without_end_has_no_mean():
    """The mean over an endless span is an error."""
    with pytest.raises(ScenarioError, match="no end"):
        day_weighted_tariff(LAWS, "USA", "JPN", CAR, Validity(date(2025, 1, 1)))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-04-02", 0.0),
        ("2025-04-03", 0.0375),
        ("2025-10-16", 0.0375),
        ("2025-10-17", 0.0375),
        ("2026-05-01", 0.0375),
        ("2030-04-30", 0.0375),
        ("2030-05-01", 0.0),
    ],
)
def test_the_offset_of_each_day(day, expected):
    """The offset is 3.75 per cent of list prices to 2030-04-30; the planned 2.5 never came."""
    assert parts_offset(LAWS, date.fromisoformat(day)) == expected


def test_the_offset_is_no_part_of_a_rate():
    """Parts pay the full rate; the refund is reckoned per firm, elsewhere."""
    answer = tariff(LAWS, "USA", "JPN", PARTS, date(2025, 6, 1))
    assert {part.measure.measure_id for part in answer.parts} == {"us_mfn_parts", "us_232_parts"}


def test_specific_duties_add_up_in_their_currency():
    """Money per vehicle is added in its own currency and never reaches the rate."""
    sum_of = replace(
        duty("a", "base", 0.0),
        kind=Kind.SPECIFIC_DUTY,
        relation=Relation.NONE,
        rate=None,
        valuation=None,
        quantity=500.0,
        quantity_unit="USD per vehicle",
    )
    laws = (duty("base", "base", 0.1), sum_of, replace(sum_of, measure_id="b", quantity=250.0))
    cell = ("USA", "JPN", CAR, date(2025, 1, 1))
    assert specific_duty(laws, *cell, "USD") == 750.0
    assert tariff(laws, *cell).rate == 0.1
    assert specific_duty(LAWS, *cell, "USD") == 0.0
    with pytest.raises(EvidenceError, match="USD per vehicle"):
        specific_duty(laws, *cell, "JPY")
