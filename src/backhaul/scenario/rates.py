"""Changes of laws and rates: duties, measures, exchange rate, valuation, conduct."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from backhaul.baseline.setting import Merger, Setting
from backhaul.baseline.world import World
from backhaul.errors import ScenarioError
from backhaul.ground.names import suggestion
from backhaul.policy.amend import with_added_duty, with_rate, with_span, with_total_duty

Rate = Annotated[float, Field(ge=-1, le=2)]
"""A ratio: 0.15 for 15 per cent."""

ProductClass = Literal["passenger_car", "light_truck", "parts", "vehicle"]


class Change(BaseModel):
    """One named change to a world. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting after this change."""
        raise NotImplementedError  # pragma: no cover - every change of this room has its own


class SetDuty(Change):
    """The total duty of one importer on one origin's cars becomes a given rate."""

    importer: str
    exporter: str
    product_class: ProductClass = Field(alias="class")
    rate: Rate

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with one scenario duty in place of every other of its cell."""
        if self.importer == self.exporter:
            raise ScenarioError(
                where="set_duty",
                what=f"there is no border between {self.importer} and {self.exporter}.",
                fix="Name two countries.",
            )
        measures = with_total_duty(
            setting.measures, self.importer, self.exporter, self.product_class, self.rate
        )
        return replace(setting, measures=measures)


class AddPoints(Change):
    """Percentage points come on top of the duty on every origin, full customs value."""

    importer: str
    product_class: ProductClass = Field(alias="class")
    points: Rate
    """A ratio: 0.25 for 25 points."""

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the points added."""
        measures = with_added_duty(setting.measures, self.importer, self.product_class, self.points)
        return replace(setting, measures=measures)


class SetRate(Change):
    """One measure of the table gets another rate."""

    measure: str
    rate: Rate

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the measure's new rate."""
        return replace(setting, measures=with_rate(setting.measures, self.measure, self.rate))


class SetSpan(Change):
    """One measure begins or ends on another day."""

    measure: str
    start: date | None = None
    end: date | None = None
    """First day without it."""

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the measure's new span."""
        measures = with_span(setting.measures, self.measure, start=self.start, end=self.end)
        return replace(setting, measures=measures)


class ExchangeRate(Change):
    """The yen stands at another rate."""

    jpy_per_usd: Annotated[float, Field(gt=20, lt=1000)]

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting at the new rate."""
        return replace(setting, jpy_per_usd=self.jpy_per_usd)


class BorderPrice(Change):
    """Duties are charged on a share of the price before tax, not on transfer prices."""

    share_of_price: Annotated[float, Field(gt=0, le=1)]

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with duties on prices."""
        return replace(setting, border_share=self.share_of_price)


class Merge(Change):
    """Two firms set prices together, or count a share of each other's profit."""

    firms: Annotated[list[str], Field(min_length=2, max_length=2)]
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the two firms' prices set together."""
        if self.firms[0] == self.firms[1]:
            raise ScenarioError(
                where="merge",
                what=f"{self.firms[0]} would merge with itself.",
                fix="Name two firms.",
            )
        known = sorted({name for side in world.sides.values() for name in side.conduct.names})
        for firm in self.firms:
            if firm not in known:
                raise ScenarioError(
                    where="merge",
                    what=f"no firm is called {firm!r}.",
                    fix=suggestion(firm, known),
                )
        if not any(set(self.firms) <= set(side.conduct.names) for side in world.sides.values()):
            raise ScenarioError(
                where="merge",
                what=f"{self.firms[0]} and {self.firms[1]} never meet in a market.",
                fix="Name two firms that sell in the same market.",
            )
        merger = Merger(self.firms[0], self.firms[1], self.weight)
        return replace(setting, mergers=(*setting.mergers, merger))
