"""`backhaul claims`: hold what was said against the facts and the figures."""

from __future__ import annotations

from typing import Annotated

import typer

from backhaul.cli.answer import Answer, Grid, Text
from backhaul.cli.options import DataFolder, JsonFlag, evidence_from
from backhaul.cli.progress import steps

_VERDICT = {
    "supported": "supported",
    "inconsistent": "inconsistent",
    "not_checkable": "not checkable",
}


def claims(
    *,
    every: Annotated[
        bool,
        typer.Option("--all", help="Every claim on record, not only those of the article."),
    ] = False,
    data: DataFolder = None,
    json: JsonFlag = False,
) -> Answer:
    """Evaluate the claims of the article: supported, inconsistent or not checkable.

    Each comes with the figure beside it, the reason, and the sources.
    """
    with steps() as say:
        from backhaul.baseline.calibrate import calibrate
        from backhaul.study.claims import evaluate

        world = calibrate(evidence_from(data), progress=say)
        found = evaluate(world, progress=say, every=every)
    counts = {word: sum(row["verdict"] == word for row in found) for word in _VERDICT}
    summary = ", ".join(f"{counts[word]} {text}" for word, text in _VERDICT.items())
    return Answer(
        command="claims",
        result=found,
        blocks=(
            Grid(
                columns=("claim", "verdict", "what was said", "figure", "reason", "sources"),
                rows=tuple(
                    (
                        str(row["claim_id"]),
                        _VERDICT[str(row["verdict"])],
                        str(row["statement"]),
                        _figure(row),
                        str(row["reason"]),
                        ", ".join(map(str, _listed(row["source_ids"]))),
                    )
                    for row in found
                ),
            ),
            Text(f"{len(found)} claims: {summary}."),
        ),
    )


def _figure(row: dict[str, object]) -> str:
    """Return the figure beside a verdict with its unit, or nothing."""
    figure, unit = row["figure"], str(row.get("unit") or "")
    if figure is None:
        return ""
    text = f"{figure:,.6g}" if isinstance(figure, int | float) else str(figure)
    if isinstance(figure, int | float) and abs(figure) >= 1e6:
        text = f"{figure:,.0f}"
    return f"{text} {unit}".strip()


def _listed(value: object) -> list[object]:
    """Return the entries of a list."""
    return list(value) if isinstance(value, list | tuple) else []
