"""`list`: every shipped scenario with its question."""

from __future__ import annotations

import json

from backhaul.cli.main import main
from backhaul.scenario.library import shipped


def test_every_shipped_scenario_is_listed_with_its_question(capsys):
    """One row a scenario: name, question, day; the main job is among them."""
    assert main(["list", "--json"]) == 0

    rows = json.loads(capsys.readouterr().out)["result"]
    assert [row["name"] for row in rows] == sorted(shipped())
    assert "reverse-imports" in shipped()
    assert all(row["asks"].endswith("?") for row in rows)
    assert all(len(row["as_of"]) == len("2026-03-01") for row in rows)


def test_a_person_reads_names_and_questions(capsys):
    """Plain text has one line a scenario and says how to run one."""
    assert main(["list"]) == 0

    text = capsys.readouterr().out
    assert all(f"\n{name} " in text for name in shipped())
    assert "backhaul run NAME" in text
