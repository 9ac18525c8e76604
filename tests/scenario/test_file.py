"""Scenario files: what is wrong is told all at once, with line, value and remedy.

Nothing here is a number to compare; the laws are about words, lines and exact values.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from backhaul.errors import ScenarioError
from backhaul.scenario.file import load_scenario

TOP = 'asks = "What if?"\nas_of = 2026-03-01\n'
DUTY = '[[set_duty]]\nimporter = "USA"\nexporter = "JPN"\nclass = "passenger_car"\nrate = 0.15\n'


def refused(tmp_path: Path, text: str | bytes) -> ScenarioError:
    path = tmp_path / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return caught.value


def test_a_good_file_says_what_it_says(tmp_path):
    """Every entry arrives as written; the name is that of the file."""
    path = tmp_path / "質問.toml"
    path.write_text(TOP + DUTY, encoding="utf-8")

    found = load_scenario(path)

    assert found.name == "質問"
    assert found.asks == "What if?"
    assert found.as_of.isoformat() == "2026-03-01"
    assert found.set_duty[0].product_class == "passenger_car"
    assert found.set_duty[0].rate == 0.15


def test_a_byte_order_mark_is_no_fault(tmp_path):
    """Some editors write one at the start; the file is the same."""
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (TOP + DUTY).encode())

    assert load_scenario(path).set_duty[0].rate == 0.15


ONE = {
    # what is wrong: text, line, column, value, words of what, words of fix
    "a rate in per cent": (
        TOP + DUTY.replace("0.15", "15"), 7, "set_duty[1].rate", "15", "1,500%", "here 0.15",
    ),
    "a rate with a sign of per cent": (
        TOP + DUTY.replace("0.15", '"15%"'), 7, "set_duty[1].rate", "15%", "not a number", "0.15",
    ),
    "a rate that is no number": (
        TOP + DUTY.replace("0.15", "nan"), 7, "set_duty[1].rate", "nan", "not a number", "Write",
    ),
    "a rate below minus one": (
        TOP + DUTY.replace("0.15", "-1.5"), 7, "set_duty[1].rate", "-1.5", "at least -1", "ratio",
    ),
    "a date in quotes that is none": (
        TOP.replace("2026-03-01", '"next spring"'), 2, "as_of", "next spring", "no date",
        "2026-03-01",
    ),
    "a date that is a number": (
        TOP.replace("2026-03-01", "2026"), 2, "as_of", "2026", "no date", "2026-03-01",
    ),
    "no date at all": ('asks = "What if?"\n', None, "as_of", "", "missing", "Add as_of"),
    "no question": ("as_of = 2026-03-01\n", None, "asks", "", "missing", "Add asks"),
    "an empty question": (TOP.replace("What if?", ""), 1, "asks", "", "empty", "Give asks"),
    "an unknown key at the top": (
        TOP + 'athor = "me"\n', 3, "athor", "me", "'athor' is unknown", "'author'",
    ),
    "an unknown key inside": (
        TOP + DUTY.replace("exporter", "exportr") + 'exporter = "JPN"\n', 5,
        "set_duty[1].exportr", "JPN", "unknown", "'exporter'",
    ),
    "a key of the file below a heading": (
        TOP + DUTY + 'notes = ["late"]\n', 8, "set_duty[1].notes", "['late']",
        "one of the whole file", "Move it above",
    ),
    "a missing key inside": (
        TOP + DUTY.replace('exporter = "JPN"\n', ""), 3, "set_duty[1].exporter", "", "missing",
        "Add exporter",
    ),
    "single brackets": (
        TOP + DUTY.replace("[[set_duty]]", "[set_duty]"), 3, "set_duty", None, "single brackets",
        "[[set_duty]]",
    ),
    "double brackets": (
        TOP + "[[exchange_rate]]\njpy_per_usd = 120\n", 3, "exchange_rate", None, "not a table",
        "[exchange_rate]",
    ),
    "a class that is none": (
        TOP + DUTY.replace("passenger_car", "car"), 6, "set_duty[1].class", "car",
        "'passenger_car', 'light_truck'", "Take one",
    ),
    "an exchange rate upside down": (
        TOP + "[exchange_rate]\njpy_per_usd = 0.0066\n", 4, "exchange_rate.jpy_per_usd", "0.0066",
        "more than 20", "Correct",
    ),
    "no products": (
        TOP + "[[enter]]\nproducts = []\n", 4, "enter[1].products", "[]", "empty", "at least one",
    ),
    "products that are no list": (
        TOP + "[[enter]]\nproducts = 5\n", 4, "enter[1].products", "5",
        "not a list", 'products = ["..."]',
    ),
    "endless money": (
        TOP + '[[invest]]\nfirm = "toyota"\nusd = inf\n', 5, "invest[1].usd", "inf",
        "not a number", "Write a number",
    ),
    "negative units": (
        TOP + '[[commit]]\nproducts = ["x"]\nunits = -5\n', 5, "commit[1].units", "-5",
        "more than 0", "Correct",
    ),
    "a horizon beyond the long run": (
        TOP + "[horizon]\nadjustment = 40\n", 4, "horizon.adjustment", "40",
        "4,000%", "here 0.4",
    ),
    "plants of a third kind": (
        TOP + '[horizon]\nplants = "full"\n', 4, "horizon.plants", "full",
        "'limited' or 'unlimited'", "Take one",
    ),
    "a response below nothing": (
        TOP + "[horizon]\ntransfer_price_response = -0.1\n", 4,
        "horizon.transfer_price_response", "-0.1", "at least 0", "ratio",
    ),
    "two horizons": (
        TOP + "[[horizon]]\nadjustment = 0.4\n", 3, "horizon", None, "not a table", "[horizon]",
    ),
    "a baseline that is none": (
        TOP + 'baseline = "us-tarif-15"\n', 3, "baseline", "us-tarif-15", "no shipped scenario",
        "'us-tariff-15'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE)
def test_one_fault_is_told_with_line_value_and_remedy(case, tmp_path):
    """The problem names file, line, entry and value; what is allowed; and what to do."""
    text, row, column, value, what, fix = ONE[case]

    error = refused(tmp_path, text)

    assert error.exit_code == 2
    assert [problem.column for problem in error.problems] == [column]
    problem = error.problems[0]
    assert (problem.file, problem.row) == ("mine.toml", row)
    assert value is None or problem.value == value
    assert what in problem.what
    assert fix in problem.fix
    assert str(problem) in str(error)


def test_all_faults_are_told_at_once_from_the_top(tmp_path):
    """Six faults in one file make six problems, in the order of their lines."""
    text = (
        'asks = ""\nas_of = "soon"\nathor = "me"\n'
        + DUTY.replace("0.15", "15").replace("passenger_car", "cars")
        + DUTY.replace("0.15", '"much"')
    )

    error = refused(tmp_path, text)

    assert [(p.row, p.column) for p in error.problems] == [
        (1, "asks"),
        (2, "as_of"),
        (3, "athor"),
        (7, "set_duty[1].class"),
        (8, "set_duty[1].rate"),
        (13, "set_duty[2].rate"),
    ]
    assert "6 entries are wrong" in error.what


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a note\n"])
def test_an_empty_file_is_named_as_such(text, tmp_path):
    """No entry at all: the remedy names the least that a scenario needs."""
    error = refused(tmp_path, text)

    assert error.where == "mine.toml"
    assert "empty" in error.what
    assert "asks" in error.fix
    assert "as_of" in error.fix


@pytest.mark.parametrize(
    ("text", "row", "value", "fix"),
    [
        (TOP + "units = 20.000.000\n", 3, "units = 20.000.000", "decimals"),
        (TOP + "asks = What if?\n", 3, "asks = What if?", "quotes"),
        (TOP.replace("03-01", "02-30"), 2, "as_of = 2026-02-30", "calendar"),
        (TOP + 'asks = "again"\n', 3, 'asks = "again"', "once"),
        (TOP + "[[enter]\n", 3, "[[enter]", "quotes"),
    ],
)
def test_what_is_no_toml_is_shown_with_its_line(text, row, value, fix, tmp_path):
    """The line that the parser stopped at is quoted, with a remedy for what is usual there."""
    error = refused(tmp_path, text)

    assert "not valid TOML" in error.what
    (problem,) = error.problems
    assert (problem.row, problem.value) == (row, value)
    assert fix in problem.fix


def test_what_is_not_utf8_is_found_on_its_line(tmp_path):
    """A file in another encoding is refused with the line of the first foreign byte."""
    error = refused(tmp_path, (TOP + 'author = "日本"\n').encode("shift_jis"))

    assert "not UTF-8" in error.what
    assert error.problems[0].row == 3
    assert "UTF-8" in error.fix


@pytest.mark.parametrize(
    ("name", "fix"),
    [("revers-imports", "'reverse-imports'"), ("nowhere.toml", "path"), ("", "one of these")],
)
def test_what_is_not_there_is_said_with_what_is(name, fix):
    """A name that is not shipped suggests the nearest; a path that is none asks for one."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name)

    assert fix in caught.value.fix


def test_a_refusal_survives_a_process(tmp_path):
    """Errors travel between processes with all their problems."""
    error = refused(tmp_path, TOP + DUTY.replace("0.15", "15"))

    assert str(pickle.loads(pickle.dumps(error))) == str(error)
