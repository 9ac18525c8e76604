"""Where cars are built and whose sales an entrant takes: plants, jobs, diversion."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backhaul.baseline.capacity import base_loads
from backhaul.baseline.setting import Move, Setting
from backhaul.baseline.state import State
from backhaul.evidence.catalogue import Evidence
from backhaul.market.plant import Plant
from backhaul.outcome.books import Books

OUTSIDE = "no new car"
"""Source of the sales to buyers who would have bought no new car."""


def plants_table(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return output, use of capacity, shadow price and jobs by plant.

    Output is what a plant builds for the two markets plus what it builds for others, which stays
    as in the base year: its stated output less its modelled one. Jobs are output times employees
    per 1,000 cars: the plant's own where stated, else the Japanese mean for plants in Japan and
    the American one for all others.
    """
    world = scenario.state.world
    observed, states = base_loads(world), (baseline.state, scenario.state)
    built = [_built(books) for books in (baseline, scenario)]
    planned = {m.plant: _planned(m) for state in states for m in state.setting.moves}
    rows = []
    for plant_id in dict.fromkeys([*world.observed.plants, *built[0], *built[1]]):
        if not any(plant_id in one for one in built):
            continue
        plant = world.observed.plants.get(plant_id) or planned[plant_id]
        modelled = observed.get(plant_id, 0.0)
        elsewhere = max(0.0, (plant.output or 0.0) - modelled)
        units = [elsewhere + one.get(plant_id, 0.0) for one in built]
        room = [capacity_of(plant, state.setting) for state in states]
        jobs = jobs_per_car(world.evidence, plant, elsewhere + modelled)
        rows.append(
            {
                "plant_id": plant_id,
                "name": plant.name,
                "firm": plant.firm,
                "country": plant.country,
                "units_baseline": units[0],
                "units_scenario": units[1],
                "capacity": room[1],
                "utilisation_baseline": _use(units[0], room[0]),
                "utilisation_scenario": _use(units[1], room[1]),
                "shadow_price_usd_baseline": _shadow(states[0], plant_id),
                "shadow_price_usd_scenario": _shadow(states[1], plant_id),
                "jobs_baseline": units[0] * jobs,
                "jobs_scenario": units[1] * jobs,
            }
        )
    return pd.DataFrame(rows)


def capacity_of(plant: Plant, setting: Setting) -> float:
    """Return a plant's capacity in a setting, moves to it included; NaN where none is stated."""
    if plant.capacity is None:
        return np.nan
    return plant.capacity + sum(move.capacity for move in setting.moves if move.plant == plant.id)


def _use(units: float, capacity: float) -> float:
    """Return output over capacity; NaN without one."""
    return units / capacity if capacity > 0 else np.nan


def _shadow(state: State, plant: str) -> float:
    """Return a plant's shadow price; NaN where nothing limits it."""
    return state.plants[plant].shadow if plant in state.plants else np.nan


def _planned(move: Move) -> Plant:
    """Return the plant that a move of output builds: its capacity is that of the moves to it."""
    return Plant(
        id=move.plant,
        name="new capacity of the scenario",
        firm=move.firm,
        country=move.target,
        capacity=0.0,
        output=None,
        employees=None,
    )


def _built(books: Books) -> dict[str, float]:
    """Return what each plant builds for the two markets, purchases of states included."""
    built: dict[str, float] = {}
    for side in books.state.sides.values():
        for link, units in zip(side.supply.links, side.link_units, strict=True):
            built[link.plant] = built.get(link.plant, 0.0) + float(units)
    for sale in books.sales_to_states:
        for plant, units in sale.built.items():
            built[plant] = built.get(plant, 0.0) + units
    return built


def jobs_per_car(evidence: Evidence, plant: Plant, base_output: float) -> float:
    """Return employees per car a year: the plant's own in the base year, else its region's."""
    if plant.employees and plant.output:
        return plant.employees / base_output
    folder = "jp" if plant.country == "JPN" else "us"
    return evidence.parameter(f"jobs_per_1000_cars_{folder}").value / 1000


def diversion(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return where the sales of a market's entrants come from; empty without entrants.

    Each source is what it sells less than before; the sources add up to what the entrants sell
    more than before. Whatever else the scenario changes in that market is in it too.
    """
    columns = ["market", "product", "source", "units", "share"]
    rows = [
        ("JP", "all entrants", source, units, share)
        for source, units, share in _sources(baseline, scenario, "JP")
    ]
    return pd.DataFrame(rows, columns=columns)


def _sources(baseline: Books, scenario: Books, code: str) -> list[tuple[str, float, float]]:
    """Return source, units and share of the entrants' sales."""
    entering = scenario.state.setting.entering(code)
    if not entering:
        return []
    own = {entrant.product.firm for entrant in entering}
    before, after = _by_source(baseline, code, own), _by_source(scenario, code, own)
    entered = after.pop(None, 0.0) - before.pop(None, 0.0)
    lost = {name: before[name] - after.get(name, 0.0) for name in before if name is not None}
    sides = baseline.state.sides[code], scenario.state.sides[code]
    lost[OUTSIDE] = float(sides[1].units.sum() - sides[0].units.sum())
    return [(name, units, units / entered) for name, units in lost.items()]


def _by_source(books: Books, code: str, own: set[str]) -> dict[str | None, float]:
    """Return units by whose they are; entrants stand under None."""
    side = books.state.sides[code]
    units: dict[str | None, float] = {}
    for link, j, cars in zip(side.supply.links, side.supply.product, side.link_units, strict=True):
        product = side.market.products[j]
        name = None if product.entrant else _source(product.firm, link.country, own, books.home)
        units[name] = units.get(name, 0.0) + float(cars)
    return units


def _source(firm: str, country: str, own: set[str], home: dict[str, str]) -> str:
    """Return whose sales an entrant in Japan takes, in words."""
    if home.get(firm) != "JPN":
        return "foreign brands"
    if country != "JPN":
        return "Japanese makers' other imports"
    return "own Japan-built" if firm in own else "rivals' Japan-built"
