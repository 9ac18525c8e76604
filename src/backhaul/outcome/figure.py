"""One number with its unit, before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure: baseline, scenario, and the range that low and high runs give it."""

    name: str
    """Fixed name, such as "balance_us_jp_net_usd"."""

    unit: str
    baseline: float | None
    """None where the figure has no meaning before the change, such as a support per vehicle."""

    scenario: float
    label: str = ""
    """For people."""

    low: float | None = None
    """Lowest scenario value of the low and high runs; None until they were made."""

    high: float | None = None

    @property
    def change(self) -> float | None:
        """Scenario less baseline."""
        return None if self.baseline is None else self.scenario - self.baseline

    @property
    def percent(self) -> float | None:
        """Change in per cent of the size of the baseline; None where that is zero or unknown."""
        if self.baseline is None or self.baseline == 0:
            return None
        return 100 * (self.scenario - self.baseline) / abs(self.baseline)

    def as_dict(self) -> dict[str, object]:
        """Return the figure as it appears in outcome.json; what is not a number is null."""
        values = {
            "baseline": self.baseline,
            "scenario": self.scenario,
            "change": self.change,
            "percent": self.percent,
            "low": self.low,
            "high": self.high,
        }
        return {"name": self.name, "label": self.label, "unit": self.unit} | {
            key: None if value is None or not math.isfinite(value) else value
            for key, value in values.items()
        }
