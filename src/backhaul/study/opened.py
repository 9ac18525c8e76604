"""A question opened for studies: its whole model, ready for draws and gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from backhaul.baseline.world import World
from backhaul.scenario.scenario import Scenario
from backhaul.study.run import baseline_setting, world_of
from backhaul.study.whole import Asked, WholeModel

CONSUMERS = "consumers"
"""Parameter with the number of buyers' types in each market."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A model and the question that it answers."""

    model: WholeModel
    asked: Asked


def opened(
    world: World,
    scenario: Scenario,
    baseline: Scenario | None = None,
    *,
    hold_tastes: bool = False,
    say: Callable[[str], None] | None = None,
) -> Opened:
    """Return the whole model of a question.

    Args:
        world: The calibrated world.
        scenario: What is asked.
        baseline: What to compare with; None takes the scenario's own.
        hold_tastes: Whether tastes stay as calibrated at the central values in every draw.
        say: Called with a word on what is being done.

    Errors:
        BackhaulError: the scenario names what the world does not have, or has no answer.
    """
    from backhaul.smooth.model import Model  # loads a compiler: only who asks waits for it

    tell = say or (lambda _: None)
    world = world_of(world, scenario, tell)
    tell("building the whole model")
    model = Model.of(
        world,
        lambda other: baseline_setting(other, scenario, baseline),
        scenario.setting,
        recalibrate=not hold_tastes,
        varied=lambda name: name not in scenario.parameters,
    )
    return Opened(cast(WholeModel, model), Asked.about(world, scenario, baseline))


def without_promise(scenario: Scenario) -> Scenario:
    """Return the scenario without promised volumes and supports: a design sets the support."""
    return scenario.model_copy(update={"commit": (), "subsidise": ()})


def with_consumers(scenario: Scenario, count: int | None) -> Scenario:
    """Return the scenario with so many types of buyers in each market; None leaves them alone."""
    if count is None:
        return scenario
    return scenario.model_copy(
        update={"parameters": {**scenario.parameters, CONSUMERS: float(count)}}
    )
