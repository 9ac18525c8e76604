"""The solved states of a question, and the scenario without any support."""

from __future__ import annotations

from dataclasses import dataclass

from backhaul.baseline.settle import settle
from backhaul.baseline.state import State
from backhaul.equilibrium.certificate import Level


@dataclass(frozen=True, eq=False)
class Solved:
    """The solved states of one question."""

    baseline: State
    scenario: State
    free: State
    """The scenario without support and with nobody committed to a volume; itself without any."""


def free_of_support(after: State, *, base: State, level: Level = "certified") -> State:
    """Return the state with neither support nor promise; the same one where it has neither.

    Args:
        after: The state of the question.
        base: The question's baseline.
        level: How much of the certificate is made.
    """
    if after.setting.promise is None and not after.setting.supports:
        return after
    setting = after.setting.without_support()
    near = base if after.unaided is None else after.unaided
    return settle(after.world, setting, level=level, near=near, base=base)
