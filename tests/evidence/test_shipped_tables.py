"""The shipped tables keep the rules that the model relies on."""

from __future__ import annotations

from pathlib import Path

import pytest

from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.describe import data_page

ROOT = Path(__file__).parents[2]
FEWEST = 5
"""Products in a nest, at the least."""

NEEDED = """
segment_diversion eta households mean_income gini own_price_elasticity market_price_elasticity
"""


@pytest.fixture(scope="module")
def evidence():
    return Evidence.load()


def products(evidence, market):
    return evidence.table(market, "sales").merge(
        evidence.table(market, "nameplates"), on="nameplate_id", validate="1:1"
    )


@pytest.mark.parametrize("market", ["us", "jp"])
def test_no_nest_is_thin(evidence, market):
    """Every nest of products on sale has at least five of them."""
    nests = products(evidence, market).merge(
        evidence.table(market, "segments"), on="segment", validate="m:1"
    )
    assert nests["nest"].value_counts().min() >= FEWEST
    assert len(nests) == len(evidence.table(market, "sales"))


def test_kei_vans_are_their_own_nest_and_pickups_join_large_suvs(evidence):
    """Japan's nests are those of the model's specification."""
    nests = evidence.table("jp", "segments").set_index("segment")["nest"]
    assert nests["kei_commercial"] != nests["kei"]
    assert nests["midsize_pickup"] == nests["fullsize_pickup"] == nests["midsize_suv"]
    assert nests["compact_minivan"] == nests["minivan"]


@pytest.mark.parametrize("market", ["us", "jp"])
def test_pickups_and_vans_are_light_trucks(evidence, market):
    """The customs class follows the segment."""
    for row in evidence.table(market, "segments").itertuples():
        truck = row.segment.endswith("_pickup") or row.segment == "van"
        assert row.vehicle_class == ("light_truck" if truck else "passenger_car")


@pytest.mark.parametrize("market", ["us", "jp"])
def test_rows_for_several_models_are_flagged(evidence, market):
    """Rows named 'other' or 'all' are aggregates unless they stand for one model."""
    table = evidence.table(market, "nameplates")
    named = table["nameplate_id"].str.contains(r"other|_all$")
    several = named & ~table["nameplate_id"].isin(["lucid_all"])
    assert table.loc[several, "aggregate"].all()
    assert (table.loc[~table["aggregate"], "models"] == 1).all()


def test_no_firm_is_called_other(evidence):
    """Makers that set prices apart are firms apart."""
    for market in ("us", "jp"):
        assert "other" not in set(evidence.table(market, "nameplates")["firm"])


def test_the_announced_six(evidence):
    """Six models are announced, each with a plant in the US and a US nameplate."""
    table = evidence.table("jp", "candidates").set_index("nameplate_id")
    announced = table[table["status"].str.startswith("announced")]
    plants = evidence.table("trade", "plants").set_index("plant_id")["country"]

    assert set(announced.index) == {
        "toyota_camry", "toyota_highlander", "toyota_tundra",
        "nissan_murano", "acura_integra_type_s", "honda_passport",
    }  # fmt: skip
    assert set(plants[announced["plant_id"]]) == {"USA"}
    assert announced.loc["nissan_murano", "plant_id"] == "nissan_smyrna"
    assert announced.loc["acura_integra_type_s", "product_id"] == "acura_integra"
    assert announced.loc["acura_integra_type_s", "trim_price_ratio"] == pytest.approx(
        53400 / 35720, abs=1e-4
    )
    assert not announced.loc["acura_integra_type_s", "badge_known"]
    assert list(announced.index[announced["enthusiast"]]) == [
        "toyota_tundra",
        "acura_integra_type_s",
    ]


def test_launches_within_the_year_have_fewer_months(evidence):
    """Months on sale are those of the notes."""
    months = evidence.table("jp", "sales").set_index("nameplate_id")["months_on_sale"]
    assert months["honda_wr_v"] == 10
    assert months["suzuki_fronx"] == 3
    assert months["mazda_cx_80"] == 4
    assert months["mitsubishi_triton"] == 11
    assert (months == 12).sum() == len(months) - 5


def test_plants_of_another_maker_are_named(evidence):
    """A car built by another maker has that maker's plant."""
    aliases = evidence.table("trade", "plant_aliases")
    plants = aliases[aliases["market"] == "US"].groupby("nameplate_id")["plant_id"].agg(set)
    assert plants["toyota_gr86"] == {"subaru_gunma_main"}
    assert plants["mazda_cx_50"] == {"mtm_huntsville"}
    assert plants["nissan_murano"] == {"nissan_smyrna"}
    assert plants["acura_zdx"] == {"other_gm_USA"}


def test_plants_stand_in_the_country_of_their_alias(evidence):
    """An alias never moves a car to another country."""
    country = evidence.table("trade", "plants").set_index("plant_id")["country"]
    for row in evidence.table("trade", "plant_aliases").itertuples():
        found = row.plant_id.rsplit("_", 1)[1] if row.plant_id[:6] == "other_" else None
        assert (found or country[row.plant_id]) == row.country_of_assembly


def test_ports_have_one_prefix_and_are_no_plants(evidence):
    """Ports stand in their own table, under one name."""
    ports, plants = evidence.table("trade", "ports"), evidence.table("trade", "plants")
    assert ports["port_id"].str.startswith("port_").all()
    assert not plants["plant_id"].str.startswith("port_").any()
    routes = evidence.table("trade", "routes")
    lanes = routes[routes["item"] == "ocean_freight"]
    assert set(lanes["origin_port"]) | set(lanes["destination_port"]) <= set(ports["port_id"])


def test_each_market_has_its_parameters(evidence):
    """What calibration needs is there for both markets, read by the engine, within its range."""
    for stem in NEEDED.split():
        for market in ("us", "jp"):
            full = f"{stem}_{market}" + ("_model" if stem.startswith("own") else "")
            assert evidence.parameter(full).role == "engine"
    for parameter in evidence.parameters.values():
        assert parameter.low <= parameter.value <= parameter.high


def test_derived_parameters_follow_from_their_tables(evidence):
    """Parameters said to be derived equal what the tables give."""
    flows = evidence.table("trade", "trade_flows")
    parts = flows[(flows["product"] == "parts")].set_index("exporter")["value"]
    share = parts["MEX"] / (parts["WLD"] - parts["CAN"])
    assert evidence.parameter("mexico_parts_share").value == pytest.approx(share, abs=1e-4)

    invested = evidence.table("trade", "investments")
    sum_ = invested.loc[invested["location"].str.startswith("Huntsville"), "amount_usd"].item()
    plants = evidence.table("trade", "plants").set_index("plant_id")
    capacity = plants.loc["mtm_huntsville", "capacity_per_year"]
    assert evidence.parameter("capital_cost_per_unit").value == pytest.approx(
        sum_ / capacity, abs=1
    )

    both = plants.dropna(subset=["employees", "production_2024"])
    for country, name in [("USA", "jobs_per_1000_cars_us"), ("JPN", "jobs_per_1000_cars_jp")]:
        here = both[both["country"] == country]
        jobs = 1000 * here["employees"].sum() / here["production_2024"].sum()
        assert evidence.parameter(name).value == pytest.approx(jobs, abs=0.1)


def test_every_adjustment_names_a_table_that_exists(evidence):
    """What was changed is recorded by table, row and column."""
    for row in evidence.table("policy", "adjustments").itertuples():
        assert row.table in evidence.tables
        assert not row.column or set(row.column.split(", ")) <= {
            "row", "rows", *evidence.tables[row.table].columns
        }  # fmt: skip


def test_docs_data_is_current():
    """The page of the tables is what the schemas give."""
    page = (ROOT / "docs" / "lookup" / "data.md").read_text(encoding="utf-8")
    assert page == data_page(), "Run: make docs"
