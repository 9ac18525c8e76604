"""How far things have adjusted: prices, plants, declared values."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from backhaul.baseline.setting import Setting
from backhaul.baseline.world import World
from backhaul.scenario.rates import Change


class Horizon(Change):
    """Whether plants bound output, how far prices have gone, and what carmakers declare.

    Plants and declared values are the same in the baseline; its prices have adjusted in full.
    """

    plants: Literal["limited", "unlimited"] = "limited"
    """Whether plants with a stated capacity build no more than that."""

    adjustment: Annotated[float, Field(gt=0, le=1)] = 1.0
    """A ratio: the part of the way from the baseline's prices to the equilibrium's that prices
    have gone. 1 is the long run."""

    transfer_price_response: Annotated[float, Field(ge=0, le=1)] | None = None
    """A ratio: the part of a new duty by which carmakers cut the declared value; None: as the
    parameter of that name says."""

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting at this horizon."""
        return replace(self.of_the_baseline(setting), adjustment=self.adjustment)

    def of_the_baseline(self, setting: Setting) -> Setting:
        """Return a baseline's setting: these plants and values, prices adjusted in full."""
        return replace(
            setting,
            limited=self.plants == "limited",
            adjustment=1.0,
            transfer_price_response=self.transfer_price_response,
        )
