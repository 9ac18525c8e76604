"""The interface as clients see it: one shape, content addresses, own jobs only, files that open."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from backhaul.web.questions import Question
from backhaul.web.store import Stored

API = "/api/v1"
DIGITS = 1e-15
"""An Excel file has 16 significant digits, one less than a number may need."""

TARIFF = {"scenario": "us-tariff-15", "level": "slider"}


def ask(web, body, path="/runs", **more):
    return web.post(API + path, json=body, **more)


@pytest.fixture(scope="module")
def answer(web):
    """A slider answer with two tables."""
    return ask(web, TARIFF | {"tables": ["flows", "figures"]}).json()


def test_every_route_answers_in_the_one_shape(web):
    """Success is ok, command and result, wherever one asks."""
    for path in ("/health", "/worlds", "/scenarios", "/controls", "/facts", "/sources", "/jobs"):
        found = web.get(API + path)
        assert found.status_code == 200, path
        assert found.json()["ok"] is True
        assert {"ok", "command", "result"} <= found.json().keys()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/runs/" + "0" * 32, 404, "not_found"),
        ("GET", "/runs/..%2f..%2fetc%2fpasswd", 404, "not_found"),
        ("GET", "/scenarios/nope", 404, "not_found"),
        ("GET", "/scenarios/..%2f..%2fsecret.toml", 404, "not_found"),
        ("GET", "/facts/secrets", 404, "not_found"),
        ("GET", "/sources/nope", 404, "not_found"),
        ("GET", "/jobs/nope", 404, "not_found"),
        ("PUT", "/health", 415, "media_type"),
        ("DELETE", "/health", 405, "method"),
        ("GET", "/facts/products?limit=0", 422, "request"),
        ("GET", "/facts/products?colour=red", 422, "request"),
        ("GET", "/facts/parameters?market=JP", 422, "request"),
    ],
)
def test_failures_have_one_shape(web, method, path, status, code):
    """Failure is where, what and fix, whoever refuses: a route, the framework or a guard."""
    found = web.request(method, API + path)
    body = found.json()
    assert found.status_code == status
    assert body["ok"] is False
    assert body["error"]["code"] == code
    assert all(body["error"][key] for key in ("where", "what", "fix"))
    assert isinstance(body["problems"], list)


def test_the_same_question_has_the_same_address(web, answer):
    """Changes that come to the same scenario, and its text sent back, are one question."""
    changes = {"duty.USA.JPN.passenger_car": 0.2, "exchange_rate": 140}
    first = ask(web, TARIFF | {"changes": changes}).json()
    text = first["result"]["toml"]
    assert first["id"] != answer["id"]
    for same in (dict(reversed(changes.items())), changes | {"points.USA.passenger_car": 0}):
        assert ask(web, TARIFF | {"changes": same}).json() == first
    sent = ask(web, {"toml": text, "level": "slider"}).json()
    assert sent["id"] == first["id"]
    assert sent["result"] == first["result"]


def test_an_answer_is_found_at_its_address(web, answer):
    """What was answered is stored under its id, tables included."""
    id = answer["id"]
    assert answer["result"]["address"] == f"{API}/runs/{id}"
    kept = web.get(f"{API}/runs/{id}", params={"tables": "flows,figures"}).json()
    assert kept["result"]["figures"] == answer["result"]["figures"]
    assert kept["result"]["tables"]["flows"] == answer["result"]["tables"]["flows"]
    names = web.get(f"{API}/runs/{id}", params={"tables": "all"}).json()["result"]["tables"]
    assert sorted(names) == answer["result"]["table_names"]
    one = web.get(f"{API}/runs/{id}/tables/flows").json()["result"]
    assert one["rows"] == answer["result"]["tables"]["flows"]["rows"]
    assert web.get(f"{API}/runs/{id}/tables/nope").status_code == 404


def test_a_slider_answer_says_that_it_is_not_certified(answer):
    """The level is said, and nobody can take a slider's answer for a certified one."""
    assert answer["result"]["level"] == "slider"
    assert answer["result"]["certified"] is False


def test_a_scenario_that_changes_nothing_is_said_to(web):
    """The law set to what it is already moves nothing, and the answer warns of it."""
    found = ask(web, {"scenario": "us-tariff-2.5", "level": "slider"}).json()["result"]
    assert "changes nothing" in found["warnings"][0]
    assert found["warning_codes"] == ["changes_nothing"]


def test_exports_open_and_hold_the_same_numbers(web, answer):
    """CSV, Excel and Parquet carry the figures of the answer, every digit that they can."""
    export = f"{API}/runs/{answer['id']}/export"
    wanted = {f["name"]: f["scenario"] for f in answer["result"]["figures"]}

    text = web.get(export, params={"format": "csv", "table": "figures"}).text
    rows = {row["name"]: float(row["scenario"]) for row in csv.DictReader(io.StringIO(text))}
    assert rows == wanted

    book = CalamineWorkbook.from_filelike(
        io.BytesIO(web.get(export, params={"format": "xlsx"}).content)
    )
    head, *cells = book.get_sheet_by_name("figures").to_python()
    read = {row[0]: row[head.index("scenario")] for row in cells}
    assert read == pytest.approx(wanted, rel=DIGITS)

    packed = zipfile.ZipFile(io.BytesIO(web.get(export, params={"format": "parquet"}).content))
    assert {"answer.json", "README.txt", "us-tariff-15.toml"} <= set(packed.namelist())
    assert json.loads(packed.read("answer.json"))["id"] == answer["id"]


def test_a_table_alone_is_a_file_of_its_own(web, answer, tmp_path):
    """One table as Parquet is what DuckDB reads; one as CSV may have the mark that Excel wants."""
    export = f"{API}/runs/{answer['id']}/export"
    path = tmp_path / "flows.parquet"
    path.write_bytes(web.get(export, params={"format": "parquet", "table": "flows"}).content)
    rows = duckdb.read_parquet(str(path)).fetchall()
    assert [list(row) for row in rows] == answer["result"]["tables"]["flows"]["rows"]
    marked = web.get(export, params={"format": "csv", "table": "flows", "bom": "true"})
    assert marked.content.startswith(b"\xef\xbb\xbf")
    assert marked.headers["content-disposition"].startswith("attachment; filename=")
    assert web.get(export, params={"format": "csv", "table": "../flows"}).status_code == 404
    assert web.get(export, params={"format": "exe"}).status_code == 422


def test_a_comparison_puts_scenarios_side_by_side(web, answer):
    """Each column has the figures of its own run."""
    body = {"scenarios": [{"scenario": "us-tariff-15"}] * 2, "level": "slider"}
    found = ask(web, body, "/compare").json()["result"]
    single = {f["name"]: f["change"] for f in answer["result"]["figures"]}
    for row in found["figures"]:
        assert [cell["change"] for cell in row["cells"]] == [single[row["name"]]] * 2
    one = ask(web, {"scenarios": [{"scenario": "us-tariff-15"}]}, "/compare")
    assert one.status_code == 422
    wrong = ask(web, {"scenarios": [{"scenario": "us-tariff-15"}, {"scenario": "x"}]}, "/compare")
    assert wrong.json()["error"]["where"].startswith("scenarios[2]")


def test_scenarios_come_with_the_values_of_all_controls(web):
    """Every control has a value in every scenario, that of the law where the text sets none."""
    controls = web.get(API + "/controls").json()["result"]
    rows = {row["name"]: row for row in web.get(API + "/scenarios").json()["result"]}
    for row in rows.values():
        assert set(row["controls"]) == {control["id"] for control in controls["controls"]}
    assert rows["us-tariff-15"]["controls"]["duty.USA.JPN.passenger_car"] == 0.15
    assert rows["us-tariff-15"]["moved"] == ["duty.USA.JPN.passenger_car"]
    assert rows["yen-120"]["controls"]["exchange_rate"] == 120
    assert rows["yen-120"]["controls"]["certification"] is None
    assert rows["reverse-imports"]["controls"]["commitment"] == 20_000
    assert {control["group"] for control in controls["controls"]} == {
        group["id"] for group in controls["groups"]
    }


def test_a_text_is_checked_as_on_the_command_line(web):
    """Every problem has its line; no path of this machine is in any message."""
    text = 'asks = "x"\nas_of = 2026-03-01\ncolour = 1\n[[commit]]\nproducts = "nope"\nunits = -5\n'
    found = web.post(API + "/scenarios/check", json={"toml": text})
    rows = {row["column"]: row for row in found.json()["problems"]}
    assert found.status_code == 422
    assert rows["colour"]["row"] == 3
    assert rows["commit[1].units"]["row"] == 6
    assert {row["file"] for row in rows.values()} == {"uploaded scenario"}
    good = web.post(API + "/scenarios/check", json={"toml": 'asks = "x"\nas_of = 2026-03-01\n'})
    assert good.json()["result"]["controls"]["entry"] is False


def test_facts_can_be_searched_and_paged(web):
    """A page is a part of the whole, in its order; filters and words narrow it."""
    whole = web.get(API + "/facts/products?limit=1000&market=JP").json()["result"]
    assert whole["total"] == len(whole["rows"])
    page = web.get(API + "/facts/products?limit=5&offset=5&market=JP").json()["result"]
    assert page["rows"] == whole["rows"][5:10]
    assert page["total"] == whole["total"]
    found = web.get(API + "/facts/products?q=yaris").json()["result"]["rows"]
    assert {row["product"] for row in found} >= {"toyota_yaris"}
    source = web.get(f"{API}/sources/{found[0]['price_source']}").json()["result"]
    assert source["rows"]


def test_a_job_ends_with_the_address_of_its_answer(web):
    """A certified run as a job: events end with done, and the answer is there, proven."""
    job = ask(web, {"kind": "run", "scenario": "us-tariff-2.5"}, "/jobs").json()["result"]
    events = web.get(job["events"]).text.strip().split("\n\n")
    last = json.loads(events[-1].split("data: ", 1)[1])
    assert events[-1].startswith("event: done")
    assert last["result"] == f"{API}/runs/{job['run']}"
    found = web.get(last["result"]).json()["result"]
    assert (found["level"], found["certified"]) == ("certified", True)
    again = ask(web, {"kind": "run", "scenario": "us-tariff-2.5"}, "/jobs").json()["result"]
    assert (again["state"], again["run"]) == ("done", job["run"])
    now = ask(web, {"scenario": "us-tariff-2.5", "wait": 0})
    assert (now.status_code, now.json()["id"]) == (200, job["run"])


def test_a_cancelled_job_ends_and_others_do_not_see_it(web):
    """Cancelling ends a running job within seconds; to another client it is not there."""
    from web.conftest import BOB

    body = {"kind": "ranges", "scenario": "us-tariff-15"}
    job = ask(web, body, "/jobs").json()["result"]
    for method in ("GET", "DELETE"):
        other = web.request(method, f"{API}/jobs/{job['id']}", headers=BOB)
        assert other.status_code == 404
    assert web.get(f"{API}/jobs/{job['id']}/events", headers=BOB).status_code == 404
    assert web.get(API + "/jobs", headers=BOB).json()["result"] == []
    until = time.monotonic() + 60
    while web.get(f"{API}/jobs/{job['id']}").json()["result"]["done"] < 1:
        assert time.monotonic() < until, "the job never began"
        time.sleep(0.05)
    web.delete(f"{API}/jobs/{job['id']}")
    last = web.get(f"{API}/jobs/{job['id']}/events").text.strip().split("\n\n")[-1]
    assert last.startswith("event: cancelled")
    assert web.get(f"{API}/runs/{job['run']}").status_code == 404


def test_a_question_without_an_answer_is_refused_with_its_entry(web):
    """What only the solving finds names the entry of the file that asks for it."""
    body = {"scenario": "reverse-imports", "changes": {"commitment": 100_000}, "level": "slider"}
    text = 'asks = "x"\nas_of = 2026-03-01\n[[commit]]\nproducts = ["toyota_yaris"]\nunits = 9e12\n'
    found = ask(web, {"toml": text, "level": "slider"})
    assert found.status_code == 422
    assert found.json()["error"]["fix"]
    assert ask(web, body).status_code in (200, 422)


def test_claims_are_held_against_figures_once(web, hall):
    """The verdicts are stored like any answer; the article's claims are a part of all."""
    question = Question("claims", options={"all": True})
    rows = [{"claim_id": name, "verdict": "not_checkable"} for name in hall.evidence.claims()]
    body = json.dumps({"claims": rows}).encode()
    hall.store.put(
        Stored(
            hall.address(question), "claims", "certified", question.as_dict(), body, folder=False
        )
    )
    whole = web.get(API + "/claims", params={"all": "true"}).json()["result"]
    assert whole == rows
    article = [row["claim_id"] for row in web.get(API + "/claims").json()["result"]]
    assert article == [f"c{number:03d}" for number in range(1, len(article) + 1)]
    assert 20 <= len(article) < len(whole)
