"""From tables to the observed base year, on the shipped tables.

Sums of thousands of units and shares are compared at 1e-9 relative: rounding is far below.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.market.observe import observe
from backhaul.market.origins import Labels, with_content

EXACT = 1e-9


@pytest.fixture(scope="module")
def evidence():
    return Evidence.load()


@pytest.fixture(scope="module")
def seen(evidence):
    return observe(evidence)


def units_by_firm(seen, code, country):
    market = seen.markets[code]
    product = {p.id: p for p in market.products}
    found = {}
    for link in seen.links[code]:
        if link.country == country:
            car = product[link.product]
            found[car.firm] = found.get(car.firm, 0.0) + car.units * link.share
    return found


def test_us_prices_have_the_mean_transaction_price(seen):
    """Sales-weighted US list prices average to the published 47,465 USD, all scaled alike."""
    market = seen.markets["US"]
    source = seen.evidence.table("us", "prices")
    source = source[source["kind"] == "volume_trim_msrp"].set_index("nameplate_id")["price"]
    ratio = market.price / source.loc[list(market.ids)].to_numpy()

    assert np.average(market.price, weights=market.units) == pytest.approx(47_465, rel=EXACT)
    assert np.ptp(ratio) < 1e-12


def test_japanese_prices_and_all_units_are_those_of_the_tables(seen):
    """Nothing but the US price level and the shares of origins is changed."""
    price = seen.evidence.table("jp", "prices").set_index("nameplate_id")["price"]
    market = seen.markets["JP"]
    assert np.array_equal(market.price, price.loc[list(market.ids)].to_numpy())
    for code, market in seen.markets.items():
        sales = seen.evidence.table(code.lower(), "sales").set_index("nameplate_id")["units"]
        assert np.array_equal(market.units, sales.loc[list(market.ids)].to_numpy())


@pytest.mark.parametrize("code", ["US", "JP"])
def test_shares_of_origins_add_to_one(seen, code):
    """Every product is built somewhere, whole; no share is negative."""
    total = {name: 0.0 for name in seen.markets[code].ids}
    for link in seen.links[code]:
        assert link.share >= 0
        total[link.product] += link.share

    assert list(total.values()) == pytest.approx([1.0] * len(total), rel=EXACT)


@pytest.mark.parametrize("code", ["US", "JP"])
def test_parts_add_to_one_and_so_does_content(seen, code):
    """Parts by country add to one without a negative share; content is parts and assembly."""
    for link in seen.links[code]:
        assert sum(link.parts.values()) == pytest.approx(1, rel=EXACT)
        assert sum(link.content.values()) == pytest.approx(1, rel=EXACT)
        assert min(link.parts.values()) >= 0


@pytest.mark.parametrize("code", ["US", "JP"])
def test_no_nest_is_thin(seen, code):
    """Every nest has at least five products."""
    market = seen.markets[code]
    assert np.bincount(market.nest).min() >= 5


def test_japan_built_units_meet_the_customs_counts_where_origins_can_move(seen):
    """Makers with multi-origin nameplates meet their count; Mitsubishi keeps its 82,300."""
    built = units_by_firm(seen, "US", "JPN")

    for firm, count in {"toyota": 530e3, "subaru": 290e3, "mazda": 220e3, "nissan": 150e3,
                        "honda": 5e3}.items():  # fmt: skip
        assert built[firm] == pytest.approx(count, rel=EXACT)
    assert built["mitsubishi"] == pytest.approx(82_300, rel=EXACT)


def test_every_customs_count_is_recorded_beside_what_is_used(seen):
    """The residual of Mitsubishi, 100,000 counted against 82,300 used, is on record."""
    recorded = {a.key.split()[-1]: a for a in seen.adjustments if a.table == "trade/trade_flows"}

    assert set(recorded) == {"toyota", "subaru", "mazda", "nissan", "honda", "mitsubishi"}
    assert recorded["mitsubishi"].source_value == 100_000
    assert recorded["mitsubishi"].used_value == pytest.approx(82_300, rel=EXACT)


def test_moved_shares_are_recorded_with_their_source_value(seen):
    """Each share that moved has the source's value and the used one."""
    moved = [a for a in seen.adjustments if a.column == "share"]
    source = seen.evidence.table("us", "sourcing")
    source = source[source["country_of_assembly"] == "JPN"].set_index("nameplate_id")["share"]

    assert {a.key.split()[0] for a in moved} == {
        "toyota_rav4", "toyota_corolla", "toyota_other", "lexus_rx", "lexus_nx",
        "subaru_crosstrek", "mazda_mazda3", "nissan_rogue", "honda_civic",
    }  # fmt: skip
    for a in moved:
        assert a.source_value == source[a.key.split()[0]]
        assert 0 < a.used_value <= 0.95


def test_totals_are_recorded_and_near(seen):
    """Sums of nameplates are within 4 % of market totals and 0.1 % of makers' and brands'."""
    found = [a for a in seen.adjustments if a.table.endswith("market_totals")]

    assert {"light_vehicle_sales_total", "all_new_vehicles"} <= {a.key for a in found}
    for a in found:
        allowed = 1e-3 if a.key.startswith(("maker_", "brand_")) else 0.04
        assert a.used_value == pytest.approx(a.source_value, rel=allowed)


def test_joint_plants_are_split_and_unknown_ones_are_collective(seen):
    """Woodstock and Cambridge share the Canadian RAV4 three to one; GM Mexico has no row."""
    share = {link.plant: link.share for link in seen.links["US"] if link.product == "toyota_rav4"}
    ratio = share["toyota_tmmc_woodstock"] / share["toyota_tmmc_cambridge"]
    assert ratio == pytest.approx(3, rel=EXACT)

    prologue = [x for x in seen.links["US"] if x.product == "honda_prologue"]
    assert [x.plant for x in prologue] == ["other_gm_MEX"]
    plant = seen.plants["other_gm_MEX"]
    assert (plant.firm, plant.country, plant.capacity) == ("gm", "MEX", None)
    murano = [x.plant for x in seen.links["US"] if x.product == "nissan_murano"]
    assert murano == ["nissan_smyrna"]


def test_plant_outputs_add_to_the_firms_total(seen):
    """Nissan's US plants build the 524,919 that Nissan states; Honda's its 1,004,749."""
    for firm, total in {"nissan": 524_919, "honda": 1_004_749}.items():
        mine = [p for p in seen.plants.values() if p.firm == firm and p.country == "USA"]
        stated = [p.output for p in mine if not p.id.startswith("other_")]
        assert sum(stated) == pytest.approx(total, rel=EXACT)


def test_no_plant_builds_more_than_its_capacity_in_the_base_year(seen):
    """Capacity covers the stated output and the cars of both markets that come from a plant."""
    built = {}
    for code, market in seen.markets.items():
        units = dict(zip(market.ids, market.units, strict=True))
        for link in seen.links[code]:
            built[link.plant] = built.get(link.plant, 0.0) + units[link.product] * link.share

    for plant in seen.plants.values():
        if plant.capacity is not None:
            assert plant.capacity >= (plant.output or 0.0)
            assert plant.capacity >= built.get(plant.id, 0.0)
    raised = {a.key: a for a in seen.adjustments if a.column == "capacity_per_year"}
    assert raised["toyota_takaoka"].source_value == 300_000


def test_every_link_starts_at_a_plant(seen):
    """No link names a plant that is not there, and the countries agree."""
    for links in seen.links.values():
        for link in links:
            assert seen.plants[link.plant].country == link.country


def test_a_us_built_car_has_its_us_parts_in_japan_too(seen):
    """Content belongs to the car: a US-built Jeep sold in Japan is not without US parts."""
    us_built = [link for link in seen.links["JP"] if link.country == "USA"]

    assert us_built
    assert all(link.content["USA"] > 0.5 for link in us_built)


def test_a_label_is_nine_tenths_us(evidence, seen):
    """The Camry's label of 60 % is 54 % US and 6 % Canadian; its Japanese parts are Toyota's."""
    (camry,) = (x for x in seen.links["US"] if x.product == "toyota_camry")

    assert camry.parts["USA"] == pytest.approx(0.54, rel=EXACT)
    assert camry.parts["CAN"] == pytest.approx(0.06, rel=EXACT)
    assert camry.parts["JPN"] == evidence.parameter("us_toyota_japan_parts_share").value


def test_a_blank_label_is_the_mean_of_its_segment(evidence):
    """Own label first, then the mean of segment and country, then that of the country."""
    labels = Labels.observe(evidence)

    assert labels.of("toyota_camry", "midsize_car", "USA") == 0.60
    segment = labels.segment["midsize_suv", "USA"]
    assert labels.of("not_in_the_table", "midsize_suv", "USA") == segment
    assert labels.of("not_in_the_table", "kei", "USA") == labels.country["USA"]
    assert labels.of("not_in_the_table", "kei", "FRA") == 0


@pytest.mark.parametrize("label", [0.0, 0.4, 0.95, 1.0])
@pytest.mark.parametrize("firm", ["toyota", "honda", "gm"])
@pytest.mark.parametrize("country", ["USA", "CAN", "JPN"])
def test_parts_add_to_one_for_any_label(evidence, seen, label, firm, country):
    """Whatever the label, the firm and the plant: the parts are all somewhere, none negative."""
    home = {"toyota": "JPN", "honda": "JPN", "gm": "USA"}[firm]
    link = with_content(evidence, replace(seen.links["US"][0], country=country), firm, home, label)

    assert sum(link.parts.values()) == pytest.approx(1, rel=EXACT)
    assert min(link.parts.values()) >= -1e-15


def test_a_nameplate_with_sales_needs_a_price(evidence, monkeypatch):
    """A missing price is an error that names the nameplate."""
    whole = Evidence.table

    def without_camry(self, folder, name):
        table = whole(self, folder, name)
        if (folder, name) == ("us", "prices"):
            return table[table["nameplate_id"] != "toyota_camry"]
        return table

    monkeypatch.setattr(Evidence, "table", without_camry)
    with pytest.raises(EvidenceError, match="toyota_camry"):
        observe(evidence)
