"""Sanity of the calibrated world on the shipped tables: what holds, and what does not, as it is.

Bands are those of the field (sources in the parameter table); a figure outside its band stands
here with the figure that was found and the reason, and on docs/validation.md.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backhaul.baseline.calibrate import calibrate
from backhaul.evidence.catalogue import Evidence
from backhaul.study import validation

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


@pytest.fixture(scope="module")
def world():
    return calibrate(Evidence.load())


@pytest.fixture(scope="module")
def plain(world):
    return validation.entry_check(world, as_entrants=False)


@pytest.fixture(scope="module")
def as_entrants(world):
    return validation.entry_check(world, as_entrants=True)


@pytest.mark.parametrize("code", ["US", "JP"])
def test_no_factory_cost_is_negative(world, code):
    """Every factory cost is positive, in both markets."""
    assert np.all(world.sides[code].supply.factory > 0)


@pytest.mark.parametrize(("code", "low", "high"), [("US", 0.15, 0.35), ("JP", 0.25, 0.45)])
def test_mean_markup_is_that_of_the_literature(world, code, low, high):
    """The sales-weighted Lerner index lies in the band of published estimates."""
    assert low <= validation.lerner_index(world, code) <= high


@pytest.mark.parametrize("code", ["US", "JP"])
def test_no_nameplate_is_absurdly_elastic(world, code):
    """Own elasticities of rows that are one model lie between -12 and -2."""
    own = validation.elasticities_of(world, code)

    assert own.size > 80
    assert np.all((own >= -12) & (own <= -2))


def test_25_points_on_all_vehicles(world):
    """Without plant limits units fall by 2 to 6 %, and prices rise by 4 to 8 %, with and without
    the purchase credit.

    The fixed credit makes a rise a larger share of what an electric car's buyer pays. Pass-through
    at fixed weights is above one, as incomes differ.
    """
    points = validation.all_origins(world, limited=False)

    assert -0.06 <= points.units <= -0.02
    assert 0.04 <= points.list_index <= 0.08
    assert 0.04 <= points.price_index <= 0.08
    assert points.current_weights < points.cost_index < points.list_index < points.price_index


def test_25_points_within_capacity_are_above_the_band(world):
    """Full plants ration by price: the index rises by 8.6 %, 0.6 points above the band's end.

    Units stay inside theirs. The page says so beside the figure without limits.
    """
    points = validation.all_origins(world)

    assert points.list_index == pytest.approx(0.086, abs=0.0005)
    assert -0.06 <= points.units <= -0.02
    assert points.current_weights < points.cost_index < points.list_index < points.price_index


def test_leave_one_out_intervals_cover_what_they_promise(plain):
    """90 % intervals hold 80 to 97 % of all non-aggregate Japanese nameplates; the median
    absolute log error is below 0.5, a factor of 1.65 either way."""
    assert len(plain.names) == 84
    assert 0.80 <= plain.coverage <= 0.97
    assert plain.median_absolute_log_error < 0.5


@pytest.mark.parametrize("name", ["nissan_kicks", "mitsubishi_triton"])
def test_known_entries_are_inside_both_intervals(plain, as_entrants, name):
    """The Kicks and the Triton are inside their interval, as entrants and as cars long on sale."""
    assert validation.prediction(plain, name).inside
    assert validation.prediction(as_entrants, name).inside


def test_the_wr_v_sold_more_than_an_entrant_should(plain, as_entrants):
    """The WR-V (30,339 in ten months) is inside the plain interval and above the entrant one.

    The entrant shift is the mean of the makers' own imports, which fall short of cars built at
    home; the WR-V did not. It is one of eight, and the only one outside.
    """
    plainly, entering = (validation.prediction(c, "honda_wr_v") for c in (plain, as_entrants))

    assert plainly.actual == pytest.approx(30_339 * 12 / 10, rel=1e-9)
    assert plainly.inside
    assert entering.actual > entering.high


def test_seven_of_eight_own_imports_are_inside_as_entrants(world, as_entrants):
    """All the makers' own imports but the WR-V are inside their interval as entrants."""
    own = [
        name for name, flag in zip(as_entrants.names, world.hedonic.own_import, strict=True) if flag
    ]
    outside = [name for name in own if not validation.prediction(as_entrants, name).inside]

    assert len(own) == 8
    assert outside == ["honda_wr_v"]


@pytest.mark.parametrize("as_entrant", [False, True])
def test_the_camry_of_2023_is_inside(world, as_entrant):
    """The 8,825 Camrys of 2023 are in the interval that the model of 2024 gives, either way."""
    found = validation.camry(world, as_entrant=as_entrant)

    assert found.actual == 8825
    assert found.inside


def test_imports_are_near_the_published_total(world):
    """Modelled US vehicle imports are within 10 % of the published units and value."""
    for found, published in validation.imports(world).values():
        assert found == pytest.approx(published, rel=0.10)


def test_the_page_is_current(world):
    """docs/validation.md is what the generator writes."""
    assert PAGE.read_text(encoding="utf-8") == validation.page(world)
