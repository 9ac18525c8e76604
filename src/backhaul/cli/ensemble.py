"""`backhaul ensemble`: medians and 90 % intervals over draws of everything uncertain."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backhaul.cli.answer import Answer, Block, Grid, Text
from backhaul.cli.counting import Watch, counting
from backhaul.cli.options import Consumers, DataFolder, JsonFlag, evidence_from

if TYPE_CHECKING:
    from backhaul.scenario.scenario import Scenario
    from backhaul.study.ensemble import Plan
    from backhaul.study.found import Ensemble

_SHOWN = 4
"""Reasons of failure that a screen shows."""


def ensemble(  # noqa: PLR0913 - options of a command
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            help="A shipped scenario (see: backhaul list) or a path to a .toml file.",
        ),
    ],
    *,
    n: Annotated[
        int,
        typer.Option("-n", "--draws", metavar="N", help="Draws; rounded up to a power of two."),
    ] = 1000,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Seed; the same seed gives the same draws.")
    ] = 1,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", min=1, max=256, help="Threads; they change the time, not the answer."
        ),
    ] = 2,
    hold_tastes: Annotated[
        bool,
        typer.Option(
            "--hold-tastes",
            help="Keep demand as calibrated at the central values: about twice as fast, and "
            "narrower intervals.",
        ),
    ] = False,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="FIGURE",
            help="Figure whose spread the report draws; by default the support per vehicle, else "
            "the net balance.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write ensemble.json, tables/*.csv and report.html there, all or nothing. "
            "Finished draws are kept in DIR.partial until then.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with an interrupted ensemble of the same question."),
    ] = False,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="NAME", help="Compare with this scenario."),
    ] = None,
    certify: Annotated[
        bool,
        typer.Option(
            "--certify/--no-certify",
            help="Give one draw in a hundred, and every flagged one, the whole certificate.",
        ),
    ] = True,
    consumers: Consumers = None,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Draw everything uncertain many times: median and 90 % interval of every figure.

    Each draw is one value of every parameter with a range, of every fact with the default width
    of its grade, and of the unexplained quality of new cars; one draw is one complete
    equilibrium, recalibrated. Draws without an answer are listed with their reason.
    """
    from backhaul.report.folder import refuse_foreign
    from backhaul.report.study_page import ENSEMBLE
    from backhaul.scenario.file import load_scenario
    from backhaul.study.draws import rounded_up
    from backhaul.study.ensemble import Plan
    from backhaul.study.opened import with_consumers

    question = with_consumers(load_scenario(scenario), consumers)
    questions = question, load_scenario(baseline) if baseline else None
    rounded_up(n)
    if out is not None:
        refuse_foreign(out, ENSEMBLE)  # before the work, so that nobody waits for a refusal
    _check_kept(out, resume=resume)
    plan = Plan(n=n, seed=seed, workers=workers, hold_tastes=hold_tastes, certify=certify)
    with counting() as watch:
        found = _made(questions, plan, _Place(out, data, of), watch)
        if out is not None:
            from backhaul.report.ensemble import write_ensemble

            watch.say("writing the report")
            write_ensemble(found, out, of)
            shutil.rmtree(_kept(out), ignore_errors=True)
    result = {**found.as_dict(), "seconds": dict(found.seconds), "out": out}
    return Answer(command="ensemble", result=result, blocks=_blocks(found, out))


@dataclass(frozen=True, slots=True)
class _Place:
    """Output folder, data folder, and the figure that is drawn."""

    out: Path | None
    data: Path | None
    of: str | None


def _made(
    questions: tuple[Scenario, Scenario | None], plan: Plan, place: _Place, watch: Watch
) -> Ensemble:
    """Return the ensemble; an interrupt says what is kept."""
    from backhaul.baseline.calibrate import calibrate
    from backhaul.study.ensemble import ensemble as make
    from backhaul.study.opened import opened
    from backhaul.study.whole import figure_place

    kept = None if place.out is None else _kept(place.out)
    try:
        world = calibrate(evidence_from(place.data), progress=watch.say)
        here = opened(world, *questions, hold_tastes=plan.hold_tastes, say=watch.say)
        if place.of is not None:
            figure_place(here.model.figures, place.of)
        return make(here.model, plan, here.asked, keep=kept, progress=watch.count)
    except KeyboardInterrupt:
        raise _interrupted(kept) from None


def _interrupted(kept: Path | None) -> Exception:
    """Return what an interrupt says: how many draws are kept, and how to go on."""
    from backhaul.cli.boundary import Interrupted

    if kept is None or not kept.is_dir():
        return Interrupted(
            where="backhaul ensemble",
            what="interrupted; nothing was kept.",
            fix="Add --out DIR: finished draws are then kept, and --resume goes on.",
        )
    from backhaul.study.kept import Kept

    return Interrupted(
        where="backhaul ensemble",
        what=f"interrupted; {Kept(kept).draws():,} finished draws are kept in {kept}.",
        fix="Run the same command with --resume to go on.",
    )


def _kept(out: Path) -> Path:
    """Return where finished draws wait until all are there."""
    return out.expanduser().absolute().with_name(f"{out.name}.partial")


def _check_kept(out: Path | None, *, resume: bool) -> None:
    """Refuse to go on where nothing can be kept, and to start where something is."""
    from backhaul.cli.boundary import UsageError

    if out is None and resume:
        raise UsageError(
            where="backhaul ensemble --resume",
            what="finished draws are kept only with --out.",
            fix="Name the same --out DIR as the run that was interrupted.",
        )
    if out is not None and not resume and _kept(out).exists():
        raise UsageError(
            where=str(_kept(out)),
            what="an ensemble was interrupted here.",
            fix="Add --resume to go on with it, or remove that folder to start anew.",
        )


def _blocks(found: Ensemble, out: Path | None) -> tuple[Block, ...]:
    """Return the question, the answer, the intervals, the failures, times and the place."""
    blocks: list[Block] = [
        Text(f"{found.asked.name}: {found.asked.asks}"),
        Text("\n".join(found.sentences)),
        _grid(found),
    ]
    if found.failures:
        reasons = Counter(reason for _, reason in found.failures).most_common(_SHOWN)
        blocks.append(
            Grid(
                columns=("draws", "reason"),
                rows=tuple((f"{count:,}", reason) for reason, count in reasons),
                title="Draws without an answer, by reason",
                right=frozenset({"draws"}),
            )
        )
    spent = found.seconds
    blocks.append(
        Text(f"Draws: {spent['draws']:.1f} s; certificates: {spent['certificates']:.1f} s.")
    )
    said = (
        f"Written: {out / 'report.html'}"
        if out is not None
        else "Nothing was written; --out DIR writes the report and the tables."
    )
    blocks.append(Text(said))
    return tuple(blocks)


def _grid(found: Ensemble) -> Grid:
    """Return the headline intervals."""
    from backhaul.report import words
    from backhaul.report.ensemble import interval_cells, ranked

    shown = ranked(found.intervals)
    left = len(found.intervals) - len(shown)
    return Grid(
        title="Change against the baseline, or level where there is none, a year"
        + (f" ({left} more in --json)" if left else ""),
        columns=("figure", "central", "median", "5 %", "95 %", "unit"),
        rows=tuple(
            (i.label, *(words.plain(cell) for cell in interval_cells(i)), i.unit) for i in shown
        ),
        right=frozenset({"central", "median", "5 %", "95 %"}),
    )
