"""What a study asks of the whole model: its numbers, its figures, and how to be watched.

The model itself lives in the room `smooth`; anything with these properties will do, so that a
study can be tested on a model that is solved by hand.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Protocol, runtime_checkable

import numpy as np

from backhaul.baseline.world import World
from backhaul.errors import ScenarioError
from backhaul.ground.names import suggestion
from backhaul.outcome.outcome import NOT_MODELLED
from backhaul.scenario.scenario import LAW_OF_THE_DAY, Scenario
from backhaul.study.run import manifest_of

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what is being done."""

IsCancelled = Callable[[], bool]
"""Asked often; True ends the study with `Cancelled`."""

PREFERRED = ("support_per_vehicle_usd", "balance_us_jp_net_usd")
"""Figures that are asked about where none is named: the first that there is."""

PACKAGES = ("jax", "jaxlib")
"""What draws rest on beside the packages of every outcome."""


class Cancelled(Exception):
    """The study was stopped on request; what was kept is kept."""


@runtime_checkable
class Input(Protocol):
    """One number that an answer rests on."""

    @property
    def key(self) -> str:
        """Unique name, such as "parameter.gini_us"."""

    @property
    def kind(self) -> str:
        """Kind of number: parameter, units, price, share, law, instrument and so on."""

    @property
    def label(self) -> str:
        """Name for people."""

    @property
    def unit(self) -> str:
        """Unit of its value."""

    @property
    def value(self) -> float:
        """Central value."""

    @property
    def low(self) -> float:
        """Low end of what is plausible; the same as `high` where it is certain."""

    @property
    def high(self) -> float:
        """High end of what is plausible."""

    @property
    def distribution(self) -> str:
        """How it is drawn: triangular, uniform, normal, lognormal or empirical."""

    @property
    def grade(self) -> str:
        """A official, B reported, C estimated."""

    @property
    def source_id(self) -> str:
        """Where it comes from."""

    @property
    def place(self) -> str:
        """Table and line, such as "jp/sales.csv:12"."""

    @property
    def support(self) -> tuple[float, ...]:
        """Values that it takes with equal chance, where its distribution is empirical."""


@runtime_checkable
class FigureName(Protocol):
    """One headline figure: its change against the baseline, or its level where it has none."""

    @property
    def name(self) -> str:
        """Fixed name, such as "balance_us_jp_net_usd"."""

    @property
    def unit(self) -> str:
        """Unit of its value."""

    @property
    def label(self) -> str:
        """Name for people."""


@runtime_checkable
class Batch(Protocol):
    """Answers for n vectors of inputs; row by row the same in whatever batch it was solved."""

    @property
    def figures(self) -> np.ndarray:
        """Value of every figure. Shape (n, F)."""

    @property
    def worst(self) -> np.ndarray:
        """Largest relative price residual of any state. Shape (n,)."""

    @property
    def complementarity(self) -> np.ndarray:
        """Largest violation of a target or a limit. Shape (n,)."""

    @property
    def concavity(self) -> np.ndarray:
        """Negative where every seller's payoff is locally concave in its own prices. (n,)."""

    @property
    def distance(self) -> np.ndarray:
        """Largest relative distance of a price from its first-order prediction. Shape (n,)."""

    @property
    def ok(self) -> np.ndarray:
        """Whether the row is solved. Shape (n,)."""

    @property
    def reason(self) -> tuple[str, ...]:
        """Why not; empty where it is. Length n."""


@runtime_checkable
class WholeModel(Protocol):
    """The whole model of one question as a function of all its numbers."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Every number. Length N."""

    @property
    def figures(self) -> tuple[FigureName, ...]:
        """Every headline figure. Length F."""

    def centre(self) -> np.ndarray:
        """Return the central values. Shape (N,)."""

    def solve(self, values: np.ndarray) -> Batch:
        """Return the answers for values of shape (n, N); may be called from several threads."""

    def gradient(self, figure: str, values: np.ndarray | None = None) -> np.ndarray:
        """Return the derivative of a figure by every input, at the centre by default. (N,)."""

    def everything(self, figure: str) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        """Return a figure's derivatives at the centre by every number.

        Returns:
            By every input, shape (N,); and by each buyer's utility of each product, by market,
            each of shape (J, I).
        """

    def certify(self, values: np.ndarray) -> Sequence[Mapping[str, object]]:
        """Return the whole certificate of every state and market at values of shape (N,)."""


@dataclass(frozen=True, eq=False)
class Asked:
    """The question behind a study, as its files and pages name it."""

    name: str
    asks: str
    as_of: date
    baseline: str
    """What it is compared with, in words."""

    manifest: Mapping[str, object]
    """Versions, hashes of tables, scenario, baseline."""

    not_modelled: tuple[str, ...] = ()

    @classmethod
    def about(cls, world: World, scenario: Scenario, baseline: Scenario | None = None) -> Asked:
        """Return what is asked of a world by a scenario."""
        if baseline is not None:
            compared = baseline.name
        elif scenario.baseline != LAW_OF_THE_DAY:
            compared = scenario.baseline
        else:
            compared = f"the calibrated 2024 world under the measures of {scenario.as_of}"
        manifest = manifest_of(world, scenario, baseline, seed=0)
        del manifest["seed"]  # every study has its own
        versions = dict(manifest["versions"])  # type: ignore[call-overload]
        manifest["versions"] = versions | {name: version(name) for name in PACKAGES}
        manifest["machine"] = platform.machine()
        return cls(
            name=scenario.name,
            asks=scenario.asks,
            as_of=scenario.as_of,
            baseline=compared,
            manifest=manifest,
            not_modelled=NOT_MODELLED,
        )


def figure_place(figures: Sequence[FigureName], name: str) -> int:
    """Return the place of a figure among all.

    Errors:
        ScenarioError: there is no such figure; suggests the nearest.
    """
    known = [figure.name for figure in figures]
    if name not in known:
        raise ScenarioError(
            where=f"figure {name!r}",
            what=f"this question has no such figure; it has {len(known)}, among them "
            f"{', '.join(known[:3])}.",
            fix=suggestion(name, known),
        )
    return known.index(name)


def preferred(figures: Sequence[FigureName]) -> str:
    """Return the figure that is asked about where none is named."""
    known = {figure.name for figure in figures}
    return next((name for name in PREFERRED if name in known), PREFERRED[-1])


def fingerprint(inputs: Iterable[Input]) -> str:
    """Return a hash that differs when any input's name, value, range or distribution does."""
    digest = hashlib.sha256()
    for one in inputs:
        digest.update(
            repr(
                (one.key, one.value, one.low, one.high, one.distribution, tuple(one.support))
            ).encode()
        )
    return digest.hexdigest()


def tell(progress: Progress | None, done: int, total: int, text: str) -> None:
    """Tell whoever watches, if anybody does."""
    if progress is not None:
        progress(done, total, text)


def stop_if(is_cancelled: IsCancelled | None) -> None:
    """Raise where somebody has asked to stop.

    Errors:
        Cancelled: they have.
    """
    if is_cancelled is not None and is_cancelled():
        raise Cancelled
