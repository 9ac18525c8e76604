"""Where cars are built and whose sales an entrant takes: plants, jobs, diversion."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backhaul.baseline.setting import Move
from backhaul.evidence.catalogue import Evidence
from backhaul.market.plant import Plant
from backhaul.outcome.books import Books

OUTSIDE = "no new car"
"""Source of the sales to buyers who would have bought no new car."""


def plants_table(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return output and jobs by plant: base-year output plus the modelled change.

    The output of a plant for other markets is in its base-year level and does not move. Jobs are
    output times employees per 1,000 cars: the plant's own where stated, else the Japanese mean
    for plants in Japan and the American one for all others.
    """
    world = scenario.state.world
    observed, old, new = _as_observed(baseline), _modelled(baseline), _modelled(scenario)
    moves = (*baseline.state.setting.moves, *scenario.state.setting.moves)
    planned = {move.plant: _planned(move) for move in moves}
    rows = []
    for plant_id in dict.fromkeys([*world.observed.plants, *old, *new]):
        if plant_id not in old and plant_id not in new:
            continue
        plant = world.observed.plants.get(plant_id) or planned[plant_id]
        modelled = observed.get(plant_id, 0.0)
        level = modelled if plant.output is None else plant.output
        before = level + old.get(plant_id, 0.0) - modelled
        after = level + new.get(plant_id, 0.0) - modelled
        jobs = jobs_per_1000(world.evidence, plant)
        rows.append(
            {
                "plant_id": plant_id,
                "name": plant.name,
                "firm": plant.firm,
                "country": plant.country,
                "units_baseline": before,
                "units_scenario": after,
                "capacity": np.nan if plant.capacity is None else plant.capacity,
                "jobs_baseline": before / 1000 * jobs,
                "jobs_scenario": after / 1000 * jobs,
            }
        )
    return pd.DataFrame(rows)


def _planned(move: Move) -> Plant:
    """Return the plant that a move of output builds; nobody has stated anything about it yet."""
    return Plant(
        id=move.plant,
        name="new capacity of the scenario",
        firm=move.firm,
        country=move.target,
        capacity=move.capacity,
        output=None,
        employees=None,
    )


def _as_observed(books: Books) -> dict[str, float]:
    """Return the base year's modelled output by plant."""
    observed = books.state.world.observed
    built: dict[str, float] = {}
    for code, links in observed.links.items():
        units = dict(zip(observed.markets[code].ids, observed.markets[code].units, strict=True))
        for link in links:
            built[link.plant] = built.get(link.plant, 0.0) + units[link.product] * link.share
    return built


def _modelled(books: Books) -> dict[str, float]:
    """Return modelled output by plant, purchases of states included."""
    built: dict[str, float] = {}
    for side in books.state.sides.values():
        for link, units in zip(side.supply.links, side.link_units, strict=True):
            built[link.plant] = built.get(link.plant, 0.0) + float(units)
    for sale in books.sales_to_states:
        for plant, units in sale.built.items():
            built[plant] = built.get(plant, 0.0) + units
    return built


def jobs_per_1000(evidence: Evidence, plant: Plant) -> float:
    """Return employees per 1,000 cars a year of a plant."""
    if plant.employees and plant.output:
        return plant.employees / plant.output * 1000
    folder = "jp" if plant.country == "JPN" else "us"
    return evidence.parameter(f"jobs_per_1000_cars_{folder}").value


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
