"""The numbers that an answer rests on, as one tree of arrays and as one long vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

import backhaul.smooth.config  # noqa: F401  (64-bit numbers first)
from backhaul.evidence.catalogue import Evidence
from backhaul.market.observe import records
from backhaul.smooth.config import Number
from backhaul.smooth.layout import Layout, parts_of, ways_of

__all__ = ["INSTRUMENTS", "Facts", "Parameters", "central_facts", "flattened"]

Facts = dict[str, Any]
"""Names of kinds, then of markets, to arrays."""

INSTRUMENTS = ("support_usd", "certification", "tariff_points", "purchase_units")
"""What a design may move, all zero in the question as asked: support per entering vehicle, share
of its certification cost waived, points on the US duty on Japan-built cars, vehicles bought by
Japan."""

HAULED = slice(0, 4)
"""The ways that are freight: ocean, inland, insurance, pre-delivery."""


class Parameters:
    """Values of parameters: traced where they may vary, else those of the tables."""

    def __init__(self, evidence: Evidence, names: tuple[str, ...], values: Array) -> None:
        self._evidence = evidence
        self._index = {name: index for index, name in enumerate(names)}
        self._values = values

    def __getitem__(self, name: str) -> Number:
        """Return a parameter's value."""
        if name in self._index:
            return self._values[self._index[name]]
        return self.central(name)

    def central(self, name: str) -> float:
        """Return a parameter's value in the tables."""
        return self._evidence.parameter(name).value


def central_facts(layout: Layout, names: tuple[str, ...]) -> Facts:
    """Return the facts as the tables have them, without further utilities.

    Args:
        layout: What is fixed.
        names: Parameters that may vary, in the order of their vector.
    """
    world = layout.world
    after = layout.plans["scenario"]
    facts: Facts = {
        "capacity": np.array([stated_capacity(layout, name) for name in layout.plants]),
        "instrument": np.zeros(len(INSTRUMENTS)),
        "law": np.zeros(len(layout.cells)),
        "parameter": np.array([world.evidence.parameter(name).value for name in names]),
        "quality": np.zeros(sum(len(side.sources) for side in after.sides.values())),
        "unit_value": np.array(list(layout.unit_values.values())),
    }
    for code, place in layout.places.items():
        supply = place.supply
        parts = parts_of(supply, layout.countries)
        facts[f"content.{code}"] = parts[np.arange(len(supply.links)), place.main]
        facts[f"freight.{code}"] = ways_of(supply)[HAULED].sum(axis=0)
        facts[f"price.{code}"] = world.observed.markets[code].price
        facts[f"share.{code}"] = np.array(supply.share)
        facts[f"units.{code}"] = place.market.units
    return facts


def stated_capacity(layout: Layout, plant: str) -> float:
    """Return a plant's capacity as the tables state it; zero for one that a move founds.

    Where it built more in the base year, that counts instead; the answer sees to it.
    """
    rows = records(layout.world.evidence, "trade", "plants", "plant_id")
    return float(rows[plant]["capacity_per_year"]) if plant in rows else 0.0


def no_utilities(layout: Layout, consumers: int) -> Facts:
    """Return a further utility of zero for each consumer and product, entrants too."""
    sides = layout.plans["scenario"].sides
    return {
        f"utility.{code}": np.zeros((len(side.market.ids), consumers))
        for code, side in sides.items()
    }


def flattened(facts: Facts) -> tuple[np.ndarray, Callable[[Any], Mapping[str, Array]]]:
    """Return the facts as a vector, and the function that makes facts of a vector."""
    vector, unravel = ravel_pytree(facts)
    return np.array(vector), unravel
