"""One calibrated world and its base state for all tests of the room."""

from __future__ import annotations

import pytest

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.settle import base_setting, settle
from backhaul.evidence.catalogue import Evidence


@pytest.fixture(scope="session")
def evidence():
    return Evidence.load()


@pytest.fixture(scope="session")
def world(evidence):
    return calibrate(evidence)


@pytest.fixture(scope="session")
def base(world):
    return settle(world, base_setting(world), level="slider")
