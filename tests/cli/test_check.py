"""`check`: all problems of a folder at once, each with file, line, column, value and remedy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import backhaul
from backhaul.cli.main import main

SHIPPED = Path(backhaul.__file__).parent / "data"


def folder_with(tmp_path: Path, file: str, text: str | bytes) -> Path:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path


def prices(*, changed: tuple[str, str]) -> str:
    text = (SHIPPED / "jp/prices.csv").read_text(encoding="utf-8")
    assert changed[0] in text
    return text.replace(*changed, 1)


def problems(folder: Path, capsys) -> list[dict]:
    assert main(["check", str(folder), "--json"]) == 2
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is False
    return body["problems"]


def test_the_shipped_tables_are_in_order(capsys):
    """The tables of the package keep their own schemas, and it says how many were checked."""
    assert main(["check", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)["result"]
    assert found["tables"] >= 30
    assert found["rows"] > 1000
    assert found["problems"] == []


def test_a_negative_price_is_named_with_its_place(tmp_path, capsys):
    """File, line, column, value and remedy of a bad cell."""
    text = prices(changed=("honda_n_box,1648900", "honda_n_box,-5"))
    found = problems(folder_with(tmp_path, "jp/prices.csv", text), capsys)

    assert {"file": "jp/prices.csv", "row": 2, "column": "price"}.items() <= found[0].items()
    assert found[0]["value"].startswith("-5")
    assert found[0]["fix"]


def test_all_problems_are_told_at_once(tmp_path, capsys):
    """Two bad cells in one table are two problems, in JSON and for people."""
    text = prices(changed=("honda_n_box,1648900", "honda_n_box,-5")).replace(
        ",base,1,", ",bse,1,", 1
    )
    folder = folder_with(tmp_path, "jp/prices.csv", text)

    assert {p["column"] for p in problems(folder, capsys)} == {"price", "kind"}
    assert main(["check", str(folder)]) == 2
    assert capsys.readouterr().err.count("jp/prices.csv, line") == 2


def test_files_that_are_no_tables_are_problems(tmp_path, capsys):
    """An empty file and one that is not UTF-8 are named, and nothing else breaks."""
    folder = folder_with(tmp_path, "jp/prices.csv", "")
    folder_with(tmp_path, "us/prices.csv", "市場,価格\n".encode("shift_jis"))

    assert {p["file"] for p in problems(folder, capsys)} >= {"jp/prices.csv", "us/prices.csv"}


def test_a_folder_that_is_not_there_is_bad_input(tmp_path, capsys):
    """A misspelt path must not pass as an empty folder whose tables all come from the package."""
    assert main(["check", str(tmp_path / "nothing")]) == 2
    assert "nothing" in capsys.readouterr().err


def test_a_copy_of_the_shipped_tables_is_in_order(tmp_path, capsys):
    """A folder with the same tables, under a name with blanks and Japanese letters, passes."""
    copy = tmp_path / "my tables 表"
    for name in ("jp", "us", "trade", "policy"):
        shutil.copytree(SHIPPED / name, copy / name)

    assert main(["check", str(copy)]) == 0
    assert "keep their schemas" in capsys.readouterr().out
