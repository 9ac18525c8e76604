"""Plant to market for one product: who builds it where, and what the way costs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Link:
    """One origin of one product in one market. Money is USD per vehicle."""

    product: str
    plant: str
    country: str
    """Country of assembly, ISO 3166 alpha-3."""

    share: float
    """Share of the product's base-year units; adds to 1 over the product's links."""

    ocean_freight: float
    inland: float
    """Rail or truck to the port or to the market, and port handling."""

    insurance: float
    pre_delivery: float = 0.0
    """Inspection, labels and fitting in the country of sale."""

    conversion: float = 0.0
    """Specification adaptation and steering conversion per unit."""

    certification: float = 0.0
    """Certification cost per unit."""

    parts: dict[str, float] = field(default_factory=dict)
    """Share of the parts' value by country of origin (ISO code, or ROW); adds to 1."""

    parts_share: float = 0.0
    """Share of the factory cost that is bought-in parts."""

    grade: str = "C"
    source_id: str = ""

    @property
    def content(self) -> dict[str, float]:
        """Share of the factory cost by country: first-tier parts and assembly. Adds to 1."""
        mix = {country: self.parts_share * share for country, share in self.parts.items()}
        mix[self.country] = mix.get(self.country, 0.0) + 1 - self.parts_share
        return mix
