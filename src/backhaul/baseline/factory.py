"""Backed-out unit costs split into factory costs by link, and local costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from backhaul.baseline.transfer import ratios
from backhaul.errors import CalibrationError, Problem
from backhaul.evidence.catalogue import Evidence
from backhaul.market.supply import Supply
from backhaul.policy.compile import Delivered
from backhaul.policy.customs import dutiable_value
from backhaul.shapes import PerLink, PerProduct

TOLERANCE = 1e-13
ROUNDS = 100
ROUNDING = 1e-10

PLAUSIBLE = (0.05, 1.8)
"""Factory cost over list price before tax that is accepted: wide, to catch slips of a digit or a
unit and nothing else. Home list prices can be far below the US price that settles the cost."""


DEAR_COUNTRIES = ("USA", "CAN")
"""Countries whose plants cost a premium over Japan's."""


@dataclass(frozen=True, eq=False)
class Anchor:
    """What the markets before this one have settled about factory costs."""

    unit_values: dict[tuple[str, str], float]
    """Observed customs value per car by (exporter, importer), USD."""

    factory: dict[tuple[str, str], float]
    """Factory cost by (nameplate, country of assembly), USD."""

    ratios: dict[tuple[str, str], float]
    """Transfer ratio by (exporter, importer)."""


def split_costs(
    *,
    evidence: Evidence,
    supply: Supply,
    delivered: Delivered,
    cost: PerProduct,
    units: PerProduct,
    anchor: Anchor,
) -> tuple[Supply, Anchor]:
    """Return the supply with factory costs and transfer ratios from the backed-out unit costs.

    A product's factory cost is `a_j premium(country)` on each link. A nameplate that an earlier
    market has from the same country takes that factory cost; the rest of its unit cost here is its
    local cost. Customs values follow from the factory cost by one ratio per pair of countries,
    which meets the observed customs unit value.

    Args:
        evidence: Parameters.
        supply: Links and margins; factory costs are not read.
        delivered: The same supply under the base day's measures.
        cost: Backed-out unit cost. Shape (J,), market currency.
        units: Units by product. Shape (J,).
        anchor: Factory costs settled by earlier markets.

    Errors:
        CalibrationError: a factory cost is not positive; names the products.
    """
    premium = _premium(evidence, supply)
    known = np.array(
        [
            np.nan
            if supply.products[j].aggregate
            else anchor.factory.get((link.product, link.country), np.nan)
            for link, j in zip(supply.links, supply.product, strict=True)
        ]
    )
    pairs = [(link.country, supply.importer) for link in supply.links]
    carried = delivered.carried(supply)
    ratio = np.ones(len(supply.links))
    for _ in range(ROUNDS):
        level = _levels(supply, delivered, cost - carried, premium, ratio)
        factory = _anchored(supply, level[supply.product] * premium, known, premium)
        table = ratios({**anchor.unit_values}, _mean_factory(supply, factory, units, pairs, anchor))
        new = np.array([table[pair] for pair in pairs])
        moved, ratio = float(np.max(np.abs(new - ratio))), new
        if moved <= TOLERANCE:
            break
    else:
        raise CalibrationError(
            where=f"factory costs behind the prices of {supply.importer}",
            what=f"customs values still move by {moved:.1e} of the factory cost after "
            f"{ROUNDS} rounds; {TOLERANCE:.0e} is allowed.",
            fix="Check the customs unit values of trade/trade_flows.csv.",
        )
    settled = Anchor(
        unit_values=anchor.unit_values,
        factory=anchor.factory | _by_country(supply, factory),
        ratios=anchor.ratios | table,
    )
    return replace(supply, factory=factory, transfer_ratio=ratio), settled


def local_costs(supply: Supply, delivered: Delivered, cost: PerProduct) -> PerProduct:
    """Return what the links and margins leave unexplained of each unit cost. Shape (J,).

    It is the local cost of a product whose factory cost another market has settled, and zero to
    rounding for every other product.
    """
    explained = delivered.carried(supply) + supply.total(supply.share * delivered.unit)
    rest = cost - explained
    return np.where(np.abs(rest) <= ROUNDING * np.abs(cost), 0.0, rest)


def _premium(evidence: Evidence, supply: Supply) -> PerLink:
    """Return the cost level of each link's country relative to Japan's. Shape (L,)."""
    return np.array([premium_of(evidence, link.country) for link in supply.links])


def premium_of(evidence: Evidence, country: str) -> float:
    """Return the cost level of a country's plants relative to Japan's: higher in US and Canada."""
    if country in DEAR_COUNTRIES:
        return 1 + evidence.parameter("plant_cost_premium_us_vs_japan").value
    return 1.0


def _levels(
    supply: Supply, delivered: Delivered, rest: PerProduct, premium: PerLink, ratio: PerLink
) -> PerProduct:
    """Return the `a_j` at which the base shares of delivered cost add up to `rest`. Shape (J,)."""
    ways = sum(
        getattr(delivered, name)
        for name in (
            "ocean_freight", "inland", "insurance", "pre_delivery", "conversion", "certification"
        )
    )  # fmt: skip
    zero = np.zeros(len(supply.links))
    on_way = dutiable_value(
        importer=supply.importer, free_on_board=zero,
        freight=delivered.ocean_freight, insurance=delivered.insurance,
    )  # fmt: skip
    fixed = ways + delivered.specific_duty + delivered.duty_rate * on_way
    slope = premium * (1 + delivered.parts_rate + delivered.duty_rate * ratio)
    level: PerProduct = (rest / delivered.per_usd - supply.total(supply.share * fixed)) / (
        supply.total(supply.share * slope)
    )
    return level


def _anchored(supply: Supply, own: PerLink, known: PerLink, premium: PerLink) -> PerLink:
    """Return factory costs: known ones where the product has any, else its own. Shape (L,)."""
    factory = np.array(own)
    for product in np.flatnonzero(_has(supply, known)):
        links = np.flatnonzero(supply.product == product)
        base = np.nanmean(known[links] / premium[links])
        factory[links] = np.where(np.isnan(known[links]), base * premium[links], known[links])
    return factory


def _has(supply: Supply, known: PerLink) -> np.ndarray:
    """Return which products have a link whose factory cost is known. Shape (J,)."""
    return supply.total((~np.isnan(known)).astype(float)) > 0


def _mean_factory(
    supply: Supply,
    factory: PerLink,
    units: PerProduct,
    pairs: list[tuple[str, str]],
    anchor: Anchor,
) -> dict[tuple[str, str], float]:
    """Return the units-weighted mean factory cost by pair, with the default pair's."""
    built = units[supply.product] * supply.share
    total: dict[tuple[str, str], list[float]] = {}
    for pair, cars, cost in zip(pairs, built, factory, strict=True):
        entry = total.setdefault(pair, [0.0, 0.0])
        entry[0] += cars * cost
        entry[1] += cars
    means = {pair: value / cars for pair, (value, cars) in total.items()}
    default = ("JPN", "USA")
    if default not in means:
        means[default] = anchor.unit_values[default] / anchor.ratios[default]
    return means


def _by_country(supply: Supply, factory: PerLink) -> dict[tuple[str, str], float]:
    """Return factory cost by (nameplate, country), rows that stand for several models left out."""
    return {
        (link.product, link.country): float(cost)
        for link, j, cost in zip(supply.links, supply.product, factory, strict=True)
        if not supply.products[j].aggregate
    }


def refuse_implausible(
    supply: Supply,
    list_price: PerProduct,
    per_usd: float,
    places: Mapping[str, tuple[str, int, str]] | None = None,
) -> None:
    """Raise if a factory cost is negative, or a part of its list price that no car shows.

    Args:
        supply: Links with factory costs.
        list_price: Price before tax. Shape (J,), market currency.
        per_usd: Market currency per USD.
        places: File, line and value of each product's price, for the list of problems.

    Raises:
        CalibrationError: names the products, all at once.
    """
    part = supply.factory / (list_price / per_usd)[supply.product]
    low, high = PLAUSIBLE
    bad = {
        supply.links[index].product: float(part[index])
        for index in np.flatnonzero(~((part >= low) & (part <= high)))
        if not supply.products[supply.product[index]].aggregate or not part[index] > 0
    }
    if bad:
        listed = ", ".join(f"{name} ({value:.0%})" for name, value in list(bad.items())[:8])
        fix = "Check the price, units, freight and dealer margin, or the target elasticities."
        raise CalibrationError(
            where=f"market of {supply.importer}, product {next(iter(bad))}",
            what="factory costs are negative or implausible, as a share of the list price before "
            f"tax: {listed}; {low:.0%} to {high:.0%} is accepted.",
            fix=fix,
            problems=tuple(
                Problem(
                    file=places[name][0],
                    row=places[name][1],
                    column="price",
                    value=places[name][2],
                    what=f"{name}: the price leaves a factory cost of {value:.0%} of itself; "
                    f"{low:.0%} to {high:.0%} is accepted.",
                    fix=fix,
                )
                for name, value in bad.items()
                if places is not None and name in places
            ),
        )
