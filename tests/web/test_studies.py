"""Jobs over draws and gradients: what is asked reaches the study, whole, and can be stopped.

The studies run on the model solved by hand that they are tested with; one job runs on the whole
model, and is cancelled while its compiler works.
"""

from __future__ import annotations

import time

import pytest

from backhaul.study.ensemble import Plan, ensemble
from backhaul.study.opened import Opened
from backhaul.web.answer import plain
from backhaul.web.engine import Engine
from backhaul.web.folders import read_table, table_names, write_folder
from backhaul.web.forms import DesignForm, EnsembleForm, InfluenceForm
from backhaul.web.kinds import KINDS, Cancelled, offered
from backhaul.web.questions import Question
from backhaul.web.requests import question_of
from backhaul.web.telling import reproduce
from closed_form import ClosedForm, asked
from worlds import shipped_world

API = "/api/v1"
FORMS = {
    "ensemble": EnsembleForm(scenario="us-tariff-15", n=60, seed=3),
    "influence": InfluenceForm(scenario="us-tariff-15", of="balance_us_jp_net_usd"),
    "design": DesignForm(
        **{"scenario": "reverse-imports", "reach": "balance US-JP by +3e9 USD"},
        **{"with": ["support", "tariff"], "bounds": {"support": [0, 9_000]}, "frontier": False},
    ),
}


@pytest.fixture
def opened(monkeypatch) -> list:
    """The scenarios that were opened: each as the model solved by hand."""
    found = []

    def open_by_hand(world, scenario, baseline=None, *, hold_tastes=False, say=None):
        found.append(scenario)
        return Opened(ClosedForm(), asked())

    monkeypatch.setattr("backhaul.study.opened.opened", open_by_hand)
    return found


@pytest.fixture
def engine(opened) -> Engine:
    """An engine whose questions are those of the model solved by hand."""
    world = shipped_world()
    return Engine(world.evidence, world)


def work(engine, question: Question, told: list | None = None, *, stop_at: int | None = None):
    """Run a kind as its process does; what it tells goes into a list."""
    said = [] if told is None else told

    def report(done, total, text):
        said.append((done, total, text))
        if stop_at is not None and len(said) > stop_at:
            raise Cancelled

    return KINDS[question.kind].work(engine, question, report, lambda: False)


@pytest.mark.parametrize("kind", FORMS)
def test_a_study_tells_its_progress_and_gives_tables_and_a_report(engine, library, tmp_path, kind):
    """Result, tables and report are stored as those of a run are, and come back the same."""
    question = question_of(library, kind, FORMS[kind], "certified")
    told: list = []
    answer = work(engine, Question.of(question.as_dict()), told)
    assert all(0 <= done <= total for done, total, _ in told if total is not None)
    assert [total for _, total, _ in told if total]
    write_folder(tmp_path, answer)
    assert set(table_names(tmp_path)) == set(answer.tables)
    for name, table in answer.tables.items():
        assert len(read_table(tmp_path, name)) == len(table)
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert plain(answer.result)["manifest"]


def test_an_ensemble_is_that_of_its_seed_and_size(engine, library):
    """As many draws as asked for, rounded up, of the seed asked for."""
    question = question_of(library, "ensemble", FORMS["ensemble"], "certified")
    wanted = ensemble(ClosedForm(), Plan(n=60, seed=3, workers=1), asked()).as_dict()
    found = work(engine, question).result
    assert found["figures"] == wanted["figures"]
    assert found["draws"]["made"] == 64


def test_an_ensemble_goes_on_where_it_was_interrupted(engine, library, tmp_path):
    """What a job keeps is taken up by the next attempt, to the same answer."""
    question = question_of(library, "ensemble", FORMS["ensemble"], "certified")
    engine.kept = tmp_path / "partial"
    wanted = work(engine, question).result
    assert list(engine.kept.iterdir())
    told: list = []
    again = work(engine, question, told).result
    assert again["figures"] == wanted["figures"]
    counts = [done for done, _, text in told if text == "solving draws"]
    assert not counts or counts[0] == 64, counts


def test_a_design_drops_promises_and_keeps_to_its_instruments(engine, opened, library):
    """The question is opened without its promise; only the named instruments move, in bounds."""
    question = question_of(library, "design", FORMS["design"], "certified")
    found = plain(work(engine, question).result)
    assert opened[0].commit == ()
    assert [row["instrument"] for row in found["mix"]] == ["support", "tariff"]
    assert found["mix"][0]["setting"] <= 9_000 * (1 + 1e-9)


@pytest.mark.parametrize("kind", FORMS)
def test_a_study_stops_where_its_client_has_cancelled(engine, library, kind):
    """Telling progress ends it."""
    with pytest.raises(Cancelled):
        work(engine, question_of(library, kind, FORMS[kind], "certified"), stop_at=1)


def test_the_command_that_gives_the_same_is_told(library):
    """With every option that is not the default, quoted for a shell."""
    said = {
        kind: reproduce(question_of(library, kind, form, "certified"), library)
        for kind, form in FORMS.items()
    }
    assert said["ensemble"] == "backhaul ensemble us-tariff-15 -n 60 --seed 3"
    assert said["influence"] == "backhaul influence us-tariff-15 --of balance_us_jp_net_usd"
    assert said["design"] == (
        "backhaul design reverse-imports --reach 'balance US-JP by +3e9 USD' "
        "--with support,tariff --minimise 'welfare cost' --bound support=0:9000 --seed 1 "
        "--no-frontier"
    )


WRONG = [
    {"kind": "ensemble", "n": 1},
    {"kind": "ensemble", "n": 10**6},
    {"kind": "ensemble", "n": 2.5},
    {"kind": "ensemble", "seed": -1},
    {"kind": "ensemble", "of": ["x"]},
    {"kind": "influence", "n": 16},
    {"kind": "design"},
    {"kind": "design", "reach": ""},
    {"kind": "design", "reach": "x" * 500},
    {"kind": "design", "reach": "balance US-JP by 1e9 USD", "with": ["magic"]},
    {"kind": "design", "reach": "balance US-JP by 1e9 USD", "minimise": "everything"},
    {"kind": "design", "reach": "balance US-JP by 1e9 USD", "bounds": {"support": [1]}},
]


@pytest.mark.parametrize("body", WRONG, ids=str)
def test_a_study_that_cannot_be_is_refused_at_once(web, body):
    """422 with the entry at fault, before any job."""
    found = web.post(API + "/jobs", json={"scenario": "us-tariff-15"} | body)
    assert found.status_code == 422
    assert found.json()["problems"]


def test_all_kinds_are_offered(web):
    """Health lists what this server can do."""
    kinds = web.get(API + "/health").json()["result"]["kinds"]
    assert tuple(kinds) == offered()
    assert {"run", "ranges", "timeline", "compare", "ensemble", "influence", "design"} == set(kinds)


def test_a_job_is_cancelled_while_its_compiler_works(web):
    """Within seconds, though the compiler asks nobody; the next job of another kind is done."""
    headers = {"X-Client": "studies-" + "s" * 20}
    body = {"kind": "ensemble", "scenario": "us-tariff-15", "n": 4}
    job = web.post(API + "/jobs", json=body, headers=headers).json()["id"]

    def now(id):
        return web.get(f"{API}/jobs/{id}", headers=headers).json()["result"]

    def until(id, done, seconds):
        end = time.monotonic() + seconds
        while not done(now(id)) and time.monotonic() < end:
            time.sleep(0.1)
        return now(id)

    assert until(job, lambda j: j["text"] == "preparing the model", 60)["state"] == "running"
    web.delete(f"{API}/jobs/{job}", headers=headers)
    assert until(job, lambda j: j["state"] == "cancelled", 12)["state"] == "cancelled"
    body = {"kind": "run", "scenario": "us-tariff-2.5", "changes": {"exchange_rate": 151.0}}
    after = web.post(API + "/jobs", json=body, headers=headers).json()["id"]
    assert until(after, lambda j: j["state"] == "done", 60)["state"] == "done"
