"""A client's own tables: schemas as for `--data DIR`, nothing trusted, nothing told of others."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace

import pytest

from backhaul.baseline.calibrate import calibrate
from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.reading import DATA
from backhaul.outcome.books import Books
from backhaul.scenario.file import load_scenario
from backhaul.study.quick import quick_outcome
from backhaul.study.run import solve_question
from backhaul.web.exports import harmless
from backhaul.web.failure import NotFoundError
from backhaul.web.jobs import Owner
from backhaul.web.limits import Limits
from backhaul.web.shelf import Shelf, address_of
from backhaul.web.store import Store
from web.conftest import BOB
from web.test_fuzz import SECRETS

API = "/api/v1"
NAMEPLATES, PRICES = "us/nameplates.csv", "us/prices.csv"
ANN, BEN = Owner("token ann", "192.0.2.1"), Owner("token ben", "192.0.2.2")


def shipped(file: str) -> str:
    return (DATA / file).read_text(encoding="utf-8")


def changed(file: str, change) -> str:
    """The shipped table with some of its cells changed: a dictionary per row goes in."""
    rows = list(csv.DictReader(io.StringIO(shipped(file))))
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        change(row)
        writer.writerow(row)
    return target.getvalue()


def renamed(row: dict[str, str]) -> None:
    if row["nameplate_id"] == "toyota_camry":
        row["model"] = '=HYPERLINK("http://evil.example")<script>alert(1)</script>'


def send(web, tables, **kwargs):
    return web.post(API + "/tables", json={"tables": tables}, **kwargs)


@pytest.fixture(scope="module")
def own(web):
    """A set of tables that is in order, with a name that is hostile."""
    tables = {NAMEPLATES: changed(NAMEPLATES, renamed)}
    found = send(web, tables)
    assert found.status_code == 200, found.text
    return tables, found.json()["result"]


def test_tables_in_order_are_kept_by_their_content(web, own):
    """The same texts have the same address; they are listed for their owner alone."""
    tables, told = own
    assert told["id"] == address_of(tables) == send(web, tables).json()["id"]
    assert told["files"] == [NAMEPLATES]
    assert told["rows"][NAMEPLATES] == shipped(NAMEPLATES).count("\n") - 1
    assert told["id"] in [one["id"] for one in web.get(API + "/tables").json()["result"]]
    assert web.get(API + "/tables", headers=BOB).json()["result"] == []
    for act in (web.get, web.delete):
        assert act(f"{API}/tables/{told['id']}", headers=BOB).status_code == 404


def test_a_question_may_rest_on_own_tables(web, tmp_path):
    """Its figures are those of `--data DIR`, and its address is another one than without."""

    def dearer(row):
        if row["nameplate_id"] == "toyota_camry":
            row["price"] = str(round(float(row["price"]) * 1.1))

    tables = {PRICES: changed(PRICES, dearer)}
    told = send(web, tables).json()["result"]
    body = {"scenario": "us-tariff-15", "level": "slider"}
    plain = web.post(API + "/runs", json=body).json()
    found = web.post(API + "/runs", json=body | {"tables_id": told["id"]}).json()
    assert found["ok"], found
    assert found["id"] != plain["id"]
    assert found["result"]["reproduce"] == "backhaul run us-tariff-15 --data DIR"
    (tmp_path / "us").mkdir()
    (tmp_path / PRICES).write_text(tables[PRICES], encoding="utf-8", newline="")
    question = load_scenario("us-tariff-15")
    solved = solve_question(calibrate(Evidence.load(tmp_path)), question, level="slider")
    wanted = quick_outcome(question, None, solved, before=Books(solved.baseline))
    figures = {figure["name"]: figure["scenario"] for figure in found["result"]["figures"]}
    assert figures == pytest.approx({f.name: f.scenario for f in wanted.figures}, rel=1e-12)
    assert figures != {f["name"]: f["scenario"] for f in plain["result"]["figures"]}


def test_names_are_neither_formulas_nor_markup(web, own):
    """A label that a spreadsheet would run is quoted in CSV; in HTML it is text."""
    _, told = own
    body = {"scenario": "us-tariff-2.5", "level": "slider", "tables_id": told["id"]}
    id = web.post(API + "/runs", json=body).json()["id"]
    zipped = web.get(f"{API}/runs/{id}/export", params={"format": "csv"}).content
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if "tables/" in name]
    assert any("HYPERLINK" in text for text in texts)
    for text in texts:
        for row in csv.reader(io.StringIO(text)):
            assert not [cell for cell in row if cell.startswith(("=", "@"))]
    page = web.get(f"{API}/runs/{id}/export", params={"format": "html"}).text
    assert "<script>alert" not in page


def test_plain_signs_and_numbers_are_left_alone():
    """Only what a spreadsheet would run is quoted: not -3, not a dash inside a word."""
    import pandas as pd

    frame = pd.DataFrame({"=a": ["-3", "+1e5", "pick-up", "=1+1", "-cmd|x", "@x", None]})
    made = harmless(frame)
    assert list(made.columns) == ["'=a"]
    assert made["'=a"].tolist()[:6] == ["-3", "+1e5", "pick-up", "'=1+1", "'-cmd|x", "'@x"]


def test_every_problem_is_named_with_its_cell(web):
    """File, line, column, value and remedy of each fault; and not where the tables were put."""

    def spoilt(row):
        if row["nameplate_id"] == "toyota_camry":
            row["length_mm"], row["luxury"] = "long", "perhaps"
        if row["nameplate_id"] == "toyota_rav4":
            row["length_mm"] = "nan"

    found = send(web, {NAMEPLATES: changed(NAMEPLATES, spoilt)})
    assert found.status_code == 422
    told = found.json()
    assert told["error"]["code"] == "evidence"
    cells = {(p["file"], p["row"], p["column"], p["value"]) for p in told["problems"]}
    assert {(NAMEPLATES, 2, "length_mm", "nan"), (NAMEPLATES, 3, "luxury", "perhaps")} <= cells
    assert all(problem["what"] and problem["fix"] for problem in told["problems"])
    assert not [word for word in (*SECRETS, "draft") if word in found.text]


HOSTILE = {
    "no such table": {"us/nowhere.csv": "a\n1\n"},
    "a way out": {"../../etc/passwd": "a\n1\n"},
    "absolute": {"/etc/passwd": "a\n1\n"},
    "empty": {NAMEPLATES: ""},
    "zero byte": {NAMEPLATES: "a,b\n1,\0\n"},
    "no CSV": {NAMEPLATES: 'nameplate_id,brand\n"never closed'},
    "another header": {NAMEPLATES: "a,b\n1,2\n"},
    "many columns": {NAMEPLATES: ",".join(f"c{i}" for i in range(3000)) + "\n1\n"},
    "a long line": {NAMEPLATES: "x" * 50_000},
    "many lines": {NAMEPLATES: "x\n" * 6_000},
    "many faults": {NAMEPLATES: shipped(NAMEPLATES) + "a,b,c\n" * 3_000},
    "huge numbers": {PRICES: shipped(PRICES).replace(",2024,", ",1e308,")},
    "markup": {NAMEPLATES: "<html><script>alert(1)</script></html>\n"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tables_are_refused(web, name):
    """Whatever it is: 422 with problems, none of our paths, and not a word without bound."""
    found = send(web, HOSTILE[name])
    assert found.status_code == 422, found.text[:300]
    told = found.json()
    assert told["problems"], told
    assert len(told["problems"]) <= 200
    assert len(found.content) < 300_000
    assert not [word for word in SECRETS if word in found.text]


def test_tables_have_a_size(web):
    """More than two megabytes are 413, and archives are no text."""
    body = json.dumps({"tables": {NAMEPLATES: "x" * 3_000_000}}).encode()
    kind = {"Content-Type": "application/json"}
    assert web.post(API + "/tables", content=body, headers=kind).status_code == 413
    zipped = {"Content-Type": "application/zip"}
    assert web.post(API + "/tables", content=b"PK\3\4", headers=zipped).status_code == 415


def test_tables_that_are_not_kept_cannot_be_named(web):
    """An unknown address is 404 for a run, a job and a comparison alike."""
    ask = {"scenario": "us-tariff-15", "tables_id": "0" * 32}
    for path, body in (
        ("/runs", ask | {"level": "slider"}),
        ("/runs", ask),
        ("/jobs", ask | {"kind": "ranges"}),
        ("/compare", {"scenarios": [ask, {"scenario": "yen-120"}], "level": "slider"}),
        ("/timeline", ask),
    ):
        found = web.post(API + path, json=body)
        assert (found.status_code, found.json()["error"]["code"]) == (404, "not_found"), path
    assert web.post(API + "/runs", json=ask | {"tables_id": "../x"}).status_code == 422


def test_a_shelf_keeps_few_sets_of_each_and_outlives_a_restart(tmp_path):
    """The oldest of a client goes first; a set that two have stays while one has it."""
    limits = replace(Limits(), tables_per_client=2)
    store = Store.open(tmp_path, limits)
    shelf = Shelf(store, limits)
    ids = [shelf.keep(ANN, {NAMEPLATES: text}, {}) for text in ("a", "b")]
    assert shelf.keep(BEN, {NAMEPLATES: "a"}, {}) == ids[0]
    ids.append(shelf.keep(ANN, {NAMEPLATES: "c"}, {}))
    assert [one["id"] for one in shelf.of(ANN)] == ids[:0:-1]
    shelf.require(ids[0])
    shelf.keep(ANN, {NAMEPLATES: "d"}, {})
    with pytest.raises(NotFoundError):
        shelf.require(ids[1])
    store.close()
    again = Store.open(tmp_path, limits)
    assert [one["id"] for one in Shelf(again, limits).of(BEN)] == [ids[0]]
    Shelf(again, limits).remove(BEN, ids[0])
    with pytest.raises(NotFoundError):
        Shelf(again, limits).require(ids[0])
    again.close()
