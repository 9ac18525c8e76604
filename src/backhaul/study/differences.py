"""Gradients held against differences of whole solves: extrapolated, from both sides, with kinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backhaul.study.rows import Rows
from backhaul.study.whole import WholeModel

WIDEST = 0.32
"""Widest step, as a share of an input's half width."""

HALVINGS = 8
"""Steps on each side, each half of the one before."""

FEWEST = 3
"""Steps with an answer on both sides below which there is no verdict."""

DEEPEST = 4
"""Rounds of extrapolation; more of them magnify rounding."""

FLOOR = 1e-4
"""Errors are counted against at least this share of the largest effect."""

ROUNDING = 1e-13
"""Share of a figure by which two solves may differ at the same inputs."""

KINK = 1e-3
"""Share of the effect, or of its floor, by which slopes of the two sides differ at a kink."""

SURE = 10.0
"""How many times their own errors the slopes of the two sides must lie apart at a kink."""

SMOOTH, KINKED, UNKNOWN = "smooth", "kink", "no answer"


@dataclass(frozen=True, slots=True)
class Tested:
    """One gradient beside the differences of solves on both sides of the centre."""

    key: str
    gradient: float
    """Per unit of the input, as `difference`, `left` and `right`."""

    verdict: str
    """smooth, kink, or no answer where solves beside the centre failed."""

    difference: float | None
    """Central difference, extrapolated to a step of nothing; None at a kink."""

    left: float | None
    """Slope from below."""

    right: float | None
    """Slope from above."""

    error: float | None
    """Distance of the gradient from the difference, or at a kink from the nearer side (nought
    between them); as a share of the effect, or of its floor."""

    def as_dict(self) -> dict[str, Any]:
        """Return the row of the table."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Slope:
    """A derivative from differences, and how far its own estimates lie apart."""

    value: float
    error: float


def against_differences(
    model: WholeModel,
    place: int,
    chosen: Sequence[tuple[str, float, float]],
    *,
    centre: float,
    largest: float,
) -> tuple[Tested, ...]:
    """Return gradients beside differences of the figure.

    Steps run from `WIDEST` half widths down by halves on either side. Differences of the steps
    are extrapolated to none (Richardson), and of all extrapolations the one that its neighbours
    and the rounding of solves leave the smallest doubt about is taken: wide steps cross kinks,
    narrow ones drown in rounding. It is chosen without a look at the gradient.

    Args:
        model: The whole model of the question.
        place: Which figure.
        chosen: Key, gradient per unit and half width of each input.
        centre: The figure at the centre.
        largest: Size of the largest effect (gradient times half width) of any input.

    Source:
        Ridders (1982), Advances in Engineering Software 4(2), 75-76.
    """
    if not chosen:
        return ()
    position = {one.key: number for number, one in enumerate(model.inputs)}
    steps = WIDEST * 0.5 ** np.arange(HALVINGS)
    values = np.tile(model.centre(), (2 * HALVINGS * len(chosen), 1))
    for k, (key, _, half) in enumerate(chosen):
        rows = slice(2 * HALVINGS * k, 2 * HALVINGS * (k + 1))
        values[rows, position[key]] += half * np.concatenate([-steps, steps])
    figures = Rows.of(model.solve(values), (place,)).figures.reshape(len(chosen), 2, HALVINGS)
    return tuple(
        _tested(one, steps, beside - centre, (largest, ROUNDING * abs(centre)))
        for one, beside in zip(chosen, figures, strict=True)
    )


def extrapolated(
    steps: np.ndarray, quotients: np.ndarray, power: int, *, rounding: float = 0.0
) -> Slope:
    """Return the limit of difference quotients at a step of nothing.

    Args:
        steps: Steps, each half of the one before. Shape (n,).
        quotients: Difference quotients at these steps. Shape (n,).
        power: Power of the step in which the error falls: 1 on one side, 2 on both.
        rounding: How far two values of the figure may differ at the same inputs.
    """
    before = [float(quotients[0])]
    best = Slope(before[0], np.inf)
    for k in range(1, len(steps)):
        row = [float(quotients[k])]
        for depth in range(1, min(k, DEEPEST) + 1):
            factor = 2.0 ** (power * depth)
            row.append((factor * row[-1] - before[depth - 1]) / (factor - 1))
            apart = max(abs(row[-1] - row[-2]), abs(row[-1] - before[depth - 1]))
            doubt = apart + rounding / float(steps[k])
            if doubt < best.error:
                best = Slope(row[-1], doubt)
        before = row
    return best


def _tested(
    one: tuple[str, float, float],
    steps: np.ndarray,
    moved: np.ndarray,
    sizes: tuple[float, float],
) -> Tested:
    """Return the verdict on one input.

    Args:
        one: Key, gradient per unit, half width.
        steps: In half widths. Shape (n,).
        moved: Change of the figure, below and above. Shape (2, n).
        sizes: Size of the largest effect, and rounding of the figure.
    """
    (key, gradient, half), (largest, rounding) = one, sizes
    solved = np.isfinite(moved).all(axis=0)
    usable = np.logical_and.accumulate(solved[::-1])[::-1]  # with an answer at all narrower steps
    steps, moved = steps[usable], moved[:, usable]
    if len(steps) < FEWEST:
        return Tested(key, gradient, UNKNOWN, None, None, None, None)
    scale = max(abs(gradient * half), FLOOR * largest) or 1.0
    left = extrapolated(steps, -moved[0] / steps, 1, rounding=rounding)
    right = extrapolated(steps, moved[1] / steps, 1, rounding=rounding)
    apart = abs(right.value - left.value)
    if apart > max(KINK * scale, SURE * (left.error + right.error)):
        low, high = sorted((left.value, right.value))
        outside = max(low - gradient * half, gradient * half - high, 0.0)
        return Tested(
            key, gradient, KINKED, None, left.value / half, right.value / half, outside / scale
        )
    both = extrapolated(steps, (moved[1] - moved[0]) / (2 * steps), 2, rounding=rounding)
    return Tested(
        key, gradient, SMOOTH, both.value / half, left.value / half, right.value / half,
        abs(both.value - gradient * half) / scale,
    )  # fmt: skip
