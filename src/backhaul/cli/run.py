"""`backhaul run`: one question, one outcome."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backhaul.cli.answer import Answer, Block, Grid, Pairs, Text
from backhaul.cli.options import DataFolder, JsonFlag, evidence_from
from backhaul.cli.progress import steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backhaul.outcome.figure import Figure
    from backhaul.outcome.outcome import Outcome


_HEADS = {"label": "figure", "percent": "per cent"}
_SHOWN = 6
"""Rows of units by origin, and of profit by firm, that a screen shows."""


def run(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            help="A shipped scenario (see: backhaul list) or a path to a .toml file.",
        ),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write outcome.json, tables/*.csv and report.html there, all or nothing.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="NAME",
            help="Compare with this scenario; by default with the world under the measures of "
            "the scenario's own day.",
        ),
    ] = None,
    ranges: Annotated[
        bool | None,
        typer.Option(
            "--ranges/--no-ranges",
            help="Low and high runs of the assumptions that matter most give each figure a "
            "range, some seconds more; by default with --out.",
            show_default=False,
        ),
    ] = None,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Answer one question: solve both markets before and after, and say what changes."""
    from backhaul.errors import EquilibriumError
    from backhaul.report.folder import refuse_foreign, write_outcome
    from backhaul.scenario.file import load_scenario

    question = load_scenario(scenario)
    compared = load_scenario(baseline) if baseline else None
    if out is not None:
        refuse_foreign(out)  # before the work, so that nobody waits for a refusal
    with steps() as say:
        from backhaul.baseline.calibrate import calibrate
        from backhaul.study.run import run as answer

        evidence = evidence_from(data)
        world = calibrate(evidence, progress=say)
        outcome = answer(world, question, compared, say)
        if not outcome.certified:
            raise EquilibriumError(
                where=f"scenario {question.name}",
                what="the result is not certified: a part of its proof failed.",
                fix="Make the scenario's changes smaller to find the one at fault.",
            )
        if ranges or (ranges is None and out is not None):
            from backhaul.study.ranges import with_ranges

            outcome = with_ranges(evidence, question, outcome, compared, _counted(say))
        if out is not None:
            from backhaul.study.claims import with_claims

            outcome = with_claims(world, outcome, say)
            say("writing the report")
            write_outcome(outcome, out)
    result = {**outcome.as_dict(), "out": out}
    return Answer(command="run", result=result, blocks=_blocks(outcome, out))


def _counted(say: Callable[[str], None]) -> Callable[[int, int], None]:
    """Return what tells how many of the low and high runs are done."""
    return lambda count, total: say(f"low and high runs: {count} of {total}")


def _blocks(outcome: Outcome, out: Path | None) -> tuple[Block, ...]:
    """Return the question, the answer in sentences, the figures, the proof and the place."""
    from backhaul.report import words

    blocks: list[Block] = [
        Text(f"{outcome.scenario.name}: {outcome.scenario.asks}"),
        Text("\n".join(words.plain(sentence) for sentence in outcome.sentences)),
        _figures(outcome),
        *_horizons(outcome),
        Pairs(title="Proof", rows=_proof(outcome)),
    ]
    if out is not None:
        blocks.append(Text(f"Written: {out / 'report.html'}"))
    else:
        blocks.append(Text("Nothing was written; --out DIR writes the report and the tables."))
    return tuple(blocks)


def _figures(outcome: Outcome) -> Grid:
    from backhaul.report.tables import headline_rows

    shown = _headlines(outcome.figures)
    left = len(outcome.figures) - len(shown)
    rows = [row for row in headline_rows(outcome) if row["name"] in shown]
    keys = ["label", "baseline", "scenario", "change", "percent", "unit"]
    if any(row["range"] for row in rows):
        keys.append("range")
    return Grid(
        title=f"Figures ({left} more in --json and in the report)" if left else "Figures",
        columns=tuple(_HEADS.get(key, key) for key in keys),
        rows=tuple(tuple(row[key] for key in keys) for row in rows),
        right=frozenset({"baseline", "scenario", "change", "per cent"}),
    )


def _horizons(outcome: Outcome) -> tuple[Grid, ...]:
    """Return main figures in the short and in the long run, where a law moves."""
    from backhaul.report.tables import horizon_rows

    rows = horizon_rows(outcome)
    if not rows:
        return ()
    title = "Short run and long run: change against the baseline"
    if outcome.scenario.adjustment < 1:
        title += " (the figures above are neither: see adjustment in the scenario)"
    columns = ("figure", "unit", "baseline", "short run", "long run")
    right = frozenset({"baseline", "short run", "long run"})
    return (Grid(title=title, columns=columns, rows=tuple(rows), right=right),)


def _headlines(figures: tuple[Figure, ...]) -> set[str]:
    """Return the names for a screen: of the two long families only the largest changes."""
    families = ("units_", "profit_")
    kept = {f.name for f in figures if not _is_detail(f.name)}
    for family in families:
        members = [f for f in figures if f.name.startswith(family) and _is_detail(f.name)]
        members.sort(key=lambda f: -abs(f.change or 0.0))
        kept |= {f.name for f in members[:_SHOWN] if f.change}
    return kept


def _is_detail(name: str) -> bool:
    """Return whether a figure is one of a long family: units by origin, profit by firm."""
    return name.startswith("profit_") or (name.startswith("units_") and "_to_" in name)


def _proof(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Return one line per part of the certificate: its worst value, and where that stands."""
    rows = []
    for part, found in outcome.certificate.items():
        entry: Mapping[str, object] = found if isinstance(found, dict) else {"value": found}
        shown = {key: value for key, value in entry.items() if value is not None}
        text = ", ".join(f"{key} {_short(value)}" for key, value in shown.items())
        rows.append((part.replace("_", " "), text))
    return tuple(rows)


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2g}" if isinstance(value, float) else str(value)
