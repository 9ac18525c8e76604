"""`backhaul influence`: what one figure hangs on, strongest first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backhaul.cli.answer import Answer, Block, Grid, Text
from backhaul.cli.counting import counting
from backhaul.cli.options import Consumers, DataFolder, JsonFlag, evidence_from

if TYPE_CHECKING:
    from backhaul.report.influence import Told


def influence(  # noqa: PLR0913 - options of a command
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            help="A shipped scenario (see: backhaul list) or a path to a .toml file.",
        ),
    ],
    *,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="FIGURE",
            help="Headline figure, such as balance_us_jp_net_usd; by default the support per "
            "vehicle where the scenario has one, else the net balance.",
        ),
    ] = None,
    top: Annotated[
        int, typer.Option("--top", min=1, max=60, help="Inputs that are shown; the rest in CSV.")
    ] = 20,
    whole: Annotated[
        bool,
        typer.Option(
            "--global",
            help="Sobol' indices of the parameters over their whole ranges too: many solves.",
        ),
    ] = False,
    n: Annotated[
        int,
        typer.Option(
            "--n", metavar="N", help="Base points of --global; rounded up to a power of two."
        ),
    ] = 256,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of --global.")] = 1,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Threads of --global.")
    ] = 2,
    check: Annotated[
        bool,
        typer.Option(
            "--check/--no-check", help="Hold the strongest gradients against whole solves."
        ),
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write influence.json, tables/*.csv and report.html there, all or nothing.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="NAME", help="Compare with this scenario."),
    ] = None,
    consumers: Consumers = None,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Say which facts and assumptions a figure hangs on, with their sources.

    The gradient of the figure by every input, found by differentiating the conditions of the
    equilibrium, times how uncertain the input is. To first order around the central answer;
    `--global` looks at the whole ranges of the parameters.
    """
    from backhaul.report.folder import refuse_foreign
    from backhaul.report.influence import Told, write_influence
    from backhaul.report.study_page import INFLUENCE
    from backhaul.scenario.file import load_scenario
    from backhaul.study.draws import rounded_up
    from backhaul.study.opened import with_consumers

    question = with_consumers(load_scenario(scenario), consumers)
    compared = load_scenario(baseline) if baseline else None
    rounded_up(n)
    if out is not None:
        refuse_foreign(out, INFLUENCE)  # before the work, so that nobody waits for a refusal
    with counting() as watch:
        from backhaul.baseline.calibrate import calibrate
        from backhaul.study.indices import GlobalPlan, indices
        from backhaul.study.influence import influence as look
        from backhaul.study.opened import opened

        here = opened(
            calibrate(evidence_from(data), progress=watch.say), question, compared, say=watch.say
        )
        found = look(here.model, of, here.asked, check=check, progress=watch.count)
        plan = GlobalPlan(n=n, seed=seed, workers=workers)
        shares = (
            indices(here.model, found.figure.name, plan, here.asked, progress=watch.count)
            if whole
            else None
        )
        told = Told(found, shares, top)
        if out is not None:
            watch.say("writing the report")
            write_influence(told, out)
    return Answer(command="influence", result={**told.tree, "out": out}, blocks=_blocks(told, out))


def _blocks(told: Told, out: Path | None) -> tuple[Block, ...]:
    """Return the answer, the strongest inputs, the kinds, the indices and the place."""
    from backhaul.report import words
    from backhaul.report.influence import bar_cells, label_of, sentences, share_text

    found = told.influence
    unit = found.figure.unit
    blocks: list[Block] = [
        Text(f"{found.asked.name}: what {label_of(found)} hangs on"),
        Text("\n".join(words.plain(sentence) for sentence in sentences(told))),
        Grid(
            title=f"The {min(told.top, len(found.bars))} strongest of {len(found.bars):,} "
            f"uncertain inputs: effect over half a 90 % range, {unit}",
            columns=("input", "effect", "centre and half width", "grade", "source", "row"),
            rows=tuple(
                tuple(words.plain(cell) for cell in bar_cells(bar, unit))
                for bar in found.bars[: told.top]
            ),
            right=frozenset({"effect"}),
        ),
        Grid(
            title="By kind: root of the sum of squares",
            columns=("kind", "effect"),
            rows=tuple(
                (kind, words.plain(words.bare(value, unit)))
                for kind, value in found.by_kind.items()
            ),
            right=frozenset({"effect"}),
        ),
    ]
    if told.indices is not None:
        blocks.append(
            Grid(
                title=f"Share of the variance over the whole ranges ({told.indices.solves:,} "
                "solves)",
                columns=("parameter", "alone", "in all", "90 %"),
                rows=tuple(
                    (
                        row.label,
                        share_text(row.first),
                        share_text(row.total),
                        f"{share_text(row.total_low)} to {share_text(row.total_high)}",
                    )
                    for row in told.indices.rows[: told.top]
                ),
                right=frozenset({"alone", "in all"}),
            )
        )
    blocks.append(Text(_numbers(told)))
    said = (
        f"Written: {out / 'report.html'}"
        if out is not None
        else "Nothing was written; --out DIR writes the report and every input."
    )
    blocks.append(Text(said))
    return tuple(blocks)


def _numbers(told: Told) -> str:
    """Return by how many numbers the figure was differentiated, and how long that takes."""
    found = told.influence
    count, spent = sum(one.count for one in found.utilities), found.seconds
    return (
        f"Gradient by {found.numbers:,} numbers, {count:,} of them utilities of a product to a "
        f"type of buyer, in {1000 * spent['gradient']:,.0f} ms; one solve takes "
        f"{1000 * spent['solve']:,.0f} ms: {found.ratio:.2g} solves' time."
    )
