"""What people and programs see: plain in a pipe, boxes in a terminal, valid JSON always."""

from __future__ import annotations

import io
import json
from datetime import date
from enum import Enum
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backhaul.cli.answer import Answer, Grid, Pairs, Text, plain_data
from backhaul.cli.render import print_answer, print_answer_json, print_error
from backhaul.errors import EvidenceError

GRID = Grid(
    columns=("name", "units"),
    rows=(("トヨタ", "7"), ("a [b] car", "1,200")),
    title="Cars",
    right=frozenset({"units"}),
)


class Terminal(io.StringIO):
    """A stream that says that somebody is watching."""

    def isatty(self) -> bool:
        return True


def printed(answer: Answer, stream: io.StringIO) -> str:
    print_answer(answer, stream=stream)
    return stream.getvalue()


def test_a_pipe_gets_plain_lines_whose_columns_stand_below_each_other():
    """No boxes, no colours; Japanese letters are two wide; numbers stand to the right."""
    text = printed(Answer("x", {}, (GRID,)), io.StringIO())

    assert text == "Cars\nname       units\nトヨタ         7\na [b] car  1,200\n"


def test_a_terminal_gets_a_table_and_brackets_stay():
    """Rich draws lines, and what looks like its markup is text of ours."""
    text = printed(Answer("x", {}, (GRID, Pairs((("k", "[bold]v"),)))), Terminal())

    assert "─" in text
    assert "a [b] car" in text
    assert "[bold]v" in text


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_table_cannot_steer_the_terminal(stream):
    """Control characters in somebody's table are dropped."""
    text = printed(Answer("x", {}, (Text("a\x1b]0;title\x07b\u202e"),)), stream())

    assert "\x1b]0" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_an_error_in_a_terminal_is_a_panel_with_its_place():
    """The place is the title; brackets of a regular expression stay."""
    stream = Terminal()
    print_error(EvidenceError("us/prices.csv", "wants [a-z].", "Write it."), stream=stream)

    assert "us/prices.csv" in stream.getvalue()
    assert "wants [a-z]." in stream.getvalue()
    assert "╭" in stream.getvalue()


def test_a_stream_that_knows_few_letters_still_gets_everything():
    """On an ASCII stream JSON escapes Japanese and text shows question marks; nothing raises."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    answer = Answer("x", {"name": "トヨタ"}, (Text("トヨタ 1"),))
    print_answer_json(answer, stream=stream)
    assert json.loads(raw.getvalue())["result"]["name"] == "トヨタ"

    raw.truncate(0)
    raw.seek(0)
    print_answer(answer, stream=stream)
    assert raw.getvalue() == b"??? 1\n"


def test_json_has_only_what_json_has():
    """Numpy, pandas, dates, paths, enums become plain; a number that is none becomes null."""

    class Colour(Enum):
        RED = "red"

    table = pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan]})
    value = {
        "array": np.array([1.0, np.inf]),
        "number": np.float64(2.5),
        "flag": np.bool_(True),  # noqa: FBT003 - numpy's own constructor
        "table": table,
        "day": date(2025, 6, 1),
        "path": Path("a/b"),
        "colour": Colour.RED,
        "missing": pd.NA,
        "never": pd.NaT,
        "tuple": (1, "x"),
    }

    assert plain_data(value) == {
        "array": [1.0, None],
        "number": 2.5,
        "flag": True,
        "table": [{"a": 1, "b": 0.5}, {"a": 2, "b": None}],
        "day": "2025-06-01",
        "path": "a/b",
        "colour": "red",
        "missing": None,
        "never": None,
        "tuple": [1, "x"],
    }
    with pytest.raises(TypeError, match="no form in JSON"):
        plain_data(object())
