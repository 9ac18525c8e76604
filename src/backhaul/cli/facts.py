"""Answers about the observed base year: a market, a product, a plant."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from backhaul.cli.answer import Answer, Block, Grid, Pairs, Text, plain_data
from backhaul.cli.law import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from backhaul.evidence.catalogue import Evidence
    from backhaul.market.link import Link
    from backhaul.market.market import Market
    from backhaul.market.observe import Observations
    from backhaul.market.product import Product

_SHOWN = 12
"""Firms shown of a market; the rest are in `--json`."""

_RIGHT = frozenset({"units", "share", "mean price", "products", "price", "ocean freight"})


def market(evidence: Evidence, code: str) -> Answer:
    """Return one market as observed: size, firms, segments, origins.

    Raises:
        EvidenceError: There is no such market.
    """
    observed = _observed(evidence)
    if code not in observed.markets:
        raise unknown("market", code, observed.markets)
    here = observed.markets[code]
    units = sum(p.units for p in here.products)
    value = sum(p.units * p.price for p in here.products)
    firms: dict[str, float] = defaultdict(float)
    segments: dict[str, float] = defaultdict(float)
    for product in here.products:
        firms[product.firm] += product.units
        segments[product.segment] += product.units
    origins = _origins(here, observed.links[code])
    result = {
        "market": code,
        "country": here.country,
        "currency": here.currency,
        "price_basis": _price_basis(code),
        "households": here.households,
        "potential_buyers": here.size,
        "products": len(here.products),
        "units": units,
        "mean_price": value / units,
        "firms": _ranked(firms, "firm"),
        "segments": _ranked(segments, "segment"),
        "origins": _ranked(origins, "country"),
    }
    pairs = Pairs(
        title=f"Market {code}, base year 2024, as observed",
        rows=(
            ("country", here.country),
            ("households", f"{here.households:,.0f}"),
            ("potential buyers in the year", f"{here.size:,.0f}"),
            ("products", f"{len(here.products)} of {len(firms)} firms"),
            ("units", f"{units:,.0f} vehicles"),
            ("mean price", f"{value / units:,.0f} {here.currency}, {_price_basis(code)}"),
        ),
    )
    tables = (
        _share_grid("Firms", "firm", firms, units),
        _share_grid("Segments", "segment", segments, units),
        _share_grid("Built in", "country", origins, units),
    )
    return Answer(command="show market", result=result, blocks=(pairs, *tables))


def product(evidence: Evidence, nameplate: str) -> Answer:
    """Return one product in every market that has it, and what is announced of it.

    Raises:
        EvidenceError: No market has it and nothing is announced; suggests the nearest.
    """
    observed = _observed(evidence)
    rows = [
        _product_row(observed, code, item)
        for code, here in observed.markets.items()
        for item in here.products
        if item.id == nameplate
    ]
    announced = _announced(evidence, nameplate)
    if not rows and not announced:
        known = {p.id for here in observed.markets.values() for p in here.products}
        raise unknown("product", nameplate, sorted(known | _candidates(evidence)))
    label = str(rows[0]["label"]) if rows else nameplate
    blocks: list[Block] = [Text(f"{nameplate}: {label}")]
    for row in rows:
        blocks += _product_blocks(row)
    blocks += [
        Pairs(
            title=f"Announced for {item['market']}",
            rows=tuple((k, str(v)) for k, v in item.items() if k != "market" and v is not None),
        )
        for item in announced
    ]
    result = {"product": nameplate, "label": label, "markets": rows, "announced": announced}
    return Answer(command="show product", result=result, blocks=tuple(blocks))


def plant(evidence: Evidence, plant_id: str) -> Answer:
    """Return one plant: place, capacity, output, and what it builds for whom.

    Raises:
        EvidenceError: There is no such plant; suggests the nearest.
    """
    observed = _observed(evidence)
    if plant_id not in observed.plants:
        meant = _at_places(evidence, plant_id, tuple(observed.plants))
        raise unknown("plant", plant_id, meant or observed.plants)
    found = observed.plants[plant_id]
    builds = []
    for code, here in observed.markets.items():
        units = {p.id: p.units for p in here.products}
        builds += [
            {"market": code, "product": link.product, "units": link.share * units[link.product]}
            for link in observed.links[code]
            if link.plant == plant_id
        ]
    builds.sort(key=lambda row: -float(str(row["units"])))
    result = {
        "plant_id": found.id,
        "name": found.name,
        "firm": found.firm,
        "country": found.country,
        "capacity": found.capacity,
        "output": found.output,
        "employees": found.employees,
        "grade": found.grade,
        "source_id": found.source_id,
        "builds": builds,
    }
    rows = (
        ("firm", found.firm),
        ("country", found.country),
        ("capacity", _count(found.capacity, "vehicles a year")),
        ("output in 2024", _count(found.output, "vehicles")),
        ("employees", _count(found.employees, "people")),
        ("source", f"{found.source_id} (grade {found.grade})" if found.source_id else "none"),
    )
    grid = Grid(
        columns=("market", "product", "units"),
        rows=tuple(
            (str(b["market"]), str(b["product"]), f"{float(str(b['units'])):,.0f}") for b in builds
        ),
        title="Builds, vehicles sold in the two markets in 2024",
        right=_RIGHT,
    )
    blocks: tuple[Block, ...] = (Pairs(title=f"{found.id}: {found.name}", rows=rows),)
    return Answer(command="show plant", result=result, blocks=(*blocks, grid) if builds else blocks)


def _observed(evidence: Evidence) -> Observations:
    from backhaul.market.observe import observe

    return observe(evidence)


def _price_basis(code: str) -> str:
    from backhaul.market.observe import LISTED_BEFORE_TAX

    return "before sales tax" if code in LISTED_BEFORE_TAX else "tax included"


def _origins(here: Market, links: tuple[Link, ...]) -> dict[str, float]:
    """Return units by country of assembly."""
    units = {p.id: p.units for p in here.products}
    origins: dict[str, float] = defaultdict(float)
    for link in links:
        origins[link.country] += link.share * units[link.product]
    return origins


def _ranked(counts: Mapping[str, float], name: str) -> list[dict[str, object]]:
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return [{name: key, "units": value} for key, value in ranked]


def _share_grid(title: str, name: str, counts: Mapping[str, float], total: float) -> Grid:
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    rows = [(key, f"{value:,.0f}", f"{value / total:.1%}") for key, value in ranked[:_SHOWN]]
    rest = ranked[_SHOWN:]
    if rest:
        value = sum(count for _, count in rest)
        rows.append((f"{len(rest)} more", f"{value:,.0f}", f"{value / total:.1%}"))
    return Grid(columns=(name, "units", "share"), rows=tuple(rows), title=title, right=_RIGHT)


def _at_places(evidence: Evidence, written: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the plants whose town, or own name, is written in place of their id."""
    table = evidence.table("trade", "plants")
    words = set(written.lower().replace("_", " ").replace("-", " ").split())
    return tuple(
        str(row.plant_id)
        for row in table.itertuples()
        if row.plant_id in known
        and {str(row.firm), *str(row.city).lower().split()} >= words
        and words & set(str(row.city).lower().split())
    )


def _product_row(observed: Observations, code: str, item: Product) -> dict[str, object]:
    here = observed.markets[code]
    links = [link for link in observed.links[code] if link.product == item.id]
    return {
        "market": code,
        "label": item.label,
        "brand": item.brand,
        "firm": item.firm,
        "segment": item.segment,
        "nest": item.nest,
        "class": item.vehicle_class,
        "powertrain": item.powertrain,
        "length_mm": item.length_mm,
        "aggregate": item.aggregate,
        "price": item.price,
        "currency": here.currency,
        "price_basis": _price_basis(code),
        "price_source_id": item.price_source,
        "price_grade": item.price_grade,
        "units": item.units,
        "units_source_id": item.units_source,
        "units_grade": item.units_grade,
        "origins": [
            {
                "country": link.country,
                "plant": link.plant,
                "share": link.share,
                "units": link.share * item.units,
                "ocean_freight_usd": link.ocean_freight,
                "inland_usd": link.inland,
            }
            for link in links
        ],
    }


def _product_blocks(row: dict[str, object]) -> list[Block]:
    origins: list[dict[str, float | str]] = row["origins"]  # type: ignore[assignment]
    pairs = Pairs(
        title=f"Market {row['market']}",
        rows=(
            ("price", f"{row['price']:,.0f} {row['currency']}, {row['price_basis']}"),
            ("price from", f"{row['price_source_id']} (grade {row['price_grade']})"),
            ("units", f"{row['units']:,.0f} vehicles in 2024"),
            ("units from", f"{row['units_source_id']} (grade {row['units_grade']})"),
            ("firm", str(row["firm"])),
            ("segment", f"{row['segment']}, {str(row['class']).replace('_', ' ')}"),
            ("power train", str(row["powertrain"])),
            ("length", f"{row['length_mm']:,.0f} mm"),
        ),
    )
    grid = Grid(
        columns=("built in", "plant", "share", "units", "ocean freight"),
        rows=tuple(
            (
                str(o["country"]),
                str(o["plant"]),
                f"{o['share']:.1%}",
                f"{o['units']:,.0f}",
                f"{o['ocean_freight_usd']:,.0f} USD",
            )
            for o in origins
        ),
        right=_RIGHT,
    )
    return [pairs, grid]


def _announced(evidence: Evidence, nameplate: str) -> list[dict[str, object]]:
    """Return what is announced or considered of a product for Japan, blanks left out."""
    table: pd.DataFrame = evidence.table("jp", "candidates")
    rows = table[table["nameplate_id"] == nameplate]
    names = ("status", "us_plant", "steering", "announced_date", "on_sale_date", "source_id")
    return [
        {"market": "JP"} | {name: None if _blank(row[name]) else str(row[name]) for name in names}
        for _, row in rows.iterrows()
    ]


def _candidates(evidence: Evidence) -> set[str]:
    return {str(name) for name in evidence.table("jp", "candidates")["nameplate_id"]}


def _blank(value: object) -> bool:
    return plain_data(value) in (None, "")


def _count(value: float | None, unit: str) -> str:
    return "not stated" if value is None else f"{value:,.0f} {unit}"
