"""`backhaul show`: look up one fact, with its source and grade."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from backhaul.cli import facts, law
from backhaul.cli.answer import Answer
from backhaul.cli.options import DataFolder, JsonFlag, evidence_from, examples

show = typer.Typer(
    help="Look up one fact: a market, a product, a plant, a measure, a tariff, a source.",
    epilog=examples(
        "backhaul show tariff USA JPN passenger_car --on 2025-06-01",
        "backhaul show product toyota_camry",
        "backhaul show market JP --json",
    ),
)


def _day(text: str | date) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a day of the calendar; write it as 2025-06-01"
        ) from None


@show.command(short_help="A market of the base year.", epilog=examples("backhaul show market US"))
def market(
    code: Annotated[str, typer.Argument(metavar="MARKET", help="US or JP.")],
    *,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Show one market of the base year: size, firms, segments, where its cars are built."""
    return facts.market(evidence_from(data), code)


@show.command(
    short_help="A product: price, units, origins.",
    epilog=examples("backhaul show product toyota_camry"),
)
def product(
    nameplate: Annotated[str, typer.Argument(metavar="ID", help="Such as toyota_camry.")],
    *,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Show one product in every market that has it: price, units, firm, origins, sources."""
    return facts.product(evidence_from(data), nameplate)


@show.command(
    short_help="A plant, and what it builds.", epilog=examples("backhaul show plant toyota_tmmk")
)
def plant(
    plant_id: Annotated[str, typer.Argument(metavar="ID", help="Such as toyota_tmmk.")],
    *,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Show one plant: place, capacity, output, and what it builds for whom."""
    return facts.plant(evidence_from(data), plant_id)


@show.command(
    short_help="A measure: what a law says.", epilog=examples("backhaul show measure us_mfn_car")
)
def measure(
    measure_id: Annotated[str, typer.Argument(metavar="ID", help="Such as us_mfn_car.")],
    *,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Show one measure: what the law says, at which border, from when to when."""
    return law.measure(evidence_from(data), measure_id)


@show.command(
    short_help="A duty on a day, and what makes it up.",
    epilog=examples(
        "backhaul show tariff USA JPN passenger_car --on 2025-06-01",
        "backhaul show tariff JPN USA passenger_car",
    ),
)
def tariff(
    importer: Annotated[
        str, typer.Argument(metavar="IMPORTER", help="Country whose border it is, such as USA.")
    ],
    exporter: Annotated[
        str, typer.Argument(metavar="EXPORTER", help="Country of origin, such as JPN.")
    ],
    product_class: Annotated[
        str, typer.Argument(metavar="CLASS", help="passenger_car, light_truck or parts.")
    ],
    *,
    on: Annotated[
        date,
        typer.Option("--on", metavar="DATE", parser=_day, help="The day, such as 2025-06-01."),
    ] = date(2024, 7, 1),
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Show the duty on one origin and class on one day, and which measures make it up."""
    return law.tariff(evidence_from(data), law.Border(importer, exporter, product_class), on)


@show.command(
    short_help="A source, and what rests on it.", epilog=examples("backhaul show source fr_10908")
)
def source(
    source_id: Annotated[str, typer.Argument(metavar="ID", help="Such as fr_10908.")],
    *,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Show one source, and how many rows of which tables rest on it."""
    return law.source(evidence_from(data), source_id)
