"""What to say where plants or a commitment ask for more than there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.iterate import require_first_order
from backhaul.equilibrium.multipliers import (
    SLACK,
    Joint,
    Limits,
    balance,
    largest_support,
    without_commitments,
)
from backhaul.errors import EquilibriumError, ScenarioError


def require_room(limits: Limits) -> None:
    """Refuse plants that have nothing left to build with for these markets.

    Raises:
        ScenarioError: Names the plants, all at once.
    """
    full = [
        f"{name} ({room:,.0f})"
        for name, room in zip(limits.names, limits.available, strict=True)
        if not room > 0
    ]
    if full:
        raise ScenarioError(
            where=f"plant {full[0].split(' ')[0]}",
            what=f"these plants can build no vehicle a year for these markets: {', '.join(full)}.",
            fix="Raise their capacity, or leave it blank where it is not known.",
        )


def require_balance(joint: Joint, *, free: Joint | None = None) -> None:
    """Refuse markets whose multipliers are not complementary.

    Args:
        joint: What the search ended with.
        free: The same markets without their commitments, where they have any.

    Raises:
        ScenarioError: A commitment is out of reach; names the most that can be reached.
        EquilibriumError: A plant cannot be kept within what it can build, and is named; or a
            first-order condition fails.
    """
    if joint.holds:
        return
    if free is not None:
        for place, venue in enumerate(joint.venues):
            if venue.commitment is not None:
                _refuse_commitment(joint, place, venue.commitment, free)
    for stand in joint.stands:
        require_first_order(stand.costs.game, stand.found)
    if joint.plants_miss > SLACK:
        _refuse_plant(joint)
    raise EquilibriumError(
        where="volume commitment",
        what=f"it is off by {joint.miss:.1e} of itself; at most {SLACK:.0e} is accepted.",
        fix="Start from other prices: several answers lie close to each other.",
    )


def _refuse_plant(joint: Joint) -> None:
    """Raise for the plant that is furthest from complementarity."""
    worst = int(np.argmax(joint.plant_misses))
    raise EquilibriumError(
        where=f"plant {joint.limits.names[worst]}",
        what=f"it can build {joint.limits.available[worst]:,.0f} vehicles a year for these "
        f"markets and is asked for {joint.loads[worst]:,.0f} at a shadow price of "
        f"{joint.shadow[worst]:,.0f} USD; none was found that brings the two together.",
        fix="Raise its capacity, lower what is asked of it, or let plants be unlimited: "
        'plants = "unlimited" under [horizon].',
    )


def _refuse_commitment(joint: Joint, place: int, commitment: Commitment, free: Joint) -> None:
    """Raise if the largest support that makes sense does not reach a venue's commitment."""
    stand = free.stands[place]
    members = commitment.members
    without = float(stand.share[members].sum())
    most = max(0.0, largest_support(stand, commitment))
    gift = _with_support(free, place, commitment, most) if most > 0 else free
    reached = float(gift.stands[place].share[members].sum())
    if reached >= commitment.target or not gift.holds:
        return
    game, cost = joint.venues[place].game, stand.costs.game.wedge.cost
    cheapest = game.products[int(np.argmin(np.where(members, cost, np.inf)))]
    full = _full_plants(gift, place, members)
    raise ScenarioError(
        where=f"market {game.market}, volume commitment",
        what=f"the target is {commitment.count(commitment.target)}; without support it is "
        f"{commitment.count(without)}, and even a support of {most:,.0f} per vehicle (market "
        f"currency), the whole unit cost of {cheapest}, reaches only {commitment.count(reached)}"
        + (f"; {', '.join(full)} can build no more." if full else "."),
        fix=f"Lower the target to at most {commitment.count(reached)}, or commit more products.",
    )


def _with_support(free: Joint, place: int, commitment: Commitment, amount: float) -> Joint:
    """Return the markets with a given support for the members in one of them."""
    venues = list(without_commitments(free.venues))
    game = venues[place].game
    helped = game.with_cost(game.wedge.cost - amount * commitment.members)
    start = free.stands[place].found.price
    venues[place] = replace(venues[place], game=helped, start=start)
    return balance(venues, free.limits, shadow=free.shadow)


def _full_plants(joint: Joint, place: int, members: np.ndarray) -> list[str]:
    """Return the full plants that build members of a commitment."""
    delivery = joint.venues[place].delivery
    if delivery is None:
        return []
    used = set(delivery.plant[members[delivery.links.product]].tolist()) - {-1}
    return [joint.limits.names[plant] for plant in sorted(used) if joint.shadow[plant] > 0]
