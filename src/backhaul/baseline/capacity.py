"""What plants can build for the two markets: their capacity less what they build for others."""

from __future__ import annotations

from backhaul.baseline.setting import Setting
from backhaul.baseline.world import World


def base_loads(world: World) -> dict[str, float]:
    """Return the base year's modelled output by plant: units times base shares, both markets."""
    built: dict[str, float] = {}
    for side in world.sides.values():
        units = side.market.units[side.supply.product] * side.supply.share
        for link, cars in zip(side.supply.links, units, strict=True):
            built[link.plant] = built.get(link.plant, 0.0) + float(cars)
    return built


def available(world: World, setting: Setting) -> dict[str, float]:
    """Return what each plant with a stated capacity can build for the two markets.

    What it builds for markets outside the model is its stated output less its modelled one, and
    stays as in the base year. A move adds its capacity to the plant that receives it; a plant that
    a move founds has that capacity and no other.

    Returns:
        Vehicles a year by plant, in the order of their names; empty where plants are not limited.
    """
    if not setting.limited:
        return {}
    built = base_loads(world)
    found = {
        plant.id: plant.capacity - max(0.0, (plant.output or 0.0) - built.get(plant.id, 0.0))
        for plant in world.observed.plants.values()
        if plant.capacity is not None
    }
    for move in setting.moves:
        if move.plant in found or move.plant not in world.observed.plants:
            found[move.plant] = found.get(move.plant, 0.0) + move.capacity
    return dict(sorted(found.items()))
