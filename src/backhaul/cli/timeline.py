"""`backhaul timeline`: a path over months under the law of each day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backhaul.cli.answer import Answer, Block, Grid, Text
from backhaul.cli.options import DataFolder, JsonFlag, evidence_from
from backhaul.cli.progress import steps

if TYPE_CHECKING:
    from backhaul.study.timeline import Timeline

_COLUMNS = (
    ("duty, Japan cars", "duty_rate_US_JPN_passenger_car", 100.0, "{:.1f} %"),
    ("price index US", "price_index_US", 1.0, "{:.1f}"),
    ("US-built, thou.", "units_USA_to_US", 1e-3, "{:,.0f}"),
    ("Japan-built, thou.", "units_JPN_to_US", 1e-3, "{:,.0f}"),
    ("net balance, bn", "balance_us_jp_net_usd", 1e-9, "{:.1f}"),
    ("duties, bn", "duty_revenue_US_usd", 1e-9, "{:.1f}"),
    ("US buyers, bn", "consumer_surplus_change_US_usd", 1e-9, "{:+.1f}"),
)
"""Head, figure, factor and form of what a terminal shows."""


def timeline(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="us-auto-tariffs (the law alone), a shipped scenario or a path to a .toml file, "
            "whose changes then hold in every month.",
        ),
    ],
    *,
    first: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM", help="First month.", show_default=True)
    ] = "2024-01",
    last: Annotated[
        str, typer.Option("--to", metavar="YYYY-MM", help="Last month, inclusive.")
    ] = "2026-12",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write timeline.json, tables/*.csv and report.html there, all or nothing.",
        ),
    ] = None,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Follow prices, trade and revenue month by month under the law of each day.

    Each month is the mean over its days of the long-run equilibrium under each day's law: static,
    no stock-building, annual rates. At most 240 months.
    """
    from backhaul.errors import EquilibriumError
    from backhaul.report.folder import TIMELINE, refuse_foreign
    from backhaul.study.months import span_of_months, timeline_question

    span = span_of_months(first, last)
    question = timeline_question(name, first)
    if out is not None:
        refuse_foreign(out, TIMELINE)  # before the work, so that nobody waits for a refusal
    with steps() as say:
        from backhaul.baseline.calibrate import calibrate
        from backhaul.report.timeline import write_timeline
        from backhaul.study.timeline import timeline as follow

        found = follow(calibrate(evidence_from(data), progress=say), question, span, say)
        if not found.certified:
            raise EquilibriumError(
                where=f"timeline {found.name}",
                what="the result is not certified: a part of the proof of some month failed.",
                fix="Ask for a shorter span to find the law at fault.",
            )
        if out is not None:
            say("writing the report")
            write_timeline(found, out)
    return Answer(
        command="timeline", result={**found.as_dict(), "out": out}, blocks=_blocks(found, out)
    )


def _blocks(found: Timeline, out: Path | None) -> tuple[Block, ...]:
    """Return the question, the answer, the path, the steps of law, the notes and the place."""
    from backhaul.report import words

    blocks: list[Block] = [
        Text(f"{found.name}: {found.asks}"),
        Text("\n".join(words.plain(sentence) for sentence in found.sentences)),
        _path(found),
    ]
    if found.steps:
        blocks.append(_steps(found))
    blocks.append(Text("\n".join(found.notes)))
    solves = len(found.certificates)
    blocks.append(Text(f"Proof: each of {solves} solves carries its whole certificate."))
    said = (
        f"Written: {out / 'report.html'}"
        if out is not None
        else ("Nothing was written; --out DIR writes the report and the tables.")
    )
    blocks.append(Text(said))
    return tuple(blocks)


def _path(found: Timeline) -> Grid:
    """Return the path by month, quarter or year."""
    from backhaul.report.timeline import periods

    rows = []
    for period in periods(found):
        cells = [form.format(factor * period.values[name]) for _, name, factor, form in _COLUMNS]
        rows.append((period.name, *cells))
    heads = tuple(head for head, *_ in _COLUMNS)
    return Grid(
        title=f"Annual rates, USD; US buyers against {found.months[0]}",
        columns=("", *heads),
        rows=tuple(rows),
        right=frozenset(heads),
    )


def _steps(found: Timeline) -> Grid:
    """Return what begins and ends."""
    return Grid(
        title="Steps of the law",
        columns=("day", "", "measure", "instrument", "what it says", "moves"),
        rows=tuple(
            (
                step.on.isoformat(),
                step.event,
                step.measure.measure_id,
                step.measure.instrument,
                step.what,
                "yes" if found.moving(step) else "no",
            )
            for step in found.steps
        ),
    )
