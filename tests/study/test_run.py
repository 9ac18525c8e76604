"""One question, one answer: which world it is asked in, what it is compared with, what it notes.

Worlds are compared by their figures, to 1e-9: the same calculation in another order.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from backhaul.errors import ScenarioError
from backhaul.policy.duty import tariff
from backhaul.scenario.file import load_scenario
from backhaul.scenario.scenario import Scenario
from backhaul.study.run import (
    baseline_setting,
    make_outcome,
    run,
    solve_question,
    with_one_point_less,
    world_of,
)

AS_OF = "2025-10-01"


def question(**changes) -> Scenario:
    return Scenario.model_validate({"name": "mine", "asks": "What if?", "as_of": AS_OF, **changes})


def test_a_parameter_of_the_scenario_is_in_its_world(world):
    """A scenario with its own theta is answered in a world calibrated with it; else in the same."""
    theta = world.evidence.parameter("hm_theta_sourcing")

    mine = world_of(world, question(parameters={"hm_theta_sourcing": theta.high}))

    assert mine.evidence.parameter("hm_theta_sourcing").value == theta.high
    assert world.evidence.parameter("hm_theta_sourcing").value == theta.value
    assert world_of(world, question()) is world
    assert world_of(mine, question(parameters={"hm_theta_sourcing": theta.high})) is mine


def test_a_baseline_of_another_world_is_refused(world):
    """Two answers with different parameters are not a before and an after."""
    other = question(name="other", parameters={"hm_theta_sourcing": 7.0})

    with pytest.raises(ScenarioError, match="sets parameters"):
        baseline_setting(world, question(), other)
    same = question(parameters={"hm_theta_sourcing": 7.0})
    assert baseline_setting(world, same, other).on == other.as_of


def test_without_support_there_is_nothing_to_free(solved):
    """The state without support is the scenario itself where nobody supports or promises."""
    assert solved("us-tariff-15").free is solved("us-tariff-15").scenario
    promised = solved("reverse-imports")
    assert promised.free is not promised.scenario
    assert promised.free.setting.promise is None
    assert not promised.free.sides["JP"].promised.any()


def test_a_given_support_is_compared_with_none(world):
    """What would have sold without a support is counted in a state without it."""
    text = load_scenario("reverse-imports-as-is").model_dump(by_alias=True)
    cars = [name for change in text["enter"] for name in change["products"]]
    scenario = Scenario.model_validate(
        {
            **text,
            "name": "helped",
            "subsidise": [{"products": cars, "usd_per_vehicle": 10_000, "paid_by": "JP treasury"}],
        }
    )

    solved = solve_question(world, scenario, level="slider")
    outcome = make_outcome(scenario, None, solved)

    helped = outcome.tables["entrants"]["units_with_support"].sum()
    without = outcome["units_without_support"].scenario
    assert helped > 2 * without
    assert outcome["support_outlay_usd"].scenario == pytest.approx(10_000 * helped, rel=1e-9)
    anyway = outcome["support_outlay_sold_anyway_usd"].scenario
    assert anyway == pytest.approx(10_000 * without, rel=1e-9)
    assert outcome["balance_us_jp_gross_usd"].change > outcome["balance_us_jp_net_usd"].change


def test_a_programme_in_the_baseline_is_not_counted_twice(world):
    """Against a baseline with the same cars and no promise, gross is what the promise adds."""
    scenario, compared = load_scenario("reverse-imports"), load_scenario("reverse-imports-as-is")

    solved = solve_question(world, scenario, compared, level="slider")
    outcome = make_outcome(scenario, compared, solved)

    gross, net = outcome["balance_us_jp_gross_usd"].change, outcome["balance_us_jp_net_usd"].change
    assert 1 < gross / net < 1.1
    sold = outcome.tables["diversion"]["units"].sum()
    entered = outcome.tables["products"].query("entrant")
    assert sold == pytest.approx(
        (entered["units_scenario"] - entered["units_baseline"]).sum(), rel=1e-9
    )
    assert outcome.scenario.baseline == "reverse-imports-as-is"
    assert outcome.manifest["baseline"]["name"] == "reverse-imports-as-is"


def test_one_point_less_is_one_point_less(world):
    """The duty on Japan-built cars falls from 15 to 14 per cent; other origins keep theirs."""
    setting = question().law_of_the_day(world)
    less = with_one_point_less(setting)

    def rate(measures, origin):
        return tariff(measures, "USA", origin, "passenger_car", setting.on).rate

    assert rate(less.measures, "JPN") == pytest.approx(rate(setting.measures, "JPN") - 0.01)
    for origin in ("KOR", "DEU", "GBR"):
        assert rate(less.measures, origin) == rate(setting.measures, origin)


def test_a_run_tells_what_it_rests_on(world):
    """Versions, hashes of every table, seed and the question itself; and every certificate."""
    told = []
    outcome = run(world, question(set_duty=[DUTY]), progress=told.append, seed=7)

    assert outcome.certified
    assert told[-1] == "keeping the books"
    assert outcome.manifest["seed"] == 7
    assert outcome.manifest["inputs"] == dict(world.evidence.hashes)
    assert outcome.manifest["scenario"]["set_duty"][0]["rate"] == 0.2
    states = ("baseline", "scenario", "short run")  # a duty is told at both horizons
    assert set(outcome.certificates) == {f"{code} {s}" for code in ("US", "JP") for s in states}
    assert outcome.certificate["first_order"]["passes"]
    assert outcome.scenario.baseline.endswith(f"measures of {AS_OF}")


def test_unusual_welfare_comes_with_a_caution(answer, solved, world):
    """A surge of tastes, a state's purchase and an investment say what their figures leave out."""
    assert any("Tastes change" in note for note in answer("hybrid-surge").scenario.notes)
    assert any("not counted" in note for note in answer("f150-for-japan").scenario.notes)
    assert any("without interest" in note for note in answer("invest-13bn").scenario.notes)
    plain = replace(answer("us-tariff-15").scenario, notes=())
    assert len(answer("us-tariff-15").scenario.notes) == len(load_scenario("us-tariff-15").notes)
    assert plain.notes == ()


DUTY = {"importer": "USA", "exporter": "JPN", "class": "passenger_car", "rate": 0.2}
