"""Laws of the table of measures: what it may say, and what it says in full."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import date

import pandas as pd
import pytest

from backhaul.errors import EvidenceError
from backhaul.market.measure import (
    EARLIEST,
    Kind,
    ProductClass,
    Relation,
    Route,
    Valuation,
    conditions_from,
    measures_from,
)
from laws_of_the_tables import DATA, shipped_measures, shipped_table

MEASURES = {measure.measure_id: measure for measure in shipped_measures()}


def changed(measure_id: str, **cells: object) -> pd.DataFrame:
    """Return the shipped table with other cells in one row."""
    table = shipped_table("measures").copy()
    for column, value in cells.items():
        table[column] = table[column].astype(object)
        table.loc[table["measure_id"] == measure_id, column] = value
    return table


def faults_of(table: pd.DataFrame) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        measures_from(table, shipped_table("country_groups"))
    return caught.value


def test_every_row_of_the_table_is_a_measure():
    """A row is read as one measure, in the order of the table; none is dropped in silence."""
    assert [m.measure_id for m in shipped_measures()] == list(shipped_table("measures").measure_id)


def test_words_of_the_schema_are_the_words_of_the_code():
    """The closed lists of the schema and of the code are the same lists."""
    schema = pd.read_csv(DATA / "schema" / "policy_measures.csv", dtype=str, index_col="column")
    lists = {
        "product_class": ProductClass,
        "kind": Kind,
        "relation": Relation,
        "valuation": Valuation,
        "route": Route,
    }
    for column, words in lists.items():
        assert schema.loc[column, "choices"].split(";") == [word.value for word in words]


def test_a_group_covers_its_countries_and_no_others():
    """A measure for EU27 is about 27 countries, the United Kingdom not among them."""
    members = MEASURES["us_232_eu_car"].exporters
    assert len(members) == 27
    assert {"DEU", "SVK", "SWE"} <= members
    assert "GBR" not in members
    assert MEASURES["us_232_usmca_vehicle"].exporters == {"CAN", "MEX"}
    assert MEASURES["us_232_japan_car"].exporters == {"JPN"}
    assert members < MEASURES["us_mfn_car"].exporters


def test_vehicle_means_both_classes_of_cars_and_not_parts():
    """`vehicle` covers passenger cars and light trucks; a class covers itself."""
    vehicle = MEASURES["us_232_usmca_vehicle"]
    assert vehicle.covers(ProductClass.PASSENGER_CAR)
    assert vehicle.covers(ProductClass.LIGHT_TRUCK)
    assert not vehicle.covers(ProductClass.PARTS)
    assert not vehicle.covers(ProductClass.MEDIUM_HEAVY)
    assert not MEASURES["us_mfn_car"].covers(ProductClass.LIGHT_TRUCK)


def test_the_last_day_of_a_source_becomes_the_first_day_out_of_force():
    """Spans are half-open: the credit's last day is in, the day after is out."""
    credit = MEASURES["us_ev_credit"].validity
    assert date(2025, 9, 30) in credit
    assert date(2025, 10, 1) not in credit
    assert MEASURES["us_korus_truck"].validity.end == date(2041, 1, 1)


def test_a_measure_without_a_start_has_always_been_in_force():
    """A blank start is the beginning of the calendar, and appears as none in JSON."""
    old = MEASURES["us_export"]
    assert old.validity.start == EARLIEST
    assert old.as_dict()["start"] is None


def test_offsets_follow_each_other_without_gap_or_overlap():
    """The first offset ends on the day on which the second begins: no day counts twice."""
    first, second = MEASURES["us_232_offset_v1"], MEASURES["us_232_offset_v2"]
    assert first.validity.end == second.validity.start


def test_what_is_left_out_says_why_and_what_is_modelled_does_not():
    """Every measure is either read by the engine or left out for a stated reason."""
    for measure in shipped_measures():
        assert measure.modelled == (measure.left_out_because == "")


def test_sums_and_numbers_never_stand_in_the_rate():
    """Money, vehicles and sizes are quantities with a unit; every rate lies below 100 per cent."""
    assert MEASURES["us_ev_credit"].rate is None
    assert MEASURES["us_ev_credit"].quantity == 7500
    assert MEASURES["jp_php_5000"].quantity == 5000
    assert all(measure.rate is None or measure.rate < 1 for measure in shipped_measures())


def test_sales_tax_of_the_table_is_the_parameter():
    """The US sales tax stands in two tables and is one number."""
    parameters = pd.read_csv(DATA / "policy" / "parameters.csv", index_col="parameter")
    assert MEASURES["us_sales_tax"].rate == parameters.loc["us_sales_tax", "value"]


def test_sources_of_the_measures_exist():
    """Every measure and every member of a group names a source of the folder."""
    known = set(pd.read_csv(DATA / "policy" / "sources.csv", dtype=str).id)
    assert {measure.source_id for measure in shipped_measures()} <= known
    assert set(shipped_table("country_groups").source_id) <= known


def test_conditions_are_met_by_all_tests_together():
    """The credit needs an electric power train and assembly in North America, not one of them."""
    credit = MEASURES["us_ev_credit"]
    assert credit.applies_to({"powertrain": "bev", "assembly": "MEX"})
    assert credit.applies_to({"powertrain": "phev", "assembly": "USA"})
    assert not credit.applies_to({"powertrain": "bev", "assembly": "KOR"})
    assert not credit.applies_to({"powertrain": "ice", "assembly": "USA"})
    assert MEASURES["us_mfn_car"].applies_to({})


def test_a_trait_that_is_asked_for_must_be_given():
    """A missing trait is an error, not a 'does not apply'."""
    with pytest.raises(EvidenceError, match="powertrain"):
        MEASURES["us_ev_credit"].applies_to({"assembly": "USA"})


def test_conditions_read_back_what_they_print():
    """Grammar and print agree."""
    conditions = MEASURES["us_ev_credit"].applies_when
    assert conditions_from("; ".join(map(str, conditions))) == conditions
    assert conditions_from("") == ()


@pytest.mark.parametrize(
    "text",
    ["powertrain", "powertrain=", "powertrain=bev,phev", "colour=red", "segment=a;segment=b"],
)
def test_conditions_outside_the_grammar_are_refused(text):
    """What the grammar does not know is an error."""
    with pytest.raises(EvidenceError):
        conditions_from(text)


def test_a_rate_in_per_cent_is_refused_with_the_way_out():
    """15 for 15 per cent is named with its line, its value and the remedy."""
    error = faults_of(changed("us_232_japan_car", rate=15.0))
    (problem,) = error.problems
    line = shipped_table("measures").set_index("measure_id").loc["us_232_japan_car", "_line"]
    assert (problem.column, problem.row) == ("rate", line)
    assert "15" in problem.what
    assert "0.15" in problem.fix


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"rate": -0.1}, "rate"),
        ({"rate": float("nan")}, "rate"),
        ({"rate": float("inf")}, "rate"),
        ({"relation": "none"}, "relation"),
        ({"relation": "all in"}, "relation"),
        ({"kind": "rule"}, "relation"),
        ({"relation": "replaces", "stacks_on": ""}, "stacks_on"),
        ({"valuation": ""}, "valuation"),
        ({"exporter": "JPM"}, "exporter"),
        ({"importer": "US"}, "importer"),
        ({"product_class": "car"}, "product_class"),
        ({"stacks_on": "us_232_cars"}, "stacks_on"),
        ({"modelled": False}, "left_out_because"),
        ({"quantity": 3.0}, "quantity_unit"),
        ({"start": "2025-02-30"}, "start"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(cells, column):
    """Each fault is found and names its column and what to do."""
    error = faults_of(changed("us_232_japan_car", **cells))
    assert column in {problem.column for problem in error.problems}
    assert all(problem.fix[:1].isupper() for problem in error.problems)


def test_all_faults_are_reported_at_once():
    """Three bad rows make three problems in one error."""
    table = changed("us_232_japan_car", rate=15.0)
    table.loc[table["measure_id"] == "us_mfn_car", "exporter"] = "ALLE"
    table.loc[table["measure_id"] == "us_232_car", "stacks_on"] = "us_mfn_cat"
    assert len(faults_of(table).problems) >= 3


def test_an_unknown_name_is_answered_with_the_nearest():
    """A misspelt measure is answered with the one that was meant."""
    problems = faults_of(changed("us_232_japan_car", stacks_on="us_232_cars")).problems
    assert any("us_232_car" in problem.fix for problem in problems)


def test_a_measure_appears_once():
    """Two rows of one name are an error."""
    table = shipped_table("measures")
    assert "twice" in str(faults_of(pd.concat([table, table.tail(1)])))


def test_a_sales_tax_is_the_same_for_every_origin():
    """A tax that leaves out cars built at home is a tariff under another name."""
    assert "exporter" in {
        p.column for p in faults_of(changed("us_sales_tax", exporter="JPN")).problems
    }


def test_a_measure_is_never_edited():
    """A measure is frozen, equal to its copy, and survives pickling."""
    measure = MEASURES["us_232_japan_car"]
    with pytest.raises(FrozenInstanceError):
        measure.rate = 0.2
    assert replace(measure) == measure == pickle.loads(pickle.dumps(measure))
