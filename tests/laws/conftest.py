"""The shipped world and its base state, made once for the folder."""

from __future__ import annotations

import pytest

from backhaul.baseline.settle import base_setting, settle
from worlds import shipped_world


@pytest.fixture(scope="session")
def world():
    return shipped_world()


@pytest.fixture(scope="session")
def base(world):
    return settle(world, base_setting(world), level="slider")
