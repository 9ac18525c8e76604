"""The report of a comparison: one table, one chart, its page and its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backhaul.outcome.figure import Figure
from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.dots import Dot, DotPanel, dot_chart
from backhaul.report.folder import COMPARISON, json_text, write_folder
from backhaul.report.page import Page, page_html
from backhaul.report.parts import Block, Bullets, Grid, Heading, Prose, Section
from backhaul.report.sections.proof import left_out
from backhaul.report.sections.provenance import reproduction
from backhaul.report.tables import KEY_FIGURES
from backhaul.study.compare import Comparison, Row

DRAWN = (
    "support_per_vehicle_usd",
    "balance_us_jp_net_usd",
    "balance_us_jp_content_usd",
    "consumer_surplus_US_usd",
    "consumer_surplus_JP_usd",
    "government_US_usd",
    "government_JP_usd",
    "units_JPN_to_US",
    "price_index_US",
)
"""Figures of the chart, where any question moves them."""

MATERIAL = 1e-6
"""Smallest change, as a share of the largest, that a chart shows as one."""


def comparison_html(comparison: Comparison) -> str:
    """Return the whole report of a comparison as one HTML document."""
    labels = comparison.labels
    return page_html(
        Page(
            title=f"{words.listed(list(labels))}, side by side",
            kicker=("comparison", f"{len(labels)} scenarios", "base year 2024"),
            byline="Changes against each scenario's own baseline, at annual rates.",
            sentences=comparison.sentences,
            warnings=comparison.warnings,
            certified=comparison.certified,
            chapters=(
                Section("figures", "The figures", _figures(comparison)),
                Section("questions", "The questions", _questions(comparison)),
                *_proof(comparison),
            ),
        )
    )


def write_comparison(comparison: Comparison, directory: Path | str) -> Path:
    """Write comparison.json, tables/figures.csv and report.html, whole or not at all.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """

    def fill(folder: Path) -> None:
        (folder / COMPARISON.main).write_text(
            json_text(comparison.as_dict()), encoding="utf-8", newline="\n"
        )
        (folder / "tables").mkdir()
        comparison.table().to_csv(
            folder / "tables" / "figures.csv", index=False, encoding="utf-8", lineterminator="\n"
        )
        (folder / "report.html").write_text(
            comparison_html(comparison), encoding="utf-8", newline="\n"
        )

    return write_folder(directory, fill, COMPARISON)


def ranked_rows(comparison: Comparison, *, details: bool = False) -> tuple[Row, ...]:
    """Return the rows in the order in which they are told.

    Args:
        comparison: What is told.
        details: Whether the long families are among them: units by origin, profit by firm.
    """
    place = {name: index for index, name in enumerate(KEY_FIGURES)}
    rows = [
        row for row in comparison.rows if details or row.name in place or not _is_detail(row.name)
    ]
    return tuple(sorted(rows, key=lambda row: place.get(row.name, len(place))))


def _is_detail(name: str) -> bool:
    return name.startswith("profit_") or (name.startswith("units_") and "_to_" in name)


def cell_text(cell: Figure | None) -> str:
    """Return a change with its range, the value where there is no baseline, or a dash."""
    if cell is None:
        return words.NONE
    value = moved(cell)
    text = words.bare(value, cell.unit)
    text = text if cell.change is None else words.signed(text)
    ends = moved_range(cell)
    if ends is None:
        return text
    return f"{text} {words.interval(*ends, cell.unit).replace('range: ', '')}"


def moved(cell: Figure) -> float:
    """Return the change of a figure, or its value where it has no baseline."""
    return cell.scenario if cell.change is None else cell.change


def moved_range(cell: Figure) -> tuple[float, float] | None:
    """Return the range of the change, or of the value without a baseline; None without a width."""
    if cell.low is None or cell.high is None or cell.low == cell.high:
        return None
    base = cell.baseline or 0.0
    return cell.low - base, cell.high - base


def _figures(comparison: Comparison) -> tuple[Block, ...]:
    """Return the table, the chart, and every figure folded away."""
    main = _grid(comparison, ranked_rows(comparison), "Headline figures, change against baseline")
    every = _grid(comparison, ranked_rows(comparison, details=True), "Every figure", folded=True)
    said = Prose(
        "A figure without a baseline, such as a support per vehicle, is given as its value; a dash "
        "stands where a scenario has no such figure.",
        small=True,
    )
    panels = _panels(comparison)
    if not panels:
        return (Prose("No scenario moves a main figure."), main, said, every)
    chart = dot_chart(
        words=Words(
            identifier="compared",
            title="The main figures, side by side",
            subtitle="Change against each scenario's own baseline, a year; each figure on its own "
            f"scale. {_bars_are(comparison)}",
            description="; ".join(
                f"{panel.title}: " + ", ".join(f"{dot.label} {dot.text}" for dot in panel.dots)
                for panel in panels
            ),
            axis="",
        ),
        panels=panels,
    )
    return (chart, main, said, every)


def _bars_are(comparison: Comparison) -> str:
    """Return what the bars behind the dots are."""
    if any(comparison.spreads):
        return "Bars behind the dots are 90 % intervals of ensembles, where there is one."
    return "Bars behind the dots are ranges of low and high runs, where they were made."


def _grid(
    comparison: Comparison, rows: Sequence[Row], caption: str, *, folded: bool = False
) -> Grid:
    """Return figures down and scenarios across."""
    return Grid(
        caption=caption,
        heads=("Figure", "Unit", *comparison.labels),
        rows=tuple(
            (row.label or row.name, row.unit, *(cell_text(cell) for cell in row.cells))
            for row in rows
        ),
        numeric=tuple(range(2, 2 + len(comparison.labels))),
        folded=folded,
    )


def _panels(comparison: Comparison) -> tuple[DotPanel, ...]:
    """Return the main figures that any scenario moves."""
    table = {row.name: row for row in comparison.rows}
    panels = []
    for name in DRAWN:
        row = table.get(name)
        if row is None or not _is_moved(row):
            continue
        scale, unit = _scale(row)
        dots = [
            _dot(label, cell, scale)
            for label, cell in zip(comparison.labels, row.cells, strict=True)
        ]
        panels.append(DotPanel(names.capital(row.label or row.name), unit, tuple(dots)))
    return tuple(panels)


def _is_moved(row: Row) -> bool:
    """Return whether any scenario changes a figure by more than noise."""
    return any(
        abs(moved(cell)) > MATERIAL * max(abs(cell.scenario), abs(cell.baseline or 0.0))
        for cell in row.cells
        if cell is not None and moved(cell)
    )


def _scale(row: Row) -> tuple[float, str]:
    """Return what a figure is divided by, and the unit that is left."""
    largest = max(abs(moved(cell)) for cell in row.cells if cell is not None)
    if row.name.startswith("price_index"):
        return 1.0, "points, baseline 100"
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if row.unit == "USD" and largest >= size:
            return size, f"{word} USD"
    return 1.0, row.unit


def _dot(label: str, cell: Figure | None, scale: float) -> Dot:
    """Return one scenario's dot."""
    if cell is None:
        return Dot(label, None, words.NONE)
    ends = moved_range(cell)
    low, high = (None, None) if ends is None else (ends[0] / scale, ends[1] / scale)
    text = words.bare(moved(cell), cell.unit)
    return Dot(
        label=label,
        value=moved(cell) / scale,
        text=text if cell.change is None else words.signed(text),
        low=low,
        high=high,
    )


def _questions(comparison: Comparison) -> tuple[Block, ...]:
    """Return what each scenario asks, its answer, its day and its baseline."""
    blocks: list[Block] = []
    for label, outcome in zip(comparison.labels, comparison.outcomes, strict=True):
        card = outcome.scenario
        blocks += [
            Heading(label),
            Prose(card.asks),
            Bullets(outcome.sentences),
            Prose(
                f"Measures of {words.day(card.as_of)}; compared with: {card.baseline}.", small=True
            ),
        ]
    return tuple(blocks)


def _proof(comparison: Comparison) -> tuple[Section, ...]:
    """Return the closing chapters."""
    rows = tuple(
        (label, *(_part(outcome.certificate[part]) for part in _PARTS))
        for label, outcome in zip(comparison.labels, comparison.outcomes, strict=True)
    )
    verdict = (
        "Every equilibrium behind this page carries its whole certificate; here the weakest of "
        "each scenario's."
        if comparison.certified
        else "Not certified: at least one equilibrium lacks a part of its certificate."
    )
    heads = ("Scenario", *(part.replace("_", " ").capitalize() for part in _PARTS))
    grid = Grid(caption="Certificate by scenario", heads=heads, rows=rows)
    manifest = comparison.as_dict()["manifest"]
    if not isinstance(manifest, dict):
        raise TypeError(manifest)
    command = f"backhaul compare {' '.join(o.scenario.name for o in comparison.outcomes)} --out out"
    citation = (
        f"backhaul {manifest['versions']['backhaul']}, comparison of "
        f"{words.listed(list(comparison.labels))}, base year 2024."
    )
    kept = {key: value for key, value in manifest.items() if key != "scenarios"}
    made = (
        left_out(comparison.outcomes[0]),
        Section("certificate", "The certificate", (Prose(verdict), grid)),
        reproduction(command, citation, kept),
    )
    return tuple(section for section in made if section is not None)


_PARTS = ("first_order", "second_order", "best_response", "starts")


def _part(entry: object) -> str:
    """Return one part of a certificate as text."""
    if not isinstance(entry, dict):
        return "not tried"
    if "tried" in entry:
        return f"{entry['tried']} tried, {entry['different']} different"
    value = entry.get("value")
    told = f"{value:.1e}, " if isinstance(value, float) else ""
    return told + ("holds" if entry.get("passes") else "FAILS")
