"""Customs unit values: what a car is declared at, by exporter and importer."""

from __future__ import annotations

import pandas as pd

from backhaul.evidence.catalogue import Evidence

EUROPE = (
    "AUT", "BEL", "CZE", "DEU", "ESP", "FRA", "HUN", "ITA", "NLD", "POL", "PRT", "SVK", "SWE",
)  # fmt: skip
"""Exporters that take the unit value of the EU where they have none of their own."""

PRODUCTS = ("passenger_cars", "motor_vehicles")
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
    """Return value over units of one pair, preferring values and units of the same group."""
    for product in PRODUCTS:
        values = group[(group["product"] == product) & (group["measure"] == "value_usd")]["value"]
        units = group[(group["product"] == product) & (group["measure"] == "units")]["value"]
        if len(values) and not len(units):
            units = group[(group["product"].isin(PRODUCTS)) & (group["measure"] == "units")]["value"]
        elif len(values) and product == "passenger_cars":
            extra = group[(group["product"] == "motor_vehicles") & (group["measure"] == "units")]
            units = pd.concat([units, extra["value"]])
        if len(values) and len(units):
            middle = (float(units.min()) + float(units.max())) / 2
            return float(values.iloc[0]) / middle
    return None
