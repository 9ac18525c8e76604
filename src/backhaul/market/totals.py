"""How far the nameplates are from the published totals: recorded, never forced."""

from __future__ import annotations

from backhaul.evidence.catalogue import Evidence
from backhaul.market.adjustment import Adjustment
from backhaul.market.market import Market

MARKET_TOTAL = {"US": "light_vehicle_sales_total", "JP": "all_new_vehicles"}


def residuals(evidence: Evidence, markets: dict[str, Market]) -> list[Adjustment]:
    """Return published totals beside the sum of nameplates, for the market and for makers."""
    found = []
    for code, market in markets.items():
        table = evidence.table(code.lower(), "market_totals")
        table = table[table["year"].astype(str) == "2024"]
        totals = dict(zip(table["measure"], table["units"].astype(float), strict=True))
        units = dict(zip(market.ids, market.units, strict=True))
        found.append(_residual(code, MARKET_TOTAL[code], totals, sum(units.values())))
        by_firm: dict[str, float] = {}
        by_brand: dict[str, float] = {}
        for product in market.products:
            by_firm[product.firm] = by_firm.get(product.firm, 0.0) + product.units
            by_brand[product.brand] = by_brand.get(product.brand, 0.0) + product.units
        found += [
            _residual(code, f"maker_{name}", totals, value)
            for name, value in by_firm.items()
            if f"maker_{name}" in totals
        ]
        found += [
            _residual(code, f"brand_{name}", totals, value)
            for name, value in by_brand.items()
            if f"brand_{name}" in totals
        ]
    return found


def _residual(code: str, measure: str, totals: dict[str, float], used: float) -> Adjustment:
    """Return one published total beside the sum that is used."""
    return Adjustment(
        table=f"{code.lower()}/market_totals",
        key=measure,
        column="units",
        source_value=totals[measure],
        used_value=used,
        rule="The sum of the nameplates is used; the difference to the published total (heavy "
        "vehicles, rounding, models without a row) is a recorded residual.",
    )
