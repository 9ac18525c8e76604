"""A volume commitment: the support per vehicle that makes a number of units an equilibrium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from scipy.optimize import brentq

from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import Found, find, require_first_order
from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.shapes import FlagPerProduct, PerProduct, read_only

FIRST = 0.02
"""First support tried, as a share of the smallest unit cost; doubled until it is enough."""


@dataclass(frozen=True, eq=False)
class Commitment:
    """Sales of a set of products must reach a target."""

    members: FlagPerProduct
    """Which products count. Shape (J,)."""

    target: float
    """Share of the market's households that must buy one of them; positive."""

    size: float | None = None
    """Households of the market, so that messages count vehicles; None: they name shares."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", read_only(self.members, bool))
        if not (0 < self.target < 1 and self.members.any()):
            raise ScenarioError(
                where="volume commitment",
                what=f"{self.count(self.target)} is the target over "
                f"{np.count_nonzero(self.members)} products; a share between 0 and 1 of "
                "all households and at least one product are allowed.",
                fix="Correct the units of the commitment, or name its products.",
            )

    def count(self, share: float) -> str:
        """Return a share as text: vehicles a year where the size of the market is known."""
        if self.size is None:
            return f"{share:.6g} of households"
        return f"{share * self.size:,.0f} vehicles a year"


@dataclass(frozen=True, eq=False)
class Fulfilment:
    """What it takes to keep a commitment. Shares are of the market's households."""

    support: float
    """Multiplier: support per vehicle, zero or more. Market currency."""

    share: float
    """Share of households that buy a member, with this support."""

    without: float
    """Share that would without any support."""

    target: float
    """Share that was asked for."""

    @property
    def active(self) -> bool:
        """Whether any support is needed."""
        return self.support > 0

    @property
    def complementarity(self) -> float:
        """How far the target is from being met exactly, or from being met at no support."""
        miss = self.share / self.target - 1
        return abs(miss) if self.active else max(0.0, -miss)


def fulfil(game: Game, commitment: Commitment, start: PerProduct) -> tuple[Fulfilment, Found]:
    """Return the smallest uniform support that reaches the commitment, and the prices with it.

    The support is deducted from the cost of every member. It ranges up to the smallest unit cost
    of a member: beyond that a car would be paid for more than it costs.

    Args:
        game: What is played, without the support.
        commitment: Which products, and how many.
        start: Prices to start from. Shape (J,), market currency per vehicle.

    Raises:
        ScenarioError: Even the largest support does not reach it; names the most it reaches.
        EquilibriumError: No convergence, or sales jump over the target between two answers.
    """
    search = _Search(game, commitment, np.asarray(start, dtype=float))
    target, without = commitment.target, search.sales(0.0)
    if without >= target:
        return Fulfilment(0.0, without, without, target), search.found
    most = float(game.wedge.cost[commitment.members].min())
    if most <= 0:
        _refuse(game, commitment, 0.0, without, without)
    low, high = 0.0, FIRST * most
    while search.sales(high) < target:
        if high >= most:
            _refuse(game, commitment, most, search.sales(most), without)
        low, high = high, min(2 * high, most)
    support = float(brentq(search.shortfall, low, high, xtol=1e-14 * most, rtol=9e-16))
    reached = search.sales(support)
    kept = Fulfilment(support=support, share=reached, without=without, target=target)
    if kept.complementarity > 1e-8:
        raise EquilibriumError(
            where=f"market {game.market}, volume commitment",
            what=f"at a support of {support:,.6g} sales jump over the target: {reached:.6g} of "
            f"households against {target:.6g}.",
            fix="Start from other prices: several answers lie close to each other.",
        )
    return kept, search.found


class _Search:
    """Sales of the members as a function of the support, each solve starting from the last."""

    def __init__(self, game: Game, commitment: Commitment, start: PerProduct) -> None:
        self.game, self.commitment, self.price = game, commitment, start
        self.found: Found

    def sales(self, support: float) -> float:
        """Return the share of households that buy a member at this support."""
        members = self.commitment.members
        game = self.game.with_cost(self.game.wedge.cost - support * members)
        self.found = find(game, self.price)
        require_first_order(game, self.found)
        self.price = self.found.price
        return float((self.found.now.choice.share[members] @ game.taste.weights).sum())

    def shortfall(self, support: float) -> float:
        """Return the logarithm of sales over target."""
        return float(np.log(self.sales(support) / self.commitment.target))


def _refuse(
    game: Game, commitment: Commitment, most: float, reached: float, without: float
) -> NoReturn:
    """Raise for a target that no support reaches."""
    cheapest = game.products[int(np.argmin(np.where(commitment.members, game.wedge.cost, np.inf)))]
    raise ScenarioError(
        where=f"market {game.market}, volume commitment",
        what=f"the target is {commitment.count(commitment.target)}; without support it is "
        f"{commitment.count(without)}, and even a support of {most:,.0f} per vehicle (market "
        "currency), the whole unit cost of "
        f"{cheapest}, reaches only {commitment.count(reached)}.",
        fix=f"Lower the target to at most {commitment.count(reached)}, or commit more products.",
    )
