"""Controls: what they write into a scenario, and what is read back from it."""

from __future__ import annotations

import copy
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.scenario.file import read_scenario
from backhaul.scenario.scenario import Scenario
from backhaul.web.engine import Engine
from backhaul.web.failure import RequestError
from backhaul.web.moves import moved, own_controls
from backhaul.web.toml_text import toml_text
from worlds import shipped_world

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1, 1, 1)),
)
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
FLAT = st.dictionaries(KEYS, VALUES | st.lists(TEXTS | st.integers(0, 9), max_size=3), max_size=3)
FILES = st.builds(
    lambda top, table, many: {**top, "a_table": table, "a_list": many},
    FLAT,
    FLAT.filter(bool),
    st.lists(FLAT.filter(bool), min_size=1, max_size=2),
)


OF_ENTRY = {"certification", "steering", "commitment", "paid_by"}
"""Controls that mean nothing where no car enters."""


@given(FILES)
def test_what_is_written_is_read_back(content):
    """Any content comes back from its text as it was: quotes, dates, lines, tables."""
    assert tomllib.loads(toml_text(content, heading="A heading.")) == content


@pytest.fixture(scope="module")
def engine():
    world = shipped_world()
    return Engine(world.evidence, world)


def read(content) -> Scenario:
    return read_scenario(tomllib.loads(toml_text(content)), name="moved")


def other_value(control, now):
    """A value of a control that is not the one it has."""
    if control.kind == "switch":
        return not now
    if control.kind == "choice":
        return next(choice for choice in control.choices if choice != now)
    low, high = control.low, control.high
    return next(v for part in (0.3, 0.6) if (v := low + part * (high - low)) != now)


def test_every_control_shows_what_it_was_moved_to(engine, library):
    """Moving a control and reading it back gives the value, whatever else the scenario says."""
    base = library.content("reverse-imports")
    now = engine.controls_of(base, read(base), library.controls)["controls"]
    for name, control in library.controls.items():
        wanted = other_value(control, now[name])
        content = moved(base, {name: wanted}, library.controls)
        shown = engine.controls_of(content, read(content), library.controls)
        assert shown["controls"][name] == wanted, name
        changed = {key for key, value in shown["controls"].items() if value != now[key]}
        assert changed <= {name} | OF_ENTRY if name == "entry" else changed == {name}, name


def test_a_control_that_is_taken_back_leaves_nothing(engine, library):
    """A moved control, moved to null, gives the content of before."""
    base = library.content("us-tariff-2.5")
    del base["set_duty"]
    for name, control in library.controls.items():
        if control.needs or name == "entry":
            continue
        there = moved(base, {name: other_value(control, None)}, library.controls)
        assert there != base, name
        assert name in own_controls(there, library.controls)
        assert moved(there, {name: None}, library.controls) == base, name


def test_moving_does_not_touch_what_was_given(library):
    """The content given is as it was after a move, deep inside too."""
    base = library.content("reverse-imports")
    before = copy.deepcopy(base)
    moved(base, {"commitment": 1000, "steering": "right", "exchange_rate": 100}, library.controls)
    assert base == before


def test_switching_entry_off_takes_its_promises_along(library):
    """Nobody promises or supports cars that are not on sale."""
    content = moved(library.content("reverse-imports"), {"entry": False}, library.controls)
    assert "enter" not in content
    assert "commit" not in content


def test_own_controls_are_those_of_the_text(library):
    """A shipped scenario sets the controls that its file has entries for."""
    wanted = {
        "us-tariff-15": ("duty.USA.JPN.passenger_car",),
        "yen-120": ("exchange_rate",),
        "us-tariff-15-regime": (),
        "reverse-imports": ("entry", "certification", "steering", "commitment", "paid_by"),
    }
    for name, own in wanted.items():
        assert own_controls(library.content(name), library.controls) == own


@pytest.mark.parametrize(
    "changes",
    [
        {"exchange_rate": 1e9},
        {"exchange_rate": float("nan")},
        {"exchange_rate": float("inf")},
        {"exchange_rate": "130"},
        {"exchange_rate": True},
        {"entry": 1},
        {"steering": "middle"},
        {"colour": 1},
        {"<script>": 1},
        {"steering": "left"},
        {"commitment": 5},
        {"paid_by": "firms"},
        {"parameter.consumers": 10_000},
    ],
)
def test_moves_that_cannot_be_are_refused(library, changes):
    """Outside its bounds, of another kind, unknown, or with nothing to act on: each says so."""
    with pytest.raises(RequestError) as caught:
        moved(library.content("yen-120"), changes, library.controls)
    (row,) = caught.value.problems
    assert row.column == next(iter(changes))
    assert row.what
    assert row.fix


def test_all_refusals_come_at_once(library):
    """Two wrong controls are two problems of one error."""
    with pytest.raises(RequestError) as caught:
        moved(library.content("yen-120"), {"colour": 1, "exchange_rate": -1}, library.controls)
    assert len(caught.value.problems) == 2
