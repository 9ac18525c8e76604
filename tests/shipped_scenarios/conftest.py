"""One calibration and one run of each shipped scenario for the whole folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.world import World
from backhaul.evidence.catalogue import Evidence
from backhaul.outcome.outcome import Outcome
from backhaul.scenario.file import load_scenario
from backhaul.study.run import run


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return Evidence.load()


@pytest.fixture(scope="session")
def world(evidence) -> World:
    return calibrate(evidence)


@pytest.fixture(scope="session")
def answer(world) -> Callable[[str], Outcome]:
    """Outcome of a shipped scenario by name; each is run once."""
    return cache(lambda name: run(world, load_scenario(name)))
