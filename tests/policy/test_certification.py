"""Laws of certification: which routes are open, and what each costs."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from backhaul.errors import EvidenceError, ScenarioError
from backhaul.market.measure import Route
from backhaul.policy.certification import certifications, cheapest
from backhaul.policy.in_force import find_measure
from laws_of_the_tables import shipped_measures

LAWS = shipped_measures()
COSTS = {
    "jp_type_approval_cost": 30.0,
    "jp_php_cost": 8.0,
    "jp_php_unit_cost": 60_000.0,
    "jp_us_scheme_cost": 5.0,
}
DESIGNATION, HANDLING, SCHEME = Route
BEFORE, FIRST_DAY = date(2026, 2, 15), date(2026, 2, 16)


def routes(exporter="USA", on=FIRST_DAY, product_class="passenger_car", costs=COSTS, laws=LAWS):
    found = certifications(laws, "JPN", exporter, product_class, on, costs.__getitem__)
    return {certification.route: certification for certification in found}


def test_the_us_scheme_is_open_to_us_built_cars_from_its_first_day():
    """Before 2026-02-16, and for cars built elsewhere, there are the two old routes."""
    assert set(routes()) == {DESIGNATION, HANDLING, SCHEME}
    assert set(routes(on=BEFORE)) == {DESIGNATION, HANDLING}
    assert set(routes(exporter="DEU")) == {DESIGNATION, HANDLING}


def test_pick_ups_have_the_routes_of_cars():
    """The scheme is about vehicles: the Tundra is among the announced."""
    assert routes(product_class="light_truck") == routes()


def test_preferential_handling_is_for_imports():
    """A car built in Japan is type designated."""
    assert set(routes(exporter="JPN")) == {DESIGNATION}


def test_costs_come_from_the_parameters():
    """Fixed costs are million JPY per model; only preferential handling costs more per car."""
    found = routes()
    assert {r: c.fixed_jpy for r, c in found.items()} == {
        DESIGNATION: 30e6,
        HANDLING: 8e6,
        SCHEME: 5e6,
    }
    assert {r: c.unit_jpy for r, c in found.items()} == {
        DESIGNATION: 0,
        HANDLING: 60_000,
        SCHEME: 0,
    }
    assert found[HANDLING].cost(1_000) == 8e6 + 60e6


def test_preferential_handling_has_a_cap():
    """At most 5,000 of a type per year, 2,000 until 2013-05-09; the other routes have none."""
    found = routes()
    assert found[HANDLING].unit_cap == 5_000
    assert found[SCHEME].unit_cap == found[DESIGNATION].unit_cap == math.inf
    assert routes(on=date(2013, 5, 9))[HANDLING].unit_cap == 2_000
    assert routes(on=date(2013, 5, 10))[HANDLING].unit_cap == 5_000
    with pytest.raises(ScenarioError, match="5,001"):
        found[HANDLING].cost(5_001)


def test_the_cheapest_route_depends_on_the_units():
    """Few cars go by preferential handling, many by type designation, US-built by the scheme."""
    old = tuple(routes(on=BEFORE).values())
    # 8 million + 60,000 n = 30 million at n = 366.7
    assert cheapest(old, 366).route is HANDLING
    assert cheapest(old, 367).route is DESIGNATION
    assert cheapest(tuple(routes().values()), 20_000).route is SCHEME
    with pytest.raises(ScenarioError):
        cheapest((routes()[HANDLING],), 5_001)


def test_a_country_without_certification_measures_has_no_routes():
    """The table has no US certification, and says so by an empty answer."""
    assert certifications(LAWS, "USA", "JPN", "passenger_car", FIRST_DAY, COSTS.__getitem__) == ()


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_cost_is_a_sum_of_money(bad):
    """A negative cost, or none, is an error."""
    with pytest.raises(EvidenceError):
        routes(costs=COSTS | {"jp_us_scheme_cost": bad})


def test_a_route_is_open_once():
    """Two measures for one route on one day are an error."""
    twice = replace(find_measure(LAWS, "jp_us_cert_scheme"), measure_id="again")
    with pytest.raises(EvidenceError, match="again"):
        routes(laws=(*LAWS, twice))
