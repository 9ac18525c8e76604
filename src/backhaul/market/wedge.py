"""The waist of the hourglass: what policy hands to the equilibrium, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.errors import MarketError
from backhaul.shapes import PerProduct, read_only


@dataclass(frozen=True, eq=False)
class Wedge:
    """Net revenue from one unit is `keep_j p_j - cost_j`."""

    keep: PerProduct
    """What is left of a consumer price after taxes and duties on price. Shape (J,), in (0, 1]."""

    cost: PerProduct
    """What a delivered unit costs the firm. Shape (J,), market currency per vehicle."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keep", read_only(self.keep))
        object.__setattr__(self, "cost", read_only(self.cost))
        if not (np.all(self.keep > 0) and np.all(np.isfinite(self.cost))):
            raise MarketError(
                where="wedge",
                what="a product keeps nothing of its price, or its cost is not a number.",
                fix="Check the taxes and duties on price: together they must stay below 100 %.",
            )
