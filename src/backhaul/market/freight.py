"""What it costs to carry a car: ocean lanes, rail and truck, handling, insurance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence

EARTH_RADIUS_MILES = 3958.8
NORTH_AMERICA = ("USA", "CAN", "MEX")


@dataclass(frozen=True, eq=False)
class Freight:
    """Freight rates in USD per vehicle, from the routes table; lanes it lacks use a price share."""

    lanes: dict[tuple[str, str], tuple[tuple[str, float], ...]]
    """Ocean rate of a reference-size car by (exporter, importer): port of loading and rate."""

    inland: dict[tuple[str, str], float]
    """Known rates from a plant to a port."""

    fixed: float
    """Inland cost that does not depend on distance, fitted on the known rates."""

    per_mile: float
    """Inland cost per great-circle mile, fitted on the known rates."""

    places: dict[str, tuple[float, float]]
    """Latitude and longitude of plants and ports."""

    handling: dict[str, float]
    """Port handling by country of the port."""

    volume: dict[str, float]
    """Width times height by segment, square metres; shipping space is this times the length."""

    reference_volume: float
    """Cubic metres of the car for which the lane rates are stated."""

    price_share: float
    insurance_share: float
    delivery_miles: float
    pre_delivery_japan: float

    @classmethod
    def observe(cls, evidence: Evidence) -> Freight:
        """Return the rates in the routes table."""
        routes = evidence.table("trade", "routes")
        ports = evidence.table("trade", "ports")
        plants = evidence.table("trade", "plants")
        places = {
            str(row["plant_id"]): (float(row["latitude"]), float(row["longitude"]))
            for table in (plants, ports.rename(columns={"port_id": "plant_id"}))
            for row in table.to_dict("records")
        }
        country = dict(zip(ports["port_id"], ports["country"], strict=True))
        inland = {
            (str(row["origin_port"]), str(row["destination_port"])): float(
                row["freight_usd_per_vehicle"]
            )
            for row in routes[routes["item"] == "inland_us"].to_dict("records")
        }
        fixed, per_mile = _fit(inland, places)
        shapes = evidence.table("trade", "body_volumes").set_index("segment")
        section = shapes["width_m"] * shapes["height_m"]
        return cls(
            lanes=_lanes(routes, country),
            inland=inland,
            fixed=fixed,
            per_mile=per_mile,
            places=places,
            handling=_handling(routes),
            volume={str(name): float(value) for name, value in section.items()},
            reference_volume=evidence.parameter("freight_reference_volume").value,
            price_share=evidence.parameter("ocean_freight_share_of_price").value,
            insurance_share=evidence.parameter("insurance_share_of_value").value,
            delivery_miles=evidence.parameter("us_delivery_miles").value,
            pre_delivery_japan=_one(routes, "pre_delivery_japan"),
        )

    def space(self, segment: str, length_mm: float) -> float:
        """Return the shipping space of a car relative to the reference car."""
        if segment not in self.volume:
            raise EvidenceError(
                where="trade/body_volumes.csv",
                what=f"segment {segment!r} has no width and height.",
                fix="Add a row for it, so that its freight can be computed.",
            )
        return self.volume[segment] * length_mm / 1000 / self.reference_volume

    def ocean(self, exporter: str, importer: str, price_usd: float, space: float) -> float:
        """Return the ocean freight of one car on the mean lane between two countries."""
        if exporter == importer or {exporter, importer} <= set(NORTH_AMERICA):
            return 0.0
        lane = self.lanes.get((exporter, importer))
        if lane is None:
            return self.price_share * price_usd
        return sum(rate for _, rate in lane) / len(lane) * space

    def export(self, plant: str, exporter: str, importer: str, space: float) -> tuple[float, float]:
        """Return ocean and inland cost of the cheapest way from a plant through a known port.

        The caller makes sure that the lane exists (`has_lane`).
        """
        lane = self.lanes[exporter, importer]
        ways = [(rate * space, self.to_port(plant, port)) for port, rate in lane]
        ocean, inland = min(ways, key=sum)
        return ocean, inland + self.handling.get(exporter, 0.0)

    def has_lane(self, exporter: str, importer: str) -> bool:
        """Return whether the routes table has an ocean lane between two countries."""
        return (exporter, importer) in self.lanes

    def to_port(self, plant: str, port: str) -> float:
        """Return the inland cost from a plant to a port; fitted where the table has none."""
        if (plant, port) in self.inland:
            return self.inland[plant, port]
        if plant not in self.places:
            return self.delivery
        return self.fixed + self.per_mile * miles(self.places[plant], self.places[port])

    @property
    def delivery(self) -> float:
        """Inland cost of the mean haul inside North America."""
        return self.fixed + self.per_mile * self.delivery_miles


def miles(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the great-circle distance between two (latitude, longitude) places in miles."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, place)) for place in (start, end))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(half))


def _fit(
    inland: dict[tuple[str, str], float], places: dict[str, tuple[float, float]]
) -> tuple[float, float]:
    """Return fixed cost and rate per great-circle mile, by least squares on the known rates."""
    distance = [miles(places[plant], places[port]) for plant, port in inland]
    slope, level = np.polyfit(distance, list(inland.values()), 1)
    return float(level), float(slope)


def _lanes(
    routes: pd.DataFrame, country: dict[str, str]
) -> dict[tuple[str, str], tuple[tuple[str, float], ...]]:
    """Return ocean lanes between ports as lanes between countries."""
    lanes: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}
    for row in routes[routes["item"] == "ocean_freight"].to_dict("records"):
        pair = (country[str(row["origin_port"])], country[str(row["destination_port"])])
        way = (str(row["origin_port"]), float(row["freight_usd_per_vehicle"]))
        lanes[pair] = (*lanes.get(pair, ()), way)
    return lanes


def _handling(routes: pd.DataFrame) -> dict[str, float]:
    """Return port handling by country."""
    rows = routes[routes["item"] == "port_handling"].set_index("destination_port")
    rate = rows["freight_usd_per_vehicle"]
    return {"USA": float(rate["us_port"]), "JPN": float(rate["japan_port"])}


def _one(routes: pd.DataFrame, item: str) -> float:
    """Return the rate of an item that stands once in the table."""
    return float(routes.loc[routes["item"] == item, "freight_usd_per_vehicle"].iloc[0])
