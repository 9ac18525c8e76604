"""The short run beside the long run: where it is told, what it is, and that it is proven.

Changes of figures are differences of the states' own figures: 1e-9 of the figure's level.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from backhaul.errors import ScenarioError
from backhaul.scenario.file import read_scenario
from backhaul.study.horizons import at_both_horizons
from backhaul.study.run import baseline_setting, make_outcome, solve_question

DUTY = {"importer": "USA", "exporter": "JPN", "class": "passenger_car", "rate": 0.2}
LAWLESS = ("us-tariff-2.5", "reverse-imports", "yen-120", "invest-13bn", "f150-for-japan")


def question(**more):
    """Return a scenario of March 2024, under the calibrated law, with some changes."""
    content = {"asks": "What if?", "as_of": "2024-07-01", **more}
    return read_scenario(content, name="asked")


@pytest.fixture(scope="module")
def tariff(answer):
    """The outcome of a duty of 15 per cent."""
    return answer("us-tariff-15")


@pytest.mark.parametrize("name", LAWLESS)
def test_no_horizons_where_no_law_moves(name, answer):
    """Entry, money, exchange rate, purchases, and a law of the same rates: one horizon."""
    assert "horizons" not in answer(name).tables
    assert answer(name).as_dict()["tables"] == {}


def test_the_long_run_is_the_outcome(tariff):
    """The changes of the long run are those of the figures; every figure is there once."""
    table = tariff.tables["horizons"].set_index("figure")
    assert list(table.index) == [figure.name for figure in tariff.figures]
    for figure in tariff.figures:
        moved = figure.scenario if figure.change is None else figure.change
        assert table.loc[figure.name, "long_run_change"] == moved


def test_prices_rise_less_in_the_short_run(tariff):
    """Buyers lose less, Japan ships more, the treasury takes more, carmakers earn less."""
    table = tariff.tables["horizons"].set_index("figure")
    soon, late = table["short_run_change"], table["long_run_change"]
    assert 0 < soon["price_index_US"] < late["price_index_US"]
    assert 0 < soon["pass_through_US"] < late["pass_through_US"]
    assert late["consumer_surplus_US_usd"] < soon["consumer_surplus_US_usd"] < 0
    assert late["units_JPN_to_US"] < soon["units_JPN_to_US"] < 0
    assert soon["government_US_usd"] > late["government_US_usd"] > 0
    assert soon["profit_toyota_usd"] < late["profit_toyota_usd"] < 0


def test_the_short_run_is_proven_and_in_the_file(tariff):
    """Its certificate counts, and outcome.json has both horizons."""
    assert {"US short run", "JP short run"} <= set(tariff.certificates)
    rows = json.loads(json.dumps(tariff.as_dict(), allow_nan=False))["tables"]["horizons"]
    assert len(rows) == len(tariff.figures)
    assert {"figure", "unit", "short_run_change", "long_run_change"} <= set(rows[0])


def test_the_short_run_is_that_of_the_parameter(world, tariff):
    """Asking for the parameter's own adjustment gives the short run as the answer itself."""
    part = world.evidence.parameter("short_run_adjustment").value
    asked = question(set_duty=[DUTY], horizon={"adjustment": part})
    solved = solve_question(world, asked, level="slider")
    horizons = at_both_horizons(solved)
    outcome = make_outcome(asked, None, solved, horizons=horizons)
    table = horizons.table.set_index("figure")
    for figure in outcome.figures:
        if figure.change is not None:
            assert table.loc[figure.name, "short_run_change"] == figure.change
    assert set(horizons.states) == {"long run"}
    assert outcome.scenario.adjustment == part
    assert any("short run" in note for note in outcome.scenario.notes)
    assert solved.baseline.setting.adjustment == 1


def test_plants_and_declared_values_are_the_baselines_too(world):
    """A question without limits is compared with a world without them."""
    asked = question(horizon={"plants": "unlimited", "transfer_price_response": 0.1})
    setting = baseline_setting(world, asked)
    assert not setting.limited
    assert setting.transfer_price_response == 0.1
    other = question(name="other", set_duty=[DUTY])
    assert not baseline_setting(world, asked, other).limited
    outcome = make_outcome(asked, None, solve_question(world, asked, level="slider"))
    assert "no limit on plants" in outcome.scenario.baseline
    assert outcome.tables["plants"]["shadow_price_usd_scenario"].isna().all()


def test_a_baseline_at_another_horizon_is_refused(world):
    """Two answers with different plants are not a before and an after."""
    other = question(name="other", horizon={"plants": "unlimited"})
    with pytest.raises(ScenarioError, match=r"\[horizon\]"):
        baseline_setting(world, question(set_duty=[DUTY]), other)
    same = question(set_duty=[DUTY], horizon={"plants": "unlimited"})
    assert not baseline_setting(world, same, other).limited


def test_a_promise_under_a_new_law_is_kept_at_both_horizons(world):
    """Duty and promise together: each horizon has its own support and its own state without."""
    asked = question(
        set_duty=[DUTY],
        enter=[{"products": ["toyota_camry"], "certification": "type_designation"}],
        commit=[{"products": ["toyota_camry"], "units": 5_000}],
    )
    solved = solve_question(world, asked, level="slider")
    horizons = at_both_horizons(solved)
    table = horizons.table.set_index("figure")
    assert set(horizons.states) == {"short run", "short run without support"}
    support = table.loc["support_per_vehicle_usd"]
    assert support["short_run_change"] > 0
    assert support["long_run_change"] > 0
    assert np.isnan(support["baseline"])
    state = horizons.states["short run"].sides["JP"]
    assert state.units[-1] == pytest.approx(5_000, rel=1e-7)
