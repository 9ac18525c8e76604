"""Sobol' indices: how much of a figure's variance each parameter makes, alone and with others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import bootstrap, qmc, sobol_indices

from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.study.draws import CHUNK, drawn, inside, quantiles, rounded_up
from backhaul.study.rows import Rows, in_threads
from backhaul.study.whole import (
    Asked,
    FigureName,
    Input,
    IsCancelled,
    Progress,
    WholeModel,
    figure_place,
    tell,
)

RESAMPLES = 200
"""Resamples behind the intervals of the indices."""

FEWEST = 2
"""Parameters among which a variance can be shared out."""

MOST_REPLACED = 0.5
"""Largest share of base points without an answer that is made up for by further ones."""


@dataclass(frozen=True, slots=True)
class Index:
    """What one parameter does to the variance of a figure."""

    key: str
    label: str
    grade: str
    source_id: str
    first: float
    """Share of the variance that goes with this parameter alone."""

    first_low: float
    first_high: float
    total: float
    """Share that would go if it were known, with all that it does together with others."""

    total_low: float
    total_high: float


@dataclass(frozen=True, eq=False)
class Indices:
    """Sobol' indices of one figure, the largest total first."""

    asked: Asked
    figure: FigureName
    n: int
    """Base points; n * (parameters + 2) solves."""

    solves: int
    replaced: int
    """Base points that were passed over since a solve belonging to them had no answer."""

    variance: float
    """Variance of the figure over the parameters' draws, squared unit."""

    rows: tuple[Index, ...]

    def table(self) -> pd.DataFrame:
        """Return the indices as a table."""
        rows = [{name: getattr(row, name) for name in Index.__slots__} for row in self.rows]
        return pd.DataFrame(rows, columns=list(Index.__slots__))

    def as_dict(self) -> dict[str, Any]:
        """Return the indices as influence.json has them."""
        return {
            "n": self.n,
            "solves": self.solves,
            "replaced": self.replaced,
            "variance": self.variance,
            "parameters": self.table().to_dict("records"),
        }


@dataclass(frozen=True, slots=True)
class GlobalPlan:
    """How indices are made."""

    n: int = 256
    """Base points; rounded up to a power of two."""

    seed: int = 1
    workers: int = 2


def indices(
    model: WholeModel,
    figure: str,
    plan: GlobalPlan,
    asked: Asked,
    *,
    progress: Progress | None = None,
    is_cancelled: IsCancelled | None = None,
) -> Indices:
    """Return first-order and total Sobol' indices of every parameter with a range.

    All other inputs stay at their centre. A base point with a solve that has no answer is passed
    over for the next point of the sequence, and counted.

    Args:
        model: The whole model of the question.
        figure: Name of a headline figure.
        plan: Base points, seed, threads.
        asked: The question, for what is written down.
        progress: Called with solves done, solves in all and what is being done.
        is_cancelled: Asked several times a second.

    Errors:
        ScenarioError: there is no such figure, or no parameter has a range.
        EquilibriumError: too many solves have no answer, or the figure does not vary.
        Cancelled: somebody has asked to stop.

    Source:
        Saltelli and others (2010), Computer Physics Communications 181(2), 259-270, as in scipy.
    """
    n, place = rounded_up(plan.n), figure_place(model.figures, figure)
    places = [p for p in drawn(model.inputs) if model.inputs[p].kind == "parameter"]
    if len(places) < FEWEST:
        raise ScenarioError(
            where="Sobol' indices",
            what=f"{len(places)} parameters of this question have a range; a variance can be "
            f"shared out among {FEWEST} or more.",
            fix="Give parameters a low and a high in policy/parameters.csv.",
        )
    found, solves, passed = _sample(model, (place, places), plan, progress, is_cancelled)
    if not np.ptp(found) > 0:
        raise EquilibriumError(
            where=f"Sobol' indices of {figure}",
            what="no parameter moves this figure, so it has no variance to share out.",
            fix="Ask for another figure with --of.",
        )
    return Indices(
        asked=asked,
        figure=model.figures[place],
        n=n,
        solves=solves,
        replaced=passed,
        variance=float(np.var(np.concatenate([found[:, 0], found[:, 1]]))),
        rows=_ranked([model.inputs[p] for p in places], found, plan.seed),
    )


def _sample(
    model: WholeModel,
    what: tuple[int, list[int]],
    plan: GlobalPlan,
    progress: Progress | None,
    is_cancelled: IsCancelled | None,
) -> tuple[np.ndarray, int, int]:
    """Return the figure at n base points, the solves made, and the points passed over.

    The figure has shape (n, K + 2): at A, at B, and at A with each of the K parameters from B.
    """
    place, places = what
    n, count = rounded_up(plan.n), len(places)
    chosen = [model.inputs[p] for p in places]
    engine = qmc.Sobol(2 * count, scramble=True, rng=np.random.default_rng(plan.seed))
    good: list[np.ndarray] = []
    passed, solves, wanted = 0, 0, n
    while wanted:
        unit = inside(engine.random(1 << (wanted - 1).bit_length()))[:wanted]
        ends = quantiles([*chosen, *chosen], unit)
        values = np.full((len(ends), count + 2), np.nan)
        done = _figure_at(model, (place, places), ends, plan.workers, is_cancelled)
        for cells, figure in done:
            values.flat[cells] = figure
            solves += len(cells)
            tell(progress, solves, max(solves, n * (count + 2)), "solving")
        whole = np.isfinite(values).all(axis=1)
        good.append(values[whole])
        passed += int((~whole).sum())
        if passed > MOST_REPLACED * n:
            raise EquilibriumError(
                where="Sobol' indices",
                what=f"{passed} of {n} base points have a solve without an answer.",
                fix="Narrow the ranges of the parameters; `backhaul ensemble` lists the reasons.",
            )
        wanted = n - sum(len(part) for part in good)
    return np.concatenate(good), solves, passed


def _figure_at(
    model: WholeModel,
    what: tuple[int, list[int]],
    ends: np.ndarray,
    workers: int,
    is_cancelled: IsCancelled | None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield flat places in (rows, K + 2) and the figure there: at A, at B, at the mixtures.

    ends: parameters of A beside those of B. Shape (rows, 2 K).
    """
    place, places = what

    def solved(job: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        cells, values = job
        return cells, Rows.of(model.solve(values), (place,)).figures[:, 0]

    jobs = _mixtures(model.centre(), places, ends)
    return in_threads(solved, jobs, workers=workers, is_cancelled=is_cancelled)


def _mixtures(
    centre: np.ndarray, places: Sequence[int], ends: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield flat places in (rows, K + 2) and the inputs there, a chunk at a time."""
    count = len(places)
    size = len(ends) * (count + 2)
    for start in range(0, size, CHUNK):
        cells = np.arange(start, min(start + CHUNK, size))
        row, column = np.divmod(cells, count + 2)
        values = np.tile(centre, (len(cells), 1))
        first, second = ends[row, :count], ends[row, count:]
        chosen = np.where((column == 1)[:, None], second, first)
        mixed = column >= 2
        chosen[mixed, column[mixed] - 2] = second[mixed, column[mixed] - 2]
        values[:, places] = chosen
        yield cells, values


def _shared_out(found: np.ndarray) -> np.ndarray:
    """Return first-order and total indices from the figure at A, B and mixtures. Shape (2, K)."""
    result = sobol_indices(
        func={
            "f_A": found[None, :, 0],
            "f_B": found[None, :, 1],
            "f_AB": found[:, 2:].T[:, None, :],
        },
        n=len(found),
    )
    return np.array([result.first_order, result.total_order])


def _ranked(chosen: Sequence[Input], found: np.ndarray, seed: int) -> tuple[Index, ...]:
    """Return the indices with their 90 % bootstrap intervals, the largest total first."""
    scaled = found / np.ptp(found)  # the indices have no unit, and squares of dollars lose digits
    central = np.asarray(_shared_out(scaled))
    spread = bootstrap(
        (np.arange(len(found)),),
        lambda rows: _shared_out(scaled[rows]),
        n_resamples=RESAMPLES,
        vectorized=False,
        confidence_level=0.9,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    parts = (central, np.asarray(spread.low), np.asarray(spread.high))
    rows = [
        Index(
            one.key,
            one.label,
            one.grade,
            one.source_id,
            *(float(part[order, k]) for order in (0, 1) for part in parts),
        )
        for k, one in enumerate(chosen)
    ]
    return tuple(sorted(rows, key=lambda row: -row.total))
