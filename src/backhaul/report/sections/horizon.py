"""The short run beside the long run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from backhaul.outcome.outcome import Outcome
from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.dots import Dot, DotPanel, dot_chart
from backhaul.report.contract import records, table
from backhaul.report.parts import Block, Grid, Prose, Section
from backhaul.report.tables import HORIZON_FIGURES, horizon_cells

DRAWN = (
    "price_index_US",
    "units_total_US",
    "units_JPN_to_US",
    "balance_us_jp_net_usd",
    "consumer_surplus_US_usd",
    "government_US_usd",
    "price_index_JP",
    "consumer_surplus_JP_usd",
)
"""Figures of the chart, where they move."""

MATERIAL = 2e-4
"""Smallest change, as a share of the baseline, that the chart shows."""

HEADS = ("Figure", "Unit", "Baseline", "Short run", "Long run")


def horizon(outcome: Outcome) -> Section | None:
    """Return what changes in the short and in the long run; None where no law moves."""
    frame = table(outcome, "horizons")
    if frame is None:
        return None
    main = _ordered(frame, HORIZON_FIGURES)
    grid = _grid(main, "Change against the baseline in the short and in the long run")
    every = _grid(frame, "The same for every figure", folded=True)
    panels = tuple(_panel(row) for row in records(_ordered(frame, DRAWN)) if _moves(row))
    shown: Block = _chart(panels, grid) if panels else grid
    return Section("horizon", "Short run and long run", (Prose(_lead(outcome)), shown, every))


def _ordered(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of these figures in this order; names that have no row are passed by."""
    place = {name: index for index, name in enumerate(names)}
    kept = frame[frame["figure"].isin(names)]
    return kept.sort_values("figure", key=lambda column: column.map(place))


def _lead(outcome: Outcome) -> str:
    """Return what the two are, and which of them the rest of the report shows."""
    gone = _gone(outcome)
    part = "a part" if gone is None else words.percent(gone)
    here = outcome.scenario.adjustment
    rest = "those of the long run"
    if here < 1:
        rest = f"those at {words.percent(here)} of the way"
    return (
        f"Short run: within about a year prices have gone {part} of the way from those of the "
        "baseline to those of the long run, and carmakers absorb the rest (the parameter "
        "short_run_adjustment). Long run: all of the way, so that nobody wants another price. "
        "In both, plants keep within their capacity where the question limits them, and output "
        "moves between plants as far as that lets it. All other figures of this report are "
        f"{rest}."
    )


def _gone(outcome: Outcome) -> float | None:
    """Return the part of the way of a short run, from the assumptions; None where not listed."""
    frame = table(outcome, "assumptions")
    if frame is None:
        return None
    found = frame.loc[frame["parameter"] == "short_run_adjustment", "value"]
    return float(found.iloc[0]) if len(found) else None


def _grid(frame: pd.DataFrame, caption: str, *, folded: bool = False) -> Grid:
    """Return both changes of each figure."""
    return Grid(
        caption=caption,
        heads=HEADS,
        rows=tuple(horizon_cells(row) for row in records(frame)),
        numeric=(2, 3, 4),
        folded=folded,
    )


def _moves(row: Any) -> bool:  # noqa: ANN401 - a row of a table
    """Return whether a figure changes by more than a crumb at either horizon."""
    largest = max(abs(row.short_run_change), abs(row.long_run_change))
    return bool(largest > MATERIAL * max(abs(row.baseline), 1.0))


def _panel(row: Any) -> DotPanel:  # noqa: ANN401 - a row of a table
    """Return one figure at both horizons on its own scale."""
    largest = max(abs(row.short_run_change), abs(row.long_run_change))
    scale, unit = 1.0, str(row.unit)
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if unit == "USD" and largest >= size:
            scale, unit = size, f"{word} USD"
            break
    if str(row.figure).startswith("price_index"):
        unit = "points, baseline 100"
    dots = tuple(
        Dot(label, value / scale, words.signed(words.bare(value, str(row.unit))))
        for label, value in (
            ("Short run", row.short_run_change),
            ("Long run", row.long_run_change),
        )
    )
    return DotPanel(names.capital(str(row.label)), unit, dots)


def _chart(panels: tuple[DotPanel, ...], grid: Grid) -> Block:
    """Return the picture."""
    told = Words(
        identifier="chart-horizons",
        title="Short run and long run",
        subtitle="Change against the baseline, a year; each figure on its own scale",
        description="; ".join(
            f"{panel.title}: " + ", ".join(f"{dot.label.lower()} {dot.text}" for dot in panel.dots)
            for panel in panels
        )
        + ".",
        axis="",
    )
    return dot_chart(words=told, panels=panels, grid=grid)
