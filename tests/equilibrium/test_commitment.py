"""A volume commitment: what support makes a number of units an equilibrium.

Complementarity is 1e-8 by MODEL section 8; the root is found to rounding, so 1e-10 is asked.
"""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.solve import Equilibrium, solve
from backhaul.errors import ScenarioError
from equilibrium.toy_games import toy

MEMBERS = np.arange(12) < 3


def kept(game: Game, start: np.ndarray, target: float) -> Equilibrium:
    """Solve with a commitment of the first three products."""
    return solve(
        game.taste, game.wedge, game.conduct, start=start, commitment=Commitment(MEMBERS, target)
    )


@pytest.fixture(scope="module")
def base() -> tuple[Game, np.ndarray, float]:
    """Return a game, its prices, and the share that the members have without support."""
    game, price = toy()
    free = solve(game.taste, game.wedge, game.conduct, start=price)
    return game, price, float(free.share[MEMBERS].sum())


def test_no_support_where_none_is_needed(base: tuple[Game, np.ndarray, float]) -> None:
    """A target below what sells anyway has multiplier zero and moves no price."""
    game, price, share = base
    found = kept(game, price, 0.5 * share)
    assert found.multiplier == 0
    assert not found.commitment.active
    assert found.commitment.complementarity == 0
    np.testing.assert_allclose(found.price, price, rtol=1e-10)


def test_target_is_reached_with_a_certificate(base: tuple[Game, np.ndarray, float]) -> None:
    """The support makes the target an equilibrium, and prices are those of costs less support."""
    game, price, share = base
    found = kept(game, price, 1.5 * share)
    assert found.certified
    assert found.multiplier > 0
    assert abs(found.share[MEMBERS].sum() / (1.5 * share) - 1) < 1e-10
    assert found.commitment.complementarity < 1e-10
    assert found.commitment.without == pytest.approx(share, rel=1e-10)
    cheaper = game.with_cost(game.wedge.cost - found.multiplier * MEMBERS)
    again = solve(cheaper.taste, cheaper.wedge, cheaper.conduct, start=price)
    np.testing.assert_allclose(found.price, again.price, rtol=1e-10)


def test_support_rises_with_the_target(base: tuple[Game, np.ndarray, float]) -> None:
    """More units take more support per vehicle, without a jump at the free share."""
    game, price, share = base
    multiples = (1.0 + 1e-6, 1.1, 1.4, 1.8)
    support = [kept(game, price, m * share).multiplier for m in multiples]
    assert np.all(np.diff(support) > 0)
    assert 0 < support[0] < 1e-3


def test_unreachable_target_names_the_most(base: tuple[Game, np.ndarray, float]) -> None:
    """If the whole unit cost is not enough, the error says how far it reaches, and that is so."""
    game, price, _ = base
    with pytest.raises(ScenarioError) as caught:
        kept(game, price, 0.999)
    most = float(game.wedge.cost[MEMBERS].min())
    gift = game.with_cost(game.wedge.cost - most * MEMBERS)
    reached = solve(gift.taste, gift.wedge, gift.conduct, start=price).share[MEMBERS].sum()
    assert f"reaches only {reached:.6g}" in caught.value.what
    assert caught.value.fix.startswith("Lower the target")


@pytest.mark.parametrize(
    ("members", "target"), [(MEMBERS, 0.0), (MEMBERS, np.nan), (np.zeros(12, bool), 0.1)]
)
def test_a_commitment_needs_members_and_units(members: np.ndarray, target: float) -> None:
    """No members, no units or units that are no number are refused."""
    with pytest.raises(ScenarioError, match="a share between 0 and 1"):
        Commitment(members, target)
