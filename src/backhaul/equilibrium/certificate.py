"""The proof that travels with an equilibrium, in the four parts of MODEL section 8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from backhaul.equilibrium.deviations import scan_single_prices
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import ACCEPTED, factor_of
from backhaul.equilibrium.pricing import Conditions, profit_slopes
from backhaul.equilibrium.response import best_joint_gain
from backhaul.equilibrium.starts import Starts, starting_points, try_starts
from backhaul.errors import EquilibriumError
from backhaul.shapes import PerProduct, ProductByProduct, read_only

Level = Literal["certified", "draw", "slider", "first_order"]
"""How far the proof goes; see `solve`."""

GAIN = 1e-8
"""Largest gain, as a share of the payoff, that a deviation may bring. Source: MODEL section 8."""

CONCAVE = -1e-9
"""Largest scaled eigenvalue at which a payoff counts as concave."""

SLACK = 1e-8
"""Largest violation of complementarity. Source: MODEL section 8."""


@dataclass(frozen=True)
class FirstOrder:
    """Part 1: how well the first-order conditions hold."""

    value: float
    """Largest |cost_j / keep_j + zeta_j(p) - p_j| / p_j."""

    product: str
    """Where it is."""

    complementarity: float = 0.0
    """How far a commitment is from being kept exactly, or slack at no support."""

    @property
    def passes(self) -> bool:
        """Whether both are within the standard."""
        return self.value <= ACCEPTED and self.complementarity <= SLACK


@dataclass(frozen=True)
class SecondOrder:
    """Part 2: whether each seller's payoff is locally concave in its own prices."""

    value: float
    """Largest eigenvalue of any seller's Hessian, scaled by a keep_j L_j; negative is concave."""

    seller: str
    """Whose it is."""

    @property
    def passes(self) -> bool:
        """Whether all payoffs are concave."""
        return self.value < CONCAVE


@dataclass(frozen=True, eq=False)
class BestResponse:
    """Part 3: the most that anybody gains by other prices, rivals held."""

    gain: float
    """Largest gain as a share of the seller's payoff."""

    seller: str
    """Whose it is."""

    product: str
    """The price that changes, or the first of them."""

    price: float
    """What it changes to, market currency per vehicle."""

    joint: bool
    """Whether the seller changes all its prices."""

    deviation: PerProduct | None = None
    """All prices after it: where to start from if somebody gains. Shape (J,), currency."""

    by_theorem: bool = False
    """Whether the equilibrium is unique by theorem, so that no scan was made."""

    @property
    def passes(self) -> bool:
        """Whether nobody gains more than the standard allows."""
        return self.gain <= GAIN


@dataclass(frozen=True, eq=False)
class Certificate:
    """The proof of an equilibrium, as far as it was asked for."""

    level: Level
    """How far the proof was asked to go."""

    first_order: FirstOrder
    """Part 1."""

    second_order: SecondOrder | None
    """Part 2, or None if not tried."""

    best_response: BestResponse | None
    """Part 3, or None if not tried."""

    starts: Starts | None
    """Part 4, or None if not tried."""

    @property
    def passes(self) -> bool:
        """Whether every part that was tried holds."""
        parts = (self.first_order, self.second_order, self.best_response)
        return all(part.passes for part in parts if part is not None)

    @property
    def is_whole(self) -> bool:
        """Whether all four parts were made."""
        return self.level == "certified"

    def as_dict(self) -> dict[str, object]:
        """Return the certificate as it appears in JSON: four parts, 'not tried' where so."""
        return {
            "first_order": _first_as_dict(self.first_order),
            "second_order": _second_as_dict(self.second_order),
            "best_response": _best_as_dict(self.best_response),
            "starts": "not tried" if self.starts is None else self.starts.as_dict(),
        }


def certify(
    game: Game,
    now: Conditions,
    *,
    level: Level = "certified",
    seed: int = 0,
    complementarity: tuple[float, bool] | None = None,
) -> Certificate:
    """Return the certificate of these prices, passed or not.

    Args:
        game: What is played.
        now: The conditions at the prices to be tested.
        level: How far to go.
        seed: Seed of the random starting points.
        complementarity: How far a commitment is from its target and whether its multiplier is
            active, or None without one.

    Source:
        MODEL section 8; for the case that is unique by theorem, Nocke and Schutz (2018),
        Econometrica 86(2).
    """
    miss = now.miss
    worst = int(np.argmax(np.where(np.isfinite(miss), miss, np.inf)))
    slack, active = complementarity or (0.0, False)
    first = FirstOrder(
        value=float(miss[worst]), product=game.products[worst], complementarity=slack
    )
    if level == "first_order":
        return Certificate(level, first, None, None, None)
    slopes = profit_slopes(game, now)
    second = _second_order(game, now, slopes)
    if level == "slider":
        return Certificate(level, first, second, None, None)
    if game.is_unique_by_theorem and not active:
        best = BestResponse(0.0, "", "", 0.0, joint=False, by_theorem=True)
        return Certificate(level, first, second, best, Starts(by_theorem=True))
    points, factor = starting_points(game, now, seed), factor_of(game, now, slopes)
    if level == "draw":
        return Certificate(level, first, second, None, try_starts(game, now, points[:1], factor))
    best = _best_response(game, now, points)
    return Certificate(level, first, second, best, try_starts(game, now, points, factor))


def require_certificate(game: Game, certificate: Certificate) -> None:
    """Refuse a certificate with a part that fails.

    Raises:
        EquilibriumError: Names the market, who is at fault, and what was found.
    """
    if not certificate.first_order.passes:
        _refuse_first_order(game, certificate.first_order)
    second, best = certificate.second_order, certificate.best_response
    if second is not None and not second.passes:
        raise EquilibriumError(
            where=f"market {game.market}, seller {second.seller}",
            what=f"its payoff is not concave in its own prices (largest scaled eigenvalue "
            f"{second.value:.2e}; below {CONCAVE:.0e} is accepted): the conditions hold, but the "
            "prices are not its best.",
            fix="Start from other prices, or look at the price coefficients of the richest buyers.",
        )
    if best is not None and not best.passes:
        raise EquilibriumError(
            where=f"market {game.market}, seller {best.seller}",
            what=f"it gains {best.gain:.1e} of its payoff by moving "
            f"{'all its prices, ' if best.joint else ''}{best.product} to {best.price:,.6g}; at "
            f"most {GAIN:.0e} is accepted. The first-order conditions hold, but this is no "
            "equilibrium.",
            fix="Start from the prices after that move (`best_response.deviation`), or cap the "
            "incomes: a second peak comes from buyers who hardly mind what a car costs.",
        )


def _refuse_first_order(game: Game, first: FirstOrder) -> None:
    """Raise for part 1."""
    raise EquilibriumError(
        where=f"market {game.market}, product {first.product}",
        what=f"its price is off by {first.value:.1e} of itself (at most {ACCEPTED:.0e} is "
        f"accepted), and the commitment by {first.complementarity:.1e} (at most {SLACK:.0e}).",
        fix="Start from other prices, or lower the commitment.",
    )


def _second_order(game: Game, now: Conditions, slopes: ProductByProduct) -> SecondOrder:
    """Return the worst scaled eigenvalue over all sellers."""
    root = np.sqrt(game.curvature[0] * game.wedge.keep * now.pull)
    value, owner = -np.inf, 0
    for d in range(len(game.sellers)):
        own = np.flatnonzero(game.seller == d)
        block = slopes[np.ix_(own, own)] / root[own, None] / root[own]
        largest = float(np.linalg.eigvalsh((block + block.T) / 2)[-1])
        if largest > value:
            value, owner = largest, d
    return SecondOrder(value=value, seller=game.sellers[owner])


def _best_response(game: Game, now: Conditions, points: tuple[PerProduct, ...]) -> BestResponse:
    """Return the best deviation of a single price, or of all prices of a seller if that is more."""
    scan = scan_single_prices(game, now)
    product = int(np.argmax(scan.gain))
    alone = now.price.copy()
    alone[product] = scan.best[product]
    single = BestResponse(
        gain=float(scan.gain[product]),
        seller=game.sellers[game.seller[product]],
        product=game.products[product],
        price=float(scan.best[product]),
        joint=False,
        deviation=read_only(alone),
    )
    moved = () if np.array_equal(scan.second_peak, now.price) else (scan.second_peak,)
    gain, price = best_joint_gain(game, now, points + moved)
    d = int(np.argmax(gain))
    if gain[d] <= single.gain:
        return single
    own = np.flatnonzero(game.seller == d)
    together = np.where(game.seller == d, price, now.price)
    first = own[np.argmax(np.abs(np.log(price[own] / now.price[own])))]
    return BestResponse(
        gain=float(gain[d]),
        seller=game.sellers[d],
        product=game.products[first],
        price=float(price[first]),
        joint=True,
        deviation=read_only(together),
    )


def _first_as_dict(part: FirstOrder) -> dict[str, object]:
    return {
        "value": part.value,
        "product": part.product,
        "complementarity": part.complementarity,
        "passes": part.passes,
    }


def _second_as_dict(part: SecondOrder | None) -> dict[str, object] | str:
    if part is None:
        return "not tried"
    return {"value": part.value, "seller": part.seller, "passes": part.passes}


def _best_as_dict(part: BestResponse | None) -> dict[str, object] | str:
    if part is None:
        return "not tried"
    if part.by_theorem:
        return {"value": 0.0, "by_theorem": "unique (Nocke and Schutz 2018)", "passes": True}
    return {
        "value": part.gain,
        "seller": part.seller,
        "product": part.product,
        "price": part.price,
        "joint": part.joint,
        "passes": part.passes,
    }
