"""The report: one HTML file with everything inside, for light, dark, paper and phone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome
from backhaul.report import words
from backhaul.report.parts import Card, Grid
from backhaul.report.sections.chapters import chapters
from backhaul.report.tables import figure_cells, ranked_figures

if TYPE_CHECKING:
    from jinja2 import Environment

CARDS = 8
STORY = (
    "support_per_vehicle_usd",
    "units_without_support",
    "support_outlay_usd",
    "price_index_US",
    "units_JPN_to_US",
    "balance_us_jp_net_usd",
    "balance_us_jp_content_usd",
    "consumer_surplus_US_usd",
    "consumer_surplus_JP_usd",
    "government_US_usd",
    "government_JP_usd",
    "units_total_US",
    "price_mean_JP",
    "units_total_JP",
)
"""Candidates for the key figures, the most telling first; those that do not move are passed by."""


def report_html(outcome: Outcome) -> str:
    """Return the whole report as one HTML document that needs no network.

    Text from outside (names, notes, questions) is shown as text, never read as HTML.

    Raises:
        ReportError: A table of the outcome lacks a column.
    """
    template = environment().get_template("report.html.j2")
    return template.render(
        scenario=outcome.scenario,
        as_of=words.day(outcome.scenario.as_of),
        sentences=outcome.sentences,
        certified=outcome.certified,
        cards=key_cards(outcome),
        figures=_figures(outcome),
        chapters=chapters(outcome),
        notes=_notes(outcome.scenario.notes),
    )


def key_cards(outcome: Outcome) -> tuple[Card, ...]:
    """Return the few figures that tell the story: those that exist and that move."""
    place = {name: index for index, name in enumerate(STORY)}
    moved = [figure for figure in ranked_figures(outcome) if _is_material(figure)]
    moved.sort(key=lambda figure: place.get(figure.name, len(place)))
    return tuple(_card(figure) for figure in moved[:CARDS])


def _is_material(figure: Figure) -> bool:
    """Return whether a change is worth a place among the key figures."""
    if figure.percent is not None:
        return abs(figure.percent) >= 0.1
    return abs(figure.scenario) >= (1e5 if figure.unit == "USD" else 0.5)


def _card(figure: Figure) -> Card:
    """Return one key figure: its change, or its level where the baseline is nothing."""
    cells = figure_cells(figure)
    fresh = not figure.baseline
    level = cells["scenario"]
    if fresh and any(
        word in figure.name for word in ("surplus", "balance", "government", "profit")
    ):
        level = words.signed(level)
    detail = (
        ""
        if fresh
        else f"{cells['baseline']} {words.ARROW} {cells['scenario']}"
        + (f" ({cells['percent']})" if cells["percent"] else "")
    )
    return Card(
        label=cells["label"],
        value=level if fresh else cells["change"],
        unit=figure.unit,
        detail=detail,
        spread=f"Range{'' if fresh else ' of the change'}: {cells['range']}"
        if cells["range"]
        else "",
    )


def _figures(outcome: Outcome) -> Grid:
    """Return all headline figures as a table."""
    keys = ("label", "unit", "baseline", "scenario", "change", "percent", "range")
    cells = [figure_cells(figure) for figure in ranked_figures(outcome)]
    return Grid(
        caption="All headline figures",
        heads=("Figure", "Unit", "Baseline", "Scenario", "Change", "Per cent", "Range"),
        rows=tuple(tuple(row[key] for key in keys) for row in cells),
        numeric=(2, 3, 4, 5, 6),
        folded=True,
    )


def _notes(notes: object) -> tuple[str, ...]:
    """Return the scenario's remarks as sentences, given as one text or as several."""
    if not notes:
        return ()
    return (notes,) if isinstance(notes, str) else tuple(str(note) for note in notes)  # type: ignore[attr-defined]


@cache
def environment() -> Environment:
    """Return the templates with escaping switched on."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=PackageLoader("backhaul.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The pictures are ours: every text in them was escaped when they were drawn.
    made.filters["picture"] = Markup
    return made
