"""Draws of every uncertain input: scrambled Sobol' points put through each input's distribution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from backhaul.errors import ScenarioError
from backhaul.study.whole import Input

ENDS = (0.05, 0.95)
"""The points between which a 90 % interval lies; ends of a normal or log-normal input."""

NEVER_DRAWN = ("instrument", "law", "rate")
"""Kinds that are chosen, not uncertain: what a policy sets and what a law says."""

DEMAND_TARGETS = (
    *("own_price_elasticity_", "market_price_elasticity_", "segment_diversion_", "eta_"),
    "income_cap_quantile",
)
"""How the names of the parameters begin to which demand is calibrated."""

CHUNK = 64
"""Draws that are solved together; the same for any number of workers."""

SMALLEST = 2
MOST = 2**20
"""Fewest and most draws of an ensemble."""


def drawn(inputs: Sequence[Input], *, hold_tastes: bool = False) -> tuple[int, ...]:
    """Return the places of the inputs that an ensemble draws.

    Args:
        inputs: Every number of the model.
        hold_tastes: Whether the parameters to which demand is calibrated stay at their centre.
    """
    return tuple(
        place
        for place, one in enumerate(inputs)
        if is_uncertain(one) and not (hold_tastes and is_demand_target(one))
    )


def is_uncertain(one: Input) -> bool:
    """Return whether an input has a range and is not somebody's choice."""
    return one.kind not in NEVER_DRAWN and one.low < one.high


def is_demand_target(one: Input) -> bool:
    """Return whether an input is a parameter to which demand is calibrated."""
    name = one.key.removeprefix("parameter.")
    return one.kind == "parameter" and name.startswith(DEMAND_TARGETS)


def rounded_up(n: int) -> int:
    """Return the power of two that is at least n: Sobol' points are balanced only there.

    Errors:
        ScenarioError: fewer than two draws, or more than about a million.
    """
    if not SMALLEST <= n <= MOST:
        raise ScenarioError(
            where="number of draws",
            what=f"{n} draws are asked for; {SMALLEST} to {MOST:,} are possible.",
            fix="Ask for 1000, say.",
        )
    return 1 << (n - 1).bit_length()


def half_width(one: Input) -> float:
    """Return half the width of an input's 90 % interval; 0 where it is certain or chosen."""
    if not is_uncertain(one):
        return 0.0
    return (quantile(one, ENDS[1]) - quantile(one, ENDS[0])) / 2


class Points:
    """The one sequence of points behind an ensemble, chunk by chunk and in order."""

    def __init__(self, inputs: Sequence[Input], places: Sequence[int], *, seed: int) -> None:
        if len(places) > qmc.Sobol.MAXDIM:
            raise ScenarioError(
                where="draws",
                what=f"{len(places):,} inputs are uncertain; at most {qmc.Sobol.MAXDIM:,} can be "
                "drawn together.",
                fix="Give narrow inputs no range in policy/widths.csv (low = high = 1).",
            )
        self._inputs, self._places = inputs, places
        self._engine = (
            qmc.Sobol(len(places), scramble=True, rng=np.random.default_rng(seed))
            if places
            else None
        )

    def chunks(self, n: int, centre: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the n draws in chunks of at most `CHUNK`. Each has shape (rows, N).

        Args:
            n: How many in all; a power of two.
            centre: Values of what is not drawn. Shape (N,).
        """
        rows = min(n, CHUNK)
        for _ in range(n // rows):
            yield self.next(rows, centre)

    def next(self, rows: int, centre: np.ndarray) -> np.ndarray:
        """Return the next rows of the sequence. Shape (rows, N)."""
        values = np.tile(np.asarray(centre, dtype=float), (rows, 1))
        if self._engine is None:
            return values
        unit = inside(self._engine.random(rows))
        values[:, self._places] = quantiles([self._inputs[p] for p in self._places], unit)
        return values


def inside(unit: np.ndarray) -> np.ndarray:
    """Return points moved off the edges of the unit cube, where a normal input has no value."""
    edge = 2.0**-33  # half the grid of the points, which have 32 bits at most
    return np.clip(unit, edge, 1 - edge)


def quantiles(inputs: Sequence[Input], level: np.ndarray) -> np.ndarray:
    """Return the values below which inputs lie with these probabilities.

    A normal or log-normal input has its median at the central value and its 5 and 95 % points at
    low and high; where these are not equally far, each half has its own spread.

    Args:
        inputs: Some inputs. Length K.
        level: Probabilities in (0, 1). Shape (rows, K).

    Returns:
        Values in each input's own unit. Shape (rows, K).

    Errors:
        ScenarioError: a distribution is unknown, or does not fit its range.
    """
    found = np.empty_like(level)
    kinds: dict[str, list[int]] = {}
    for place, one in enumerate(inputs):
        kinds.setdefault(_checked(one), []).append(place)
    for kind, places in kinds.items():
        if kind == "empirical":
            for place in places:
                found[:, place] = np.quantile(np.asarray(inputs[place].support), level[:, place])
            continue
        ends = np.array([(inputs[p].low, inputs[p].value, inputs[p].high) for p in places]).T
        found[:, places] = _FORMS[kind](ends, level[:, places])
    return found


def quantile(one: Input, level: float) -> float:
    """Return the value below which an input lies with this probability.

    Errors:
        ScenarioError: as `quantiles`.
    """
    return float(quantiles((one,), np.array([[level]]))[0, 0])


def _checked(one: Input) -> str:
    """Return the distribution of an input that can be drawn."""
    kind, inside = one.distribution, one.low <= one.value <= one.high
    fits = {
        "empirical": bool(one.support),
        "uniform": one.low < one.high,
        "triangular": inside,
        "normal": inside,
        "lognormal": inside and one.low > 0,
    }
    if not fits.get(kind, False):
        raise ScenarioError(
            where=f"input {one.key}",
            what=f"a {kind!r} distribution with centre {one.value:g}, low {one.low:g} and high "
            f"{one.high:g} cannot be drawn.",
            fix="Take triangular, uniform, normal, lognormal (above zero) or empirical, with the "
            "centre within the range.",
        )
    return kind


def _uniform(ends: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return quantiles between the ends. ends: (3, K) low, centre, high; level: (rows, K)."""
    low, _, high = ends
    return np.asarray(low + (high - low) * level)


def _triangular(ends: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return quantiles of the triangle with its top at the centre."""
    low, centre, high = ends
    width = high - low
    left = low + np.sqrt(level * width * (centre - low))
    right = high - np.sqrt((1 - level) * width * (high - centre))
    return np.where(level * width < centre - low, left, right)


def _normal(ends: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return quantiles of two half normals that meet at the centre."""
    low, centre, high = ends
    z = ndtri(level) / ndtri(ENDS[1])
    return np.asarray(centre + z * np.where(z < 0, centre - low, high - centre))


def _lognormal(ends: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return quantiles of what is normal in logarithms."""
    return np.asarray(np.exp(_normal(np.log(ends), level)))


_FORMS = {
    "uniform": _uniform,
    "triangular": _triangular,
    "normal": _normal,
    "lognormal": _lognormal,
}
