"""The shipped world and solved questions, each made once for all folders of tests."""

from __future__ import annotations

from functools import cache

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.world import World
from backhaul.evidence.catalogue import Evidence
from backhaul.outcome.outcome import Outcome
from backhaul.scenario.file import load_scenario
from backhaul.study.horizons import at_both_horizons
from backhaul.study.run import Solved, make_outcome, solve_question


@cache
def shipped_world() -> World:
    """The world calibrated on the shipped tables."""
    return calibrate(Evidence.load())


@cache
def solved(name: str) -> Solved:
    """The states of a shipped scenario, solved to first and second order."""
    return solve_question(shipped_world(), load_scenario(name), level="slider")


@cache
def outcome(name: str) -> Outcome:
    """The outcome of a shipped scenario, without the costly parts of its certificate."""
    states = solved(name)
    horizons = at_both_horizons(states)
    return make_outcome(load_scenario(name), None, states, horizons=horizons)
