"""The shipped world and its solved questions, one cache for the whole session."""

from __future__ import annotations

import pytest

import worlds


@pytest.fixture(scope="session")
def world():
    return worlds.shipped_world()


@pytest.fixture(scope="session")
def solved():
    """States of a shipped scenario by name."""
    return worlds.solved


@pytest.fixture(scope="session")
def answer():
    """Outcome of a shipped scenario by name."""
    return worlds.outcome
