"""docs/notation.md: every name in it exists."""

from __future__ import annotations

import importlib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "notation.md"
NAMES = [
    part
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    for part in line.split("`")
    if part.startswith("backhaul.")
]


def exists(name: str) -> bool:
    """Whether a dotted name is a module's function or class, or a class's field or property."""
    module, _, last = name.rpartition(".")
    if module.rpartition(".")[2][0].isupper():
        module, _, owner = module.rpartition(".")
        found = getattr(importlib.import_module(module), owner, None)
        named = {f.name for f in fields(found)} if is_dataclass(found) else set()
        return found is not None and (last in named or hasattr(found, last))
    return hasattr(importlib.import_module(module), last)


def test_the_page_has_its_table():
    """There are some forty symbols, none twice."""
    assert len(NAMES) >= 35
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name):
    """A symbol's name in code is importable, or a field or property of what is."""
    assert exists(name)


def test_a_wrong_name_would_be_found():
    """The check can fail."""
    assert not exists("backhaul.market.wedge.Wedge.kept")
    assert not exists("backhaul.market.wedge.Hedge.keep")
