"""The calibrated world, once for the folder."""

from __future__ import annotations

import pytest

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.world import World
from backhaul.evidence.catalogue import Evidence


@pytest.fixture(scope="session")
def world() -> World:
    return calibrate(Evidence.load())
