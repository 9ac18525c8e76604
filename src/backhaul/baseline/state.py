"""A solved state of the world: both markets in equilibrium under one setting."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from backhaul.baseline.setting import Setting
from backhaul.baseline.world import World
from backhaul.demand.taste import Taste
from backhaul.equilibrium.solve import Equilibrium
from backhaul.equilibrium.venue import Nearby, Stand, nearby
from backhaul.market.conduct import Conduct
from backhaul.market.market import Market
from backhaul.market.supply import Supply
from backhaul.market.wedge import Wedge
from backhaul.policy.compile import Delivered
from backhaul.shapes import PerLink, PerProduct


@dataclass(frozen=True, slots=True)
class PlantLoad:
    """A plant with a stated capacity in a solved state. Vehicles a year."""

    available: float
    """Its capacity less what it builds for markets outside the model."""

    load: float
    """What it builds for both markets, purchases of states included."""

    shadow: float
    """What one more vehicle of capacity would be worth to its user, USD; zero unless it is full."""


@dataclass(frozen=True, eq=False)
class SideState:
    """One market in equilibrium: what is charged, sold, built where, and what it costs."""

    market: Market
    """With entrants at the end of its products."""

    taste: Taste
    supply: Supply
    delivered: Delivered
    conduct: Conduct
    wedge: Wedge
    """What prices are set by: shadow prices of plants in the cost, support of a commitment not."""

    equilibrium: Equilibrium
    """Where prices are headed, with the proof: the answer of the long run at these multipliers."""

    price: PerProduct
    """Consumer price charged; the equilibrium's in the long run. Shape (J,), market currency."""

    share: PerProduct
    """Share of potential buyers that buy at the prices charged. Shape (J,)."""

    link_share: PerLink
    """Share of each link in its product's units. Shape (L,), adds to 1 over a product."""

    resourcing: PerProduct
    """Cost of moving output between plants, part of the unit cost. Shape (J,), currency."""

    promised: PerProduct
    """Support per vehicle that a commitment takes. Shape (J,), market currency."""

    scarcity: PerProduct
    """Shadow prices of a product's plants by link share: part of the cost in `wedge`, paid to
    nobody. Shape (J,), market currency."""

    @property
    def best(self) -> PerProduct:
        """Equilibrium price p*, at which nobody wants another. Shape (J,), market currency."""
        return self.equilibrium.price

    @property
    def units(self) -> PerProduct:
        """Vehicles sold in the year. Shape (J,)."""
        return self.share * self.market.size

    @property
    def link_units(self) -> PerLink:
        """Vehicles delivered on each link. Shape (L,)."""
        units: PerLink = self.units[self.supply.product] * self.link_share
        return units

    @property
    def unit_profit(self) -> PerProduct:
        """What the firm earns on one unit, support included. Shape (J,), market currency.

        At the prices charged, and without the shadow prices of plants: they are nobody's bill.
        """
        margin = self.wedge.keep * self.price - (self.wedge.cost - self.scarcity)
        return np.asarray(margin + self.promised)

    @property
    def per_usd(self) -> float:
        """Market currency per USD."""
        return self.delivered.per_usd


@dataclass(frozen=True, eq=False)
class Start:
    """Where a search for an equilibrium begins."""

    prices: dict[str, dict[str, float]]
    """Prices of an equilibrium by market and product, market currency per vehicle."""

    shadow: dict[str, float]
    """Shadow price by plant, USD per vehicle."""


@dataclass(frozen=True, eq=False)
class State:
    """Both markets of a world in equilibrium under one setting."""

    world: World
    setting: Setting
    sides: dict[str, SideState]
    """By market code."""

    shift: float = 0.0
    """Utility shift of a demand surge, where the setting has one."""

    plants: dict[str, PlantLoad] = field(default_factory=dict)
    """Plants with a stated capacity, by id; empty where the setting does not limit them."""

    unaided: Start | None = None
    """Where the markets stand with nobody committed to a volume; None where nobody is."""

    stands: dict[str, Stand] = field(default_factory=dict)
    """The markets as the solver leaves them, by code; may be empty."""

    @cached_property
    def nearby(self) -> dict[str, Nearby]:
        """How each market answers here, by code: a help for the search of other states."""
        return {code: nearby(stand, len(self.plants)) for code, stand in self.stands.items()}

    @property
    def start(self) -> Start:
        """This state as a place to search from."""
        return Start(
            prices={
                code: dict(zip(side.market.ids, side.best, strict=True))
                for code, side in self.sides.items()
            },
            shadow={name: plant.shadow for name, plant in self.plants.items()},
        )

    def output(self, firm: str) -> float:
        """Return a firm's units in both markets."""
        return float(
            sum(
                side.units[np.array(side.market.firms) == firm].sum()
                for side in self.sides.values()
            )
        )
