"""What an answer rests on, number by number: label, range, source and place of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.width import Width, widths
from backhaul.market.observe import records
from backhaul.smooth.facts import INSTRUMENTS, Facts
from backhaul.smooth.layout import Layout, Place

UNDRAWN = ("instrument", "law")
"""Kinds that are decided by somebody and never drawn."""

INSTRUMENT_WORDS = {
    "support_usd": ("Support per entering vehicle", "USD per vehicle"),
    "certification": ("Share of entrants' certification cost that is waived", "ratio"),
    "tariff_points": ("Points on the US duty on Japan-built cars", "ratio"),
    "purchase_units": ("US-built trucks bought by the Japanese state", "vehicles"),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One number that the answer rests on."""

    key: str
    """Its name: kind, market, product, plant, joined by dots."""

    kind: str
    """parameter, units, price, share, content, freight, capacity, unit_value, quality, law or
    instrument."""

    label: str
    unit: str
    value: float
    low: float
    high: float
    """Ends of its range; both equal to the value where it is not uncertain."""

    distribution: str
    """triangular, uniform, normal, lognormal or empirical."""

    grade: str
    source_id: str
    place: str
    """Table and line, such as jp/sales.csv:12."""

    support: tuple[float, ...] = ()
    """What an empirical distribution draws from, rising."""

    @property
    def uncertain(self) -> bool:
        """Whether draws move it."""
        return self.kind not in UNDRAWN and self.low < self.high


def inputs_of(layout: Layout, names: tuple[str, ...], facts: Facts) -> tuple[Input, ...]:
    """Return the inputs in the order of the vector of facts.

    Args:
        layout: What is fixed.
        names: Parameters that may vary.
        facts: The central facts, whose arrays give order and values.
    """
    evidence = layout.world.evidence
    makers: dict[str, Callable[[str], Iterator[Input]]] = {
        "capacity": lambda _: _capacities(layout, facts),
        "content": lambda code: _links(layout, code, "content", facts),
        "freight": lambda code: _links(layout, code, "freight", facts),
        "instrument": lambda _: _instruments(),
        "law": lambda _: _laws(layout),
        "parameter": lambda _: _parameters(evidence, names),
        "price": lambda code: _products(layout, code, "price", facts),
        "quality": lambda _: _qualities(layout),
        "share": lambda code: _links(layout, code, "share", facts),
        "unit_value": lambda _: _unit_values(layout),
        "units": lambda code: _products(layout, code, "units", facts),
    }
    found: list[Input] = []
    for name in sorted(facts):
        kind, _, code = name.partition(".")
        made = tuple(makers[kind](code))
        if len(made) != np.size(facts[name]):
            raise AssertionError(f"{len(made)} inputs for {np.size(facts[name])} numbers of {name}")
        found += made
    return tuple(found)


def _parameters(evidence: Evidence, names: tuple[str, ...]) -> Iterator[Input]:
    """Yield the parameters."""
    lines = _lines(evidence, "policy", "parameters", "parameter")
    for name in names:
        p = evidence.parameter(name)
        yield Input(
            key=f"parameter.{name}", kind="parameter", label=name.replace("_", " "), unit=p.unit,
            value=p.value, low=p.low, high=p.high, distribution=p.distribution, grade=p.grade,
            source_id=p.source_id, place=lines.get(name, ""),
        )  # fmt: skip


def _products(layout: Layout, code: str, kind: str, facts: Facts) -> Iterator[Input]:
    """Yield units or prices of a market."""
    world, folder = layout.world, code.lower()
    market = world.observed.markets[code]
    table = {"units": "sales", "price": "prices"}[kind]
    lines = _lines(world.evidence, folder, table, "nameplate_id")
    table_of_widths = widths(world.evidence)
    unit = "vehicles" if kind == "units" else f"{market.currency} per vehicle"
    for product, value in zip(market.products, facts[f"{kind}.{code}"], strict=True):
        grade = product.units_grade if kind == "units" else product.price_grade
        source = product.units_source if kind == "units" else product.price_source
        width = table_of_widths[kind, grade]
        low, high = width.around(float(value))
        yield Input(
            key=f"{kind}.{code}.{product.id}", kind=kind,
            label=f"{'Units' if kind == 'units' else 'Price'} of {product.label}, {code}",
            unit=unit, value=float(value), low=low, high=high, distribution=width.distribution,
            grade=grade, source_id=source, place=lines.get(product.id, f"{folder}/{table}.csv"),
        )  # fmt: skip


def _links(layout: Layout, code: str, kind: str, facts: Facts) -> Iterator[Input]:
    """Yield shares, content or freight of a market's links."""
    place, evidence = layout.places[code], layout.world.evidence
    lines = _lines(evidence, code.lower(), "sourcing", "nameplate_id")
    per_product = np.bincount(place.supply.product)
    table_of_widths = widths(evidence)
    for index, (link, j) in enumerate(zip(place.supply.links, place.supply.product, strict=True)):
        value = float(facts[f"{kind}.{code}"][index])
        label, unit = _link_words(layout, place, index, kind)
        low, high = _link_range(kind, value, table_of_widths[kind, link.grade])
        if kind == "share" and per_product[j] == 1:
            low = high = value  # one origin has the whole product, whatever the number says
        yield Input(
            key=f"{kind}.{code}.{link.product}.{link.plant}", kind=kind, label=label, unit=unit,
            value=value, low=low, high=high,
            distribution=table_of_widths[kind, link.grade].distribution,
            grade=link.grade, source_id=link.source_id,
            place="trade/routes.csv" if kind == "freight"
            else lines.get(link.product, f"{code.lower()}/sourcing.csv"),
        )  # fmt: skip


def _link_range(kind: str, value: float, width: Width) -> tuple[float, float]:
    """Return the range of a link's number; a share of parts is at most all of them."""
    low, high = width.around(value)
    if kind == "content":
        high = min(high, 1.0)
    return low, high


def _link_words(layout: Layout, place: Place, index: int, kind: str) -> tuple[str, str]:
    """Return label and unit of a number of a link."""
    link = place.supply.links[index]
    car = place.supply.products[place.supply.product[index]].label
    where = f"{car} from {link.plant}, {place.market.code}"
    if kind == "share":
        return f"Share of {where}", "ratio"
    if kind == "freight":
        return f"Freight of {where}", "USD per vehicle"
    origin = layout.countries[place.main[index]]
    return f"Parts from {origin} in {where}", "ratio"


def _capacities(layout: Layout, facts: Facts) -> Iterator[Input]:
    """Yield the stated capacities."""
    lines = _lines(layout.world.evidence, "trade", "plants", "plant_id")
    table_of_widths = widths(layout.world.evidence)
    for name, value in zip(layout.plants, facts["capacity"], strict=True):
        plant = layout.world.observed.plants.get(name)
        if plant is None:
            yield _founded(name)
            continue
        width = table_of_widths["capacity", plant.grade]
        low, high = width.around(float(value))
        yield Input(
            key=f"capacity.{name}", kind="capacity", label=f"Capacity of {plant.name}",
            unit="vehicles", value=float(value), low=low, high=high,
            distribution=width.distribution, grade=plant.grade, source_id=plant.source_id,
            place=lines.get(name, "trade/plants.csv"),
        )  # fmt: skip


def _founded(name: str) -> Input:
    """Return the capacity of a plant that the scenario founds: none in the base year."""
    return Input(
        key=f"capacity.{name}", kind="capacity", label=f"Capacity of {name} in the base year",
        unit="vehicles", value=0.0, low=0.0, high=0.0, distribution="uniform", grade="A",
        source_id="scenario", place="scenario",
    )  # fmt: skip


def _qualities(layout: Layout) -> Iterator[Input]:
    """Yield what is not known of each entrant."""
    for side in layout.plans["scenario"].sides.values():
        for source in side.sources:
            car = source.entrant.product
            drawn = tuple(sorted(source.entrant.spread))
            low, high = (float(q) for q in np.quantile(drawn, (0.05, 0.95)))
            yield Input(
                key=f"quality.{side.market.code}.{car.id}", kind="quality",
                label=f"Unexplained quality of {car.label}, {side.market.code}", unit="utility",
                value=0.0, low=low, high=high, distribution="empirical", grade="C",
                source_id="hedonic", place="leave-one-out residuals of the hedonic regression",
                support=drawn,
            )  # fmt: skip


def _laws(layout: Layout) -> Iterator[Input]:
    """Yield points on each duty of the scenario."""
    for importer, exporter, kind in layout.cells:
        yield Input(
            key=f"law.{importer}.{exporter}.{kind}", kind="law",
            label=f"Points on the duty of {importer} on {kind.replace('_', ' ')}s from {exporter}",
            unit="ratio", value=0.0, low=0.0, high=0.0, distribution="uniform", grade="A",
            source_id="scenario", place="policy/measures.csv",
        )  # fmt: skip


def _unit_values(layout: Layout) -> Iterator[Input]:
    """Yield customs values per car."""
    width = widths(layout.world.evidence)["unit_value", "A"]
    flows = layout.world.evidence.table("trade", "trade_flows")
    for (exporter, importer), value in layout.unit_values.items():
        rows = flows[(flows["exporter"] == exporter) & (flows["importer"] == importer)]
        low, high = width.around(value)
        yield Input(
            key=f"unit_value.{exporter}.{importer}", kind="unit_value",
            label=f"Customs value of a car from {exporter} in {importer}", unit="USD per vehicle",
            value=value, low=low, high=high, distribution=width.distribution, grade="A",
            source_id=str(rows["source_id"].iloc[0]),
            place=f"trade/trade_flows.csv:{int(rows['_line'].iloc[0])}",
        )  # fmt: skip


def _instruments() -> Iterator[Input]:
    """Yield what a design may move."""
    for name in INSTRUMENTS:
        label, unit = INSTRUMENT_WORDS[name]
        yield Input(
            key=f"instrument.{name}", kind="instrument", label=label, unit=unit, value=0.0,
            low=0.0, high=0.0, distribution="uniform", grade="", source_id="", place="",
        )  # fmt: skip


def _lines(evidence: Evidence, folder: str, table: str, key: str) -> dict[str, str]:
    """Return table and line of each row by its key; the last row of several counts."""
    return {
        name: f"{folder}/{table}.csv:{int(row['_line'])}"
        for name, row in records(evidence, folder, table, key).items()
    }
