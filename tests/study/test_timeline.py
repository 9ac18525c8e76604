"""Timelines: months are day-weighted means of certified laws.

Tolerance 1e-8 relative where one solve is held against another that started elsewhere: prices are
solved to 1e-10, and units amplify that by an elasticity of less than ten. Means are arithmetic and
are held to 1e-12.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from backhaul.errors import BackhaulError, ScenarioError
from backhaul.ground.calendar import Validity
from backhaul.policy.changes_of_law import spans_of_one_law, steps_of_law
from backhaul.policy.duty import day_weighted_tariff
from backhaul.scenario.file import load_scenario
from backhaul.study.months import LAW_ONLY, LONGEST, span_of_months, timeline_question
from backhaul.study.path_words import NEVER, path_sentences
from backhaul.study.timeline import timeline, weights

SOLVES = 1e-8
MEANS = 1e-12


@pytest.fixture(scope="module")
def path(world):
    """July 2024 to May 2025: the law changes on 3 April and on 3 May 2025."""
    span = span_of_months("2024-07", "2025-05")
    return timeline(world, timeline_question(LAW_ONLY, "2024-07"), span)


def values(regime) -> dict[str, float]:
    return {level.name: level.value for level in regime.levels}


def test_the_base_month_is_the_calibrated_world(world, path):
    """In July 2024 the price index is 100 and units are the observed ones."""
    observed = world.sides["US"].market.units.sum()

    assert path.at("price_index_US", "2024-07") == pytest.approx(100, rel=SOLVES)
    assert path.at("units_total_US", "2024-07") == pytest.approx(observed, rel=SOLVES)


def test_a_month_of_one_law_is_that_law_to_the_last_digit(path):
    """Weights of one month add to 1; where one law fills it, its figures are that law's."""
    first = values(path.regimes[0])

    for name in ("units_JPN_to_US", "duty_revenue_US_usd", "government_JP_usd"):
        assert path.at(name, "2025-03") == first[name]


def test_a_month_of_one_law_equals_a_run_on_a_day_of_it(path, answer):
    """The law from 3 May 2025 on is that of `run us-tariff-27.5-regime`, on 2025-06-01."""
    outcome, levels = answer("us-tariff-27.5-regime"), values(path.regimes[-1])

    for name in ("units_JPN_to_US", "balance_us_jp_net_usd", "government_US_usd", "profit_gm_usd"):
        assert levels[name] == pytest.approx(outcome[name].scenario, rel=SOLVES)
    assert levels["price_index_US"] == pytest.approx(outcome["price_index_US"].scenario, rel=SOLVES)


def test_a_split_month_is_the_day_weighted_mean(path):
    """April 2025 has 2 days of the old law and 28 of the new; May has 2 and 29 of two laws."""
    old, april, may = (values(regime) for regime in path.regimes)

    for name in ("units_MEX_to_US", "price_index_US", "duty_revenue_cars_US_usd"):
        mean = (2 * old[name] + 28 * april[name]) / 30
        assert path.at(name, "2025-04") == pytest.approx(mean, rel=MEANS)
        mean = (2 * april[name] + 29 * may[name]) / 31
        assert path.at(name, "2025-05") == pytest.approx(mean, rel=MEANS)


def test_duties_are_the_day_weighted_law(world, path):
    """The mean duty of a month is that of `day_weighted_tariff`: 25.8 % in April 2025."""
    april = Validity(date(2025, 4, 1), date(2025, 5, 1))
    law = day_weighted_tariff(world.observed.measures, "USA", "JPN", "passenger_car", april)

    assert path.at("duty_rate_US_JPN_passenger_car", "2025-04") == pytest.approx(law, rel=MEANS)
    assert law == pytest.approx((2 * 0.025 + 28 * 0.275) / 30, rel=MEANS)


def test_surplus_is_counted_from_the_first_month(path):
    """The first month is nought; a dearer border costs US buyers."""
    assert path.at("consumer_surplus_change_US_usd", "2024-07") == 0
    assert path.at("consumer_surplus_change_US_usd", "2025-04") < 0


def test_every_law_carries_its_whole_certificate(path):
    """Both markets of each regime are certified to the end, and the books of each balance."""
    assert path.certified
    assert len(path.certificates) == 2 * len(path.regimes) == 6
    for proof in path.certificates.values():
        assert {"first_order", "second_order", "best_response", "starts"} <= proof.keys()
    assert max(path.identities.values()) <= 1e-9


def test_steps_are_marked_with_day_instrument_and_source(path):
    """The proclamation of 3 April 2025 begins on that day, and its day moves prices."""
    step = next(step for step in path.steps if step.measure.measure_id == "us_232_car")

    assert (step.on, step.event) == (date(2025, 4, 3), "begins")
    assert step.measure.instrument == "proclamation"
    assert step.measure.source_id == "wh_10908"
    assert path.moving(step)
    rows = path.tables()["steps"]
    assert set(rows["date"]) == {"2025-04-03", "2025-05-03"}


def test_tables_are_tidy(path):
    """One row per month and figure, no hole, no duplicate."""
    months = path.tables()["months"]

    assert len(months) == len(path.months) * len(path.paths)
    assert not months.duplicated(["month", "figure"]).any()
    assert months["value"].notna().all()


def test_spans_tile_what_they_cut(world):
    """Spans of one law follow each other without a gap; their weights add to 1 in each month."""
    span = span_of_months("2024-01", "2026-12")
    cut = spans_of_one_law(world.observed.measures, span)

    assert cut[0].start == span.start
    assert cut[-1].end == span.end
    assert all(one.end == two.start for one, two in pairwise(cut))
    days = {step.on for step in steps_of_law(world.observed.measures, span)}
    assert days == {one.start for one in cut[1:]}
    months = [span_of_months(f"2025-{m:02d}", f"2025-{m:02d}") for m in range(1, 13)]
    assert weights(cut, months).sum(axis=1) == pytest.approx(1.0, rel=MEANS)


def test_a_left_out_measure_is_no_step(world):
    """Medium and heavy trucks are outside the model: their measure cuts nothing."""
    span = span_of_months("2025-10", "2025-12")
    names = {step.measure.measure_id for step in steps_of_law(world.observed.measures, span)}

    assert "us_232_korea_car" in names
    assert "us_232_mhdv" not in names


def test_a_scenario_holds_in_every_month(world):
    """With one duty on Japan's cars for ever, their duty does not move when the law does."""
    scenario = load_scenario("us-tariff-15")
    found = timeline(world, scenario, span_of_months("2025-04", "2025-04"))

    assert len(found.regimes) == 2
    assert found["duty_rate_US_JPN_passenger_car"].values == pytest.approx((0.15,), rel=MEANS)
    assert found.at("duty_rate_US_KOR_passenger_car", "2025-04") > 0
    assert any("us-tariff-15" in note for note in found.notes)


def test_changes_that_cannot_hold_are_named_with_the_day(world):
    """US papers are accepted from 2026-02-16: entry by them cannot hold before."""
    scenario = load_scenario("reverse-imports")

    with pytest.raises(ScenarioError) as refused:
        timeline(world, scenario, span_of_months("2025-01", "2025-01"))
    assert "2025-01-01" in refused.value.where


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2025-13", "2025-12"),
        ("2025-1", "2025-12"),
        ("2025-01-01", "2025-12"),
        ("", "2025-12"),
        ("2025-01", "soon"),
        ("２０２５-01", "2025-12"),
        ("2025-12", "2025-01"),
        ("2000-01", "2020-01"),
        ("9999-12", "9999-12"),
        ("0000-01", "2025-01"),
    ],
)
def test_impossible_months_are_refused(first, last):
    """A text that is no month, a span backwards or too long is a typed error with a remedy."""
    with pytest.raises(BackhaulError) as refused:
        span_of_months(first, last)
    assert refused.value.exit_code == 2
    assert refused.value.fix


def test_the_longest_span_is_allowed():
    """240 months are the most; --to is inclusive."""
    span = span_of_months("2005-01", "2024-12")

    assert span == Validity(date(2005, 1, 1), date(2025, 1, 1))
    assert LONGEST == 240


def test_an_unknown_name_suggests_the_nearest():
    """Who misspells the law-only timeline is shown its name."""
    with pytest.raises(ScenarioError) as refused:
        timeline_question("us-auto-tarifs", "2024-01")
    assert LAW_ONLY in refused.value.fix


def test_a_figure_or_month_that_is_not_there_is_refused(path):
    """A lookup never answers with something else."""
    with pytest.raises(ScenarioError, match="units_JPN_to_US"):
        path["units_JPN_to_USA"]
    with pytest.raises(ScenarioError, match="2025-05"):
        path.at("price_index_US", "2025-06")


def test_days_before_the_tables_are_refused(world):
    """Where no base duty is on record there is no law to solve."""
    question = timeline_question(LAW_ONLY, "1950-01")

    with pytest.raises(ScenarioError):
        timeline(world, question, span_of_months("1950-01", "1950-01"))


def test_a_path_without_a_step_says_so(path):
    """The sentences are computed: no change of law, no movement claimed."""
    assert path_sentences(("2024-01", "2024-02"), [], {}) == (NEVER,)
    assert "law changes on 2 days" in path.sentences[0]
