"""Comparisons: columns are runs, unchanged, beside each other.

A question asked twice is solved twice by the same steps from the same start: exact equality.
"""

from __future__ import annotations

from datetime import date

import pytest

from backhaul.errors import ScenarioError
from backhaul.scenario.file import load_scenario, read_scenario
from backhaul.study import compare as module
from backhaul.study.compare import Comparison, compare


@pytest.fixture(scope="module")
def asked():
    """One question twice, and another one in a world with another parameter."""
    changed = {
        "asks": "And with another market?",
        "as_of": date(2024, 7, 1),
        "parameters": {"market_price_elasticity_us": -0.9},
    }
    twice = load_scenario("us-tariff-15")
    return [twice, twice, read_scenario(changed, name="softer")]


@pytest.fixture(scope="module")
def found(world, asked):
    return compare(world, asked)


@pytest.fixture
def counted(monkeypatch, found):
    """Every call of the engine is noted and answered from the fixture."""
    calls = []

    def same_world(given, scenario, progress=None):
        calls.append(f"world of {scenario.name}")
        return given

    monkeypatch.setattr(module, "world_of", same_world)
    monkeypatch.setattr(module, "run", lambda *_, **__: found.outcomes[0])
    return calls


def cells(comparison, name):
    return next(row for row in comparison.rows if row.name == name).cells


def test_a_question_compared_with_itself_has_equal_columns(found):
    """Every row has the same figure twice, and the columns have names of their own."""
    assert found.labels == ("us-tariff-15", "us-tariff-15 (2)", "softer")
    for row in found.rows:
        assert row.cells[0] == row.cells[1]


def test_a_column_is_what_run_answers(found, answer):
    """Nothing is lost or changed on the way into the table."""
    alone = answer("us-tariff-15")

    for figure in alone.figures:
        assert cells(found, figure.name)[0] == figure


def test_what_is_no_like_for_like_is_said(found):
    """Other baselines and other parameters are named with their columns; equal days are not."""
    text = " ".join(found.warnings)

    assert "Baselines differ" in text
    assert "market_price_elasticity_us = -0.9 (softer)" in text
    assert "Days" not in text


def test_alike_questions_raise_no_warning(found):
    """One question twice is a like-for-like comparison."""
    same = Comparison(labels=found.labels[:2], outcomes=found.outcomes[:2])

    assert same.warnings == ()


def test_a_world_is_calibrated_once_per_set_of_parameters(world, asked, counted):
    """Two questions with the same parameters share one calibration."""
    compare(world, [*asked, asked[-1]])

    assert counted == ["world of us-tariff-15", "world of softer"]


def test_a_figure_that_one_lacks_is_none_and_not_nought(answer):
    """The support per vehicle exists only where there is a promise."""
    names = ("us-tariff-15", "reverse-imports")
    mixed = Comparison(labels=names, outcomes=tuple(map(answer, names)))
    support = cells(mixed, "support_per_vehicle_usd")

    assert support[0] is None
    assert support[1] is not None
    table = mixed.table()
    assert list(table[table["figure"] == "support_per_vehicle_usd"]["column"]) == [names[1]]
    assert "Days of the law differ" in mixed.warnings[0]


def test_no_figure_is_lost_and_the_first_question_keeps_its_order(found, answer):
    """Rows are the figures of all questions, each once, in the order of the first."""
    names = ("us-tariff-15", "reverse-imports")
    mixed = Comparison(labels=names, outcomes=tuple(map(answer, names)))
    rows = [row.name for row in mixed.rows]
    first, second = ([f.name for f in outcome.figures] for outcome in mixed.outcomes)

    assert [name for name in rows if name in first] == first
    assert set(rows) == {*first, *second}
    assert len(rows) == len(set(rows))


def test_refining_replaces_the_outcome(world, asked, counted, answer):
    """What is compared is what refine gives back, question by question."""
    other = answer("reverse-imports")
    made = compare(world, asked[:2], refine=lambda scenario, outcome: other)

    assert made.outcomes == (other, other)


@pytest.mark.parametrize("count", [0, 1, 9])
def test_too_few_or_too_many_are_refused(world, asked, count):
    """One column is no comparison, nine do not fit."""
    with pytest.raises(ScenarioError, match=str(count)):
        compare(world, (asked * 4)[:count])
