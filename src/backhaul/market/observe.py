"""From the tables to the observed base year: two markets, their plants, links and measures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

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
    names = evidence.table(folder, "nameplates").set_index("nameplate_id")
    sales = evidence.table(folder, "sales").set_index("nameplate_id")
    prices = _prices(evidence, code, sales, adjustments)
    nests = evidence.table(folder, "segments").set_index("segment")
    missing = sorted(set(sales.index) - set(prices.index))
    if missing:
        raise EvidenceError(
            where=f"{folder}/prices.csv",
            what=f"{len(missing)} nameplates with sales have no price: {', '.join(missing[:5])}.",
            fix="Add a price row for each, or remove their sales.",
        )
    products = tuple(
        _product(str(name), names.loc[name], sales.loc[name], prices.loc[name], nests)
        for name in sales.index
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


def _prices(
    evidence: Evidence, code: str, sales: pd.DataFrame, adjustments: list[Adjustment]
) -> pd.DataFrame:
    """Return one list price per nameplate; US trim prices are scaled to the mean transaction."""
    table = evidence.table(code.lower(), "prices")
    if code not in LISTED_BEFORE_TAX:
        return table.set_index("nameplate_id")
    table = table[table["kind"] == "volume_trim_msrp"].set_index("nameplate_id").copy()
    totals = evidence.table(code.lower(), "market_totals").set_index("measure")["units"]
    target = float(totals["avg_transaction_price_usd"])
    units = sales["units"].reindex(table.index)
    mean = float((table["price"] * units).sum() / units.sum())
    table["price"] = table["price"] * (target / mean)
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
    return table


def _product(
    name: str, row: pd.Series, sale: pd.Series, price: pd.Series, nests: pd.DataFrame
) -> Product:
    """Return one product from its rows in four tables."""
    displacement = row.get("engine_cc")
    known = displacement is not None and not (
        isinstance(displacement, float) and math.isnan(displacement)
    )
    return Product(
        id=name,
        label=label_of(row),
        brand=str(row["brand"]).lower(),
        firm=str(row["firm"]),
        segment=str(row["segment"]),
        nest=str(nests.at[row["segment"], "nest"]),
        vehicle_class=str(nests.at[row["segment"], "vehicle_class"]),
        powertrain=str(row["powertrain"]),
        luxury=bool(row["luxury"]),
        length_mm=float(row["length_mm"]),
        engine_cc=float(displacement) if known else None,  # type: ignore[arg-type]
        aggregate=bool(row["aggregate"]),
        models=float(row["models"]),
        price=float(price["price"]),
        units=float(sale["units"]),
        months_on_sale=float(sale.get("months_on_sale", 12) or 12),
        price_grade=str(price["grade"]),
        price_source=str(price["source_id"]),
        units_grade=str(sale["grade"]),
        units_source=str(sale["source_id"]),
    )


def label_of(row: pd.Series) -> str:
    """Return a nameplate's name for people, such as "Toyota Camry"."""
    brand = str(row["brand"]).replace("_", " ")
    brand = brand if any(c.isupper() for c in brand) else brand.title()
    model = str(row["model"]).removesuffix(" (US built)")
    return f"{brand} {model}"
