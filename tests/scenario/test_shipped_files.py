"""Shipped files: they say all that they mean, name real sources, and survive a round trip."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from backhaul.scenario.file import load_scenario, read_scenario
from backhaul.scenario.library import shipped
from backhaul.scenario.scenario import Scenario
from backhaul.scenario.words import keys_at

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"
NAMES = tuple(shipped())


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_survives_a_round_trip(name):
    """Written as JSON and read again it is the same scenario, name and day included."""
    scenario = load_scenario(name)
    content = json.loads(
        scenario.model_dump_json(by_alias=True, exclude_defaults=True, exclude={"name"})
    )

    again = read_scenario(content, name=name)

    assert again.model_dump() == scenario.model_dump()


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_a_question_with_its_assumptions(name, world):
    """A question in words, an author, sources that exist, whole sentences as notes."""
    scenario = load_scenario(name)
    known = {id for folder in ("jp", "us", "trade", "policy")
             for id in world.evidence.sources(folder)}  # fmt: skip

    assert scenario.name == name
    assert scenario.asks.endswith("?")
    assert scenario.author == "backhaul"
    assert scenario.sources
    assert set(scenario.sources) <= known
    assert scenario.notes
    assert all(note.endswith(".") and not note[0].islower() for note in scenario.notes)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_applies_to_the_shipped_world(name, world):
    """Every name in a shipped file is one that the tables have."""
    setting = load_scenario(name).setting(world)

    assert setting.on == load_scenario(name).as_of


@pytest.mark.parametrize("name", NAMES)
def test_a_file_explains_itself(name):
    """It opens with a comment and is plain ASCII, so that any editor shows it."""
    text = shipped()[name].read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert text.isascii()


def test_the_page_has_every_scenario_with_its_command():
    """docs/scenarios.md: a heading, the command and the question of each."""
    page = PAGE.read_text(encoding="utf-8")

    for name in NAMES:
        section = page.split(f"### {name}\n", 1)[1].split("\n### ", 1)[0]
        assert f"backhaul run {name}\n" in section
        assert load_scenario(name).asks in section


def test_the_page_has_every_key():
    """docs/scenarios.md: a row for each entry of the grammar, naming each key of a table."""
    grammar = PAGE.read_text(encoding="utf-8").split("## Grammar", 1)[1]

    for name in Scenario.model_fields:
        row = re.search(rf"^\| `\[*{name}\]*` .*$", grammar, flags=re.M)
        assert row is not None, name
        for key in keys_at((name, "")):
            assert f"`{key}`" in row[0], f"{name}.{key}"


def test_the_grammar_has_tables():
    """The keys of a table are found, so that the test above looks at something."""
    assert keys_at(("set_duty", "")) == ("importer", "exporter", "class", "rate")
    assert "jpy_per_usd" in keys_at(("exchange_rate", ""))
