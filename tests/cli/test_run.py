"""`run`: one object on standard output, a folder whole or not at all, honest exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from backhaul.cli.main import main
from backhaul.errors import EquilibriumError

QUESTION = """
asks = "What if the US duty on cars from Japan were 15 per cent?"
as_of = 2024-07-01

[[set_duty]]
importer = "USA"
exporter = "JPN"
class = "passenger_car"
rate = 0.15
"""


@pytest.fixture(scope="module")
def question(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("question 質問") / "fifteen.toml"
    path.write_text(QUESTION, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def answered(question) -> SimpleNamespace:
    """One real run with --out and --json, in a process of its own."""
    out = question.parent / "結果 out"
    words = ["run", str(question), "--out", str(out), "--no-ranges", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "backhaul", *words], capture_output=True, text=True, check=False
    )
    return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr, folder=out)


@pytest.fixture
def quick(monkeypatch) -> SimpleNamespace:
    """The engine replaced by what a test wants of it: the law is about the command alone."""
    import backhaul.baseline.calibrate
    import backhaul.study.run

    engine = SimpleNamespace(answer=None)
    monkeypatch.setattr(backhaul.baseline.calibrate, "calibrate", lambda *_, **__: None)
    monkeypatch.setattr(backhaul.study.run, "run", lambda *_, **__: engine.answer())
    return engine


def raising(error: BaseException):
    def answer():
        raise error

    return answer


def test_a_run_prints_one_object_and_nothing_else(answered):
    """Standard output is one JSON object with the fixed keys; progress is on standard error."""
    assert answered.code == 0, answered.err
    body = json.loads(answered.out)
    assert body["ok"] is True
    assert body["command"] == "run"
    result = body["result"]
    assert {"scenario", "as_of", "baseline", "figures", "certificate", "certified", "manifest"} <= (
        result.keys()
    )
    keys = {"name", "unit", "baseline", "scenario", "change", "percent", "low", "high"}
    assert all(keys <= figure.keys() for figure in result["figures"])
    assert {"first_order", "second_order", "best_response", "starts"} <= result[
        "certificate"
    ].keys()
    assert "Traceback" not in answered.err


def test_the_folder_holds_outcome_tables_and_report(answered):
    """outcome.json has the figures that were printed; tables and report lie beside it."""
    assert sorted(p.name for p in answered.folder.iterdir()) == [
        "outcome.json",
        "report.html",
        "tables",
    ]
    written = json.loads((answered.folder / "outcome.json").read_text(encoding="utf-8"))
    assert written["figures"] == json.loads(answered.out)["result"]["figures"]
    assert list((answered.folder / "tables").glob("*.csv"))
    assert sorted(p.name for p in answered.folder.parent.iterdir()) == [
        "fifteen.toml",
        answered.folder.name,
    ]


def test_a_dearer_border_moves_units_and_money_the_right_way(answered):
    """Six times the duty on Japan-built cars: fewer of them, a smaller deficit, more duty."""
    figures = {f["name"]: f for f in json.loads(answered.out)["result"]["figures"]}

    assert figures["units_JPN_to_US"]["change"] < 0
    assert figures["balance_us_jp_gross_usd"]["change"] > 0
    assert figures["government_US_usd"]["change"] > 0
    assert figures["consumer_surplus_US_usd"]["change"] < 0


def test_a_folder_of_somebody_else_is_left_alone(question, tmp_path, quick, capsys):
    """A folder that backhaul did not write is refused before any work, and not touched."""
    quick.answer = raising(AssertionError("the engine must not be asked"))
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")

    assert main(["run", str(question), "--out", str(tmp_path)]) == 2

    assert "thesis.txt" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (EquilibriumError("US", "did not settle.", "Try less."), 3)],
)
def test_what_ends_early_writes_nothing(error, code, question, tmp_path, quick, capsys):
    """Interrupted is 130, not solved is 3; no folder, no half folder, valid JSON."""
    quick.answer = raising(error)

    assert main(["run", str(question), "--out", str(tmp_path / "out"), "--json"]) == code

    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert list(tmp_path.iterdir()) == []


def test_a_result_without_its_certificate_is_no_answer(question, tmp_path, quick, capsys):
    """What is not certified ends with 3, prints no figure and writes nothing."""
    quick.answer = lambda: SimpleNamespace(certified=False)

    assert main(["run", str(question), "--out", str(tmp_path / "out")]) == 3

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "not certified" in printed.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "times"),
    [([], 0), (["--ranges"], 1), (["--out", "x"], 1), (["--out", "x", "--no-ranges"], 0)],
)
def test_ranges_come_with_a_folder_or_on_request(
    options, times, question, tmp_path, quick, monkeypatch
):
    """Low and high runs take time: made for a report, or when asked for, unless refused."""
    import backhaul.report.folder
    import backhaul.study.claims
    import backhaul.study.ranges

    asked = []
    end = raising(EquilibriumError("here", "the test ends.", "Go home."))
    outcome = SimpleNamespace(certified=True, as_dict=end)
    quick.answer = lambda: outcome
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(backhaul.report.folder, "write_outcome", lambda *_: None)
    monkeypatch.setattr(backhaul.study.claims, "with_claims", lambda *_: outcome)
    monkeypatch.setattr(
        backhaul.study.ranges, "with_ranges", lambda *given: asked.append(given) or outcome
    )

    assert main(["run", str(question), *options]) == 3
    assert len(asked) == times


BAD = {
    "a rate in per cent": (QUESTION.replace("0.15", "15"), "0.15 for 15 per cent"),
    "a date that is none": (QUESTION.replace("2024-07-01", "2024-02-31"), "fifteen.toml"),
    "a date in quotes that is none": (QUESTION.replace("2024-07-01", '"soon"'), "no date"),
    "an unknown key": (QUESTION.replace("exporter", "exportr"), "exporter"),
    "an empty file": ("", "empty"),
    "no TOML": ("asks = = 1", "TOML"),
    "not UTF-8": ("asks = '日本'".encode("shift_jis"), "UTF-8"),
}


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD)
def test_a_bad_scenario_file_says_what_to_mend(text, says, tmp_path, quick, capsys):
    """Bad input ends with 2 before any work, names the remedy, and writes nothing."""
    quick.answer = raising(AssertionError("the engine must not be asked"))
    path = tmp_path / "fifteen.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == 2

    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said
    assert [p.name for p in tmp_path.iterdir()] == ["fifteen.toml"]


@pytest.mark.parametrize("name", ["revers-imports", "nothing.toml", ""])
def test_an_unknown_scenario_is_bad_input(name, quick, capsys):
    """A name that is not shipped and a file that is not there end with 2."""
    assert main(["run", name]) == 2
    assert capsys.readouterr().err.startswith("error: ")
