"""Solved draws as arrays: what a model answered, held against the standard row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from backhaul.equilibrium.certificate import SLACK
from backhaul.equilibrium.iterate import ACCEPTED
from backhaul.errors import EquilibriumError
from backhaul.study.whole import Batch, FigureName, IsCancelled, WholeModel, stop_if

T = TypeVar("T")
R = TypeVar("R")

RATIOS = ("USD per USD",)
"""Units of figures that divide one change by another."""

LOOK = 0.2
"""Seconds between two looks at whether somebody wants to stop."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Answers of n draws; NaN where a draw has no answer, or a ratio divides by nothing."""

    figures: np.ndarray
    """Shape (n, F)."""

    worst: np.ndarray
    """Largest relative price residual. Shape (n,)."""

    complementarity: np.ndarray
    """Shape (n,)."""

    concavity: np.ndarray
    """Negative where every payoff is locally concave. Shape (n,)."""

    distance: np.ndarray
    """Largest relative distance of a price from its first-order prediction. Shape (n,)."""

    ok: np.ndarray
    """Whether there is an answer. Shape (n,)."""

    reason: np.ndarray
    """Why not, as text; empty where there is one. Shape (n,)."""

    @property
    def count(self) -> int:
        """How many draws."""
        return len(self.ok)

    @classmethod
    def joined(cls, parts: Iterable[Rows]) -> Rows:
        """Return parts below each other."""
        all_parts = list(parts)
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in all_parts])
                for name in (field.name for field in fields(cls))
            )
        )

    @classmethod
    def of(
        cls,
        batch: Batch,
        columns: Sequence[int] | None = None,
        *,
        names: Sequence[FigureName] = (),
    ) -> Rows:
        """Return a model's answers, with what is short of the standard marked as no answer.

        Args:
            batch: What the model gave.
            columns: Figures that are kept, each of which must be a number in every draw with an
                answer. None keeps all, also those that do not apply and are no number.
            names: All figures of the model. A ratio among them may be no number in a draw with an
                answer, where nothing moved; without names none may.
        """
        figures = np.array(batch.figures, dtype=float)
        figures = figures if columns is None else figures[:, list(columns)]
        figures = np.where(np.isfinite(figures), figures, np.nan)
        reason = [
            text or ("" if ok else "the model gave no reason")
            for text, ok in zip(batch.reason, batch.ok, strict=True)
        ]
        kept = [names[k] for k in columns] if names and columns is not None else []
        short = _short_of_standard(batch, None if columns is None else figures, kept)
        reason = [text or fault for text, fault in zip(reason, short, strict=True)]
        ok = np.array([not text for text in reason], dtype=bool)
        figures[~ok] = np.nan
        return cls(
            figures=figures,
            worst=np.array(batch.worst, dtype=float),
            complementarity=np.array(batch.complementarity, dtype=float),
            concavity=np.array(batch.concavity, dtype=float),
            distance=np.array(batch.distance, dtype=float),
            ok=ok,
            reason=np.array(reason, dtype=np.str_),
        )


def at_centre(model: WholeModel) -> np.ndarray:
    """Return every figure with all inputs at their centre; NaN where one does not apply. (F,).

    Errors:
        EquilibriumError: there is no answer at the centre.
    """
    rows = Rows.of(model.solve(model.centre()[None, :]))
    if not rows.ok[0]:
        raise EquilibriumError(
            where="answer at the central values",
            what=f"with every input at its central value there is none: {rows.reason[0]}.",
            fix="Mend the scenario until `backhaul run` answers it.",
        )
    return np.array(rows.figures[0])


def _short_of_standard(
    batch: Batch, figures: np.ndarray | None, names: Sequence[FigureName]
) -> list[str]:
    """Return for each row what it lacks; an empty text where it lacks nothing."""
    checks = (
        (batch.worst, ACCEPTED, "a price is off by {:.1e} of itself; at most {:.0e} is accepted"),
        (batch.complementarity, SLACK, "a target or limit is missed by {:.1e}; at most {:.0e}"),
    )
    found = []
    for row in range(len(batch.ok)):
        faults = [
            text.format(values[row], most)
            for values, most, text in checks
            if not values[row] <= most  # also what is no number
        ]
        if not batch.concavity[row] < 0:
            faults.append("a firm's profit is not concave in its own prices")
        if not faults and figures is not None:
            faults = _no_numbers(figures[row], names)
        found.append("; ".join(faults))
    return found


def _no_numbers(figures: np.ndarray, names: Sequence[FigureName]) -> list[str]:
    """Return that a figure of a row is no number, with its name; ratios may be none."""
    if not names:
        return [] if np.isfinite(figures).all() else ["a figure is no number"]
    lacking = [
        figure.name
        for figure, value in zip(names, figures, strict=True)
        if not np.isfinite(value) and figure.unit not in RATIOS
    ]
    return [f"{lacking[0]} is no number"] if lacking else []


def in_threads(
    work: Callable[[T], R],
    jobs: Iterable[T],
    *,
    workers: int,
    is_cancelled: IsCancelled | None = None,
) -> Iterator[R]:
    """Yield the result of every job as it is done, in any order.

    Few jobs wait at a time, so that they may be large. When somebody stops, or anything fails,
    jobs under way are waited for and no further one begins.

    Args:
        work: Called with one job in a thread.
        jobs: Taken one by one in this thread.
        workers: Threads at work together.
        is_cancelled: Asked several times a second.

    Errors:
        Cancelled: somebody has asked to stop.
    """
    waiting: set[Future[R]] = set()
    left = iter(jobs)
    pool = ThreadPoolExecutor(max(1, workers))
    try:
        while True:
            stop_if(is_cancelled)
            while len(waiting) <= workers and (job := next(left, None)) is not None:
                waiting.add(pool.submit(work, job))
            if not waiting:
                return
            done, waiting = wait(waiting, timeout=LOOK, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
