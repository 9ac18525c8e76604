"""What trade policy does to who builds which car where: the US and Japan, on 2024 tables.

    import backhaul as bh

    world = bh.calibrate(bh.Evidence.load())
    outcome = bh.run(world, bh.load_scenario("reverse-imports"))
    bh.report(outcome, "out/reverse-imports")

Every name below is fetched when it is first used, so that importing backhaul is instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backhaul.baseline.calibrate import calibrate
    from backhaul.baseline.world import World
    from backhaul.equilibrium.solve import Equilibrium, solve
    from backhaul.errors import BackhaulError
    from backhaul.evidence.catalogue import Evidence
    from backhaul.market.market import Market
    from backhaul.market.measure import Measure
    from backhaul.outcome.outcome import Outcome
    from backhaul.report.folder import write_outcome as report
    from backhaul.scenario.file import load_scenario
    from backhaul.scenario.scenario import Scenario
    from backhaul.study.run import run

__version__ = "0.3.0"

__all__ = [
    "BackhaulError",
    "Equilibrium",
    "Evidence",
    "Market",
    "Measure",
    "Outcome",
    "Scenario",
    "World",
    "calibrate",
    "load_scenario",
    "report",
    "run",
    "solve",
]

_ROOMS = {
    "BackhaulError": "backhaul.errors:BackhaulError",
    "Equilibrium": "backhaul.equilibrium.solve:Equilibrium",
    "Evidence": "backhaul.evidence.catalogue:Evidence",
    "Market": "backhaul.market.market:Market",
    "Measure": "backhaul.market.measure:Measure",
    "Outcome": "backhaul.outcome.outcome:Outcome",
    "Scenario": "backhaul.scenario.scenario:Scenario",
    "World": "backhaul.baseline.world:World",
    "calibrate": "backhaul.baseline.calibrate:calibrate",
    "load_scenario": "backhaul.scenario.file:load_scenario",
    "report": "backhaul.report.folder:write_outcome",
    "run": "backhaul.study.run:run",
    "solve": "backhaul.equilibrium.solve:solve",
}
"""Where each name of the front door lives."""


def __getattr__(name: str) -> object:
    """Fetch a name of the front door from its room."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'backhaul' has no attribute {name!r}")
    room, _, there = _ROOMS[name].partition(":")
    return getattr(import_module(room), there)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
