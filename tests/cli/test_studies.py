"""`ensemble`, `influence` and `design`: one object, a folder whole or not at all, clean refusals.

The whole model is one that is solved by hand, so that a command takes milliseconds.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest

from backhaul.cli import counting as counting_module
from backhaul.cli.counting import Rate, counting
from backhaul.cli.main import main
from backhaul.study.opened import Opened
from backhaul.study.whole import Asked
from closed_form import ClosedForm, asked

BALANCE = "balance_us_jp_net_usd"
DESIGN = ["design", "--reach", "balance US-JP by +3e9 USD"]
CALLS = {
    "ensemble": ["ensemble", "us-tariff-15", "-n", "128"],
    "influence": ["influence", "us-tariff-15"],
    "design": DESIGN,
}


def answer_by_hand(patch) -> ClosedForm:
    """Let every question be answered by the model that is solved by hand."""
    here = ClosedForm(fails_above=0.95)

    def opened(world, scenario, baseline=None, *, hold_tastes=False, say=None) -> Opened:
        assert not scenario.commit or scenario.name != "reverse-imports"
        question: Asked = asked(scenario={"name": scenario.name})
        return Opened(here, question)

    patch.setattr("backhaul.baseline.calibrate.calibrate", lambda *_, **__: None)
    patch.setattr("backhaul.study.opened.opened", opened)
    return here


@pytest.fixture
def model(monkeypatch):
    return answer_by_hand(monkeypatch)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What each command printed, and the folder that it wrote."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        answer_by_hand(patch)
        for name, words in CALLS.items():
            folder = tmp_path_factory.mktemp(name) / "out"
            printed = io.StringIO()
            with redirect_stdout(printed):
                assert main([*words, "--out", str(folder), "--json"]) == 0
            found[name] = json.loads(printed.getvalue()), folder
    return found


@pytest.fixture
def never(monkeypatch):
    """Let nobody reach the engine."""
    monkeypatch.setattr("backhaul.baseline.calibrate.calibrate", None)


def result(capsys, words):
    assert main([*words, "--json"]) == 0
    captured = capsys.readouterr()
    body = json.loads(captured.out)
    assert (body["ok"], body["command"]) == (True, words[0])
    return body["result"]


@pytest.mark.parametrize("name", CALLS)
def test_each_prints_one_object_and_writes_the_same(name, written):
    """Standard output is one JSON object; the main file of the folder holds the same answer."""
    body, out = written[name]
    kept = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
    assert (body["ok"], body["command"]) == (True, name)
    assert {key: body["result"][key] for key in kept} == kept
    assert sorted(p.name for p in out.iterdir()) == sorted(
        [f"{name}.json", "report.html", "tables"]
    )
    assert [p.name for p in out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("name", CALLS)
def test_each_page_is_a_whole_document(name, written):
    """The report needs no network, has charts with tables, and says how to make it again."""
    page = (written[name][1] / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 2
    assert "<table" in page
    assert f"backhaul {name} " in page
    assert "http://" not in page.replace("http://www.w3.org", "")


@pytest.mark.parametrize("name", ["ensemble", "influence"])
def test_text_from_outside_is_text(name, written):
    """A question with a tag in it is shown, not read."""
    page = (written[name][1] / "report.html").read_text(encoding="utf-8")
    assert "What &lt;b&gt;if&lt;/b&gt;?" in page
    assert "<b>if" not in page


@pytest.mark.parametrize("name", CALLS)
def test_each_is_plain_in_a_pipe_and_writes_nothing_unasked(
    name, model, capsys, tmp_path, monkeypatch
):
    """People read sentences and tables; without --out no file appears."""
    monkeypatch.chdir(tmp_path)
    assert main(CALLS[name]) == 0
    text = capsys.readouterr().out
    assert "Nothing was written" in text
    assert "\N{NO-BREAK SPACE}" not in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", CALLS)
def test_a_folder_of_somebody_else_is_left_alone(name, never, capsys, tmp_path):
    """What backhaul did not write is refused before any work."""
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert main([*CALLS[name], "--out", str(tmp_path)]) == 2
    assert "thesis.txt" in capsys.readouterr().err


def test_an_older_folder_of_the_same_kind_is_replaced(written, model):
    """The same command again leaves one folder; one of another kind is foreign."""
    folder = str(written["influence"][1])
    assert main([*CALLS["influence"], "--out", folder]) == 0
    assert main([*CALLS["ensemble"], "--out", folder]) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ensemble", "us-tariff-15", "-n", "1"], "2 to"),
        (["ensemble", "us-tariff-15", "-n", "0"], "2 to"),
        (["ensemble", "us-tariff-15", "--consumers", "1"], "consumers"),
        (["ensemble", "us-tarif-15"], "us-tariff-15"),
        (["ensemble", "us-tariff-15", "--workers", "0"], "workers"),
        (["ensemble", "us-tariff-15", "--resume"], "--out"),
        (["influence", "us-tariff-15", "--n", "-3"], "2 to"),
        (["influence", "us-tariff-15", "--top", "0"], "top"),
        (["design"], "reach"),
        (["compare", "us-tariff-15", "yen-120", "--ensembles", "no-such-folder"], "ensemble.json"),
        (["compare", "us-tariff-15", "yen-120", "--ensembles", ".", "--ranges"], "Leave one"),
        ([*DESIGN, "--bound", "support"], "NAME=LOW:HIGH"),
        ([*DESIGN, "--bound", "support=a:b"], "NAME=LOW:HIGH"),
    ],
)
def test_bad_input_is_refused_before_any_work(words, says, never, capsys):
    """Exit code 2, the remedy named, the engine not asked."""
    assert main(words) == 2
    assert says in capsys.readouterr().err


def test_a_folder_without_any_of_the_scenarios_is_refused(written, never, capsys):
    """Ensembles of other scenarios give no intervals: that is said, not passed over."""
    folder = str(written["ensemble"][1])
    assert main(["compare", "yen-120", "us-tariff-27.5", "--ensembles", folder]) == 2
    assert "none of the scenarios compared" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ensemble", "us-tariff-15", "-n", "8", "--of", "balance_us_jp_ne"], BALANCE),
        (["influence", "us-tariff-15", "--of", "balance_us_jp_ne"], BALANCE),
        (["design", "--reach", "balanse US-JP by 1e9"], "balance us-jp"),
        ([*DESIGN, "--with", "support,subsidy"], "support"),
        ([*DESIGN, "--minimise", "welfare costs"], "welfare cost"),
        ([*DESIGN, "--bound", "support=5:1"], "--bound support=LOW:HIGH"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(words, says, model, capsys):
    """Exit code 2, and the nearest name or the right form."""
    assert main(words) == 2
    assert says in capsys.readouterr().err


def test_failures_and_rounding_are_told(model, capsys):
    """120 draws become 128, and those without an answer stand with their reason."""
    assert main(["ensemble", "us-tariff-15", "-n", "120"]) == 0
    text = capsys.readouterr().out
    assert "120 asked for, rounded up" in text
    assert "market JP did not converge" in text


def test_an_interrupt_keeps_what_was_solved_and_resume_goes_on(
    model, capsys, tmp_path, monkeypatch
):
    """Ctrl-C ends with 130 and says how to go on; the resumed answer is the uninterrupted one."""
    whole = result(capsys, ["ensemble", "us-tariff-15", "-n", "256"])
    words = ["ensemble", "us-tariff-15", "-n", "256", "--out", str(tmp_path / "out")]
    solve = ClosedForm.solve

    def interrupted(self, values):
        if len(self.calls) >= 3:
            raise KeyboardInterrupt
        return solve(self, values)

    model.calls.clear()
    with monkeypatch.context() as patch:
        patch.setattr(ClosedForm, "solve", interrupted)
        assert main([*words, "--workers", "1"]) == 130
    said = capsys.readouterr().err
    assert "128 finished draws are kept" in said
    assert "--resume" in said
    assert not (tmp_path / "out").exists()

    assert main(words) == 2
    assert "--resume" in capsys.readouterr().err

    model.calls.clear()
    resumed = result(capsys, [*words, "--resume"])
    assert len(model.calls) == 3  # the centre and the two chunks that were left
    for key in ("figures", "draws", "failures", "certificates"):
        assert resumed[key] == whole[key]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_an_interrupt_without_a_folder_says_what_to_do(model, capsys, monkeypatch):
    """Nothing is kept without --out, and the message says so."""

    def interrupted(self, values):
        raise KeyboardInterrupt

    monkeypatch.setattr(ClosedForm, "solve", interrupted)
    assert main(["ensemble", "us-tariff-15", "-n", "64"]) == 130
    assert "Add --out" in capsys.readouterr().err


def test_another_seed_is_not_taken_up(model, capsys, tmp_path):
    """What is kept belongs to one question; another one is refused with what differs."""
    from backhaul.study.ensemble import Plan, ensemble

    ensemble(
        model, Plan(n=64, certify=False), asked(scenario={"name": "us-tariff-15"}),
        keep=tmp_path / "out.partial",
    )  # fmt: skip
    words = ["ensemble", "us-tariff-15", "-n", "64", "--out", str(tmp_path / "out"), "--resume"]
    assert main([*words, "--seed", "2"]) == 2
    assert "the seed (1 there, 2 here)" in capsys.readouterr().err


@pytest.mark.parametrize("question", [None, "not json", "[]", "{}"])
def test_a_folder_that_holds_something_else_is_not_taken_up(model, capsys, tmp_path, question):
    """A file in the folder's place, or a question that cannot be read, is told; exit code 2."""
    kept = tmp_path / "out.partial"
    if question is None:
        kept.write_text("mine", encoding="utf-8")
    else:
        kept.mkdir()
        (kept / "question.json").write_text(question, encoding="utf-8")
    words = ["ensemble", "us-tariff-15", "-n", "64", "--out", str(tmp_path / "out"), "--resume"]
    assert main(words) == 2
    assert "out.partial" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_indices_come_with_global(model, capsys, tmp_path):
    """`--global` adds first and total orders of the parameters, in JSON, CSV and page."""
    found = result(
        capsys,
        ["influence", "us-tariff-15", "--global", "--n", "64", "--out", str(tmp_path / "out")],
    )
    keys = [row["key"] for row in found["indices"]["parameters"]]
    assert sorted(keys) == ["parameter.eta_us", "parameter.freight"]
    assert (tmp_path / "out" / "tables" / "indices.csv").exists()


def test_a_design_out_of_reach_says_how_far_it_gets(model, capsys, tmp_path):
    """It is refused as not solved, with the range that can be reached, and nothing is written."""
    words = ["design", "--reach", "balance US-JP by +1e12 USD", "--with", "tariff"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 3
    said = capsys.readouterr().err
    assert "cannot be reached" in said
    assert "to 4 billion USD" in said
    assert list(tmp_path.iterdir()) == []


def test_a_rate_counts_from_what_was_first_told():
    """Draws that were kept before do not make the machine look faster than it is."""
    now = iter([0.0, 2.0, 4.0, 10.0])
    rate = Rate(lambda: next(now))
    assert rate.told(512, 1024, "solving draws") == "solving draws: 512 of 1,024"
    assert rate.told(576, 1024, "solving draws") == (
        "solving draws: 576 of 1,024, 32 a second, 14 s left"
    )
    assert rate.told(1024, 1024, "solving draws") == "solving draws: 1,024 of 1,024, 128 a second"
    assert rate.told(0, 11, "whole certificates") == "whole certificates: 0 of 11"


def test_progress_in_a_pipe_is_a_line_now_and_then(capsys, monkeypatch):
    """Each new step is told, the same count only every few seconds, on standard error."""
    now = iter([0.0, 3.0, 3.0, 4.0, 4.0, 9.0, 9.0, 9.5])
    monkeypatch.setattr(counting_module.time, "monotonic", lambda: next(now, 10.0))
    with counting() as watch:
        watch.say("building")
        for done in (0, 64, 128, 192, 256):
            watch.count(done, 256, "solving draws")
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert 2 <= len(lines) <= 4
    assert "building" in lines[0]


@pytest.mark.parametrize("name", CALLS)
def test_each_teaches_by_example(name, capsys):
    """The help ends with calls of that very command."""
    assert main([name, "--help"]) == 0
    assert f"\n    backhaul {name} " in capsys.readouterr().out
