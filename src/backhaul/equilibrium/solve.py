"""From tastes, wedges and conduct to the prices and sales that nobody wants to change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.demand.taste import Taste
from backhaul.equilibrium.certificate import Certificate, Level, certify, require_certificate
from backhaul.equilibrium.commitment import Commitment, Fulfilment, fulfil
from backhaul.equilibrium.costs import lerner, markups
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import find, require_first_order
from backhaul.errors import EquilibriumError
from backhaul.market.conduct import Conduct
from backhaul.market.wedge import Wedge
from backhaul.shapes import PerProduct, read_only


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Prices and sales nobody wants to change, with the proof."""

    game: Game
    """What was played. Its costs have the support of a commitment deducted."""

    price: PerProduct
    """Consumer price. Shape (J,), market currency per vehicle."""

    share: PerProduct
    """Share of households that buy each product. Shape (J,)."""

    certificate: Certificate
    """The four parts of the proof, as far as they were asked for."""

    commitment: Fulfilment | None = None
    """What it took to keep a volume commitment; None without one."""

    def __post_init__(self) -> None:
        for name in ("price", "share"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def certified(self) -> bool:
        """Whether the whole certificate was made, and passes."""
        return self.certificate.is_whole and self.certificate.passes

    @property
    def multiplier(self) -> float:
        """Support per vehicle that the commitment takes; 0 without one. Market currency."""
        return 0.0 if self.commitment is None else self.commitment.support

    @property
    def markup(self) -> PerProduct:
        """`keep p - cost`, support included. Shape (J,), market currency per vehicle."""
        return markups(self.game.wedge, self.price)

    @property
    def lerner(self) -> PerProduct:
        """Mark-up as a share of net revenue, support included. Shape (J,)."""
        return lerner(self.game.wedge, self.price)


def solve(  # noqa: PLR0913  (three things that are played, and how far to go)
    taste: Taste,
    wedge: Wedge,
    conduct: Conduct,
    *,
    start: PerProduct,
    names: tuple[str, tuple[str, ...]] = ("the market", ()),
    require: Level = "certified",
    seed: int = 0,
    commitment: Commitment | None = None,
) -> Equilibrium:
    """Return the Bertrand-Nash equilibrium reached from `start`, with its certificate.

    Args:
        taste: What buyers want.
        wedge: What a seller gets from one unit.
        conduct: Whose margins count for whom.
        start: Prices to start from, such as those of the baseline. Shape (J,), market currency.
        names: Name of the market and of its products, for messages.
        require: "certified" makes the whole certificate; "draw" its first two parts and tries a
            second start; "slider" its first two parts; "first_order" the first, for comparisons
            with programs that stop there: the result is marked not certified.
        seed: Seed of the random starting points.
        commitment: Units to be reached, or None.

    Raises:
        EquilibriumError: No convergence, or a part of the certificate fails.
        ScenarioError: No support reaches the commitment.

    Source:
        MODEL sections 3 and 8.
    """
    game = Game(taste, wedge, conduct, market=names[0], products=tuple(names[1]))
    start = _usable(game, start)
    kept = None
    if commitment is None:
        found = find(game, start)
        require_first_order(game, found)
    else:
        kept, found = fulfil(game, commitment, start)
        game = game.with_cost(game.wedge.cost - kept.support * commitment.members)
    certificate = certify(
        game, found.now, level=require, seed=seed, complementarity=_complementarity(kept)
    )
    if require != "first_order":
        require_certificate(game, certificate)
    return Equilibrium(
        game=game,
        price=found.price,
        share=found.now.choice.share @ taste.weights,
        certificate=certificate,
        commitment=kept,
    )


def _usable(game: Game, start: PerProduct) -> PerProduct:
    """Refuse starting prices that are not positive numbers."""
    start = np.asarray(start, dtype=float)
    if start.shape != game.wedge.cost.shape:
        raise EquilibriumError(
            where=f"market {game.market}, starting prices",
            what=f"{start.size} were given for {game.wedge.cost.size} products.",
            fix="Give one starting price per product.",
        )
    wrong = np.flatnonzero(~(np.isfinite(start) & (start > 0)))
    if wrong.size:
        raise EquilibriumError(
            where=f"market {game.market}, product {game.products[wrong[0]]}",
            what=f"its starting price is {start[wrong[0]]:g}; a positive number is allowed.",
            fix="Start from the observed prices.",
        )
    return start


def _complementarity(kept: Fulfilment | None) -> tuple[float, bool] | None:
    """Return how well a commitment is kept and whether its multiplier is active."""
    return None if kept is None else (kept.complementarity, kept.active)
