"""One nameplate sold in one market: the row that everything else refers to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """A nameplate in a market, as observed in the base year or as announced for it."""

    id: str
    """Nameplate, such as "toyota_camry"; unique within a market."""

    label: str
    """For people, such as "Toyota Camry"."""

    brand: str
    firm: str
    """Firm that sets its price and keeps its profit."""

    segment: str
    """Body and size class, as in the nameplates table."""

    nest: str
    """Segment of the demand system; small segments share one."""

    vehicle_class: str
    """Customs class: `light_truck` for pick-ups and vans, else `passenger_car`."""

    powertrain: str
    """ice, hybrid, phev or bev."""

    luxury: bool
    length_mm: float
    engine_cc: float | None
    """Displacement; None where the table has none."""

    aggregate: bool
    """Whether the row stands for several models: left out of hedonics and headlines."""

    models: float
    """How many nameplates the row stands for; 1 for an ordinary one."""

    price: float
    """Consumer price of the base year, tax included, market currency per vehicle."""

    units: float
    """Vehicles registered in the base year."""

    months_on_sale: float
    """Months of the base year in which it could be bought."""

    entrant: bool = False
    """Whether it is new to the market: no observed price and units."""

    price_grade: str = "C"
    price_source: str = ""
    units_grade: str = "C"
    units_source: str = ""

    @property
    def traits(self) -> dict[str, str]:
        """What a measure may ask of a product before it applies."""
        return {
            "powertrain": self.powertrain,
            "vehicle_class": self.vehicle_class,
        }
