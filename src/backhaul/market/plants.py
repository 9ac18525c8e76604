"""Plants with their capacity and their base-year output, scaled to the firms' totals."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from backhaul.evidence.catalogue import Evidence
from backhaul.market.adjustment import Adjustment
from backhaul.market.link import Link
from backhaul.market.market import Market
from backhaul.market.plant import Plant

REGION = {"usa": "USA", "mexico": "MEX", "japan": "JPN"}


def observe_plants(
    evidence: Evidence,
    markets: dict[str, Market],
    links: dict[str, tuple[Link, ...]],
    adjustments: list[Adjustment],
) -> dict[str, Plant]:
    """Return the plants by id, those without a row as `other_<firm>_<country>`."""
    table = evidence.table("trade", "plants")
    built, guests = _built(markets, links, dict(zip(table["plant_id"], table["firm"], strict=True)))
    totals = _firm_totals(evidence)
    plants = {}
    for (firm, country), group in table.groupby(["firm", "country"], sort=False):
        factor = _factor(totals.get((str(firm), str(country))), group, guests, adjustments)
        for row in group.to_dict("records"):
            plant = str(row["plant_id"])
            plants[plant] = _plant(row, factor, built.get(plant, 0.0), adjustments)
    for firm_links in links.values():
        for link in firm_links:
            if link.plant not in plants:
                plants[link.plant] = _unlisted(link, built[link.plant])
    return plants


def _plant(
    row: Mapping[Hashable, Any], factor: float, built: float, adjustments: list[Adjustment]
) -> Plant:
    """Return one listed plant, its output scaled and its capacity not below what it built.

    It built the larger of its stated output and what the links of the base year make it build.
    """
    output = _number(row["production_2024"])
    capacity = _number(row["capacity_per_year"])
    if output is not None:
        output *= factor
    needed = max(output or 0.0, built)
    if capacity is not None and capacity < needed:
        adjustments.append(
            Adjustment(
                table="trade/plants",
                key=str(row["plant_id"]),
                column="capacity_per_year",
                source_value=capacity,
                used_value=needed,
                rule="Capacity is at least what the plant built in the base year, by its stated "
                "output or by the cars of both markets that come from it.",
            )
        )
        capacity = needed
    return Plant(
        id=str(row["plant_id"]),
        name=str(row["name"]),
        firm=str(row["firm"]),
        country=str(row["country"]),
        capacity=capacity,
        output=output,
        employees=_number(row["employees"]),
        grade=str(row["grade"]),
        source_id=str(row["source_id"]),
    )


def _unlisted(link: Link, units: float) -> Plant:
    """Return the collective plant of a firm in a country: no capacity, modelled output only."""
    firm = link.plant.removeprefix("other_").removesuffix(f"_{link.country}")
    return Plant(
        id=link.plant,
        name=f"other {firm.replace('_', ' ')} plants in {link.country}",
        firm=firm,
        country=link.country,
        capacity=None,
        output=units,
        employees=None,
    )


def _built(
    markets: dict[str, Market],
    links: dict[str, tuple[Link, ...]],
    owner: dict[str, str],
) -> tuple[dict[str, float], dict[str, float]]:
    """Return modelled units by plant, and those that a plant builds for other firms."""
    built: dict[str, float] = {}
    guests: dict[str, float] = {}
    for code, market in markets.items():
        products = {product.id: product for product in market.products}
        for link in links[code]:
            product = products[link.product]
            units = product.units * link.share
            built[link.plant] = built.get(link.plant, 0.0) + units
            if owner.get(link.plant, product.firm) != product.firm:
                guests[link.plant] = guests.get(link.plant, 0.0) + units
    return built, guests


def _firm_totals(evidence: Evidence) -> dict[tuple[str, str], float]:
    """Return base-year output by (firm, country) where the table states one."""
    table = evidence.table("trade", "production_annual")
    table = table[table["period"].astype(str) == "2024"]
    return {
        (str(row["firm"]), REGION[str(row["region"])]): float(row["units"])
        for row in table.to_dict("records")
        if str(row["region"]) in REGION
    }


def _factor(
    total: float | None,
    group: pd.DataFrame,
    guests: dict[str, float],
    adjustments: list[Adjustment],
) -> float:
    """Return the factor that makes the outputs of a firm's plants add to its stated total.

    The total is taken where every plant of the firm in the country states an output; what a plant
    builds for other firms comes on top.
    """
    stated = group["production_2024"].astype(float)
    if total is None or stated.isna().any():
        return 1.0
    target = total + sum(guests.get(str(plant), 0.0) for plant in group["plant_id"])
    factor = target / float(stated.sum())
    adjustments.extend(
        Adjustment(
            table="trade/plants",
            key=str(plant),
            column="production_2024",
            source_value=float(output),
            used_value=float(output) * factor,
            rule=f"Plant outputs are scaled to the firm's total of {total:,.0f} "
            "(trade/production_annual) plus what they build for other firms.",
        )
        for plant, output in zip(group["plant_id"], stated, strict=True)
    )
    return factor


def _number(value: float) -> float | None:
    """Return a number, or None for a blank cell."""
    number = float(value)
    return None if number != number else number
