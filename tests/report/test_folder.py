"""The output folder: whole or not at all, every digit, nothing of the user's lost."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backhaul.errors import ReportError
from backhaul.report import folder as writer
from backhaul.report.contract import COLUMNS
from backhaul.report.folder import refuse_foreign, write_outcome
from backhaul.report.tables import headline_rows, write_tables
from report import invented


def files(folder):
    """Return all files below a folder, by their relative names."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def small(monkeypatch):
    """Return an outcome whose report is quick to write."""
    monkeypatch.setattr(writer, "report_html", lambda outcome: "<!doctype html>")
    return invented.outcome()


def test_the_folder_holds_answer_tables_and_report(tmp_path):
    """outcome.json, one CSV per table and report.html are written, and nothing beside them."""
    outcome = invented.outcome()
    target = write_outcome(outcome, tmp_path / "out" / "x")
    expected = {"outcome.json", "report.html", "tables/figures.csv"}
    assert set(files(target)) == expected | {f"tables/{name}.csv" for name in outcome.tables}
    assert [path.name for path in target.parent.iterdir()] == ["x"]
    assert (target / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_outcome_json_has_the_pinned_keys(small, tmp_path):
    """Scripts can rely on the keys of outcome.json, and on JSON without NaN."""
    text = (write_outcome(small, tmp_path / "x") / "outcome.json").read_text(encoding="utf-8")
    content = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    pinned = {"scenario", "as_of", "baseline", "figures", "certificate", "certified", "manifest"}
    assert pinned <= content.keys()
    keys = {"name", "unit", "baseline", "scenario", "change", "percent", "low", "high"}
    assert all(keys <= figure.keys() for figure in content["figures"])
    parts = {"first_order", "second_order", "best_response", "starts"}
    assert content["certificate"].keys() == parts


def test_numbers_of_other_libraries_become_json(small, tmp_path):
    """numpy's numbers and arrays, dates and paths in a manifest are written as plain JSON."""
    manifest = {
        "n": np.int64(3),
        "x": np.array([0.1, 0.2]),
        "flag": np.array(1) > 0,
        "p": Path("a"),
    }
    target = write_outcome(replace(small, manifest=manifest), tmp_path / "x")
    content = json.loads((target / "outcome.json").read_text(encoding="utf-8"))
    assert content["manifest"] == {"n": 3, "x": [0.1, 0.2], "flag": True, "p": "a"}


def test_csv_keeps_every_digit_and_letter(tmp_path):
    """What is read back is what was there: full precision, Japanese, commas and quotes."""
    outcome = invented.with_products(invented.outcome(), label='日産, "サクラ"')
    write_tables(outcome, tmp_path)
    back = pd.read_csv(tmp_path / "products.csv")
    pd.testing.assert_frame_equal(
        back, outcome.tables["products"][list(back.columns)], check_exact=True, check_dtype=False
    )
    raw = (tmp_path / "products.csv").read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")


def test_columns_stand_in_their_fixed_order(tmp_path):
    """However the model orders its columns, the file has the known ones first, others after."""
    outcome = invented.outcome()
    frame = outcome.tables["flows"]
    mixed = frame.assign(extra=1)[["extra", *reversed(frame.columns)]]
    write_tables(invented.with_table(outcome, "flows", mixed), tmp_path)
    head = (tmp_path / "flows.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head.split(",") == [*COLUMNS["flows"], "extra"]


def test_an_older_outcome_is_replaced_whole(small, tmp_path):
    """A second run leaves only its own files; no table of the first one stays behind."""
    target = write_outcome(small, tmp_path / "x")
    fewer = {name: frame for name, frame in small.tables.items() if name == "flows"}
    write_outcome(replace(small, tables=fewer), target)
    assert files(target) == [
        "outcome.json",
        "report.html",
        "tables/figures.csv",
        "tables/flows.csv",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("stray", ["notes.txt", "tables/mine.xlsx"])
def test_a_folder_with_foreign_files_is_refused(small, tmp_path, stray):
    """Files that backhaul did not write are never removed: the error names one of them."""
    target = write_outcome(small, tmp_path / "x")
    (target / stray).write_text("mine", encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        write_outcome(small, target)
    assert stray in caught.value.what
    assert caught.value.fix.startswith("Choose")
    assert (target / stray).read_text(encoding="utf-8") == "mine"


def test_a_folder_that_only_looks_like_an_outcome_is_refused(small, tmp_path):
    """A report.html or an outcome.json of something else is not ours to replace."""
    target = tmp_path / "x"
    target.mkdir()
    (target / "outcome.json").write_text('{"other": 1}', encoding="utf-8")
    with pytest.raises(ReportError, match="did not write"):
        write_outcome(small, target)
    (target / "outcome.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ReportError, match="did not write"):
        refuse_foreign(target)


def test_a_file_or_link_in_the_place_is_refused(small, tmp_path):
    """A file is not overwritten by a folder, and a link is not followed."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(ReportError, match="a folder is allowed"):
            write_outcome(small, tmp_path / name)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_an_empty_folder_is_taken(small, tmp_path):
    """A folder made beforehand is filled."""
    (tmp_path / "x").mkdir()
    assert "outcome.json" in files(write_outcome(small, tmp_path / "x"))


def test_a_failure_leaves_no_folder(small, tmp_path, monkeypatch):
    """When the report cannot be written nothing appears, not even a temporary folder."""

    def fail(outcome):
        raise ReportError(where="here", what="no.", fix="Try again.")

    monkeypatch.setattr(writer, "report_html", fail)
    with pytest.raises(ReportError, match="no"):
        write_outcome(small, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_older_outcome(small, tmp_path, monkeypatch):
    """When the last rename fails, the outcome that was there is there again, untouched."""
    target = write_outcome(small, tmp_path / "x")
    before = {name: (target / name).read_bytes() for name in files(target)}
    rename = Path.rename

    def refuse(path, to):
        if path.name == "new":
            raise PermissionError(13, "Permission denied")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ReportError, match="Permission denied"):
        write_outcome(small, target)
    assert {name: (target / name).read_bytes() for name in files(target)} == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_an_interrupt_keeps_the_older_outcome(small, tmp_path, monkeypatch):
    """Ctrl-C between the two renames loses nothing."""
    target = write_outcome(small, tmp_path / "x")
    rename = Path.rename

    def interrupt(path, to):
        if path.name == "new":
            raise KeyboardInterrupt
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_outcome(small, target)
    assert "outcome.json" in files(target)


def test_the_folder_has_ordinary_permissions(small, tmp_path):
    """The folder can be read by whom the user's mask allows, though it began as a private one."""
    mask = os.umask(0o022)
    try:
        target = write_outcome(small, tmp_path / "x")
    finally:
        os.umask(mask)
    assert target.stat().st_mode & 0o777 == 0o755


def test_headline_rows_are_plain_text_in_the_order_of_the_story():
    """The terminal gets ASCII, the support first, and no per cent of nothing."""
    rows = headline_rows(invented.outcome())
    assert rows[0]["name"] == "support_per_vehicle_usd"
    assert rows[0]["baseline"] == "-"
    assert rows[0]["percent"] == ""
    assert all(cell.isascii() for row in rows for cell in row.values())
    assert {row["name"] for row in rows} == {f.name for f in invented.outcome().figures}
