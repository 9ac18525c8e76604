"""Customs unit values: what a car is declared at, by exporter and importer."""

from __future__ import annotations

import pandas as pd

from backhaul.evidence.catalogue import Evidence

EUROPE = (
    "AUT", "BEL", "CZE", "DEU", "ESP", "FRA", "HUN", "ITA", "NLD", "POL", "PRT", "SVK", "SWE",
)  # fmt: skip
"""Exporters that take the unit value of the EU where they have none of their own."""

PRODUCTS = ("passenger_cars", "motor_vehicles")
SAME_GROUP = 1.02
"""All motor vehicles are as good as all cars where they are worth at most this much more."""

DEFAULT_PAIR = ("JPN", "USA")


def observed_unit_values(evidence: Evidence) -> dict[tuple[str, str], float]:
    """Return customs value per car in USD by (exporter, importer), where value and units agree.

    A pair counts where the base year has a value and a number of units of the same product group.
    Where a source gives several numbers of units, their middle is taken: for Japan to the US
    1.30 and 1.37 million cars (the latter of all motor vehicles).
    """
    flows = evidence.table("trade", "trade_flows")
    flows = flows[(flows["year"].astype(str) == "2024") & _all_firms(flows)]
    found = {}
    for (exporter, importer), group in flows.groupby(["exporter", "importer"]):
        value = _unit_value(group)
        if value is not None:
            found[str(exporter), str(importer)] = value
    return found


def ratios(
    observed: dict[tuple[str, str], float], factory_mean: dict[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    """Return customs value over factory cost for every pair that the links need.

    Args:
        observed: Customs value per car by pair.
        factory_mean: Units-weighted mean factory cost by pair, USD.

    Returns:
        The ratio by pair: observed where the tables have it (the EU's for its members), else the
        ratio of Japan to the US, the pair with the best data.
    """
    default = observed[DEFAULT_PAIR] / factory_mean[DEFAULT_PAIR]
    europe = _europe(observed, factory_mean, default)
    result = {}
    for pair, cost in factory_mean.items():
        exporter, importer = pair
        if pair in observed:
            result[pair] = observed[pair] / cost
        elif exporter in EUROPE and importer == "USA":
            result[pair] = europe
        else:
            result[pair] = default
    return result


def _europe(
    observed: dict[tuple[str, str], float],
    factory_mean: dict[tuple[str, str], float],
    default: float,
) -> float:
    """Return the ratio for EU members without an own count: Germany's, the largest exporter."""
    pair = ("DEU", "USA")
    known = pair in observed and pair in factory_mean
    return observed[pair] / factory_mean[pair] if known else default


def _all_firms(flows: pd.DataFrame) -> pd.Series:
    """Return which rows are a country's total, not one firm's."""
    return flows["by_firm"].isna() | (flows["by_firm"] == "")


def _unit_value(group: pd.DataFrame) -> float | None:
    """Return value over units of one pair, both of the same product group.

    Passenger cars come first. Where all motor vehicles are worth no more, their number counts too
    and the middle of both numbers is taken. A value of cars without a number of its own goes with
    the number of motor vehicles only where these have no value of their own.
    """
    values = {product: _rows(group, product, "value_usd") for product in PRODUCTS}
    units = {product: _rows(group, product, "units") for product in PRODUCTS}
    cars, vehicles = PRODUCTS
    if values[cars] and units[cars]:
        counts = list(units[cars])
        if not values[vehicles] or values[vehicles][0] <= SAME_GROUP * values[cars][0]:
            counts += units[vehicles]
        return values[cars][0] / ((min(counts) + max(counts)) / 2)
    if values[vehicles] and units[vehicles]:
        return values[vehicles][0] / units[vehicles][0]
    if values[cars] and units[vehicles]:
        return values[cars][0] / units[vehicles][0]
    return None


def _rows(group: pd.DataFrame, product: str, measure: str) -> list[float]:
    """Return the values of one product group and measure."""
    chosen = group[(group["product"] == product) & (group["measure"] == measure)]
    return [float(value) for value in chosen["value"]]
