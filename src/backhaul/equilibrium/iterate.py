"""The iteration that finds prices at which every first-order condition holds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dgetrf, dgetrs, sgetrf, sgetrs

from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import Conditions, conditions, gap_slopes
from backhaul.errors import EquilibriumError
from backhaul.shapes import PerProduct, ProductByProduct

Factor = tuple[np.ndarray, np.ndarray]
"""An LU factorisation, as LAPACK's getrf returns it."""

AIM = 1e-12
"""Where the iteration stops: largest |r_j| / p_j. One more step follows."""

ROUNDING = 1e-14
"""Below this no further step is taken: it would change the last digit of a number."""

ROUGH = 1e-5
"""Where its first part, in single precision, stops: well above the noise of its last digits."""

ACCEPTED = 1e-10
"""Largest |r_j| / p_j that is accepted. Source: MODEL section 8."""

ROUNDS = 2000
"""Most evaluations of the conditions before the iteration gives up."""

PLAIN = 4
"""Zeta steps after the first failure of a Newton step; twice as many after each other."""

QUICK = 0.2
"""Where slopes for the last steps are at hand, zeta steps go on while each cuts |r| so far: slopes
of the way there cost more."""

STEADY = 3
"""Zeta steps in a row that must each cut |r| by a tenth before Newton's are tried again."""

ALIKE = 0.9
"""Cosine of two zeta steps in a row from which the next is twice as long: the way is straight."""

LONGEST = 8.0
"""Longest step along a straight way, in zeta steps."""


@dataclass(frozen=True, eq=False)
class Found:
    """Where the iteration ended, and whether the first-order conditions hold there."""

    now: Conditions
    """The conditions at the last prices."""

    rounds: int
    """Evaluations of the conditions."""

    slopes: Factor | None = None
    """Factors of dr/dp at prices near by, to start other iterations with; None if never made."""

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


def find(
    game: Game,
    start: PerProduct,
    rounds: int = ROUNDS,
    *,
    slopes: Factor | None = None,
    finish: Factor | None = None,
    aim: float = AIM,
) -> Found:
    """Return the prices that the robust iteration reaches from `start`.

    A few steps of the zeta map come first. Then Newton steps on r, with the last slopes, corrected
    by what the steps since have shown, as long as they cut |r| by ten; a step that does not halve
    |r| is dropped for zeta steps, twice as many after each failure. The way there is walked
    in single precision, which takes a third of the time; if it leads nowhere, it is walked again
    in double. Failure to converge is in the result, not raised.

    Args:
        game: What is played.
        start: Prices to start from. Shape (J,), market currency per vehicle.
        rounds: Most evaluations of the conditions.
        slopes: Factors of dr/dp at a similar answer (`Found.slopes`): the first steps use them.
        finish: Factors of dr/dp at an answer that may be the same one: the steps in double
            precision use them, and leave them where they do not help.
        aim: Where to stop: largest |r_j| / p_j. One more step follows the usual aim.

    Source:
        Morrow and Skerlos (2011), Operations Research 59(2), for r in place of F: F also vanishes
        as a price goes to infinity. Kelley (1995), Iterative Methods for Linear and Nonlinear
        Equations, chapter 7, for the correction of the slopes (Broyden's).
    """
    price = np.asarray(start, dtype=float)
    with np.errstate(all="ignore"):
        walk = _Walk(game.in_single, price.astype(np.float32), slopes)
        walk.quick = 0.0 if finish is None else QUICK
        walk.go(ROUGH, rounds // 4)
        if walk.worst <= ROUGH and walk.now.price.min() > 0:
            walk.change_to(game, finish)
        else:
            walk = _Walk(game, price, None, used=walk.used)
        walk.go(aim, rounds)
        if aim <= AIM:
            walk.polish()
    return Found(now=walk.now, rounds=walk.used, slopes=walk.last_slopes)


def factor_of(game: Game, now: Conditions, profit_slopes: ProductByProduct) -> Factor | None:
    """Return factors of dr/dp at an answer, where r = 0, from dF/dp; None if these are infinite."""
    matrix = profit_slopes / (game.curvature[0] * game.wedge.keep * now.pull)[:, None]
    return dgetrf(matrix, overwrite_a=True)[:2] if np.all(np.isfinite(matrix)) else None


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


class _Walk:
    """One walk towards the answer: where it stands, and what it steps with."""

    def __init__(self, game: Game, start: PerProduct, slopes: Factor | None, used: int = 0) -> None:
        self.game, self.used = game, used
        self._stand(conditions(game, start))
        self.slopes = self.last_slopes = slopes
        self.steps: list[np.ndarray] = []
        self.unit = start
        self.plain, self.steady = PLAIN, 0
        self.way, self.stretch, self.quick = np.zeros_like(start), 1.0, 0.0
        self.wait = 0 if slopes is not None else 2

    def change_to(self, game: Game, slopes: Factor | None) -> None:
        """Go on from the same prices in the precision of this game, with these slopes if any."""
        self.game, self.wait = game, 0
        if slopes is not None:
            self.slopes, self.steps, self.unit = slopes, [], self.now.price.astype(float)
        self._stand(conditions(game, self.now.price.astype(float)))

    def _stand(self, now: Conditions, size: float | None = None) -> None:
        """Stand at these conditions: `worst` is the largest |r| / p, `size` the length of r / p."""
        self.now, self.worst = now, float(now.miss.max())
        self.size = _size(now) if size is None else size
        self.used += 1

    def go(self, aim: float, rounds: int) -> None:
        """Walk until |r| / p is within the aim, the rounds are used or nothing helps."""
        while self.used < rounds and aim < self.worst < np.inf:
            if self.wait:
                self._zeta()
            elif not self._newton():
                break

    def polish(self) -> None:
        """Take one more step with the last slopes if it brings the prices closer."""
        if self.slopes is None or not self.worst > ROUNDING:
            return
        last = conditions(self.game, self.now.price + self.unit * self._step())
        self.used += 1
        if _size(last) < self.size:
            self.now = last

    def _zeta(self) -> None:
        """Take one step of the zeta map; stop waiting if they have begun to converge.

        Where Newton's steps have failed before, steps that keep their direction get longer.
        """
        before, way = self.size, self.now.gap / self.now.price
        straight = self.plain > PLAIN and way @ self.way > ALIKE * before * _length(self.way)
        self.stretch = min(2 * self.stretch, LONGEST) if straight else 1.0
        self.way = way
        self._stand(conditions(self.game, self.now.price + self.stretch * self.now.gap))
        self.steady = self.steady + 1 if self.size <= 0.9 * before else 0
        self.wait = 0 if self.steady >= STEADY and self.plain > PLAIN else self.wait - 1
        if self.size <= self.quick * before:
            self.wait = max(self.wait, 1)

    def _newton(self) -> bool:
        """Take one Newton step, or plan zeta steps instead; return whether to go on."""
        fresh = self.slopes is None
        if self.slopes is None:
            matrix = gap_slopes(self.game, self.now)
            if not np.all(np.isfinite(matrix)):
                return False
            factorise = sgetrf if matrix.dtype == np.float32 else dgetrf
            self.slopes = self.last_slopes = factorise(matrix, overwrite_a=True)[:2]
            self.steps, self.unit = [], self.now.price
        step = self._step()
        trial = conditions(self.game, self.now.price + self.unit * step)
        size = _size(trial)
        cut = size / self.size
        if cut <= 0.5 and trial.price.min() > 0:
            self._stand(trial, size)
            self.steps.append(step)
            if cut > 0.1:
                self.slopes = None
        elif fresh and self.worst <= ACCEPTED:
            return False
        else:
            self.used += 1
            self.slopes, self.steady = None, 0
            if fresh:
                self.wait, self.plain = self.plain, 2 * self.plain
        return True

    def _step(self) -> PerProduct:
        """Return the next Newton step, in units of `unit`, corrected by the steps since."""
        assert self.slopes is not None
        solve, gap = sgetrs if self.slopes[0].dtype == np.float32 else dgetrs, self.now.gap
        step = -solve(*self.slopes, gap)[0].astype(gap.dtype, copy=False) / self.unit
        for taken, following in zip(self.steps, self.steps[1:], strict=False):
            step = step + following * (taken @ step) / (taken @ taken)
        if self.steps:
            last = self.steps[-1]
            step = step / (1 - (last @ step) / (last @ last))
        return step


def _size(now: Conditions) -> float:
    """Return the length of the relative gap, infinity where it is not a number."""
    size = _length(now.miss)
    return size if size < math.inf else math.inf


def _length(vector: PerProduct) -> float:
    """Return the length of a vector."""
    return math.sqrt(vector @ vector)
