"""From the tables to the observed base year: two markets, their plants, links and measures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.market.adjustment import Adjustment
from backhaul.market.freight import Freight
from backhaul.market.link import Link
from backhaul.market.market import Market
from backhaul.market.measure import Measure, measures_from
from backhaul.market.origins import observe_links
from backhaul.market.plant import Plant
from backhaul.market.plants import observe_plants
from backhaul.market.product import Product
from backhaul.market.totals import residuals

COUNTRY = {"US": "USA", "JP": "JPN"}
CURRENCY = {"US": "USD", "JP": "JPY"}
Row = Mapping[str, Any]
"""One row of a table by column."""

MONTHS = 12

LISTED_BEFORE_TAX = ("US",)
"""Markets whose price table is before sales tax; the others list tax-included prices."""


@dataclass(frozen=True, eq=False)
class Observations:
    """What was observed in the base year, reconciled; nothing in it is estimated by the model."""

    evidence: Evidence
    markets: dict[str, Market]
    """By market code. Prices are list prices: before tax in the US, tax included in Japan."""

    links: dict[str, tuple[Link, ...]]
    """By market code: who builds what where."""

    plants: dict[str, Plant]
    freight: Freight
    measures: tuple[Measure, ...]
    jpy_per_usd: float
    adjustments: tuple[Adjustment, ...]


def observe(evidence: Evidence) -> Observations:
    """Return the observed base year, with every reconciliation recorded.

    Errors:
        EvidenceError: a table lacks what another one refers to.
        MarketError: a market's own figures contradict each other.
    """
    adjustments: list[Adjustment] = []
    markets = {code: _market(evidence, code, adjustments) for code in COUNTRY}
    freight = Freight.observe(evidence)
    links = {
        code: observe_links(evidence, market, freight, adjustments)
        for code, market in markets.items()
    }
    plants = observe_plants(evidence, markets, links, adjustments)
    adjustments += residuals(evidence, markets)
    return Observations(
        evidence=evidence,
        markets=markets,
        links=links,
        plants=plants,
        freight=freight,
        measures=_measures(evidence),
        jpy_per_usd=evidence.parameter("fx_jpy_usd_2024").value,
        adjustments=tuple(adjustments),
    )


def _measures(evidence: Evidence) -> tuple[Measure, ...]:
    """Return the measures, the sales tax at the value that its parameter has."""
    measures = measures_from(
        evidence.table("policy", "measures"), evidence.table("policy", "country_groups")
    )
    rate = evidence.parameter("us_sales_tax").value
    return tuple(
        replace(measure, rate=rate) if measure.measure_id == "us_sales_tax" else measure
        for measure in measures
    )


def _market(evidence: Evidence, code: str, adjustments: list[Adjustment]) -> Market:
    """Return one observed market."""
    folder = code.lower()
    names = records(evidence, folder, "nameplates", "nameplate_id")
    sales = records(evidence, folder, "sales", "nameplate_id")
    prices = _prices(evidence, code, sales, adjustments)
    nests = records(evidence, folder, "segments", "segment")
    missing = sorted(set(sales) - set(prices))
    if missing:
        raise EvidenceError(
            where=f"{folder}/prices.csv",
            what=f"{len(missing)} nameplates with sales have no price: {', '.join(missing[:5])}.",
            fix="Add a price row for each, or remove their sales.",
        )
    products = tuple(
        _product(names[name], sale, prices[name], nests[names[name]["segment"]])
        for name, sale in sales.items()
    )
    return Market(
        code=code,
        country=COUNTRY[code],
        currency=CURRENCY[code],
        households=evidence.parameter(f"households_{folder}").value,
        replacement_rate=evidence.parameter("replacement_rate").value,
        mean_income=evidence.parameter(f"mean_income_{folder}").value,
        gini=evidence.parameter(f"gini_{folder}").value,
        products=products,
    )


def records(evidence: Evidence, folder: str, table: str, key: str) -> dict[str, Row]:
    """Return the rows of a table by the text in one column."""
    rows = evidence.table(folder, table).to_dict("records")
    return {str(row[key]): row for row in rows}  # type: ignore[misc]


def _prices(
    evidence: Evidence, code: str, sales: dict[str, Row], adjustments: list[Adjustment]
) -> dict[str, Row]:
    """Return one list price per nameplate; US trim prices are scaled to the mean transaction."""
    if code not in LISTED_BEFORE_TAX:
        return records(evidence, code.lower(), "prices", "nameplate_id")
    table = evidence.table(code.lower(), "prices")
    table = table[(table["kind"] == "volume_trim_msrp") & table["nameplate_id"].isin(list(sales))]
    totals = records(evidence, code.lower(), "market_totals", "measure")
    target = float(totals["avg_transaction_price_usd"]["units"])
    units = table["nameplate_id"].map({name: row["units"] for name, row in sales.items()})
    mean = float((table["price"] * units).sum() / units.sum())
    adjustments.append(
        Adjustment(
            table="us/prices",
            key="all volume_trim_msrp rows",
            column="price",
            source_value=mean,
            used_value=target,
            rule="Trim list prices are scaled by one factor so that their sales-weighted mean is "
            "the mean transaction price of the year (source s_edmunds_atp).",
        )
    )
    scaled = table.assign(price=table["price"] * (target / mean)).to_dict("records")
    return {str(row["nameplate_id"]): row for row in scaled}  # type: ignore[misc]


def _product(row: Row, sale: Row, price: Row, segment: Row) -> Product:
    """Return one product from its rows in four tables."""
    return Product(
        **nameplate(row, segment),
        aggregate=bool(row["aggregate"]),
        models=float(row["models"]),
        price=float(price["price"]),
        units=float(sale["units"]),
        months_on_sale=float(sale.get("months_on_sale", MONTHS)),
        price_grade=str(price["grade"]),
        price_source=str(price["source_id"]),
        units_grade=str(sale["grade"]),
        units_source=str(sale["source_id"]),
    )


def nameplate(row: Row, segment: Row) -> dict[str, Any]:
    """Return what a product is, on sale or not, from its rows in nameplates and segments."""
    displacement = float(row.get("engine_cc", math.nan))
    return {
        "id": str(row["nameplate_id"]),
        "label": label_of(row),
        "brand": str(row["brand"]).lower(),
        "firm": str(row["firm"]),
        "segment": str(row["segment"]),
        "nest": str(segment["nest"]),
        "vehicle_class": str(segment["vehicle_class"]),
        "powertrain": str(row["powertrain"]),
        "luxury": bool(row["luxury"]),
        "length_mm": float(row["length_mm"]),
        "engine_cc": None if math.isnan(displacement) else displacement,
    }


def label_of(row: Row) -> str:
    """Return a nameplate's name for people, such as "Toyota Camry"."""
    brand = str(row["brand"]).replace("_", " ")
    brand = brand if any(c.isupper() for c in brand) else brand.title()
    model = str(row["model"]).removesuffix(" (US built)")
    return f"{brand} {model}"
