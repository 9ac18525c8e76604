"""How the links answer to parameters that are read when tables are reconciled.

Freight, parts and conversion costs are made from rates and shares by rules that are not part of
the equilibrium. Each rule is evaluated at the low, the central and the high value of each
parameter that it reads, and interpolated by a parabola; what two parameters do together is the sum
of what they do alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from backhaul.baseline.setting import Setting
from backhaul.baseline.world import World
from backhaul.market.observe import observe, records
from backhaul.smooth.config import Array
from backhaul.smooth.layout import composed, parts_of, ways_of, with_links

Ask = Callable[[World], Setting]
"""Makes the setting of a state in a world."""

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Response:
    """Arrays of every state and market, with slopes and curvatures in each parameter."""

    values: dict[tuple[str, str], Arrays]
    """Central arrays by (state, market)."""

    slopes: dict[tuple[str, str], dict[str, tuple[np.ndarray, np.ndarray]]]
    """By array: first and second coefficients, parameter first; those that never move are left
    out."""

    central_parameters: np.ndarray
    followed: np.ndarray
    """Position in the vector of parameters of each that the arrays answer to."""

    def central(self, state: str, code: str) -> Arrays:
        """Return the arrays at the central parameters."""
        return self.values[state, code]

    def at(self, state: str, code: str, parameters: Array) -> dict[str, Any]:
        """Return the arrays at some parameters, traced."""
        moved = (parameters - self.central_parameters)[self.followed]
        found: dict[str, Any] = {}
        for name, value in self.values[state, code].items():
            found[name] = jnp.asarray(value)
            if name in self.slopes[state, code]:
                first, second = self.slopes[state, code][name]
                change = jnp.tensordot(moved, first, 1) + jnp.tensordot(moved**2, second, 1)
                found[name] = value + change
        return found


def observe_response(
    world: World,
    asks: dict[str, Ask],
    names: tuple[str, ...],
    followed: tuple[str, ...],
    progress: Callable[[int, int], None] | None = None,
) -> Response:
    """Return how the arrays of each state answer to the parameters in `followed`.

    Args:
        world: The calibrated world.
        asks: By state, what makes its setting.
        names: All parameters that may vary, in the order of their vector.
        followed: Those that the rules read.
        progress: Called with how many parameters are done, of how many.
    """
    values = _arrays(world, asks)
    bends: dict[tuple[str, str], dict[str, list[tuple[np.ndarray, np.ndarray]]]] = {
        place: {name: [] for name in arrays} for place, arrays in values.items()
    }
    for number, parameter in enumerate(followed):
        row = world.evidence.parameter(parameter)
        ends = [
            (end - row.value, _arrays(_with(world, parameter, end), asks))
            for end in (row.low, row.high)
            if end != row.value
        ]
        for place, arrays in values.items():
            for name, centre in arrays.items():
                points = [(x, found[place][name] - centre) for x, found in ends]
                bends[place][name].append(_parabola(points))
        if progress is not None:
            progress(number + 1, len(followed))
    slopes = {
        place: {
            name: (np.array([b[0] for b in found]), np.array([b[1] for b in found]))
            for name, found in arrays.items()
            if any(np.any(b[0]) or np.any(b[1]) for b in found)
        }
        for place, arrays in bends.items()
    }
    return Response(
        values=values,
        slopes=slopes,
        central_parameters=np.array([world.evidence.parameter(name).value for name in names]),
        followed=np.array([names.index(name) for name in followed], dtype=int),
    )


def _with(world: World, parameter: str, value: float) -> World:
    """Return the world with one parameter at another value, its links observed anew."""
    evidence = world.evidence.replace_parameter(parameter, value)
    observed = observe(evidence)
    kept = replace(
        world.observed, evidence=evidence, freight=observed.freight, links=observed.links
    )
    return with_links(replace(world, observed=kept), observed.links)


def _arrays(world: World, asks: dict[str, Ask]) -> dict[tuple[str, str], Arrays]:
    """Return the arrays of every state and market."""
    found: dict[tuple[str, str], Arrays] = {}
    countries = _countries(world)
    for state, ask in asks.items():
        setting = ask(world)
        for code in world.sides:
            _, supply = composed(world, code, setting)
            found[state, code] = {
                "ways": ways_of(supply),
                "parts_share": np.array([link.parts_share for link in supply.links]),
                "parts": parts_of(supply, countries),
            } | _entry(world, setting, code)
    return found


def _countries(world: World) -> tuple[str, ...]:
    """Return the origins of parts, as the layout has them."""
    return tuple(
        sorted(
            {"USA", "JPN"}
            | {o for side in world.sides.values() for k in side.supply.links for o in k.parts}
        )
    )


def _entry(world: World, setting: Setting, code: str) -> Arrays:
    """Return what entrants cost beside their links. Each of shape (K,).

    The share of its price that a buyer must be compensated, what is spent once in USD, and the
    part of that which is certification and not engineering.
    """
    years = world.evidence.parameter("model_life_years").value
    rows = records(world.evidence, "jp", "candidates", "nameplate_id")
    engineering = world.evidence.parameter("rhd_engineering_fixed_cost").value * 1e6
    entrants = setting.entering(code)
    once = np.array([e.fixed_cost_usd * years for e in entrants])
    built = np.array(
        [e.steering == "right" and not rows[e.product.id]["rhd_exists"] for e in entrants]
    )
    return {
        "penalty_share": np.array([e.penalty / e.product.price for e in entrants]),
        "once": once,
        "certification_once": once - engineering * built,
    }


def _parabola(points: list[tuple[float, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return slope and curvature of the parabola through zero and one or two points."""
    if not points:
        raise AssertionError("a parameter without a range has no response")
    if len(points) == 1:
        x, y = points[0]
        return y / x, np.zeros_like(y)
    (x1, y1), (x2, y2) = points
    first, second = y1 / x1, y2 / x2
    curvature = (second - first) / (x2 - x1)
    return first - curvature * x1, curvature
