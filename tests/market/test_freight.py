"""What a way costs: lanes, distances, shipping space. Rates are sums of a few table cells."""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.market.freight import Freight, miles
from backhaul.market.observe import observe

EXACT = 1e-9


@pytest.fixture(scope="module")
def seen():
    return observe(Evidence.load())


@pytest.fixture(scope="module")
def freight(seen) -> Freight:
    return seen.freight


def test_a_great_circle_quarter(freight):
    """From the equator to the pole is a quarter of the circumference; there and back is equal."""
    assert miles((0, 0), (90, 0)) == pytest.approx(np.pi / 2 * 3958.8, rel=EXACT)
    assert miles((10, 20), (30, 40)) == pytest.approx(miles((30, 40), (10, 20)), rel=EXACT)


def test_known_hauls_are_those_of_the_table_and_others_grow_with_distance(freight):
    """Georgetown to Brunswick is 330 USD as stated; an unknown haul is fixed plus miles."""
    assert freight.to_port("toyota_tmmk", "port_brunswick") == 330
    near = freight.to_port("honda_lincoln", "port_mobile")
    far = freight.to_port("honda_lincoln", "port_tacoma")
    assert freight.fixed > 0
    assert freight.per_mile > 0
    assert freight.fixed < near < far


def test_space_is_that_of_the_reference_car(freight):
    """A RAV4 (14.4 cubic metres) takes the reference space, a Tundra two thirds more."""
    assert freight.space("compact_suv", 4600) == pytest.approx(1.0, rel=0.01)
    assert freight.space("fullsize_pickup", 5930) == pytest.approx(24 / 14.4, rel=0.01)
    with pytest.raises(EvidenceError, match="flying_car"):
        freight.space("flying_car", 4000)


def test_no_ocean_inside_north_america(freight):
    """Neither at home nor between Mexico, Canada and the United States."""
    assert freight.ocean("USA", "USA", 30_000, 1) == 0
    assert freight.ocean("MEX", "USA", 30_000, 1) == 0
    assert freight.ocean("CAN", "USA", 30_000, 1) == 0


def test_a_lane_is_the_mean_of_its_ports_and_an_unknown_one_a_share_of_the_price(freight):
    """Japan to the US is between the coasts' rates; Germany to the US is 3 % of the price."""
    rates = [rate for _, rate in freight.lanes["JPN", "USA"]]
    assert freight.ocean("JPN", "USA", 30_000, 2.0) == pytest.approx(2 * np.mean(rates), rel=EXACT)
    assert min(rates) >= 800
    assert max(rates) <= 1350
    assert freight.ocean("DEU", "USA", 30_000, 2.0) == pytest.approx(
        freight.price_share * 30_000, rel=EXACT
    )


def test_an_export_takes_the_cheapest_way(freight):
    """No port is cheaper than the one that is chosen; the exporter's handling is in it."""
    ocean, inland = freight.export("toyota_tmmk", "USA", "JPN", 1.0)
    ways = [
        rate + freight.to_port("toyota_tmmk", port) for port, rate in freight.lanes["USA", "JPN"]
    ]

    assert ocean + inland - freight.handling["USA"] == pytest.approx(min(ways), rel=EXACT)


def test_who_pays_for_which_part_of_the_way(seen):
    """US buyers pay the haul, importers overseas also ship, port and insurance; Japan the rest."""
    freight = seen.freight
    way = {(x.product, x.country): x for x in seen.links["US"]}
    camry, prius = way["toyota_camry", "USA"], way["toyota_prius", "JPN"]
    assert (camry.ocean_freight, camry.insurance) == (0, 0)
    assert camry.inland == pytest.approx(freight.delivery, rel=EXACT)
    assert prius.ocean_freight > 800
    assert prius.insurance > 0
    assert prius.inland == pytest.approx(freight.delivery + freight.handling["USA"], rel=EXACT)

    way = {(x.product, x.country): x for x in seen.links["JP"]}
    home, jeep = way["toyota_prius", "JPN"], way["jeep_all", "USA"]
    assert (home.ocean_freight, home.inland, home.insurance, home.pre_delivery) == (0, 0, 0, 0)
    assert jeep.pre_delivery == freight.pre_delivery_japan
    assert jeep.inland > freight.handling["USA"] + freight.handling["JPN"]
