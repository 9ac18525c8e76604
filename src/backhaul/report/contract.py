"""What the report reads of an outcome: its attributes, and the columns of its tables."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import pandas as pd

from backhaul.errors import ReportError
from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "products": (
        *("market", "product", "label", "firm", "brand", "segment", "powertrain", "aggregate"),
        *("entrant", "currency", "price_baseline", "price_scenario"),
        *("units_baseline", "units_scenario", "markup_baseline", "markup_scenario", "elasticity"),
    ),
    "flows": (
        *("origin", "destination", "units_baseline", "units_scenario"),
        *("customs_value_usd_baseline", "customs_value_usd_scenario"),
    ),
    "firms": ("firm", "profit_usd_baseline", "profit_usd_scenario", "fixed_cost_usd"),
    "accounts": ("market", "recipient", "usd_baseline", "usd_scenario"),
    "welfare": ("who", "component", "change_usd"),
    "income_groups": ("market", "group", "surplus_change_usd", "surplus_change_per_household"),
    "plants": (
        *("plant_id", "name", "firm", "country", "units_baseline", "units_scenario"),
        *("capacity", "utilisation_baseline", "utilisation_scenario"),
        *("shadow_price_usd_baseline", "shadow_price_usd_scenario"),
        *("jobs_baseline", "jobs_scenario"),
    ),
    "horizons": (*("figure", "label", "unit", "baseline", "short_run_change", "long_run_change"),),
    "diversion": ("market", "product", "source", "units", "share"),
    "programme": ("firm", "loss_usd", "tariff_point_value_usd", "ratio"),
    "entrants": (
        *("product", "label", "price", "units_without_support", "median", "low", "high"),
        *("units_with_support", "support_usd"),
    ),
    "sensitivity": ("parameter", "low_value", "high_value", "figure", "at_low", "at_high"),
    "assumptions": ("parameter", "value", "low", "high", "unit", "grade", "source_id", "note"),
    "sources": ("source_id", "title", "publisher", "url", "date"),
    "adjustments": ("table", "key", "column", "source_value", "used_value", "rule"),
    "claims": ("claim_id", "statement", "verdict", "figure", "reason", "source_ids"),
}
"""Columns that the report needs of each table; further columns are kept in the CSV files."""


def table(outcome: Outcome, name: str) -> pd.DataFrame | None:
    """Return one table of the outcome, or None when it is missing or has no rows.

    Raises:
        ReportError: A column that the report needs is missing.
    """
    if name not in COLUMNS:
        raise KeyError(name)
    frame = outcome.tables.get(name)
    if frame is None or len(frame) == 0:
        return None
    missing = [column for column in COLUMNS[name] if column not in frame.columns]
    if missing:
        found = [str(column) for column in frame.columns]
        near = difflib.get_close_matches(missing[0], found, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ReportError(
            where=f"outcome of {outcome.scenario.name}, table {name}",
            what=f"it lacks {', '.join(missing)}; it has {', '.join(found)}.{hint}",
            fix=f"Add the column to the table {name} before it is reported.",
        )
    return frame.reset_index(drop=True)


def records(frame: pd.DataFrame) -> list[Any]:
    """Return the rows of a table as tuples with its columns as attributes."""
    return list(frame.itertuples(index=False))


def figures_by_name(outcome: Outcome) -> dict[str, Figure]:
    """Return the headline figures by their fixed names."""
    return {figure.name: figure for figure in outcome.figures}
