"""Ensembles read back: their intervals on the figures of the same question, and of no other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from backhaul.errors import ScenarioError
from backhaul.report.comparison import comparison_html
from backhaul.scenario.file import load_scenario
from backhaul.study import compare as module
from backhaul.study.compare import Comparison
from backhaul.study.written import read_ensembles, with_intervals

NAME = "us-tariff-15"


def put(folder: Path, outcome, *, name=NAME, **changes):
    """Write an ensemble's main file beside what belongs to this outcome."""
    kept = {key: outcome.manifest[key] for key in ("scenario", "baseline", "inputs", "replaced")}
    tree = {
        "scenario": name,
        "draws": {"solved": 1000},
        "figures": [
            {"name": "balance_us_jp_net_usd", "low": 1e9, "median": 2e9, "high": 3e9},
        ],
        "manifest": kept | {"seed": 1},
    } | changes
    folder.mkdir(parents=True)
    (folder / "ensemble.json").write_text(json.dumps(tree), encoding="utf-8")


@pytest.fixture
def outcome(answer):
    return answer(NAME)


def test_intervals_of_changes_become_scenario_values(outcome, tmp_path):
    """Low and high are the baseline and the 5 and 95 % points of the change."""
    put(tmp_path / "one", outcome)
    found = with_intervals(outcome, read_ensembles(tmp_path)[NAME])
    figure = found["balance_us_jp_net_usd"]
    assert figure.low == figure.baseline + 1e9
    assert figure.high == figure.baseline + 3e9
    assert found["price_mean_US"] == outcome["price_mean_US"]


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("inputs", {"us/sales.csv": "other"}, "the tables"),
        ("scenario", {"name": "other"}, "the scenario"),
        ("replaced", {"gini_us": 0.5}, "replaced parameters"),
    ],
)
def test_an_ensemble_of_another_question_is_refused(outcome, tmp_path, part, value, says):
    """Other tables, another scenario or other parameters make other intervals."""
    put(tmp_path / "one", outcome)
    written = read_ensembles(tmp_path)[NAME]
    other = replace(written, manifest={**written.manifest, part: value})
    with pytest.raises(ScenarioError) as caught:
        with_intervals(outcome, other)
    assert says in caught.value.what


def test_a_folder_may_be_one_ensemble(outcome, tmp_path):
    """The folder itself counts as well as those below it."""
    put(tmp_path / "one", outcome)
    assert list(read_ensembles(tmp_path / "one")) == [NAME]


def test_folders_without_one_clear_ensemble_are_refused(outcome, tmp_path):
    """None at all, two of one scenario, and a broken file are told apart."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError, match="neither the folder nor one below"):
        read_ensembles(tmp_path / "empty")
    put(tmp_path / "two" / "a", outcome)
    put(tmp_path / "two" / "b", outcome)
    with pytest.raises(ScenarioError, match="both answer"):
        read_ensembles(tmp_path / "two")
    (tmp_path / "two" / "b" / "ensemble.json").write_text("{", encoding="utf-8")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_ensembles(tmp_path / "two")


def test_a_comparison_says_whose_bars_are_intervals(outcome, tmp_path):
    """The page names the bars; a column without an ensemble is named in a warning."""
    put(tmp_path / "one", outcome)
    written = read_ensembles(tmp_path)
    drawn = with_intervals(outcome, written[NAME])
    assert outcome.scenario.name == NAME

    found = Comparison((NAME, "other"), (drawn, outcome), ("90 % interval of 1,000 draws", ""))
    assert any(
        "90 % interval of 1,000 draws (us-tariff-15); none (other)" in text
        for text in found.warnings
    )
    assert "90 % intervals of ensembles" in comparison_html(found)
    assert found.as_dict()["scenarios"][0]["spread"] == "90 % interval of 1,000 draws"


def test_a_comparison_takes_the_intervals_that_there_are(world, outcome, tmp_path, monkeypatch):
    """The scenario with an ensemble gets its interval, the other one none."""
    put(tmp_path / "one", outcome)
    monkeypatch.setattr(module, "world_of", lambda given, *_: given)
    monkeypatch.setattr(module, "run", lambda *_, **__: outcome)
    scenarios = [load_scenario(NAME), load_scenario("us-tariff-27.5")]

    found = module.compare(world, scenarios, ensembles=read_ensembles(tmp_path))

    (row,) = [row for row in found.rows if row.name == "balance_us_jp_net_usd"]
    assert row.cells[0].low == row.cells[0].baseline + 1e9
    assert row.cells[1].low == outcome["balance_us_jp_net_usd"].low
    assert found.spreads == ("90 % interval of 1,000 draws", "")
