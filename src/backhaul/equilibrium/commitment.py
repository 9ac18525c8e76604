"""A volume commitment: the support per vehicle that makes a number of units an equilibrium."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.errors import ScenarioError
from backhaul.shapes import FlagPerProduct, read_only


@dataclass(frozen=True, eq=False)
class Commitment:
    """Sales of a set of products must reach a target."""

    members: FlagPerProduct
    """Which products count. Shape (J,)."""

    target: float
    """Share of the market's households that must buy one of them; positive."""

    size: float | None = None
    """Households of the market, so that messages count vehicles; None: they name shares."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", read_only(self.members, bool))
        if not (0 < self.target < 1 and self.members.any()):
            raise ScenarioError(
                where="volume commitment",
                what=f"{self.count(self.target)} is the target over "
                f"{np.count_nonzero(self.members)} products; a share between 0 and 1 of "
                "all households and at least one product are allowed.",
                fix="Correct the units of the commitment, or name its products.",
            )

    def count(self, share: float) -> str:
        """Return a share as text: vehicles a year where the size of the market is known."""
        if self.size is None:
            return f"{share:.6g} of households"
        return f"{share * self.size:,.0f} vehicles a year"


@dataclass(frozen=True, eq=False)
class Fulfilment:
    """What it takes to keep a commitment. Shares are of the market's households."""

    support: float
    """Multiplier: support per vehicle, zero or more. Market currency."""

    share: float
    """Share of households that buy a member, with this support."""

    without: float
    """Share that would without any support."""

    target: float
    """Share that was asked for."""

    @property
    def active(self) -> bool:
        """Whether any support is needed."""
        return self.support > 0

    @property
    def complementarity(self) -> float:
        """How far the target is from being met exactly, or from being met at no support."""
        miss = self.share / self.target - 1
        return abs(miss) if self.active else max(0.0, -miss)
