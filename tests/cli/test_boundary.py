"""The error boundary: every failure has a message, an exit code and one shape in JSON."""

from __future__ import annotations

import json

import pytest

from backhaul.cli.answer import Answer, Text
from backhaul.cli.boundary import guard
from backhaul.cli.main import main
from backhaul.errors import (
    BackhaulError,
    CalibrationError,
    EquilibriumError,
    EvidenceError,
    MarketError,
    Problem,
    ScenarioError,
)

PROBLEM = Problem(
    file="us/prices.csv", row=3, column="price", value="-1", what="It is negative.", fix="Fix it."
)


def raising(error: BaseException):
    def command() -> object:
        raise error

    return command


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (EvidenceError, 2),
        (MarketError, 2),
        (CalibrationError, 2),
        (ScenarioError, 2),
        (EquilibriumError, 3),
    ],
)
def test_each_kind_of_error_has_its_exit_code(kind: type[BackhaulError], code, capsys):
    """Bad input ends in 2, what was not solved in 3; where, what and fix go to standard error."""
    error = kind("here", "is a fault.", "Mend it.")

    assert guard(raising(error), arguments=[]) == code

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "error: here: is a fault.\n  Mend it.\n"


def test_an_error_in_json_has_one_shape_on_standard_output(capsys):
    """With --json an error is one object: ok, error with code/where/what/fix, problems."""
    error = EvidenceError("here", "is a fault.", "Mend it.", (PROBLEM,))

    assert guard(raising(error), arguments=["check", "--json"]) == 2

    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out) == {
        "ok": False,
        "error": {
            "code": "evidence",
            "where": "here",
            "what": "is a fault.",
            "fix": "Mend it.",
        },
        "problems": [
            {
                "file": "us/prices.csv",
                "row": 3,
                "column": "price",
                "value": "-1",
                "what": "It is negative.",
                "fix": "Fix it.",
            }
        ],
    }


def test_all_problems_are_printed_with_their_place(capsys):
    """A person sees each problem with file, line and column."""
    guard(raising(EvidenceError("here", "w.", "f.", (PROBLEM, PROBLEM))), arguments=[])

    assert capsys.readouterr().err.count("us/prices.csv, line 3, column price") == 2


def test_an_interrupt_ends_with_130(capsys):
    """Ctrl-C is no fault: 130, and it says that nothing was written."""
    assert guard(raising(KeyboardInterrupt()), arguments=[]) == 130
    assert "nothing was written" in capsys.readouterr().err


def test_a_fault_of_ours_shows_no_trace_unless_asked(capsys):
    """An unexpected error is a short message with exit 1; --debug adds the trace."""
    assert guard(raising(ZeroDivisionError("x")), arguments=[]) == 1
    quiet = capsys.readouterr().err
    assert "Traceback" not in quiet
    assert "ZeroDivisionError" in quiet
    assert "--debug" in quiet

    assert guard(raising(ZeroDivisionError("x")), arguments=["--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_path_that_cannot_be_read_is_bad_input(capsys):
    """What the operating system refuses is named with its path, exit 2."""
    assert guard(raising(PermissionError(13, "Permission denied", "a/b.csv")), arguments=[]) == 2
    assert "error: a/b.csv: Permission denied." in capsys.readouterr().err


def test_words_after_two_dashes_are_no_options(capsys):
    """A file may be called --json."""
    guard(lambda: Answer("x", {}, (Text("seen"),)), arguments=["run", "--", "--json"])

    assert capsys.readouterr().out == "seen\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["shw"], "Did you mean 'show'?"),
        (["run"], "Missing argument 'SCENARIO'"),
        (["list", "--jsn"], "No such option: --jsn"),
        (["show", "tariff", "USA", "JPN", "parts", "--on", "2025-13-01"], "not a day"),
        (["show", "tariff", "USA", "JPN", "parts", "--on", "20250601x"], "not a day"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_where_help_is(words, says, capsys):
    """A usage error names the word and the way to the help."""
    assert main(words) == 2

    said = capsys.readouterr().err
    assert says in said
    assert "--help" in said


def test_wrong_usage_in_json_has_the_same_shape(capsys):
    """A program reads a usage error like every other error."""
    assert main(["list", "--json", "--nonsense"]) == 2

    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is False
    assert body["error"]["code"] == "usage"
    assert body["problems"] == []
