"""The laws of one day as arrays: what each link pays, without a search for measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from backhaul.market.measure import Measure
from backhaul.market.supply import Supply
from backhaul.policy.compile import credits_by_link
from backhaul.policy.duty import parts_offset, specific_duty, tariff
from backhaul.policy.parts import CHARGING, ordinary_measures, rate_on_parts
from backhaul.policy.tax import sales_tax
from backhaul.shapes import PerLink

Cell = tuple[str, str, str]
"""Importer, exporter and class of a duty."""


@dataclass(frozen=True, eq=False)
class Law:
    """What the measures in force on a day ask of the links of one market. Rates are ratios."""

    on_value: PerLink
    """Duty on the whole customs value. Shape (L,)."""

    on_content: PerLink
    """Duty on the share of the value that is not US content. Shape (L,)."""

    specific: PerLink
    """Duty per vehicle. Shape (L,), market currency."""

    credit: PerLink
    """Purchase subsidy to the buyer of a car from the link. Shape (L,), market currency."""

    tax: float
    """Sales or consumption tax on the price before tax."""

    parts: np.ndarray
    """Duty on parts by country of assembly and origin. Shape (len(CHARGING), C)."""

    ordinary_parts: np.ndarray
    """The same without added and all-in duties."""

    offset: float
    """Share of list prices that firms may set against their added duty on parts."""

    cells: tuple[Cell | None, ...]
    """Cell of the duty of each link; None at home. Length L."""


def law_of(
    supply: Supply,
    measures: tuple[Measure, ...],
    on: date,
    *,
    currency: str,
    countries: tuple[str, ...],
) -> Law:
    """Return the law of a day for the links of one market.

    Args:
        supply: Links and products.
        measures: All measures; those in force are picked.
        on: Day.
        currency: Currency of the market.
        countries: Origins of parts, the order of the columns of `parts`. Length C.
    """
    cells = tuple(
        None
        if link.country == supply.importer
        else (supply.importer, link.country, supply.products[j].vehicle_class)
        for link, j in zip(supply.links, supply.product, strict=True)
    )
    answers = {cell: tariff(measures, *cell, on) for cell in set(cells) - {None} if cell}
    amounts = {cell: specific_duty(measures, *cell, on, currency) for cell in answers}
    return Law(
        on_value=np.array([answers[c].rate_on_value if c else 0.0 for c in cells]),
        on_content=np.array([answers[c].rate_on_content if c else 0.0 for c in cells]),
        specific=np.array([amounts[c] if c else 0.0 for c in cells]),
        credit=credits_by_link(supply, measures, on),
        tax=sales_tax(measures, supply.importer, on),
        parts=_parts(measures, on, countries),
        ordinary_parts=_parts(ordinary_measures(measures), on, countries),
        offset=parts_offset(measures, on),
        cells=cells,
    )


def _parts(measures: tuple[Measure, ...], on: date, countries: tuple[str, ...]) -> np.ndarray:
    """Return duties on parts by country of assembly and origin; zero on a country's own."""
    return np.array(
        [
            [rate_on_parts(measures, importer, origin, on) for origin in countries]
            for importer in CHARGING
        ]
    )
