"""Tables of an outcome add up to its figures, and their columns are in the manual."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from backhaul.report.contract import COLUMNS

MANUAL = Path(__file__).parents[2] / "docs" / "outcome.md"
QUESTIONS = ("reverse-imports", "us-tariff-15-regime", "f150-for-japan", "yen-120", "invest-13bn")
CLOSE = 1e-6
"""Changes of surplus are differences of sums a thousand times as large."""


@pytest.mark.parametrize("name", ["reverse-imports", "us-tariff-15-regime", "yen-120"])
def test_income_groups_add_up_to_all_consumers(name, answer):
    """Five fifths of the households have the whole change of consumer surplus."""
    outcome = answer(name)
    groups = outcome.tables["income_groups"].groupby("market")["surplus_change_usd"].sum()

    for code in ("US", "JP"):
        change = outcome[f"consumer_surplus_{code}_usd"].change
        assert groups[code] == pytest.approx(change, rel=CLOSE, abs=1.0)


def test_the_sources_of_an_entrants_sales_add_up_to_them(answer):
    """Own and rivals' Japan-built cars, foreign brands, other imports and no car: all of it."""
    outcome = answer("reverse-imports")
    table = outcome.tables["diversion"]

    assert table["units"].sum() == pytest.approx(20_000, rel=1e-9)
    assert table["share"].sum() == pytest.approx(1, rel=1e-9)
    assert (table["units"] > 0).all()
    outside = table.set_index("source").loc["no new car", "units"]
    assert outside == pytest.approx(outcome["units_total_JP"].change, rel=1e-6)
    assert answer("us-tariff-15-regime").tables["diversion"].empty


@pytest.mark.parametrize("name", QUESTIONS)
def test_gains_and_losses_add_up_to_the_world(name, answer):
    """Every party's change adds up to the world's, and countries to their own figures."""
    outcome = answer(name)
    table = outcome.tables["welfare"]
    parties = table[~table["component"].isin(["world", "national"])]["change_usd"].sum()
    sums = table.set_index("who")["change_usd"]

    scale = table["change_usd"].abs().max()
    assert parties == pytest.approx(sums["world"], abs=1e-6 * scale)
    assert outcome["welfare_world_usd"].change == pytest.approx(sums["world"], abs=1e-6 * scale)
    assert outcome["welfare_JP_usd"].change == pytest.approx(
        sums["Japan (national)"], abs=1e-6 * scale
    )


@pytest.mark.parametrize("name", QUESTIONS)
def test_plants_build_what_changes_in_the_markets(name, answer):
    """The change of output over all plants is the change of units sold; nothing is negative."""
    outcome = answer(name)
    plants = outcome.tables["plants"]

    built = (plants["units_scenario"] - plants["units_baseline"]).sum()
    sold = sum(outcome[f"units_total_{code}"].change for code in ("US", "JP"))
    assert built == pytest.approx(sold, abs=1e-6 * plants["units_baseline"].sum())
    assert (plants["units_scenario"] >= -1e-6).all()
    assert (plants["jobs_scenario"] >= -1e-6).all()
    assert not plants["plant_id"].duplicated().any()


def test_new_capacity_has_a_row_of_its_own(answer):
    """Investment builds at a plant that had no output, for the firm that pays."""
    plants = answer("invest-13bn").tables["plants"].set_index("plant_id")
    new = plants.loc["new_toyota_USA"]

    assert (new["firm"], new["country"], new["units_baseline"]) == ("toyota", "USA", 0)
    assert 0 < new["units_scenario"] <= 1.01 * new["capacity"]


def test_pass_through_is_price_over_cost_where_the_duty_bites(answer):
    """Japan-built cars rise by about their cost; cars built elsewhere have none of their own."""
    outcome = answer("us-tariff-15")
    table = outcome.tables["products"]
    moved = table[table["pass_through"].notna()]

    assert set(moved["market"]) == {"US"}
    assert 0.8 < outcome["pass_through_US"].scenario < 1.6
    assert table["pass_through"].isna().sum() > len(table) / 2
    weights = moved["units_baseline"] * (moved["price_scenario"] - moved["price_baseline"])
    mean = weights.sum() / (weights / moved["pass_through"]).sum()
    assert outcome["pass_through_US"].scenario == pytest.approx(mean, rel=1e-9)
    with pytest.raises(Exception, match="no figure"):
        outcome["pass_through_JP"]


def test_accounts_are_of_both_markets_and_balance(answer):
    """Receipts by recipient add up to units times prices."""
    outcome = answer("us-tariff-15-regime")
    accounts = outcome.tables["accounts"].groupby("market")["usd_scenario"].sum()
    us = outcome.tables["products"].query("market == 'US'")

    spent = float(us["units_scenario"] @ us["price_scenario"])

    assert accounts["US"] == pytest.approx(spent, rel=1e-9)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_report_finds_its_columns(name, answer):
    """Every table that the report reads has the columns that it needs."""
    for table, frame in answer(name).tables.items():
        if table in COLUMNS:
            assert set(COLUMNS[table]) <= set(frame.columns), table


def documented() -> dict[str, set[str]]:
    """Return the columns that the manual names, by table."""
    found: dict[str, set[str]] = {}
    table = ""
    for line in MANUAL.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## `(\w+)\.csv`", line):
            table = heading[1]
            found[table] = set()
        elif table and (row := re.match(r"\| `(\w+)` \|", line)):
            found[table].add(row[1])
    return found


def test_every_column_is_in_the_manual_and_every_documented_one_exists(answer):
    """docs/outcome.md and the tables of the runs name the same tables and columns."""
    from backhaul.study.ranges import INFLUENCE_COLUMNS, MARKET_SIZE_COLUMNS

    tables = {
        "sensitivity": set(INFLUENCE_COLUMNS),
        "influences": set(INFLUENCE_COLUMNS),
        "market_size": set(MARKET_SIZE_COLUMNS),
    }
    for name in QUESTIONS:
        tables |= {table: set(frame.columns) for table, frame in answer(name).tables.items()}

    assert documented() == tables


def test_no_number_of_a_table_is_infinite(answer):
    """What does not apply is missing; nothing is infinite."""
    for name in QUESTIONS:
        for frame in answer(name).tables.values():
            assert not np.isinf(frame.select_dtypes("number").to_numpy(dtype=float)).any()
