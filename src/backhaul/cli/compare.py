"""`backhaul compare`: several questions side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backhaul.cli.answer import Answer, Block, Grid, Text
from backhaul.cli.options import DataFolder, JsonFlag, evidence_from
from backhaul.cli.progress import steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from backhaul.evidence.catalogue import Evidence
    from backhaul.outcome.outcome import Outcome
    from backhaul.scenario.scenario import Scenario
    from backhaul.study.compare import Comparison, Refine
    from backhaul.study.written import Written


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO SCENARIO...",
            help="Two to eight shipped scenarios (see: backhaul list) or paths to .toml files.",
        ),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write comparison.json, tables/figures.csv and report.html there, all or nothing.",
        ),
    ] = None,
    ranges: Annotated[
        bool,
        typer.Option(
            "--ranges",
            help="Low and high runs of the assumptions that matter most give each figure a "
            "range, some seconds more per scenario.",
        ),
    ] = False,
    ensembles: Annotated[
        Path | None,
        typer.Option(
            "--ensembles",
            metavar="DIR",
            help="Folder with what `backhaul ensemble --out DIR/...` wrote: 90 % intervals for "
            "the scenarios that it has.",
        ),
    ] = None,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Put the changes of several scenarios side by side, each against its own baseline."""
    from backhaul.errors import EquilibriumError
    from backhaul.report.folder import COMPARISON, refuse_foreign
    from backhaul.scenario.file import load_scenario
    from backhaul.study.compare import check_count

    check_count(len(scenarios))
    questions = [load_scenario(name) for name in scenarios]
    drawn = _drawn(ensembles, {question.name for question in questions}, ranges=ranges)
    if out is not None:
        refuse_foreign(out, COMPARISON)  # before the work, so that nobody waits for a refusal
    with steps() as say:
        from backhaul.baseline.calibrate import calibrate
        from backhaul.report.comparison import write_comparison
        from backhaul.study.compare import compare as put_side_by_side

        evidence = evidence_from(data)
        refine = _ranges(evidence, say) if ranges else None
        world = calibrate(evidence, progress=say)
        found = put_side_by_side(world, questions, say, refine, ensembles=drawn)
        if not found.certified:
            raise EquilibriumError(
                where="compare",
                what="a result is not certified: a part of its proof failed.",
                fix="Run the scenarios one by one to find the one at fault.",
            )
        if out is not None:
            say("writing the report")
            write_comparison(found, out)
    return Answer(
        command="compare", result={**found.as_dict(), "out": out}, blocks=_blocks(found, out)
    )


def _drawn(folder: Path | None, wanted: set[str], *, ranges: bool) -> dict[str, Written] | None:
    """Return the ensembles of a folder, where one is named.

    Raises:
        ScenarioError: it holds none of the scenarios wanted, or cannot be read.
        UsageError: ranges are wanted too.
    """
    from backhaul.cli.boundary import UsageError
    from backhaul.errors import ScenarioError
    from backhaul.ground.names import listed
    from backhaul.study.written import read_ensembles

    if folder is None:
        return None
    if ranges:
        raise UsageError(
            where="backhaul compare",
            what="--ranges and --ensembles give two meanings to low and high.",
            fix="Leave one of them out.",
        )
    found = read_ensembles(folder)
    if wanted.isdisjoint(found):
        raise ScenarioError(
            where=f"ensembles in {folder}",
            what=f"they are of {listed(sorted(found))}, and of none of the scenarios compared.",
            fix="Make one with: backhaul ensemble SCENARIO --out DIR/SCENARIO.",
        )
    return found


def _ranges(evidence: Evidence, say: Callable[[str], None]) -> Refine:
    """Return what adds ranges to an outcome."""
    from backhaul.study.ranges import with_ranges

    def refine(scenario: Scenario, outcome: Outcome) -> Outcome:
        def done(count: int, total: int) -> None:
            say(f"{scenario.name}: low and high runs: {count} of {total}")

        return with_ranges(evidence, scenario, outcome, None, done)

    return refine


def _blocks(found: Comparison, out: Path | None) -> tuple[Block, ...]:
    """Return what differs beside the question, the table, and the place."""
    from backhaul.report import words
    from backhaul.report.comparison import cell_text, ranked_rows

    shown = ranked_rows(found)
    left = len(found.rows) - len(shown)
    grid = Grid(
        title=f"Change against each one's own baseline, a year ({left} more in --json)",
        columns=("figure", *found.labels, "unit"),
        rows=tuple(
            (row.label or row.name, *(words.plain(cell_text(c)) for c in row.cells), row.unit)
            for row in shown
        ),
        right=frozenset(found.labels),
    )
    blocks: list[Block] = [Text("\n".join(found.sentences))]
    blocks += [Text(f"Note: {warning}") for warning in found.warnings]
    blocks.append(grid)
    blocks.append(Text("Proof: every result carries its whole certificate."))
    blocks.append(
        Text(f"Written: {out / 'report.html'}")
        if out is not None
        else Text("Nothing was written; --out DIR writes the report and the table.")
    )
    return tuple(blocks)
