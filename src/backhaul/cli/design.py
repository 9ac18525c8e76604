"""`backhaul design`: the cheapest mix of instruments that reaches a goal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backhaul.cli.answer import Answer, Block, Grid, Text
from backhaul.cli.counting import counting
from backhaul.cli.options import DataFolder, JsonFlag, evidence_from

if TYPE_CHECKING:
    from backhaul.study.design import Ask, Design


def design(  # noqa: PLR0913 - options of a command
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            help="What is on sale and which law holds; promises and supports in it are dropped.",
        ),
    ] = "reverse-imports",
    *,
    reach: Annotated[
        str,
        typer.Option(
            "--reach",
            metavar="GOAL",
            help='What must be reached: "balance US-JP by +1e9 USD", "units JP entrants to 20000", '
            "or any headline figure by an amount.",
        ),
    ],
    using: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="A,B,...",
            help="Instruments: support, certification, tariff, purchase.",
        ),
    ] = "support,certification,tariff,purchase",
    minimise: Annotated[
        str,
        typer.Option(
            "--minimise",
            metavar="COST",
            help='What is made small: "welfare cost" (both countries), "welfare cost US", '
            '"welfare cost JP", "welfare cost world", "outlay", "treasury cost".',
        ),
    ] = "welfare cost",
    bound: Annotated[
        list[str] | None,
        typer.Option(
            "--bound",
            metavar="NAME=LOW:HIGH",
            help="Bounds of an instrument, such as support=0:20000; may be given several times.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random starts.")] = 1,
    frontier: Annotated[
        bool,
        typer.Option("--frontier/--no-frontier", help="Find the cost of other goals too."),
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write design.json, tables/*.csv and report.html there, all or nothing.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="NAME", help="Compare with this scenario."),
    ] = None,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Find the cheapest mix of instruments that reaches a goal, and what more of it would cost.

    Beside the mix stand its shadow prices and the table of cost per unit of the goal for each
    instrument alone. A goal out of reach is refused with the range that can be reached.
    """
    from backhaul.report.folder import refuse_foreign
    from backhaul.report.study_page import DESIGN
    from backhaul.scenario.file import load_scenario
    from backhaul.study.opened import opened, without_promise

    question = without_promise(load_scenario(scenario))
    compared = load_scenario(baseline) if baseline else None
    ask = _ask(reach, using, minimise, bound or [], seed)
    if not frontier:
        from dataclasses import replace

        ask = replace(ask, frontier=False)
    if out is not None:
        refuse_foreign(out, DESIGN)  # before the work, so that nobody waits for a refusal
    with counting() as watch:
        from backhaul.baseline.calibrate import calibrate
        from backhaul.report.design import write_design
        from backhaul.study.design import design as find

        here = opened(
            calibrate(evidence_from(data), progress=watch.say), question, compared, say=watch.say
        )
        found = find(here.model, ask, here.asked, progress=watch.count)
        _refuse_out_of_reach(found)
        if out is not None:
            watch.say("writing the report")
            write_design(found, out)
    return Answer(
        command="design", result={**found.as_dict(), "out": out}, blocks=_blocks(found, out)
    )


def _refuse_out_of_reach(found: Design) -> None:
    """Refuse a goal that no mix reaches, with the range that can be reached."""
    from backhaul.errors import EquilibriumError
    from backhaul.study.design_words import reachable

    if found.feasible:
        return
    raise EquilibriumError(
        where=f"goal {found.goal.text!r}",
        what=f"it cannot be reached within these bounds: {reachable(found)}.",
        fix="Ask for an amount in that range, widen a bound with --bound, or name more instruments "
        "with --with.",
    )


def _ask(reach: str, using: str, minimise: str, bounds: list[str], seed: int) -> Ask:
    """Return what is asked, with its words read."""
    from backhaul.study.design import Ask

    names = tuple(name.strip() for name in using.split(",") if name.strip())
    return Ask(
        reach=reach, using=names, minimise=minimise, bounds=dict(map(_bound, bounds)), seed=seed
    )


def _bound(text: str) -> tuple[str, tuple[float, float]]:
    """Return name and bounds of a text such as "support=0:20000"."""
    from backhaul.cli.boundary import UsageError

    name, _, ends = text.partition("=")
    low, _, high = ends.partition(":")
    try:
        return name.strip(), (float(low), float(high))
    except ValueError:
        raise UsageError(
            where=f"--bound {text}",
            what="it is not of the form NAME=LOW:HIGH.",
            fix="Write, for example: --bound support=0:20000.",
        ) from None


def _blocks(found: Design, out: Path | None) -> tuple[Block, ...]:
    """Return the answer, the mix, each instrument alone, the frontier and the place."""
    from backhaul.report import words
    from backhaul.report.design import alone_cells, mix_cells, ratio_of, title_of

    blocks: list[Block] = [
        Text(f"{found.asked.name}: {found.goal.text}"),
        Text("\n".join(found.sentences)),
        Grid(
            title="The mix",
            columns=("instrument", "setting", "unit", "bounds", "a wider bound would save"),
            rows=tuple(tuple(map(words.plain, row)) for row in mix_cells(found)),
            right=frozenset({"setting"}),
        ),
        Grid(
            title=f"{title_of(found)}: each instrument alone",
            columns=("instrument", "setting", "reaches it", "goal", "cost", ratio_of(found)),
            rows=tuple(tuple(map(words.plain, alone_cells(one, found))) for one in found.alone),
            right=frozenset({"goal", "cost", ratio_of(found)}),
        ),
    ]
    if len(found.frontier) > 1:
        names = [one.name for one in found.instruments]
        blocks.append(
            Grid(
                title="The cheapest mix for other goals",
                columns=("goal", "cost", ratio_of(found), *names),
                rows=tuple(
                    (
                        words.plain(words.number(mix.goal)),
                        words.plain(words.number(mix.cost)),
                        f"{mix.shadow_price:.3f}",
                        *(words.plain(words.setting(value)) for value in mix.settings),
                    )
                    for mix in found.frontier
                ),
                right=frozenset({"goal", "cost", ratio_of(found), *names}),
            )
        )
    blocks.append(
        Text(
            "Proof: the mix carries its whole certificate; "
            f"{found.mix.residual:.1e} of the cost's gradient is left over at the optimum."
        )
    )
    said = (
        f"Written: {out / 'report.html'}"
        if out is not None
        else "Nothing was written; --out DIR writes the report and the tables."
    )
    blocks.append(Text(said))
    return tuple(blocks)
