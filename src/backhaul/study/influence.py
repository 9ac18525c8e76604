"""Which input a figure hangs on most: its gradient times how uncertain each input is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.study.differences import FLOOR, KINKED, Tested, against_differences
from backhaul.study.draws import half_width, is_uncertain
from backhaul.study.rows import at_centre
from backhaul.study.whole import (
    Asked,
    FigureName,
    Input,
    IsCancelled,
    Progress,
    WholeModel,
    figure_place,
    preferred,
    stop_if,
    tell,
)

CHECKED = 24
"""How many of the strongest inputs are checked."""

OTHERS = 8
"""How many of the other inputs that move the figure to speak of are checked, taken at random."""

SEED = 1
"""Seed of that choice."""

REPEATS = 3
"""Runs of a solve and of the gradient, of which the fastest counts."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What one uncertain input does to the figure."""

    key: str
    label: str
    kind: str
    unit: str
    value: float
    low: float
    high: float
    half_width: float
    """Half of the input's 90 % interval."""

    gradient: float
    """Change of the figure per unit of the input."""

    effect: float
    """Gradient times half width: how far the figure moves, to first order."""

    grade: str
    source_id: str
    place: str


@dataclass(frozen=True, slots=True)
class Utilities:
    """What the utility of one market's products to its buyers does to the figure."""

    market: str
    count: int
    """Pairs of a product and a consumer type."""

    rss: float
    """Root of the sum of squared derivatives, per unit of utility."""

    largest: float
    """Largest derivative in size."""


@dataclass(frozen=True, eq=False)
class Influence:
    """Everything that a figure hangs on, strongest first."""

    asked: Asked
    figure: FigureName
    central: float
    bars: tuple[Bar, ...]
    """Every uncertain input, by the size of its effect."""

    chosen: tuple[Bar, ...]
    """What is chosen and not uncertain: laws and instruments, with effect 0, by gradient."""

    utilities: tuple[Utilities, ...]
    check: tuple[Tested, ...]
    """Some gradients beside differences of solves."""

    seconds: Mapping[str, float]
    """How long one solve takes, and one gradient by everything; no part of what is written."""

    @property
    def by_kind(self) -> dict[str, float]:
        """Root of the sum of squared effects of each kind, largest first."""
        sums: dict[str, float] = {}
        for bar in self.bars:
            sums[bar.kind] = sums.get(bar.kind, 0.0) + bar.effect**2
        ranked = sorted(sums.items(), key=lambda pair: -pair[1])
        return {kind: float(np.sqrt(total)) for kind, total in ranked}

    @property
    def total(self) -> float:
        """Root of the sum of all squared effects: about half a 90 % interval, to first order."""
        return float(np.sqrt(sum(bar.effect**2 for bar in self.bars)))

    @property
    def worst_check(self) -> float:
        """Largest error of the check; 0 without a check, infinite where a solve failed."""
        errors = (np.inf if one.error is None else one.error for one in self.check)
        return max(errors, default=0.0)

    @property
    def kinks(self) -> int:
        """How many of the inputs that were checked stand at a kink of the figure."""
        return sum(one.verdict == KINKED for one in self.check)

    @property
    def numbers(self) -> int:
        """By how many numbers the figure was differentiated."""
        return len(self._all) + sum(one.count for one in self.utilities)

    @property
    def ratio(self) -> float:
        """Time of the gradient by everything, in solves."""
        return self.seconds["gradient"] / self.seconds["solve"]

    def table(self) -> pd.DataFrame:
        """Return every input as a row: uncertain ones by effect, then what is chosen."""
        rows = [{name: getattr(bar, name) for name in Bar.__slots__} for bar in self._all]
        return pd.DataFrame(rows, columns=list(Bar.__slots__))

    @property
    def _all(self) -> tuple[Bar, ...]:
        return (*self.bars, *self.chosen)

    def as_dict(self) -> dict[str, Any]:
        """Return the influence as influence.json has it."""
        return {
            "scenario": self.asked.name,
            "asks": self.asked.asks,
            "as_of": self.asked.as_of.isoformat(),
            "baseline": self.asked.baseline,
            "figure": {
                "name": self.figure.name,
                "label": self.figure.label,
                "unit": self.figure.unit,
                "central": self.central,
            },
            "total": self.total,
            "by_kind": self.by_kind,
            "inputs": [{name: getattr(bar, name) for name in Bar.__slots__} for bar in self._all],
            "utilities": [
                {name: getattr(one, name) for name in Utilities.__slots__} for one in self.utilities
            ],
            "check": {
                "largest_error": self.worst_check if np.isfinite(self.worst_check) else None,
                "kinks": self.kinks,
                "inputs": [one.as_dict() for one in self.check],
            },
            "manifest": dict(self.asked.manifest),
        }


def influence(
    model: WholeModel,
    figure: str | None,
    asked: Asked,
    *,
    check: bool = True,
    progress: Progress | None = None,
    is_cancelled: IsCancelled | None = None,
) -> Influence:
    """Return what every input does to a figure, to first order around the central answer.

    Args:
        model: The whole model of the question.
        figure: Name of a headline figure; None takes the support per vehicle where there is one,
            else the net balance.
        asked: The question, for what is written down.
        check: Whether some gradients are held against differences of solves.
        progress: Called with steps done, steps in all and what is being done.
        is_cancelled: Asked between the steps.

    Errors:
        ScenarioError: there is no such figure; suggests the nearest.
        EquilibriumError: there is no answer at the centre.
        Cancelled: somebody has asked to stop.
    """
    name = figure or preferred(model.figures)
    place = figure_place(model.figures, name)
    steps = 3 if check else 2
    tell(progress, 0, steps, "solving at the central values")
    central = float(at_centre(model)[place])
    if not np.isfinite(central):
        raise ScenarioError(
            where=f"figure {name!r}",
            what="it does not apply to this question: at the central values it is no number.",
            fix="Ask for another figure with --of.",
        )
    stop_if(is_cancelled)
    tell(progress, 1, steps, "gradient by every number")
    gradient, slopes = model.everything(name)
    if not np.isfinite(gradient).all():
        raise EquilibriumError(
            where=f"influence on {name}",
            what="the gradient by some input is no number.",
            fix="Report the scenario to the authors; the figure has a kink at its centre.",
        )
    bars = _bars(model.inputs, gradient)
    found: tuple[Tested, ...] = ()
    if check:
        stop_if(is_cancelled)
        tell(progress, 2, steps, "differences of solves")
        found = against_differences(
            model,
            place,
            [(bar.key, bar.gradient, bar.half_width) for bar in _to_check(bars)],
            centre=central,
            largest=abs(bars[0].effect) if bars else 0.0,
        )
    tell(progress, steps, steps, "done")
    return Influence(
        asked=asked,
        figure=model.figures[place],
        central=central,
        bars=bars,
        chosen=_chosen(model.inputs, gradient),
        utilities=_utilities(slopes),
        check=found,
        seconds=_seconds(model, name),
    )


def _bars(inputs: Sequence[Input], gradient: np.ndarray) -> tuple[Bar, ...]:
    """Return the uncertain inputs, the largest effect first; ties in the order of the inputs."""
    bars = [
        _bar(one, slope, half_width(one))
        for one, slope in zip(inputs, gradient, strict=True)
        if is_uncertain(one)
    ]
    return tuple(sorted(bars, key=lambda bar: -abs(bar.effect)))


def _chosen(inputs: Sequence[Input], gradient: np.ndarray) -> tuple[Bar, ...]:
    """Return what has no range, the largest gradient first."""
    bars = [
        _bar(one, slope, 0.0)
        for one, slope in zip(inputs, gradient, strict=True)
        if not is_uncertain(one)
    ]
    return tuple(sorted(bars, key=lambda bar: -abs(bar.gradient)))


def _bar(one: Input, slope: float, half: float) -> Bar:
    """Return one input's bar."""
    return Bar(
        key=one.key,
        label=one.label,
        kind=one.kind,
        unit=one.unit,
        value=float(one.value),
        low=float(one.low),
        high=float(one.high),
        half_width=half,
        gradient=float(slope),
        effect=float(slope) * half,
        grade=one.grade,
        source_id=one.source_id,
        place=one.place,
    )


def _utilities(by_market: Mapping[str, np.ndarray]) -> tuple[Utilities, ...]:
    """Return what the utilities of each market do."""
    return tuple(
        Utilities(
            market=market,
            count=int(slopes.size),
            rss=float(np.sqrt((slopes**2).sum())),
            largest=float(np.abs(slopes).max()),
        )
        for market, slopes in by_market.items()
    )


def _to_check(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """Return the strongest inputs, and some of the others that move the figure to speak of."""
    rest = [bar for bar in bars[CHECKED:] if abs(bar.effect) > FLOOR * abs(bars[0].effect)]
    order = np.random.default_rng(SEED).permutation(len(rest))[:OTHERS]
    return (*bars[:CHECKED], *(rest[k] for k in sorted(order)))


def _seconds(model: WholeModel, figure: str) -> dict[str, float]:
    """Return the time of one solve at the centre, and of one gradient by everything."""
    centre = model.centre()[None, :]
    return {
        "solve": _fastest(lambda: model.solve(centre)),
        "gradient": _fastest(lambda: model.everything(figure)),
    }


def _fastest(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest of a few runs."""
    spent = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return min(spent)
