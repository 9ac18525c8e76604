"""Tables: CSV files with every digit, and the headline rows that the command line prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome
from backhaul.report import words
from backhaul.report.contract import COLUMNS, records, table

KEY_FIGURES = (
    "support_per_vehicle_usd",
    "units_committed",
    "units_without_support",
    "support_outlay_usd",
    "balance_us_jp_gross_usd",
    "balance_us_jp_net_usd",
    "balance_us_jp_content_usd",
    "price_mean_US",
    "price_mean_JP",
    "units_total_US",
    "units_total_JP",
    "units_JPN_to_US",
    "units_USA_to_JP",
    "consumer_surplus_US_usd",
    "consumer_surplus_JP_usd",
    "government_US_usd",
    "government_JP_usd",
)
"""Headline figures in the order in which they are told; profits of firms follow."""


HORIZON_FIGURES = (*KEY_FIGURES, "price_index_US", "price_index_JP", "pass_through_US")
"""Figures that are told for the short run beside the long run, where they have a change."""


def write_tables(outcome: Outcome, folder: Path) -> tuple[Path, ...]:
    """Write each table of the outcome as folder/NAME.csv: UTF-8, commas, every digit.

    Columns that the report knows come first, in their fixed order, then any others as they stand.
    The headline figures are figures.csv. A table without rows is written with its header alone.

    Returns:
        The files, in the order of their names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in sorted(outcome.tables):
        frame = outcome.tables[name]
        path = folder / f"{name}.csv"
        frame[ordered(name, frame)].to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        written.append(path)
    path = folder / "figures.csv"
    _figure_frame(outcome).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    return tuple(sorted([*written, path]))


def ordered(name: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns of a table in the order of its file."""
    known = [column for column in COLUMNS.get(name, ()) if column in frame.columns]
    return known + [column for column in frame.columns if column not in known]


def ranked_figures(outcome: Outcome) -> list[Figure]:
    """Return all headline figures in the order in which they are told."""
    place = {name: index for index, name in enumerate(KEY_FIGURES)}
    numbered = list(enumerate(outcome.figures))
    numbered.sort(key=lambda pair: (place.get(pair[1].name, len(place)), pair[0]))
    return [figure for _, figure in numbered]


def headline_rows(outcome: Outcome) -> list[dict[str, str]]:
    """Return the headline figures as plain text for a terminal, one row each.

    Returns:
        Rows with the keys name, label, unit, baseline, scenario, change, percent and range; a
        text is empty where it would mean nothing.
    """
    rows = []
    for figure in ranked_figures(outcome):
        cells = figure_cells(figure)
        rows.append({key: words.plain(text) for key, text in cells.items()})
    return rows


def horizon_rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """Return main figures in the short and the long run as plain text for a terminal.

    Returns:
        Rows of figure, unit, baseline, change in the short and in the long run, the most telling
        first; figures that do not move are left out, and all of them where no law moves.
    """
    frame = table(outcome, "horizons")
    if frame is None:
        return []
    place = {name: index for index, name in enumerate(HORIZON_FIGURES)}
    found = [row for row in records(frame) if row.figure in place and _is_moved(row)]
    found.sort(key=lambda row: place[row.figure])
    return [tuple(words.plain(cell) for cell in horizon_cells(row)) for row in found]


def horizon_cells(row: Any) -> tuple[str, str, str, str, str]:  # noqa: ANN401 - a row of a table
    """Return one figure at both horizons as text: name, unit, baseline, both changes.

    A figure without a baseline has its values in place of changes.
    """
    fresh = row.baseline != row.baseline
    unit = str(row.unit)
    changes = (
        words.cell(value, lambda number: words.bare(number, unit))
        for value in (row.short_run_change, row.long_run_change)
    )
    soon, late = (text if fresh else words.signed(text) for text in changes)
    known = words.NONE if fresh else words.bare(row.baseline, unit)
    return str(row.label or row.figure), unit, known, soon, late


def _is_moved(row: Any) -> bool:  # noqa: ANN401 - a row of a table
    """Return whether either change is more than the noise of a solve."""
    size = 1e-9 * abs(row.baseline) if row.baseline == row.baseline else 0.0
    return any(abs(value) > size for value in (row.short_run_change, row.long_run_change))


def _spread(figure: Figure) -> str:
    """Return the range of a figure's change, or of its value where it has no baseline."""
    if figure.baseline is None or figure.low is None or figure.high is None:
        return words.interval(figure.low, figure.high, figure.unit)
    low, high = figure.low - figure.baseline, figure.high - figure.baseline
    if low == high == 0:
        return ""
    ends = [words.signed(text) for text in words.before_after(low, high, figure.unit)]
    return f"(range: {' to '.join(ends)})"


def figure_cells(figure: Figure) -> dict[str, str]:
    """Return one headline figure as text, typographically set."""
    before, after = words.before_after(figure.baseline, figure.scenario, figure.unit)
    spread = _spread(figure)
    return {
        "name": figure.name,
        "label": label_of(figure),
        "unit": figure.unit,
        "baseline": before,
        "scenario": after,
        "change": words.signed(words.bare(figure.change, figure.unit)),
        "percent": words.relative(figure.baseline, figure.scenario),
        "range": spread.removeprefix("(range: ").removesuffix(")"),
    }


def label_of(figure: Figure) -> str:
    """Return a figure's name for people; one without a label is called by its fixed name."""
    return figure.label or figure.name.replace("_", " ")


def _figure_frame(outcome: Outcome) -> pd.DataFrame:
    """Return the headline figures as numbers."""
    rows = [
        {
            "name": figure.name,
            "label": label_of(figure),
            "unit": figure.unit,
            "baseline": figure.baseline,
            "scenario": figure.scenario,
            "change": figure.change,
            "percent": figure.percent,
            "low": figure.low,
            "high": figure.high,
        }
        for figure in outcome.figures
    ]
    heads = ["name", "label", "unit", "baseline", "scenario", "change", "percent", "low", "high"]
    return pd.DataFrame(rows, columns=heads)
