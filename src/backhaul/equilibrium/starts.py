"""Do other starting points lead to other answers?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.equilibrium.blocks import in_order
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import ACCEPTED, Factor, Found, find
from backhaul.equilibrium.pricing import Conditions
from backhaul.shapes import PerProduct, read_only

SAME = 1e-8
"""Largest relative difference of prices at which two answers are one."""

ROUNDS = 400
"""Most evaluations from one starting point."""


@dataclass(frozen=True, eq=False)
class Starts:
    """Part 4 of a certificate: what other starting points led to."""

    tried: int = 0
    """Starting points, the one that led to the answer included."""

    unsolved: int = 0
    """How many of them led to no prices at which the first-order conditions hold."""

    answers: tuple[PerProduct, ...] = ()
    """The different answers, the one that was returned first. Each of shape (J,), currency."""

    by_theorem: bool = False
    """Whether the equilibrium is unique by theorem, so that one starting point is enough."""

    @property
    def different(self) -> int:
        """Number of different answers."""
        return 1 if self.by_theorem else len(self.answers)

    @property
    def several(self) -> bool:
        """Whether there is more than one answer: the branch flag of a draw."""
        return self.different > 1

    def as_dict(self) -> dict[str, object]:
        """Return this part as it appears in JSON; answers only where there are several."""
        if self.by_theorem:
            return {"tried": 1, "different": 1, "by_theorem": "unique (Nocke and Schutz 2018)"}
        answers = [list(map(float, a)) for a in self.answers] if self.several else []
        return {
            "tried": self.tried,
            "different": self.different,
            "unsolved": self.unsolved,
            "answers": answers,
        }


def starting_points(game: Game, now: Conditions, seed: int) -> tuple[PerProduct, ...]:
    """Return five other prices to start from: low, high, and two at random around the answer.

    The first is cost plus the mark-up that the mean household's price coefficient would bear; it
    forgets who buys at the answer. Then 1.5 and 3 times the answer; then log-normal, 25 per cent.
    """
    rng = np.random.default_rng(seed)
    keep, a = game.wedge.keep, game.curvature[0]
    bearable = 1 / (a * float(game.taste.alpha @ game.taste.weights))
    low = np.maximum(game.wedge.cost / keep, 0.05 * now.price) + bearable
    spread = np.exp(0.25 * rng.standard_normal((2, now.price.size)))
    return (low, 1.5 * now.price, 3.0 * now.price, *(now.price * spread))


def try_starts(
    game: Game, now: Conditions, points: tuple[PerProduct, ...], slopes: Factor | None = None
) -> Starts:
    """Solve from each starting point and return the different answers, `now` first.

    Args:
        game: What is played.
        now: The conditions at the answer.
        points: Prices to start from. Each of shape (J,), market currency.
        slopes: Factors of dr/dp at the answer. Searches find their own way; these serve for the
            last digits of one that ends at the answer.
    """

    def from_point(point: PerProduct) -> Found:
        return find(game, point, ROUNDS, finish=slopes, aim=ACCEPTED)

    answers, unsolved = [read_only(now.price)], 0
    entries = now.price.size * game.taste.alpha.size
    for found in in_order(from_point, points, entries=entries):
        if not found.holds:
            unsolved += 1
        elif all(np.max(np.abs(found.price / known - 1)) > SAME for known in answers):
            answers.append(read_only(found.price))
    return Starts(tried=1 + len(points), unsolved=unsolved, answers=tuple(answers))
