"""The calibrated base year: two markets whose prices and units the model reproduces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backhaul.demand.consumers import Consumers
from backhaul.demand.hedonic import Hedonic
from backhaul.demand.moments import Calibration
from backhaul.demand.taste import Taste
from backhaul.errors import ScenarioError
from backhaul.evidence.catalogue import Evidence
from backhaul.ground.names import suggestion
from backhaul.market.conduct import Conduct
from backhaul.market.market import Market
from backhaul.market.observe import Observations
from backhaul.market.supply import Supply
from backhaul.market.wedge import Wedge
from backhaul.policy.compile import Delivered

BASE_DAY = date(2024, 7, 1)
"""The measures of this day are in the base year's prices."""


@dataclass(frozen=True, eq=False)
class Side:
    """One calibrated market: its base-year prices are an equilibrium at its base-year costs."""

    market: Market
    """As observed, with consumer prices (tax included, credit deducted) in both countries."""

    consumers: Consumers
    calibration: Calibration
    conduct: Conduct
    supply: Supply
    delivered: Delivered
    """Delivered costs under the measures of the base day."""

    wedge: Wedge

    @property
    def taste(self) -> Taste:
        """What buyers of this market want."""
        return self.calibration.taste

    def index(self, product: str) -> int:
        """Return the position of a product.

        Errors:
            ScenarioError: the market has no such product; suggests the nearest.
        """
        if product not in self.market.ids:
            raise ScenarioError(
                where=f"market {self.market.code}",
                what=f"it has no product {product!r}.",
                fix=suggestion(product, self.market.ids),
            )
        return self.market.ids.index(product)


@dataclass(frozen=True, eq=False)
class World:
    """Markets, plants, links and measures of the base year, calibrated and consistent."""

    observed: Observations
    sides: dict[str, Side]
    """By market code."""

    hedonic: Hedonic
    """What a characteristic is worth in Japan; for new products there."""

    unit_values: dict[tuple[str, str], float]
    """Transfer ratio (customs value over factory cost) by (exporter, importer)."""

    on: date = BASE_DAY

    @property
    def evidence(self) -> Evidence:
        """The facts the world rests on."""
        return self.observed.evidence

    def __repr__(self) -> str:
        sides = ", ".join(repr(side.market) for side in self.sides.values())
        return f"World({self.on}: {sides})"
