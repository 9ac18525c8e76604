"""Low and high runs: the same answer as a whole run, in any number of processes, failures listed.

A run that repeats only what a parameter moves is compared with one that repeats everything to
1e-7: both solve prices to 1e-10, from other starts, and demand magnifies that.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

import worlds
from backhaul.baseline.calibrate import calibrate
from backhaul.evidence.catalogue import Evidence
from backhaul.outcome.books import books_of
from backhaul.outcome.figures import make_figures
from backhaul.scenario.file import load_scenario
from backhaul.study import ranges
from backhaul.study.one_run import Question, Run, Task, centre, moved, one_run, varied_in
from backhaul.study.ranges import with_ranges
from backhaul.study.run import solve_question

NAME = "reverse-imports-as-is"
FEW = ("lhd_discount_mass_market_jp", "replacement_rate", "profit_share_domestic_jp")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.load()


@pytest.fixture(scope="module")
def central(evidence):
    return centre(Question.about(evidence, load_scenario(NAME), None))


@pytest.fixture(scope="module")
def few():
    """Only a few parameters, so that a study takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "varied_in", lambda _: FEW)
        yield


@pytest.fixture(scope="module")
def alone(few, evidence, central):
    """A study in this process, and what it told of its progress."""
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backhaul.study.workers.centre", lambda _: central)
        outcome = with_ranges(
            evidence, load_scenario(NAME), worlds.outcome(NAME),
            done=lambda *n: told.append(n), workers=1,
        )  # fmt: skip
    return outcome, told


STAGES = {
    "households_jp": "by_observation",
    "plant_cost_premium_us_vs_japan": "by_calibration",
    "hm_theta_sourcing": "by_baseline",
    "lhd_discount_mass_market_jp": "by_scenario",
    "model_life_years": "by_scenario",
    "profit_share_domestic_jp": "by_figures",
}
WHOLE = ("households_jp", "plant_cost_premium_us_vs_japan", "lhd_discount_mass_market_jp")
"""One of each kind for which a run skips something else."""


@pytest.mark.parametrize("name", WHOLE)
def test_repeating_only_what_moves_changes_no_figure(name, evidence, central):
    """A run that skips what its parameter leaves alone equals one that repeats everything."""
    value = evidence.parameter(name).high
    scenario = load_scenario(NAME)
    world = calibrate(Evidence.load().replace_parameter(name, value))
    whole = make_figures(*books_of(solve_question(world, scenario, level="slider")))

    run = one_run(central, Task(name, value))

    assert run.failure == ""
    assert set(run.figures) == {figure.name for figure in whole}
    for figure in whole:
        scale = max(abs(figure.scenario), abs(figure.baseline or 0.0))
        assert run.figures[figure.name] == pytest.approx(moved(figure), abs=1e-7 * scale)


@pytest.mark.parametrize(("name", "stage"), STAGES.items())
def test_stages_look_up_what_they_rest_on(name, stage, central):
    """Each parameter is first looked up by its own stage, and so varied."""
    order = ("by_observation", "by_calibration", "by_baseline", "by_scenario", "by_figures")
    first = next(s for s in order if name in getattr(central, s))

    assert first == stage
    assert name in varied_in(central)


def test_what_the_question_fixes_is_not_varied(evidence):
    """A parameter that the scenario sets is part of the question; numerical settings never vary."""
    scenario = load_scenario(NAME).model_copy(update={"parameters": {"hm_theta_sourcing": 7.0}})
    central = centre(Question.about(evidence, scenario, None))

    assert central.evidence.parameter("hm_theta_sourcing").value == 7.0
    assert not {"hm_theta_sourcing", "consumers", "fx_jpy_usd_2024"} & set(varied_in(central))


def test_low_and_high_hold_the_central_answer_between_them(alone):
    """Every figure lies in its range; the tables name both ends and market size always."""
    outcome, told = alone

    for figure in outcome.figures:
        assert figure.low <= figure.scenario <= figure.high, figure.name
    table = outcome.tables["influences"].set_index("parameter")
    assert set(table.index) == set(FEW)
    assert list(table["influence"]) == sorted(table["influence"], reverse=True)
    assert not table.loc["replacement_rate", ["at_low", "at_high"]].isna().any()
    assert table.loc["lhd_discount_mass_market_jp", "at_low"] > table["central"].iloc[0]
    size = outcome.tables["market_size"].set_index("figure")
    units = size.loc["units_without_support"]
    assert units["at_half"] != units["central"] != units["at_double"]
    assert (table["failure"] == "").all()
    assert told == [(count, 6) for count in range(1, 7)]


def test_an_answer_does_not_depend_on_the_number_of_processes(alone, evidence, answer):
    """Two processes or three: the same figures and tables, bit for bit. In this process, where
    linear algebra may use more threads than the one of a worker, to its rounding."""
    outcome, _ = alone

    two, three = (
        with_ranges(evidence, load_scenario(NAME), answer(NAME), workers=count) for count in (2, 3)
    )

    for name in ("influences", "sensitivity", "market_size"):
        assert two.tables[name].equals(three.tables[name]), name
        assert_frame_equal(outcome.tables[name], two.tables[name], rtol=1e-9, atol=1e-9)
    assert two.figures == three.figures


def test_a_run_without_answer_is_listed_with_its_reason(evidence, central, monkeypatch, answer):
    """An impossible target fails, says why, and neither stops the study nor counts as a range."""
    failed = one_run(central, Task("segment_diversion_jp", 0.999))
    assert failed.figures == {}
    assert "diversion" in failed.failure

    def impossible(evidence, name):
        return Task(
            name, 0.999 if name == "segment_diversion_jp" else evidence.parameter(name).high
        )

    monkeypatch.setattr("backhaul.study.workers.centre", lambda _: central)
    monkeypatch.setattr(ranges, "_first_end", impossible)
    monkeypatch.setattr(
        ranges, "varied_in", lambda _: ("segment_diversion_jp", "importer_margin_jp")
    )
    outcome = with_ranges(evidence, load_scenario(NAME), answer(NAME), workers=1)

    table = outcome.tables["influences"].set_index("parameter")
    assert "diversion" in table.loc["segment_diversion_jp", "failure"]
    # what failed beyond the range is tried at both ends of it
    assert np.isfinite(table.loc["segment_diversion_jp", "at_low"])
    assert np.isfinite(table.loc["segment_diversion_jp", "at_high"])
    assert all(np.isfinite([f.low, f.high]).all() for f in outcome.figures)


def test_the_first_run_is_at_the_farther_end(evidence):
    """A value at the top of its range is run at the bottom; a lopsided range at its long end."""
    name = "importer_margin_jp"
    low, high = evidence.parameter(name).low, evidence.parameter(name).high

    def first(value):
        return ranges._first_end(evidence.replace_parameter(name, value), name).value

    assert first(high) == low
    assert first(0.9 * high + 0.1 * low) == low
    assert first(0.1 * high + 0.9 * low) == high


def test_failed_runs_take_no_place_of_others(evidence):
    """The other end is run for the eight that move most, and for what failed beside them."""
    names = [n for n, p in evidence.parameters.items() if p.role == "engine" and p.low < p.value]
    names = [n for n in names if evidence.parameter(n).value < evidence.parameter(n).high][:12]
    runs = [
        Run(name, evidence.parameter(name).high, {} if i < 3 else {"x": float(i)})
        for i, name in enumerate(names)
    ]

    tasks = ranges._second_round(evidence, runs, "x", 0.0)

    assert [task.parameter for task in tasks] == [*reversed(names[4:]), *names[:3]]
    assert all(task.value == evidence.parameter(task.parameter).low for task in tasks)


SCRIPT = """
import sys, worlds
from backhaul.evidence.catalogue import Evidence
from backhaul.scenario.file import load_scenario
from backhaul.study.ranges import with_ranges
if __name__ == "__main__":
    name = "{name}"
    outcome = worlds.outcome(name)
    tell = lambda done, total: print("run", done, flush=True)
    with_ranges(Evidence.load(), load_scenario(name), outcome, done=tell, workers=2)
"""


def test_an_interrupt_leaves_no_process_behind(tmp_path):
    """Ctrl-C in the middle of the runs ends the command and all its processes within seconds."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(name=NAME))
    tests = Path(__file__).parents[1]
    path = os.pathsep.join([str(tests), str(tests.parent / "src")])
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().startswith("run")

    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode != 0
    assert "KeyboardInterrupt" in said
    deadline = time.monotonic() + 10
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(process.pid)


def _alive(group: int) -> bool:
    """Return whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
