"""Many draws of everything uncertain, each one complete equilibrium: medians and 90 % intervals."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backhaul.errors import EquilibriumError
from backhaul.study.draws import CHUNK, Points, drawn, rounded_up
from backhaul.study.found import Ensemble, Proof, proof_of
from backhaul.study.kept import Kept
from backhaul.study.rows import Rows, at_centre, in_threads
from backhaul.study.whole import (
    Asked,
    IsCancelled,
    Progress,
    WholeModel,
    fingerprint,
    tell,
)

FLAGGED = 0.3
"""Largest relative distance of a price from its first-order prediction that raises no flag."""

SAMPLED = 100
"""One draw in so many gets the whole certificate."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an ensemble is made."""

    n: int = 1000
    """Draws asked for; rounded up to a power of two."""

    seed: int = 1
    workers: int = 2
    """Threads; the answer does not depend on them."""

    hold_tastes: bool = False
    """Whether the parameters to which demand is calibrated stay at their central values."""

    certify: bool = True
    """Whether a seeded 1 % of the draws, and every flagged one, get the whole certificate."""


def ensemble(
    model: WholeModel,
    plan: Plan,
    asked: Asked,
    *,
    keep: Path | None = None,
    progress: Progress | None = None,
    is_cancelled: IsCancelled | None = None,
) -> Ensemble:
    """Return the answers of many draws of every uncertain input.

    Draw k is row k of one scrambled Sobol' sequence, put through each input's distribution. The
    result is the same for any number of workers, and for a run that was interrupted and taken up
    again. A draw without an answer is listed with its reason.

    Args:
        model: The whole model of the question.
        plan: How many draws, which seed, how many threads.
        asked: The question, for what is written down.
        keep: Folder that takes every finished chunk as it comes; what it already holds of the
            same question is not solved again. None keeps nothing.
        progress: Called with draws done, draws in all and what is being done.
        is_cancelled: Asked several times a second.

    Errors:
        ScenarioError: a plan that cannot be, or `keep` holds another question.
        EquilibriumError: there is no answer at the centre, or in no draw at all.
        Cancelled: somebody has asked to stop.
    """
    n = rounded_up(plan.n)
    places = drawn(model.inputs, hold_tastes=plan.hold_tastes)
    question = question_of(model, plan, asked)
    kept = None if keep is None else Kept.opened(keep, question)
    started = time.monotonic()
    centre, rows = _solved(model, plan, kept, progress, is_cancelled)
    applies = np.isfinite(centre)
    seconds = time.monotonic() - started
    started = time.monotonic()
    proofs = _proofs(model, rows, plan, kept, (progress, is_cancelled)) if plan.certify else ()
    return Ensemble(
        asked=asked,
        plan=question,
        figures=tuple(f for f, here in zip(model.figures, applies, strict=True) if here),
        idle=tuple(f.name for f, here in zip(model.figures, applies, strict=True) if not here),
        inputs=tuple(model.inputs),
        places=places,
        centre=centre[applies],
        rows=_refused(rows, proofs),
        flagged=_flagged(rows),
        proofs=proofs,
        seconds={"draws": seconds, "certificates": time.monotonic() - started},
        asked_n=plan.n,
        n=n,
    )


def question_of(model: WholeModel, plan: Plan, asked: Asked) -> dict[str, Any]:
    """Return everything that decides what the draws are; two alike give the same draws."""
    places = drawn(model.inputs, hold_tastes=plan.hold_tastes)
    return {
        **asked.manifest,
        "n": rounded_up(plan.n),
        "seed": plan.seed,
        "chunk": CHUNK,
        "hold_tastes": plan.hold_tastes,
        "drawn": fingerprint(model.inputs[place] for place in places),
        "figures": [figure.name for figure in model.figures],
    }


def _solved(
    model: WholeModel,
    plan: Plan,
    kept: Kept | None,
    progress: Progress | None,
    is_cancelled: IsCancelled | None,
) -> tuple[np.ndarray, Rows]:
    """Return the figures at the centre, and the answers of all draws in order.

    A figure that is no number at the centre does not apply to the question and is not followed.
    """
    n = rounded_up(plan.n)
    tell(progress, 0, n, "preparing the model")
    centre = at_centre(model)
    columns = [int(k) for k in np.flatnonzero(np.isfinite(centre))]
    parts: dict[int, Rows] = {}
    done = 0

    def solved(job: tuple[int, np.ndarray]) -> tuple[int, Rows]:
        number, values = job
        rows = Rows.of(model.solve(values), columns, names=model.figures)
        if kept is not None:
            kept.keep_chunk(number, rows)
        return number, rows

    jobs = _jobs(model, plan, kept, parts)
    for number, rows in in_threads(solved, jobs, workers=plan.workers, is_cancelled=is_cancelled):
        parts[number] = rows
        done = sum(part.count for part in parts.values())
        tell(progress, done, n, "solving draws")
    rows = Rows.joined(parts[number] for number in sorted(parts))
    if not rows.ok.any():
        raise EquilibriumError(
            where="ensemble",
            what=f"none of {n} draws has an answer; the first: {rows.reason[0]}.",
            fix="Narrow the ranges of the inputs, or mend the scenario.",
        )
    return centre, rows


def _jobs(
    model: WholeModel, plan: Plan, kept: Kept | None, parts: dict[int, Rows]
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield number and values of each chunk that is not there yet; put the others into parts."""
    places = drawn(model.inputs, hold_tastes=plan.hold_tastes)
    points = Points(model.inputs, places, seed=plan.seed)
    for number, values in enumerate(points.chunks(rounded_up(plan.n), model.centre())):
        known = None if kept is None else kept.chunk(number)
        if known is None:
            yield number, values
        else:
            parts[number] = known


def _flagged(rows: Rows) -> np.ndarray:
    """Return the draws whose prices lie far from the first-order prediction. Sorted numbers."""
    return np.flatnonzero(rows.ok & ~(rows.distance <= FLAGGED))


def _sample(rows: Rows, seed: int) -> list[int]:
    """Return the draws that get the whole certificate: a seeded share, and every flagged one."""
    solved = np.flatnonzero(rows.ok)
    share = -(-rows.count // SAMPLED)
    generator = np.random.default_rng([seed, SAMPLED])
    order = generator.permutation(rows.count)
    chosen = [int(draw) for draw in order if rows.ok[draw]][:share] if len(solved) else []
    return sorted({*chosen, *map(int, _flagged(rows))})


def _proofs(
    model: WholeModel,
    rows: Rows,
    plan: Plan,
    kept: Kept | None,
    watch: tuple[Progress | None, IsCancelled | None],
) -> tuple[Proof, ...]:
    """Return the whole certificates of the sample, in the order of the draws."""
    wanted = _sample(rows, plan.seed)
    progress, is_cancelled = watch
    places = drawn(model.inputs, hold_tastes=plan.hold_tastes)
    values = _values_of(model, wanted, Points(model.inputs, places, seed=plan.seed), rows.count)
    found: dict[int, Proof] = {}
    left = []
    for draw in wanted:
        known = None if kept is None else kept.proof(draw)
        if known is None:
            left.append(draw)
        else:
            found[draw] = Proof(draw, tuple(known))

    def certified(draw: int) -> Proof:
        proof = proof_of(draw, model, values[draw])
        if kept is not None:
            kept.keep_proof(draw, [dict(part) for part in proof.parts])
        return proof

    tell(progress, len(found), len(wanted), "whole certificates")
    for proof in in_threads(certified, left, workers=plan.workers, is_cancelled=is_cancelled):
        found[proof.draw] = proof
        tell(progress, len(found), len(wanted), "whole certificates")
    return tuple(found[draw] for draw in wanted)


def _values_of(
    model: WholeModel, wanted: list[int], points: Points, n: int
) -> Mapping[int, np.ndarray]:
    """Return the inputs of some draws, by number. Each has shape (N,)."""
    rows = min(n, CHUNK)
    found: dict[int, np.ndarray] = {}
    by_chunk: dict[int, list[int]] = {}
    for draw in wanted:
        by_chunk.setdefault(draw // rows, []).append(draw)
    for number, values in enumerate(points.chunks(n, model.centre())):
        for draw in by_chunk.get(number, ()):
            found[draw] = values[draw % rows].copy()
    return found


def _refused(rows: Rows, proofs: tuple[Proof, ...]) -> Rows:
    """Return rows in which a draw whose whole certificate fails is no answer any more."""
    failed = {proof.draw: proof.fault for proof in proofs if proof.fault}
    if not failed:
        return rows
    ok, figures, reason = rows.ok.copy(), rows.figures.copy(), list(map(str, rows.reason))
    for draw, fault in failed.items():
        ok[draw], figures[draw], reason[draw] = False, np.nan, f"whole certificate: {fault}"
    return Rows(
        figures, rows.worst, rows.complementarity, rows.concavity, rows.distance,
        ok, np.array(reason, dtype=np.str_),
    )  # fmt: skip
