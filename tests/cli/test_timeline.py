"""`timeline`: one object, a folder whole or not at all, bad months refused before any work."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from backhaul.cli.main import main


@pytest.fixture(scope="module")
def answered(tmp_path_factory) -> SimpleNamespace:
    """One real path over the month in which the law changes first, in a process of its own."""
    out = tmp_path_factory.mktemp("timeline") / "out"
    words = ["timeline", "us-auto-tariffs", "--from", "2025-03", "--to", "2025-04"]
    done = subprocess.run(
        [sys.executable, "-m", "backhaul", *words, "--out", str(out), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr, folder=out)


def test_a_timeline_prints_one_object_and_writes_the_same(answered):
    """Standard output is one JSON object; timeline.json holds the same path."""
    assert answered.code == 0, answered.err
    result = json.loads(answered.out)["result"]
    written = json.loads((answered.folder / "timeline.json").read_text(encoding="utf-8"))

    assert result["months"] == ["2025-03", "2025-04"]
    assert result["certified"] is True
    assert written["figures"] == result["figures"]
    assert "Traceback" not in answered.err
    assert sorted(p.name for p in answered.folder.iterdir()) == [
        *("report.html", "tables", "timeline.json")
    ]


def test_a_dearer_border_is_seen_in_its_month(answered):
    """April 2025 has 28 days of a higher duty: dearer cars, fewer from Japan, more revenue."""
    figures = {f["name"]: f["values"] for f in json.loads(answered.out)["result"]["figures"]}

    assert figures["price_index_US"][1] > figures["price_index_US"][0]
    assert figures["units_JPN_to_US"][1] < figures["units_JPN_to_US"][0]
    assert figures["duty_revenue_US_usd"][1] > figures["duty_revenue_US_usd"][0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["us-auto-tariffs", "--from", "2025-13"], "YYYY-MM"),
        (["us-auto-tariffs", "--from", "2025-12", "--to", "2025-01"], "Swap"),
        (["us-auto-tariffs", "--from", "2000-01", "--to", "2026-12"], "240"),
        (["us-auto-tarifs"], "us-auto-tariffs"),
        (["nothing.toml"], "TOML"),
        ([""], "us-auto-tariffs"),
    ],
)
def test_bad_input_is_refused_before_any_work(words, says, monkeypatch, capsys, tmp_path):
    """Exit code 2, the remedy named, nothing written, the engine not asked."""
    import backhaul.baseline.calibrate

    monkeypatch.setattr(backhaul.baseline.calibrate, "calibrate", None)

    assert main(["timeline", *words, "--out", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_is_left_alone(monkeypatch, capsys, tmp_path):
    """What backhaul did not write is refused before any work."""
    import backhaul.baseline.calibrate

    monkeypatch.setattr(backhaul.baseline.calibrate, "calibrate", None)
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")

    assert main(["timeline", "us-auto-tariffs", "--out", str(tmp_path)]) == 2
    assert "thesis.txt" in capsys.readouterr().err
