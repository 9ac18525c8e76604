"""What the result rests on: the inputs that matter most, and every assumption with its grade."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
import pandas as pd

from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome
from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.spread import Swing, tornado_chart
from backhaul.report.contract import figures_by_name, records, table
from backhaul.report.parts import Block, Bullets, Chart, Grid, Heading, Prose, Section
from backhaul.report.sections.provenance import source_links
from backhaul.report.tables import label_of

GRADES = {"A": "A, official", "B": "B, reported", "C": "C, estimate"}


def assumptions(outcome: Outcome) -> Section | None:
    """Return tornado, the results that hang on an estimate, and the graded assumptions."""
    blocks: list[Block] = []
    frame = table(outcome, "assumptions")
    if frame is not None:
        blocks.append(Prose(_lead(frame)))
    moves = table(outcome, "sensitivity")
    if moves is not None:
        blocks += _sensitivity(moves, outcome)
        blocks += _hanging(moves, frame, outcome)
    if frame is not None:
        cited = set(frame["source_id"].astype(str))
        links = {key: to for key, to in source_links(outcome).items() if key in cited}
        blocks.append(_grid(frame, links))
    return Section("assumptions", "What the result rests on", tuple(blocks)) if blocks else None


def _lead(frame: pd.DataFrame) -> str:
    """Return how many parameters have which grade."""
    counts = frame["grade"].astype(str).value_counts()
    kinds = {"A": "official", "B": "reported", "C": "estimated"}
    parts = [f"{counts[g]} {kinds[g]} (grade {g})" for g in "ABC" if counts.get(g, 0)]
    if not parts:
        return ""
    return f"The result rests on {len(frame)} assumptions: {words.listed(parts)}."


def _sensitivity(moves: pd.DataFrame, outcome: Outcome) -> list[Block]:
    """Return one tornado per figure; a figure that no input moves is left out."""
    figures = figures_by_name(outcome)
    charts: list[Block] = []
    for name, group in moves.groupby("figure", sort=False):
        solved = group.dropna(subset=["at_low", "at_high"])
        if (solved["at_low"] != solved["at_high"]).any():
            charts.append(_tornado(str(name), group, figures.get(str(name))))
    return charts


def _tornado(name: str, group: pd.DataFrame, figure: Figure | None) -> Chart:
    """Return the tornado of one figure: its change, or its value where it has no baseline.

    The central value is the column of that name; without it, the figure's own.
    """
    unit = figure.unit if figure else ""
    label = label_of(figure) if figure else name.replace("_", " ")
    if "central" in group.columns:
        middle = float(group["central"].iloc[0])
    else:
        middle = _central(group, figure)
    swings = tuple(
        Swing(
            label=names.readable(str(row.parameter)),
            at_low=middle if math.isnan(row.at_low) else float(row.at_low),
            at_high=middle if math.isnan(row.at_high) else float(row.at_high),
            low_text=_end(row.low_value, row.at_low),
            high_text=_end(row.high_value, row.at_high),
        )
        for row in records(group)
    )
    rows = tuple(
        (
            names.readable(str(row.parameter)),
            words.setting(row.low_value),
            words.setting(row.high_value),
            *_ends(row.at_low, row.at_high, unit),
        )
        for row in records(group)
    )
    is_change = figure is not None and figure.baseline is not None
    what = f"change of {names.uncapital(label)}" if is_change else names.uncapital(label)
    told = Words(
        identifier=f"chart-tornado-{name.lower().replace('_', '-')}",
        title=f"What moves the result: {what}",
        subtitle=f"{unit}: each input at its low and its high value, all others as assumed",
        description="; ".join(f"{row[0]}: {row[3]} to {row[4]} {unit}" for row in rows) + ".",
        axis=unit or label,
    )
    grid = Grid(
        caption=f"{names.capital(what)} at the ends of each input's range ({unit})",
        heads=("Input", "Low value", "High value", "Result at low", "Result at high"),
        rows=rows,
        numeric=(1, 2, 3, 4),
        folded=True,
    )
    return tornado_chart(words=told, rows=swings, middle=middle, grid=grid)


def _central(group: pd.DataFrame, figure: Figure | None) -> float:
    """Return the value with all inputs as assumed; without the figure, the middle of all runs."""
    if figure is None:
        return float(np.nanmedian(group[["at_low", "at_high"]].to_numpy()))
    return figure.scenario if figure.change is None else figure.change


def _end(value: float, result: float) -> str:
    """Return what an input is at one end; a run without an answer says so."""
    return f"{words.setting(value)}: no answer" if math.isnan(result) else words.setting(value)


def _ends(low: float, high: float, unit: str) -> tuple[str, str]:
    """Return the results at both ends; a run without an answer is a dash."""
    if math.isnan(low) or math.isnan(high):
        return _cell(low, unit), _cell(high, unit)
    return words.before_after(low, high, unit)


def _cell(value: float, unit: str) -> str:
    """Return one result, or a dash."""
    return words.NONE if math.isnan(value) else words.bare(value, unit)


def _hanging(moves: pd.DataFrame, frame: pd.DataFrame | None, outcome: Outcome) -> list[Block]:
    """Return a sentence for each result that moves with an input of grade C."""
    if frame is None:
        return []
    grades = dict(zip(frame["parameter"].astype(str), frame["grade"].astype(str), strict=True))
    figures = figures_by_name(outcome)
    told = []
    for row in records(moves):
        estimated = grades.get(str(row.parameter)) == "C"
        if not estimated or math.isnan(row.at_low - row.at_high) or row.at_low == row.at_high:
            continue
        figure = figures.get(str(row.figure))
        unit = figure.unit if figure else ""
        label = label_of(figure) if figure else str(row.figure).replace("_", " ")
        ends = words.before_after(row.at_low, row.at_high, unit)
        change = "" if figure is None or figure.baseline is None else ", change"
        told.append(
            f"{label}{change}: from {ends[0]} to {ends[1]}{words.GAP}{unit} when the estimate of "
            f"{names.inside(str(row.parameter))} goes from {words.setting(row.low_value)} to "
            f"{words.setting(row.high_value)}."
        )
    return [Heading("Results that hang on an estimate"), Bullets(tuple(told))] if told else []


def _grid(frame: pd.DataFrame, links: dict[str, str]) -> Grid:
    """Return all assumptions with value, range, unit, grade and source."""
    rows = tuple(
        (
            str(row.parameter),
            _number(row.value),
            _range(row.low, row.high),
            _text(row.unit),
            GRADES.get(str(row.grade), str(row.grade)),
            _text(row.source_id),
            _text(row.note),
        )
        for row in records(frame)
    )
    return Grid(
        caption="All assumptions",
        heads=("Parameter", "Value", "Range", "Unit", "Grade", "Source", "Note"),
        rows=rows,
        numeric=(1, 2),
        folded=True,
        in_print=True,
        prose=(6,),
        links=links,
    )


def _number(value: object) -> str:
    """Return a cell that may be a number, a text or nothing."""
    if value is None or value != value:
        return words.NONE
    return words.setting(float(value)) if isinstance(value, Real) else str(value)


def _range(low: object, high: object) -> str:
    """Return a range, or a dash where there is none."""
    ends = [_number(low), _number(high)]
    return words.NONE if words.NONE in ends else " to ".join(ends)


def _text(value: object) -> str:
    """Return a cell as text, nothing as an empty text."""
    return "" if value is None or value != value else str(value)
