"""Remembering: the same answer without the work, and never that of another thing."""

from __future__ import annotations

import pytest

from backhaul.ground.remember import ANSWERS, THINGS, remembered


@pytest.fixture
def asked():
    return []


@pytest.fixture
def total(asked):
    @remembered
    def add(things: tuple[int, ...], more: int = 0, *, sign: int = 1) -> int:
        asked.append((things, more, sign))
        if more < 0:
            raise ValueError("no debts")
        return sign * (sum(things) + more)

    return add


def test_the_same_question_is_worked_out_once(total, asked):
    """Positional and named arguments count; their order does not."""
    things = (1, 2, 3)
    assert [total(things, 4), total(things, 4), total(things, 4, sign=-1)] == [10, 10, -10]
    assert len(asked) == 2


def test_equal_things_are_not_the_same_thing(total, asked):
    """A thing is known by its identity, and an answer about another one is never given."""
    for number in range(50):
        assert total((number, number), 1) == 2 * number + 1
    assert len(asked) == 50


def test_what_is_kept_is_bounded(total, asked):
    """After many other things the first is worked out again; so are answers beyond their number."""
    first = (1, 1)
    others = [(0, number) for number in range(THINGS)]
    total(first)
    for other in others:
        total(other)
    total(first)
    assert len(asked) == THINGS + 2
    for more in range(ANSWERS + 1):
        total(first, more)
    assert total(first, 5) == 7


def test_a_refusal_is_not_remembered(total, asked):
    """It is raised again, by the function itself."""
    things = (1,)
    for _ in range(2):
        with pytest.raises(ValueError, match="no debts"):
            total(things, -1)
    assert len(asked) == 2
