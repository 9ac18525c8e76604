"""Laws that the shipped answers obey whatever their figures.

Tolerances: 1e-8 where two solves of one equilibrium are compared (prices are solved to 1e-10, the
support by a root search to 1e-8 of the target); exact zero where nothing may change.
"""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.policy.duty import tariff
from backhaul.scenario.file import load_scenario, read_scenario
from backhaul.study.run import solve_question

PROMISES = ("reverse-imports", "reverse-imports-rhd")


def test_the_old_duty_changes_nothing(answer):
    """2.5 per cent is the calibrated law: every figure stays where it is."""
    for figure in answer("us-tariff-2.5").figures:
        assert figure.scenario == pytest.approx(figure.baseline, rel=1e-12), figure.name


def test_a_higher_duty_hurts_more_and_ships_less(answer):
    """From 2.5 over 15 to 27.5: fewer cars from Japan, dearer cars, poorer buyers, fuller purse."""
    steps = [answer(f"us-tariff-{rate}") for rate in ("2.5", "15", "27.5")]

    def path(name: str) -> np.ndarray:
        return np.diff([step[name].scenario for step in steps])

    assert (path("units_JPN_to_US") < 0).all()
    assert (path("price_index_US") > 0).all()
    assert (path("consumer_surplus_US_usd") < 0).all()
    assert (path("profit_subaru_usd") < 0).all()
    assert (path("units_USA_to_US") > 0).all()
    assert (path("balance_us_jp_net_usd") > 0).all()


@pytest.mark.parametrize(("name", "rate"), [("us-tariff-15", 0.15), ("us-tariff-27.5", 0.275)])
def test_a_duty_scenario_moves_the_named_duty_and_no_other(name, rate, world):
    """Passenger cars from Japan pay the rate; other origins and pick-ups pay what they did."""
    scenario = load_scenario(name)
    before, after = (s.measures for s in (scenario.law_of_the_day(world), scenario.setting(world)))

    def duty(measures: tuple, exporter: str, product: str) -> float:
        return tariff(measures, "USA", exporter, product, scenario.as_of).rate

    assert duty(after, "JPN", "passenger_car") == pytest.approx(rate, rel=1e-15)
    for exporter, product in (("JPN", "light_truck"), ("KOR", "passenger_car")):
        assert duty(after, exporter, product) == duty(before, exporter, product)


@pytest.mark.parametrize(
    ("name", "rate"), [("us-tariff-15-regime", 0.15), ("us-tariff-27.5-regime", 0.275)]
)
def test_a_regime_is_the_law_of_its_day_and_nothing_else(name, rate, world):
    """A regime has no change: its day alone makes the duty of its name."""
    scenario = load_scenario(name)

    assert scenario.changes == ()
    found = tariff(world.observed.measures, "USA", "JPN", "passenger_car", scenario.as_of)
    assert found.rate == pytest.approx(rate, rel=1e-15)


@pytest.mark.parametrize("name", PROMISES)
def test_a_promise_is_kept_exactly_and_its_support_adds_up(name, answer):
    """Units are the promise; the outlay is support times units; nothing sells without it."""
    outcome = answer(name)
    entrants = outcome.tables["entrants"]
    support = outcome["support_per_vehicle_usd"].scenario
    promised = outcome["units_committed"].scenario

    assert promised == 20_000
    assert support > 0
    assert entrants["units_with_support"].sum() == pytest.approx(promised, rel=1e-8)
    assert entrants["support_usd"].to_numpy() == pytest.approx(support, rel=1e-12)
    assert outcome["support_outlay_usd"].scenario == pytest.approx(support * promised, rel=1e-8)
    without = outcome["units_without_support"]
    assert without.low < without.scenario < without.high < promised
    assert entrants["units_without_support"].sum() == pytest.approx(without.scenario, rel=1e-12)
    anyway = outcome["support_outlay_sold_anyway_usd"].scenario
    assert anyway == pytest.approx(support * without.scenario, rel=1e-12)


def test_the_multiplier_is_the_support(answer, world):
    """Paid as a given support per vehicle, with nobody promising, it sells the promised units."""
    support = answer("reverse-imports")["support_per_vehicle_usd"].scenario
    given = read_scenario(
        {
            "asks": "What does this support sell?",
            "as_of": load_scenario("reverse-imports").as_of,
            "enter": [{"products": ["announced"], "certification": "us_scheme"}],
            "subsidise": [{"products": ["announced"], "usd_per_vehicle": support}],
        },
        name="given",
    )

    side = solve_question(world, given, level="slider").scenario.sides["JP"]

    assert side.units[-6:].sum() == pytest.approx(20_000, rel=1e-8)


def test_who_pays_moves_no_price(world):
    """With one uniform support the payer changes the accounts and not the equilibrium."""
    scenario = load_scenario("reverse-imports")
    promise = scenario.commit[0].model_copy(update={"paid_by": "firms"})
    other = scenario.model_copy(update={"commit": (promise,)})

    first, second = (
        solve_question(world, s, level="slider").scenario.sides["JP"] for s in (scenario, other)
    )

    np.testing.assert_array_equal(first.price, second.price)


def test_help_with_the_papers_and_the_steering_wheel_sells_more(answer):
    """Accepted papers sell more than none; a wheel on the right needs less support per vehicle."""
    as_is, left, right = (answer(f"reverse-imports{end}") for end in ("-as-is", "", "-rhd"))

    units = [o["units_without_support"].scenario for o in (as_is, left, right)]
    assert units == sorted(units)
    assert right["support_per_vehicle_usd"].scenario < left["support_per_vehicle_usd"].scenario


def test_sales_by_the_route_for_small_volumes_stay_below_its_cap(world, answer):
    """What `reverse-imports-as-is` says of the cap is so, at the high end of each car's sales."""
    caps = [e.unit_cap for e in load_scenario("reverse-imports-as-is").setting(world).entrants]

    high = answer("reverse-imports-as-is").tables["entrants"]["high"].to_numpy()
    assert (high < np.array(caps)).all()


def test_cars_coming_in_displace_cars_already_there(answer):
    """The net balance moves by less than the programme; its buyers come from named sources."""
    outcome = answer("reverse-imports")

    gross, net = (outcome[f"balance_us_jp_{kind}_usd"].change for kind in ("gross", "net"))
    assert 0 < net < gross
    lost = outcome.tables["diversion"]
    assert lost["share"].sum() == pytest.approx(1, rel=1e-12)
    assert lost["units"].sum() == pytest.approx(20_000, rel=1e-8)


def test_the_trucks_of_a_state_change_one_flow(answer):
    """10,000 pick-ups more from the US to Japan; nobody's price or surplus moves."""
    outcome = answer("f150-for-japan")

    moved = {f.name: f.change for f in outcome.figures if f.name.startswith("units_") and f.change}
    assert moved == {
        "units_USA_to_JP": pytest.approx(10_000, rel=1e-12),
        "units_total_JP": pytest.approx(10_000, rel=1e-9),
    }
    assert outcome["consumer_surplus_US_usd"].change == 0
    assert outcome["price_index_JP"].change == 0


def test_the_surge_lifts_the_carmaker_as_far_as_asked(answer):
    """Toyota's modelled output over both markets rises by 11.1 per cent; prices of others react."""
    frame = answer("hybrid-surge").tables["products"]
    mine = frame[frame["firm"] == "toyota"]

    rise = mine["units_scenario"].sum() / mine["units_baseline"].sum() - 1
    assert rise == pytest.approx(0.111, rel=1e-8)


def test_the_investment_moves_assembly_and_most_parts(answer, world):
    """No Toyota is shipped from Japan any more; the balance in content moves less, as the US
    plants keep getting some parts from Japan."""
    outcome = answer("invest-13bn")
    scenario = load_scenario("invest-13bn")
    move = scenario.setting(world).moves[0]
    side = solve_question(world, scenario, level="slider").scenario.sides["US"]
    firm = np.array(side.market.firms)[side.supply.product]
    shipped = side.link_units[(firm == "toyota") & (np.array(side.supply.countries) == "JPN")]

    assert move.capacity == pytest.approx(13e9 / 7667, rel=1e-12)
    assert shipped.sum() == pytest.approx(0, abs=1e-6)
    gross = outcome["balance_us_jp_gross_usd"].change
    assert gross / 2 < outcome["balance_us_jp_content_usd"].change < 0.9 * gross


def test_a_stronger_yen_makes_japan_dearer_abroad_and_imports_cheaper_at_home(answer):
    """Fewer cars from Japan to the US, more from the US to Japan, and lower prices in Japan."""
    outcome = answer("yen-120")

    assert outcome["units_JPN_to_US"].change < 0
    assert outcome["units_USA_to_JP"].change > 0
    assert outcome["price_index_JP"].change < 0 < outcome["price_index_US"].change


def test_a_baseline_named_by_hand_is_the_one_compared_with(answer, world):
    """`--baseline us-tariff-15`: its figures are the baseline's."""
    solved = solve_question(
        world, load_scenario("us-tariff-27.5"), load_scenario("us-tariff-15"), level="slider"
    )
    kept = answer("us-tariff-15")["units_total_US"].scenario

    assert solved.baseline.sides["US"].units.sum() == pytest.approx(kept, rel=1e-8)
    assert solved.baseline.setting.on == load_scenario("us-tariff-15").as_of
