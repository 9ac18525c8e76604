"""`compare`: one table of two to eight questions, differences said, whole or not at all."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

import worlds
from backhaul.cli.main import main
from backhaul.errors import EquilibriumError


@pytest.fixture
def quick(monkeypatch):
    """The engine answers from the session's cache: the law is about the command alone."""
    import backhaul.baseline.calibrate
    import backhaul.study.compare
    import backhaul.study.ranges

    asked = SimpleNamespace(ranges=[])
    monkeypatch.setattr(
        backhaul.baseline.calibrate, "calibrate", lambda *_, **__: worlds.shipped_world()
    )

    def outcome(world, scenario, *_, **__):
        from dataclasses import replace

        return replace(worlds.outcome(scenario.name), certified=True)

    def ranged(evidence, scenario, outcome, *_):
        asked.ranges.append(scenario.name)
        return outcome

    monkeypatch.setattr(backhaul.study.compare, "run", outcome)
    monkeypatch.setattr(backhaul.study.ranges, "with_ranges", ranged)
    return asked


def test_a_comparison_prints_one_object_and_writes_the_same(quick, capsys, tmp_path):
    """Figures across, one cell per question, null where one lacks it; files hold the same."""
    words = ["compare", "us-tariff-15", "reverse-imports", "--out", str(tmp_path / "o"), "--json"]
    assert main(words) == 0

    result = json.loads(capsys.readouterr().out)["result"]
    written = json.loads((tmp_path / "o" / "comparison.json").read_text(encoding="utf-8"))
    support = next(f for f in result["figures"] if f["name"] == "support_per_vehicle_usd")
    assert support["cells"][0] is None
    assert support["cells"][1]["scenario"] > 0
    assert written["figures"] == result["figures"]
    assert [s["label"] for s in result["scenarios"]] == ["us-tariff-15", "reverse-imports"]
    assert quick.ranges == []


def test_a_person_reads_a_dash_and_what_differs(quick, capsys):
    """Days and baselines that differ are said above the table."""
    assert main(["compare", "us-tariff-15", "reverse-imports"]) == 0

    printed = capsys.readouterr().out
    assert "Days of the law differ" in printed
    assert "Baselines differ" in printed
    row = next(line for line in printed.splitlines() if line.startswith("Support per vehicle "))
    assert row.split("  ")[0] == "Support per vehicle"
    assert " - " in row


def test_ranges_are_made_for_each_question_when_asked(quick):
    """--ranges asks for low and high runs of every column."""
    assert main(["compare", "us-tariff-15", "us-tariff-15", "--ranges"]) == 0
    assert quick.ranges == ["us-tariff-15", "us-tariff-15"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["us-tariff-15"], "two"),
        (["us-tariff-15"] * 9, "Leave some out"),
        (["us-tariff-15", "us-tarif-2.5"], "us-tariff-2.5"),
        (["us-tariff-15", "nothing.toml"], "TOML"),
    ],
)
def test_bad_input_is_refused_before_any_work(names, says, monkeypatch, capsys, tmp_path):
    """Exit code 2, the remedy named, nothing written."""
    import backhaul.baseline.calibrate

    monkeypatch.setattr(backhaul.baseline.calibrate, "calibrate", None)

    assert main(["compare", *names, "--out", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_solved_writes_nothing(quick, monkeypatch, tmp_path):
    """A column without an answer ends with 3 and leaves no folder."""
    import backhaul.study.compare

    def refused(*_, **__):
        raise EquilibriumError("US", "did not settle.", "Try less.")

    monkeypatch.setattr(backhaul.study.compare, "run", refused)

    assert main(["compare", "us-tariff-15", "us-tariff-2.5", "--out", str(tmp_path / "o")]) == 3
    assert list(tmp_path.iterdir()) == []
