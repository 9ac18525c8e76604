"""The iteration that finds prices at which every first-order condition holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import Conditions, conditions, gap_slopes
from backhaul.errors import EquilibriumError
from backhaul.shapes import PerProduct

Factor = tuple[np.ndarray, np.ndarray]
"""An LU factorisation, as scipy returns it."""

AIM = 1e-12
"""Where the iteration stops: largest |r_j| / p_j. One more step follows."""

ACCEPTED = 1e-10
"""Largest |r_j| / p_j that is accepted. Source: MODEL section 8."""

ROUNDS = 2000
"""Most evaluations of the conditions before the iteration gives up."""


@dataclass(frozen=True, eq=False)
class Found:
    """Where the iteration ended, and whether the first-order conditions hold there."""

    now: Conditions
    """The conditions at the last prices."""

    rounds: int
    """Evaluations of the conditions."""

    @property
    def price(self) -> PerProduct:
        """Consumer prices. Shape (J,), market currency per vehicle."""
        return self.now.price

    @property
    def worst(self) -> float:
        """Largest |r_j| / p_j, or infinity where it is not a number."""
        miss = self.now.miss
        usable = bool(np.all(np.isfinite(miss)) and np.all(self.now.price > 0))
        return float(miss.max()) if usable else float("inf")

    @property
    def holds(self) -> bool:
        """Whether the first-order conditions hold to the standard."""
        return self.worst <= ACCEPTED


def find(game: Game, start: PerProduct, rounds: int = ROUNDS) -> Found:
    """Return the prices that the robust iteration reaches from `start`.

    A few steps of the zeta map come first. Then Newton steps on r, with the last slopes as long
    as they cut |r| by ten; a step that does not halve |r| is dropped for plain zeta steps, twice
    as many after each failure. Failure to converge is in the result, not raised.

    Source:
        Morrow and Skerlos (2011), Operations Research 59(2), for r in place of F: F also vanishes
        as a price goes to infinity.
    """
    with np.errstate(all="ignore"):
        return _find(game, conditions(game, np.asarray(start, dtype=float)), rounds)


def require_first_order(game: Game, found: Found) -> None:
    """Refuse prices at which a first-order condition fails.

    Raises:
        EquilibriumError: Names the market, the product and how far its price is off.
    """
    if found.holds:
        return
    miss = np.where(np.isfinite(found.now.miss), found.now.miss, np.inf)
    miss = np.where(found.now.price > 0, miss, np.inf)
    worst = int(np.argmax(miss))
    raise EquilibriumError(
        where=f"market {game.market}, product {game.products[worst]}",
        what=f"after {found.rounds} rounds its price ({found.now.price[worst]:,.6g}) is still off "
        f"by {miss[worst]:.1e} of itself; at most {ACCEPTED:.0e} is accepted.",
        fix="Look at this product's cost and keep, and at the price coefficients of its buyers: "
        "one of them is extreme; or start from other prices.",
    )


def _find(game: Game, now: Conditions, rounds: int) -> Found:
    wait, plain, used = 2, 4, 1
    factor: Factor | None = None
    fresh = False
    while used < rounds and now.miss.max() > AIM and np.all(np.isfinite(now.gap)):
        if wait:
            now, wait, factor = conditions(game, now.price + now.gap), wait - 1, None
            used += 1
            continue
        if factor is None:
            slopes = gap_slopes(game, now)
            if not np.all(np.isfinite(slopes)):
                break
            factor, fresh = lu_factor(slopes, check_finite=False), True
        trial = conditions(game, now.price - lu_solve(factor, now.gap, check_finite=False))
        used += 1
        cut = _size(trial) / _size(now)
        if cut <= 0.5 and np.all(trial.price > 0):
            now, factor, fresh = trial, factor if cut <= 0.1 else None, False
        elif fresh and now.miss.max() <= ACCEPTED:
            break
        elif fresh:
            wait, plain, factor = plain, 2 * plain, None
        else:
            factor = None
    return Found(now=_polished(game, now, factor), rounds=used)


def _polished(game: Game, now: Conditions, factor: Factor | None) -> Conditions:
    """Take one more step with the last slopes if it brings the prices closer."""
    if factor is None or not np.all(np.isfinite(now.gap)):
        return now
    last = conditions(game, now.price - lu_solve(factor, now.gap, check_finite=False))
    return last if _size(last) < _size(now) else now


def _size(now: Conditions) -> float:
    """Return the length of the relative gap, infinity where it is not a number."""
    size = float(np.linalg.norm(now.gap / now.price))
    return size if np.isfinite(size) else float("inf")
