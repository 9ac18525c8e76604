"""The front door: few names, each with a docstring, instant to import."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import backhaul

ROOMS = sorted(
    path.parent
    for path in Path(backhaul.__file__).parent.rglob("__init__.py")
    if path.parent != Path(backhaul.__file__).parent
)


def test_the_front_door_is_small():
    """At most fifteen names, so that a newcomer reads them all."""
    assert len(backhaul.__all__) <= 15
    assert set(backhaul.__all__) == set(backhaul._ROOMS)


@pytest.mark.parametrize("name", backhaul.__all__)
def test_every_name_of_the_front_door_is_there_and_says_what_it_is(name):
    """A public name resolves and has a docstring of its own."""
    assert inspect.getdoc(getattr(backhaul, name))


def test_an_unknown_name_is_an_ordinary_attribute_error():
    """The lazy door refuses like every module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        getattr(backhaul, "".join(("non", "sense")))


def test_importing_the_package_loads_nothing():
    """`import backhaul` loads none of its rooms and no library of numbers."""
    code = (
        "import sys, backhaul; "
        "print([m for m in sys.modules if m.startswith('backhaul.') or m in ('numpy', 'pandas')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.name)
def test_every_room_has_a_sign_and_nothing_else(room):
    """A room's `__init__.py` is a docstring: comes in, goes out, never here, start at."""
    source = (room / "__init__.py").read_text(encoding="utf-8")
    module = importlib.import_module(
        ".".join(("backhaul", *room.relative_to(Path(backhaul.__file__).parent).parts))
    )
    sign = inspect.getdoc(module) or ""

    assert source.strip().strip('"').strip() == sign.strip()
    for part in ("Comes in:", "Goes out:", "Never here:", "Start at:"):
        assert part in sign
