"""From tastes, wedges and conduct to the prices and sales that nobody wants to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backhaul.demand.taste import Taste
from backhaul.equilibrium.certificate import Certificate, Level, certify, require_certificate
from backhaul.equilibrium.commitment import Commitment, Fulfilment
from backhaul.equilibrium.costs import lerner, markups
from backhaul.equilibrium.feasible import require_balance, require_room
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.multipliers import Joint, Limits, balance, without_commitments
from backhaul.equilibrium.venue import Venue
from backhaul.errors import EquilibriumError
from backhaul.market.conduct import Conduct
from backhaul.market.wedge import Wedge
from backhaul.shapes import PerPlant, PerProduct, read_only


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Prices and sales nobody wants to change, with the proof."""

    game: Game
    """What was played. Its costs have shadow prices of plants added and the support of a
    commitment deducted."""

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
    venue = Venue(
        game=game,
        start=_usable(game, start),
        size=1.0 if commitment is None or commitment.size is None else commitment.size,
        commitment=commitment,
    )
    return solve_together([venue], Limits(), require=require, seed=seed).equilibria[0]


@dataclass(frozen=True, eq=False)
class Together:
    """Markets that share plants, in equilibrium, each with its proof."""

    joint: Joint
    free: Joint
    """The same markets with nobody committed to any volume; `joint` where nobody is."""

    equilibria: tuple[Equilibrium, ...]
    """In the order of the venues. Prices and shares are those of the equilibrium, which are not
    charged where a venue's prices adjust in part."""


def solve_together(
    venues: Sequence[Venue],
    limits: Limits,
    *,
    shadow: PerPlant | None = None,
    require: Level = "certified",
    seed: int = 0,
    known: Sequence[Equilibrium | None] = (),
) -> Together:
    """Return markets in equilibrium within what their common plants can build.

    Args:
        venues: The markets.
        limits: Plants with a limit.
        shadow: Shadow prices to start from. Shape (P,), USD; None: zero.
        require: As in `solve`, of every market.
        seed: Seed of the random starting points.
        known: Equilibria found before, one per venue or None: a market that turns out to be the
            same game again takes over the proof.

    Raises:
        EquilibriumError: No convergence, or a part of a certificate fails.
        ScenarioError: No support reaches a commitment, or a plant has nothing left to build with.

    Source:
        MODEL sections 3 and 8.
    """
    require_room(limits)
    joint, free = _balanced(tuple(venues), limits, shadow)
    without = tuple(
        0.0 if v.commitment is None else float(stand.share[v.commitment.members].sum())
        for v, stand in zip(venues, free.stands, strict=True)
    )
    equilibria = []
    for place in range(len(joint.venues)):
        old = known[place] if known else None
        equilibria.append(_proven(joint, place, without[place], (require, seed), old))
    return Together(joint=joint, free=free, equilibria=tuple(equilibria))


def _balanced(
    venues: tuple[Venue, ...], limits: Limits, shadow: PerPlant | None
) -> tuple[Joint, Joint]:
    """Return the markets balanced, with their commitments and without."""
    free = balance(without_commitments(venues), limits, shadow=shadow)
    require_balance(free)
    if all(venue.commitment is None for venue in venues):
        return free, free
    started = tuple(
        replace(venue, start=stand.found.price)
        for venue, stand in zip(venues, free.stands, strict=True)
    )
    joint = balance(started, limits, shadow=free.shadow)
    require_balance(joint, free=free)
    return joint, free


def _proven(
    joint: Joint,
    place: int,
    without: float,
    how: tuple[Level, int],
    old: Equilibrium | None,
) -> Equilibrium:
    """Return one market's equilibrium with its certificate."""
    venue, stand, (require, seed) = joint.venues[place], joint.stands[place], how
    game, found = stand.costs.game, stand.found
    commitment, support = venue.commitment, joint.support[place]
    kept = None
    if commitment is not None:
        kept = Fulfilment(support, stand.committed, without, commitment.target)
    miss = max(joint.plants_miss, 0.0 if kept is None else kept.complementarity)
    if kept is None and old is not None and is_same(old, game, require):
        return _missing_by(old, miss)
    certificate = certify(
        game, found.now, level=require, seed=seed,
        complementarity=(miss, bool(joint.shadow.any()) or support > 0),
    )  # fmt: skip
    if require != "first_order":
        require_certificate(game, certificate)
    return Equilibrium(
        game=game,
        price=found.price,
        share=found.now.choice.share @ game.taste.weights,
        certificate=certificate,
        commitment=kept,
    )


def is_same(found: Equilibrium, game: Game, level: Level) -> bool:
    """Return whether a solved equilibrium is one of this game, and proven as far as asked."""
    old, proven = found.game, found.certificate.level
    return (
        found.commitment is None
        and proven in (level, "certified")
        and all(
            np.array_equal(getattr(old.taste, name), getattr(game.taste, name))
            for name in ("delta", "nest", "alpha", "weights", "sigma_in", "sigma_seg", "penalty")
        )
        and old.taste.mu is game.taste.mu
        and np.array_equal(old.wedge.keep, game.wedge.keep)
        and np.array_equal(old.wedge.cost, game.wedge.cost)
        and old.conduct.names == game.conduct.names
        and np.array_equal(old.conduct.firm, game.conduct.firm)
        and np.array_equal(old.conduct.kappa, game.conduct.kappa)
    )


def _missing_by(found: Equilibrium, miss: float) -> Equilibrium:
    """Return an equilibrium whose certificate says by how much complementarity is missed now."""
    certificate = found.certificate
    if certificate.first_order.complementarity == miss:
        return found
    first = replace(certificate.first_order, complementarity=miss)
    return replace(found, certificate=replace(certificate, first_order=first))


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
