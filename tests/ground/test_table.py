"""Reading a table: every fault is told at once, with file, row, column, value and remedy."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from backhaul.ground.schema import Column, Schema, read_schema
from backhaul.ground.table import LINE, read_table


def column(name, type_="text", **changes):
    plain = Column(
        name=name,
        type=type_,
        unit="",
        lower=None,
        upper=None,
        required=True,
        choices=(),
        references=(),
        default="",
        sum_key=(),
        description="",
    )
    return replace(plain, **changes)


SCHEMA = Schema(
    folder="us",
    table="toys",
    key=("toy", "maker"),
    columns=(
        column("toy"),
        column("maker", "choice", choices=("ann", "bob")),
        column("units", "number", unit="toys per year", lower=0.0, upper=1e7),
        column("rate", "number", unit="ratio", lower=0.0, upper=2.0, required=False),
        column("share", "number", unit="ratio", lower=0.0, upper=1.0, sum_key=("toy",)),
        column("since", "date", required=False),
        column("red", "flag", required=False, default="0"),
    ),
)
HEADER = "toy,maker,units,rate,share,since,red\n"
CAR = "car,ann,100,0.15,1,2024-07-01,1\n"


def read(tmp_path, text):
    path = tmp_path / "toys.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, SCHEMA)


def only(tmp_path, text):
    (problem,) = read(tmp_path, text).problems
    assert problem.file == "us/toys.csv"
    return problem


def test_a_good_table_is_typed_and_knows_its_lines(tmp_path):
    """Numbers become floats, flags booleans, dates days; blanks that are allowed stay blank."""
    found = read(tmp_path, HEADER + CAR + "\n" + 'boat,bob,"5",,1,,\n')

    assert found.problems == ()
    assert list(found.frame[LINE]) == [2, 4]
    assert list(found.frame["units"]) == [100.0, 5.0]
    assert math.isnan(found.frame["rate"][1])
    assert list(found.frame["red"]) == [True, False]
    assert found.frame["since"][0].year == 2024
    assert found.frame["since"][1] is None


def test_a_line_break_inside_quotes_does_not_shift_the_lines(tmp_path):
    """The line told is the line that an editor shows, even after a cell of two lines."""
    problem = only(tmp_path, HEADER + '"ca\nr",ann,1,,1,,\nboat,bob,x,,1,,\n')
    assert (problem.row, problem.column, problem.value) == (4, "units", "x")


@pytest.mark.parametrize(
    ("row", "where", "value", "what", "fix"),
    [
        ("car,ann,,0.1,1,,", "units", "", "blank", "Fill it in"),
        ("car,ann,-5,0.1,1,,", "units", "-5", "below 0", "Write a number that is not negative"),
        ("car,ann,9,15,1,,", "rate", "15", "that is 1,500%", "Write rates as ratios: 0.15 for 15"),
        ("car,ann,9,15%,1,,", "rate", "15%", "per cent", "Write rates as ratios: 0.15 for 15%"),
        ("car,ann,9,,1,2024-02-30,", "since", "2024-02-30", "not a date", "Write year, month"),
        ("car,ann,9,,1,20240701,", "since", "20240701", "not a date", "Write year, month"),
        ('car,ann,"1,234",,1,,', "units", "1,234", "separators", "Write 1234."),
        ("car,ann,12k,,1,,", "units", "12k", "not a number", "Write digits"),
        ("car,ann,nan,,1,,", "units", "nan", "not a number", "Write digits"),
        ("car,an,9,,1,,", "maker", "an", "is not allowed; it is one of ann, bob", "Write 'ann'"),
        ("car,ann,9,,1,,yes", "red", "yes", "not a flag", "Write 1 for yes"),
    ],
)
def test_a_bad_cell_is_named_with_its_remedy(tmp_path, row, where, value, what, fix):
    """A bad cell is told with its line, column and value, what is allowed, and what to do."""
    problem = only(tmp_path, HEADER + row + "\n")

    assert (problem.row, problem.column, problem.value) == (2, where, value)
    assert what in problem.what
    assert problem.fix.startswith(fix)


def test_all_problems_come_at_once(tmp_path):
    """Four faults in three rows are four problems, in the order of the lines."""
    found = read(tmp_path, HEADER + "car,ann,-1,15,1,,\nboat,cat,2,,1,,\nhat,bob,2,,1,x,\n")
    told = [(problem.row, problem.column) for problem in found.problems]
    assert told == [(2, "units"), (2, "rate"), (3, "maker"), (4, "since")]


def test_duplicate_rows_are_told_with_the_first_line(tmp_path):
    """The second row with the same key is the fault, and the first is named."""
    problem = only(tmp_path, HEADER + "car,ann,1,,0.5,,\ncar,ann,2,,0.5,,\n")

    assert (problem.row, problem.column, problem.value) == (3, "toy, maker", "car, ann")
    assert "line 2" in problem.what
    assert problem.fix.startswith("Remove one")


@pytest.mark.parametrize(("second", "good"), [("0.4", False), ("0.4999990", True)])
def test_shares_add_to_one_within_a_millionth(tmp_path, second, good):
    """A column of shares that is off by more than 1e-6 is told with its total."""
    found = read(tmp_path, HEADER + f"car,ann,1,,0.5,,\ncar,bob,2,,{second},,\n")

    assert (found.problems == ()) == good
    if not good:
        (problem,) = found.problems
        assert (problem.row, problem.column, problem.value) == (2, "share", "0.9")
        assert "must add to 1" in problem.what
        assert problem.fix == "Correct the column in line 2, 3."


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path):
    """Bytes of another encoding are named, with the line where they stand."""
    problem = only(tmp_path, (HEADER + "car,ann,1,,1,,\n").encode() + "é,bob".encode("latin-1"))

    assert (problem.row, problem.value) == (3, "byte 0xe9")
    assert "not UTF-8" in problem.what
    assert problem.fix == "Save the file as CSV UTF-8."


def test_a_byte_order_mark_is_no_fault(tmp_path):
    """A file saved as 'CSV UTF-8' by a spreadsheet reads like any other."""
    assert read(tmp_path, b"\xef\xbb\xbf" + (HEADER + CAR).encode()).problems == ()


@pytest.mark.parametrize("text", ["", "\n \n", HEADER])
def test_an_empty_file_is_a_fault(tmp_path, text):
    """Nothing, blank lines, or a header alone are no table."""
    problem = only(tmp_path, text)
    assert problem.row is None
    assert "empty" in problem.what or "no rows" in problem.what
    assert problem.fix.startswith("Fill it in")


def test_missing_and_unknown_columns_suggest_each_other(tmp_path):
    """A misspelt column is unknown, the right one missing, and each names the other."""
    found = read(tmp_path, HEADER.replace("units", "unit") + CAR)
    unknown, missing = found.problems

    assert (unknown.row, unknown.column, unknown.value) == (1, "unit", "unit")
    assert unknown.fix.startswith("Write 'units'")
    assert (missing.row, missing.column) == (1, "units")
    assert missing.fix == "Rename the column 'unit' to 'units', or add it."


def test_an_optional_column_may_be_missing(tmp_path):
    """Only required columns must be there."""
    assert read(tmp_path, "toy,maker,units,share\ncar,ann,1,1\n").problems == ()


def test_a_column_that_stands_twice_is_a_fault(tmp_path):
    """Two columns of one name leave open which one counts."""
    problem = only(tmp_path, HEADER.replace("rate", "units") + CAR)
    assert problem.column == "units"
    assert "2 times" in problem.what


def test_a_row_with_too_many_cells_is_told(tmp_path):
    """A comma without quotes shifts a row; it is named and not read."""
    problem = only(tmp_path, HEADER + CAR + "boat,bob,1,234,,1,,\n")
    assert problem.row == 3
    assert "8 cells; the header has 7" in problem.what


def test_an_open_quote_is_told_with_its_line(tmp_path):
    """A quote that never closes is a fault of the row where it opens."""
    problem = only(tmp_path, HEADER + CAR + '"boat,bob,1,,1,,\n')
    assert problem.row == 3
    assert "not CSV" in problem.what


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    """What cannot be read is a problem, not a crash."""
    (tmp_path / "toys.csv").mkdir()
    (problem,) = read_table(tmp_path / "toys.csv", SCHEMA).problems
    assert "cannot be read" in problem.what


def test_a_schema_with_an_unknown_type_is_our_fault(tmp_path):
    """A schema table is ours; a wrong one stops at once."""
    path = tmp_path / "us_toys.csv"
    path.write_text(
        "column,type,unit,lower,upper,required,unique_key,choices,references,description\n"
        "toy,colour,,,,1,1,,,A toy.\n"
    )
    with pytest.raises(ValueError, match="no type 'colour'"):
        read_schema(path)
