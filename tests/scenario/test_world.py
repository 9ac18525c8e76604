"""Changes against a world: names that it does not have, and promises that it cannot keep.

The most that a commitment reaches is compared with what is then accepted, to the last vehicle.
"""

from __future__ import annotations

import re
import tomllib

import pytest

from backhaul.errors import ScenarioError
from backhaul.scenario.file import load_scenario, read_scenario
from backhaul.study.run import solve_question

TOP = 'asks = "What if?"\nas_of = 2026-03-01\n'
CAMRY = '[[enter]]\nproducts = ["toyota_camry"]\ncertification = "us_scheme"\n'


def scenario(text: str):
    return read_scenario(tomllib.loads(text), name="mine", file="mine.toml", text=text)


def refused(text: str, world) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        scenario(text).setting(world)
    assert caught.value.exit_code == 2
    return caught.value


UNKNOWN = {
    "a car that nobody offers": (
        '[[enter]]\nproducts = ["toyota_camri"]\n', 4, "enter[1].products", "toyota_camri",
        "'toyota_camry'",
    ),
    "a car that may come and has not": (
        '[[commit]]\nproducts = ["toyota_tundra"]\nunits = 5\n', 4, "commit[1].products",
        "toyota_tundra", "Let it enter first",
    ),
    "a promise of cars that nobody lets in": (
        '[[commit]]\nproducts = ["announced"]\nunits = 5\n', 4, "commit[1].products", "announced",
        "Let them enter first",
    ),
    "a support for a car not on sale": (
        '[[subsidise]]\nproducts = ["toyota_corola"]\nusd_per_vehicle = 5\n', 4,
        "subsidise[1].products", "toyota_corola", "'toyota_corolla'",
    ),
    "a truck that nobody sells": (
        '[[buy]]\nproduct = "ford_f_serie"\nunits = 5\n', 4, "buy[1].product", "ford_f_serie",
        "'ford_f_series'",
    ),
    "a country by its short name": (
        '[[set_duty]]\nimporter = "US"\nexporter = "JPN"\nclass = "passenger_car"\nrate = 0.1\n',
        4, "set_duty[1].importer", "US", "'USA'",
    ),
    "a measure that is none": (
        '[[set_rate]]\nmeasure = "us_mfn_caar"\nrate = 0.1\n', 4, "set_rate[1].measure",
        "us_mfn_caar", "'us_mfn_car'",
    ),
    "a carmaker that is none": (
        '[[invest]]\nfirm = "toyot"\nusd = 1e9\n', 4, "invest[1].firm", "toyot", "'toyota'",
    ),
    "a partner that is none": (
        '[[merge]]\nfirms = ["toyota", "nisan"]\n', 4, "merge[1].firms", "nisan", "'nissan'",
    ),
    "a surge of a maker that is none": (
        '[[surge]]\nfirm = "hunda"\nrise = 0.1\n', 4, "surge[1].firm", "hunda", "'honda'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "row", "column", "value", "fix"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_name_that_the_world_lacks_is_told_with_its_line(text, row, column, value, fix, world):
    """The problem names line, entry and value, and suggests the nearest name or the way in."""
    (problem,) = refused(TOP + text, world).problems

    assert (problem.file, problem.row, problem.column) == ("mine.toml", row, column)
    assert problem.value == value
    assert fix in problem.fix


def test_entering_twice_is_refused(world):
    """A car enters once, whether two entries name it or one name stands for it."""
    for second in ('["toyota_camry"]', '["announced"]'):
        error = refused(TOP + CAMRY + f"[[enter]]\nproducts = {second}\n", world)

        assert "toyota_camry would enter twice" in error.problems[0].what
        assert error.problems[0].row is not None
        assert error.problems[0].row >= 6


def test_all_unknown_names_are_told_at_once(world):
    """Four faults in four entries make four problems; what hangs on one of them is left out."""
    error = refused(
        TOP
        + '[[enter]]\nproducts = ["toyota_camri"]\n[[enter]]\nproducts = ["nissan_muranno"]\n'
        + '[[commit]]\nproducts = ["announced"]\nunits = 5\n'
        + '[[buy]]\nproduct = "ford_f_serie"\nunits = 5\n[[set_rate]]\nmeasure = "x"\nrate = 0\n',
        world,
    )

    assert sorted(problem.row for problem in error.problems) == [4, 6, 11, 14]


def test_two_promises_are_refused(world):
    """One volume commitment a scenario: the second is named."""
    promise = '[[commit]]\nproducts = ["toyota_camry"]\nunits = 5\n'

    (problem,) = refused(TOP + CAMRY + promise + promise, world).problems

    assert problem.column == "commit[2]"
    assert problem.row == 9


def test_a_route_of_certification_that_is_not_open_is_refused(world):
    """US papers are of no use before the scheme's first day; the open routes are named."""
    text = (TOP + CAMRY).replace("2026-03-01", "2025-10-30")

    (problem,) = refused(text, world).problems

    assert problem.value == "us_scheme"
    assert "preferential_handling" in problem.fix


def test_a_promise_that_no_support_reaches_names_the_most_that_one_does(world):
    """Bad input, exit code 2, with the most reachable; a promise just below that is kept."""

    def promise(units: float):
        return scenario(TOP + CAMRY + f'[[commit]]\nproducts = ["toyota_camry"]\nunits = {units}\n')

    with pytest.raises(ScenarioError) as caught:
        solve_question(world, promise(1_000_000), level="slider")

    assert caught.value.exit_code == 2
    assert "1,000,000 vehicles a year" in caught.value.what
    most = re.search(r"at most ([\d,]+) vehicles", caught.value.fix)
    assert most is not None
    units = int(most[1].replace(",", "")) - 1
    kept = solve_question(world, promise(units), level="slider").scenario.sides["JP"]
    assert kept.units[-1] == pytest.approx(units, rel=1e-8)


@pytest.mark.parametrize("name", ["toyota_camry", "nissan_murano"])
def test_a_shipped_scenario_knows_its_file(name, world, tmp_path):
    """A copy of a shipped file with one name spoilt is refused on that name's own line."""
    text = load_scenario("reverse-imports")._text.replace(
        'products = ["announced"]        #', f'products = ["{name}x"]  #'
    )
    path = tmp_path / "copy.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ScenarioError) as caught:
        load_scenario(path).setting(world)

    (problem,) = caught.value.problems
    assert problem.file == "copy.toml"
    assert f"{name}x" in text.splitlines()[problem.row - 1]
