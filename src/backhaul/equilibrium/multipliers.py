"""Shadow prices of full plants and the support of a commitment, together with the prices.

The unknowns are one shadow price per plant, over all markets, and one support per commitment. At
each guess every market's price equilibrium is solved; a semismooth Newton method moves the guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import ACCEPTED, AIM, Factor, Found, find, require_first_order
from backhaul.equilibrium.pricing import conditions, gap_slopes
from backhaul.equilibrium.venue import Slopes, Stand, Venue, costs_at, loads_of, slopes_of, stand_at
from backhaul.shapes import PerPlant, PerProduct, read_only

USD = 1000.0
"""A shadow price of this many USD weighs as much as a slack of one in logarithms."""

PART_OF_COST = 0.05
"""A support of this part of the smallest unit cost weighs as much as a slack of one."""

EXACT = 1e-12
"""Violation of complementarity at which the search stops."""

NO_SEARCH = 1e-10
"""Violation at which no search begins: a plant that is full to the last car, and to the noise of
the prices, is not over its capacity."""

SLACK = 1e-8
"""Largest violation of complementarity that is accepted. Source: MODEL section 8."""

STEPS = 80
"""Most steps before the search gives up."""

FURTHEST = 5.0
"""Longest step of any multiplier, in its own unit: 5,000 USD for a plant."""

HALVINGS = 8
MEMORY = 4
"""A step is taken where it improves on the worst of so many points before it."""

MUCH = 0.5
"""Slopes of an earlier point are good enough while a step with them leaves so much at most."""

NEARLY = 1e-6
"""A support that is this close to a car's cost, as a part of it, goes no further."""

CLOSE = 1e-3
"""Complementarity from which on full plants are taken as known."""

FAR = 1e-4
"""Violation above which prices on the way need not be exact."""

PER_MISS = 1e-2
"""How exact they are then: |r| / p as a part of the violation."""

NOISE = 100.0
"""A move of multipliers tells of slopes only where it is so many times what prices are off."""

AT_FIRST = 1e-5
"""How exact prices are before the first violation is known."""


@dataclass(frozen=True, eq=False)
class Limits:
    """Plants that can build so much and no more for all markets together."""

    names: tuple[str, ...] = ()
    """For messages. Length P."""

    available: PerPlant = field(default_factory=lambda: np.zeros(0))
    """Units that each can build for the markets. Shape (P,), vehicles a year; positive."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "available", read_only(self.available))


@dataclass(frozen=True, eq=False)
class Joint:
    """All markets in equilibrium at multipliers, and how nearly these are complementary."""

    venues: tuple[Venue, ...]
    limits: Limits
    stands: tuple[Stand, ...]
    shadow: PerPlant
    """Shadow price of each plant. Shape (P,), USD per vehicle, zero or more."""

    support: tuple[float, ...]
    """Support per vehicle in each venue, zero without a commitment. Market currency."""

    loads: PerPlant
    """What each plant builds for all venues. Shape (P,), vehicles a year."""

    @property
    def plant_misses(self) -> PerPlant:
        """|min(shadow / 1,000 USD, log(available / load))| by plant: zero where complementary.

        A full plant misses by its relative excess or rest, a plant with room by its shadow price.
        """
        return np.abs(np.minimum(self.shadow / USD, _slack(self.limits, self.loads)))

    @property
    def plants_miss(self) -> float:
        """The largest of `plant_misses`; 0 without any plant."""
        return float(self.plant_misses.max(initial=0.0))

    def commitment_miss(self, place: int) -> float:
        """Return |min(support in its unit, log(share / target))| of a venue; 0 without one."""
        commitment = self.venues[place].commitment
        if commitment is None:
            return 0.0
        slack = np.log(self.stands[place].committed / commitment.target)
        return float(abs(min(self.support[place] / _unit(self.venues[place]), slack)))

    @property
    def miss(self) -> float:
        """The largest violation of complementarity, plants and commitments."""
        of_venues = [self.commitment_miss(place) for place in range(len(self.venues))]
        return max(self.plants_miss, *of_venues)

    @property
    def is_idle_priced(self) -> bool:
        """Whether a plant with room has a shadow price, however small."""
        idle = (self.shadow > 0) & (self.shadow / USD < _slack(self.limits, self.loads))
        return bool(idle.any())

    @property
    def holds(self) -> bool:
        """Whether complementarity and all first-order conditions hold to the standard."""
        return self.miss <= SLACK and all(stand.found.holds for stand in self.stands)


def balance(
    venues: Sequence[Venue],
    limits: Limits,
    *,
    shadow: PerPlant | None = None,
    support: Sequence[float] | None = None,
) -> Joint:
    """Return all markets in equilibrium with multipliers that are complementary.

    Each plant's shadow price is zero or its load is what is available; each support is zero or its
    target is met exactly. Where that holds at the multipliers given, nothing is iterated. Failure
    to converge is in the result (`holds`), not raised.

    Args:
        venues: The markets; the order does not matter.
        limits: The plants that they share.
        shadow: Shadow prices to start from; None: zero. Shape (P,), USD.
        support: Supports to start from, one per venue; None: zero.

    Raises:
        EquilibriumError: No price equilibrium is found at the first multipliers.

    Source:
        Fischer (1992), Optimization 24, for the function of complementarity; De Luca, Facchinei
        and Kanzow (1996), Mathematical Programming 75, for the method. Slacks are in logarithms,
        since demand is nearly exponential in cost.
    """
    count = len(limits.names)
    first = _Guess(
        np.zeros(count) if shadow is None else np.array(shadow, dtype=float),
        np.zeros(len(venues)) if support is None else np.array(support, dtype=float),
    )
    joint = _at(tuple(venues), limits, first, AT_FIRST)
    if joint.miss <= FAR:
        joint = _sharpened(joint)
    if joint.miss <= NO_SEARCH and not joint.is_idle_priced:
        return joint
    return _sharpened(_searched(joint))


def _searched(joint: Joint) -> Joint:
    """Return the markets where a semismooth Newton method ends."""
    history: list[float] = []
    kept = _known_system(joint)
    for _ in range(STEPS):
        if _at_a_ceiling(joint):
            break
        merit = _merit(joint)
        history.append(merit)
        kept = None if kept is None else _shifted(kept, joint)
        moved = None if kept is None else _moved_as_before(joint, kept, max(history[-2:]))
        if moved is None:
            kept = _system(joint)
            moved = _moved(joint, kept, max(history[-MEMORY:]))
        if moved is None:
            break
        joint = moved
        if joint.miss <= EXACT and not joint.is_idle_priced:
            break
    return joint


@dataclass(frozen=True, eq=False)
class _Guess:
    shadow: PerPlant
    support: np.ndarray


def _at(venues: tuple[Venue, ...], limits: Limits, guess: _Guess, aim: float) -> Joint:
    """Return the markets at given multipliers, prices from each venue's start on.

    Raises:
        EquilibriumError: no price equilibrium is found.
    """
    stands = []
    for venue, support in zip(venues, guess.support, strict=True):
        costs = costs_at(venue, guess.shadow, float(support))
        found = _found(costs.game, venue, aim)
        if not found.worst <= aim:
            require_first_order(costs.game, found)
        stands.append(stand_at(venue, costs, found))
    return _joint(venues, limits, guess, tuple(stands))


def _sharpened(joint: Joint) -> Joint:
    """Return the markets at the same multipliers with exact prices.

    Raises:
        EquilibriumError: no price equilibrium is found.
    """
    if all(stand.found.now.miss.max() <= AIM for stand in joint.stands):
        return joint
    venues = tuple(
        replace(venue, start=stand.found.price)
        for venue, stand in zip(joint.venues, joint.stands, strict=True)
    )
    found = _at(venues, joint.limits, _Guess(joint.shadow, np.array(joint.support)), AIM)
    return replace(found, venues=joint.venues)


def _joint(
    venues: tuple[Venue, ...], limits: Limits, guess: _Guess, stands: tuple[Stand, ...]
) -> Joint:
    """Return solved markets with what the plants build."""
    count = len(limits.names)
    loads = sum((loads_of(stand, count) for stand in stands), np.zeros(count))
    return Joint(
        venues=venues,
        limits=limits,
        stands=stands,
        shadow=guess.shadow,
        support=tuple(float(value) for value in guess.support),
        loads=loads,
    )


def _moved_as_before(joint: Joint, system: _System, merit: float) -> Joint | None:
    """Return the next point with the slopes of an earlier one, or None where they lead nowhere.

    A step costs a third of one with slopes of its own; it is worth it where it helps much.
    """
    directions = (_to_full_plants, _to_complementarity)
    for direction in directions[: 1 if joint.miss <= CLOSE else 2]:
        found = _try(joint, system, _bounded(direction(system)))
        if found is not None and _merit(found) <= MUCH * merit:
            return found
    return None


def _moved(joint: Joint, system: _System, allowed: float) -> Joint | None:
    """Return the next point, or None where no step along either direction helps."""
    if joint.miss <= CLOSE:
        known = _try(joint, system, _to_full_plants(system))
        if known is not None and known.miss <= max(0.5 * joint.miss, EXACT):
            return known
    step = _to_complementarity(system)
    for _ in range(HALVINGS):
        found = _try(joint, system, step)
        if found is not None and _merit(found) < allowed * (1 - 1e-4):
            return found
        step = step / 2
    return None


@dataclass(frozen=True, eq=False)
class _System:
    """The conditions at a point in the units of the search: P plants, then C commitments."""

    value: np.ndarray
    """Multipliers in their units. Shape (P + C,)."""

    slack: np.ndarray
    """Log slack of what each stands for. Shape (P + C,)."""

    slope: np.ndarray
    """Slopes of the slack, slack first. Shape (P + C, P + C)."""

    unit: np.ndarray
    """Size of each multiplier's unit, USD or market currency. Shape (P + C,)."""

    ceiling: np.ndarray
    """Largest value of each multiplier, in its unit; a support stays below a car's cost."""

    places: tuple[int, ...]
    """Venues with a commitment. Length C."""

    prices: tuple[np.ndarray, ...]
    """Equilibrium prices of each venue at this point. Shape (J,) each, market currency."""

    rough: float
    """How far prices are from exact at this point: largest |r| / p."""

    slopes: tuple[Slopes, ...]
    factors: tuple[Factor, ...]


def _system(joint: Joint) -> _System:
    """Return the conditions at a point with their exact slopes."""
    count = len(joint.limits.names)
    factors = tuple(
        lu_factor(gap_slopes(stand.costs.game, stand.found.now), check_finite=False)
        for stand in joint.stands
    )
    slopes = tuple(
        slopes_of(stand, count, factor) for stand, factor in zip(joint.stands, factors, strict=True)
    )
    return _assembled(joint, slopes, factors)


def _known_system(joint: Joint) -> _System | None:
    """Return the conditions at a point with the slopes that venues know from near by, if any.

    A venue that knows none gets its own, unless none knows any.
    """
    if all(venue.near is None for venue in joint.venues):
        return None
    count = len(joint.limits.names)
    factors, slopes = [], []
    for venue, stand in zip(joint.venues, joint.stands, strict=True):
        near = venue.near
        if near is None:
            factor = lu_factor(gap_slopes(stand.costs.game, stand.found.now), check_finite=False)
        else:
            factor = near.factor
        is_known = near is not None and np.array_equal(near.pace, venue.pace)
        known = near.slopes if near is not None and is_known else slopes_of(stand, count, factor)
        factors.append(factor)
        slopes.append(known)
    return _assembled(joint, tuple(slopes), tuple(factors))


def _assembled(joint: Joint, slopes: tuple[Slopes, ...], factors: tuple[Factor, ...]) -> _System:
    """Return the conditions at a point with these slopes of its venues."""
    count = len(joint.limits.names)
    places = _committed(joint.venues)
    value, slack, unit = _standing(joint)
    slope = np.zeros((value.size, value.size))
    built = np.maximum(joint.loads, np.finfo(float).tiny)[:, None]
    for place, found in enumerate(slopes):
        columns = [*range(count), *([count + places.index(place)] if place in places else [])]
        slope[:count, columns] -= found.loads[:, : len(columns)] / built
        if place in places:
            row = count + places.index(place)
            slope[row, columns] = found.committed / joint.stands[place].committed
    ceilings = [_ceiling(joint, place) for place in places]
    return _System(
        value=value,
        slack=slack,
        slope=slope * unit,
        unit=unit,
        ceiling=np.array([np.inf] * count + ceilings) / unit,
        places=places,
        prices=tuple(stand.found.price for stand in joint.stands),
        rough=_roughness(joint),
        slopes=slopes,
        factors=factors,
    )


def _shifted(system: _System, joint: Joint) -> _System:
    """Return the conditions at a point with the slopes of an earlier one, as far as they held.

    Slopes are changed as little as makes them tell the way from there to here.

    Source:
        Broyden (1965), Mathematics of Computation 19, 577-593.
    """
    value, slack, _ = _standing(joint)
    prices = tuple(stand.found.price for stand in joint.stands)
    moved, rough = value - system.value, _roughness(joint)
    here = replace(system, value=value, slack=slack, prices=prices, rough=rough)
    if np.linalg.norm(moved) <= NOISE * max(rough, system.rough):
        return here
    told = slack - system.slack - system.slope @ moved
    return replace(
        here,
        slope=system.slope + np.outer(told, moved) / (moved @ moved),
        slopes=tuple(
            _answering(system, place, moved, after - before)
            for place, (before, after) in enumerate(zip(system.prices, prices, strict=True))
        ),
    )


def _roughness(joint: Joint) -> float:
    """Return how far the prices are from exact: the largest |r| / p."""
    return max(float(stand.found.now.miss.max()) for stand in joint.stands)


def _answering(system: _System, place: int, moved: np.ndarray, answer: PerProduct) -> Slopes:
    """Return a venue's slopes that tell how its prices answered a move of the multipliers."""
    slopes, own = system.slopes[place], _columns(system, place)
    step, unit = np.append(moved, 0.0)[own], np.append(system.unit, 1.0)[own]
    length = float(step @ step)
    if not length:
        return slopes
    missing = answer - slopes.best @ (step * unit)
    return replace(slopes, best=slopes.best + np.outer(missing, step / unit) / length)


def _columns(system: _System, place: int) -> list[int]:
    """Return where a venue's multipliers stand: all plants, then its support; -1 without one."""
    plants = system.value.size - len(system.places)
    support = plants + system.places.index(place) if place in system.places else -1
    return [*range(plants), support]


def _standing(joint: Joint) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return multipliers in their units, log slacks, and the units. Shape (P + C,) each."""
    places = _committed(joint.venues)
    unit = np.array([USD] * len(joint.limits.names) + [_unit(joint.venues[p]) for p in places])
    value = np.concatenate([joint.shadow, [joint.support[place] for place in places]]) / unit
    kept = [
        np.log(joint.stands[place].committed / commitment.target)
        for place, commitment in ((p, joint.venues[p].commitment) for p in places)
        if commitment is not None
    ]
    return value, np.concatenate([_slack(joint.limits, joint.loads), kept]), unit


def _merit(joint: Joint) -> float:
    """Return the length of Fischer's function over all conditions."""
    value, slack, _ = _standing(joint)
    return float(np.linalg.norm(value + slack - np.hypot(value, slack)))


def _to_complementarity(system: _System) -> np.ndarray:
    """Return the Newton step on Fischer's function a + b - sqrt(a^2 + b^2). Shape (P + C,)."""
    a, b = system.value, system.slack
    length = np.hypot(a, b)
    safe = np.where(length > 0, length, 1.0)
    corner = 1 - np.sqrt(0.5)
    of_value = np.where(length > 0, 1 - a / safe, corner)
    of_slack = np.where(length > 0, 1 - b / safe, corner)
    matrix = np.diag(of_value) + of_slack[:, None] * system.slope
    return _bounded(_solved(matrix, -(a + b - length)))


def _bounded(step: np.ndarray) -> np.ndarray:
    """Return a step, shortened where a multiplier would go too far at once."""
    return step * min(1.0, FURTHEST / max(float(np.abs(step).max(initial=0.0)), FURTHEST))


def _to_full_plants(system: _System) -> np.ndarray:
    """Return the step that fills what is full by now and drops all other multipliers to zero."""
    full = system.value > system.slack
    step = -system.value
    inside = np.ix_(full, full)
    rest = system.slack[full] + system.slope[np.ix_(full, ~full)] @ step[~full]
    step[full] = _solved(system.slope[inside], -rest)
    return step


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the solution of a linear system, the shortest where there are many."""
    try:
        found = np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        found = np.linalg.lstsq(matrix, right, rcond=None)[0]
    return np.where(np.isfinite(found), found, 0.0)


def _try(joint: Joint, system: _System, step: np.ndarray) -> Joint | None:
    """Return the markets at multipliers one step away, or None without an equilibrium there."""
    count = len(joint.limits.names)
    most = 0.5 * (system.value + system.ceiling)  # a support may come near a car's cost, not reach
    value = np.clip(system.value + step, 0.0, np.where(np.isfinite(most), most, np.inf))
    moved = (value - system.value) * system.unit
    support = np.array(joint.support)
    support[list(system.places)] = (value * system.unit)[count:]
    guess = _Guess(value[:count] * USD, support)
    aim = AIM if joint.miss <= FAR else min(PER_MISS * joint.miss, FAR)
    stands = []
    for place, (venue, stand) in enumerate(zip(joint.venues, joint.stands, strict=True)):
        columns = moved[:count]
        own = moved[count + system.places.index(place)] if place in system.places else 0.0
        predicted = stand.found.price + system.slopes[place].best @ np.append(columns, own)
        costs = costs_at(venue, guess.shadow, float(support[place]))
        found = stand.found
        is_moved = not np.array_equal(costs.game.wedge.cost, stand.costs.game.wedge.cost)
        if is_moved or not found.worst <= aim:
            found = _followed(costs.game, predicted, found.price, system.factors[place], aim)
        if not found.worst <= max(aim, ACCEPTED):
            return None
        stands.append(stand_at(venue, costs, found))
    return _joint(joint.venues, joint.limits, guess, tuple(stands))


def _found(game: Game, venue: Venue, aim: float) -> Found:
    """Return the equilibrium from prices to start with: these themselves where they are one."""
    near = venue.near
    if near is not None:
        return _followed(game, venue.start, venue.start, near.factor, aim)
    with np.errstate(all="ignore"):
        now = conditions(game, venue.start)
    if now.miss.max() <= aim:
        return Found(now=now, rounds=1)
    return find(game, venue.start)


def _followed(
    game: Game, predicted: PerProduct, last: PerProduct, factor: Factor, aim: float
) -> Found:
    """Return the equilibrium near predicted prices: chord steps, or the robust iteration.

    The slopes are those of an earlier point, corrected by what the steps since have shown.

    Source:
        Kelley (1995), Iterative Methods for Linear and Nonlinear Equations, chapter 7.
    """
    usable = bool(np.all(np.isfinite(predicted) & (predicted > 0)))
    start = predicted if usable else last
    steps: list[np.ndarray] = []
    with np.errstate(all="ignore"):
        now = conditions(game, start)
        for rounds in range(1, 16):
            worst = float(now.miss.max())
            if worst <= aim:
                return Found(now=now, rounds=rounds)
            step = _chord(factor, now.gap, start, steps)
            trial = conditions(game, now.price + start * step)
            steps.append(step)
            if not (np.all(trial.price > 0) and float(trial.miss.max()) <= 0.5 * worst):
                break
            now = trial
        return find(game, start)


def _chord(
    factor: Factor, gap: PerProduct, unit: PerProduct, steps: list[np.ndarray]
) -> np.ndarray:
    """Return the next step as a part of the prices, slopes corrected by the steps before."""
    step = -lu_solve(factor, gap, check_finite=False) / unit
    for taken, following in pairwise(steps):
        step = step + following * (taken @ step) / (taken @ taken)
    if steps:
        last = steps[-1]
        step = step / (1 - (last @ step) / (last @ last))
    return step


def _committed(venues: Sequence[Venue]) -> tuple[int, ...]:
    """Return the places of venues with a commitment."""
    return tuple(place for place, venue in enumerate(venues) if venue.commitment is not None)


def _unit(venue: Venue) -> float:
    """Return the unit of a venue's support: a part of the smallest positive cost. Currency."""
    delivery = venue.delivery
    cost = venue.game.wedge.cost
    if delivery is not None:
        cost = cost + np.bincount(
            delivery.links.product, delivery.links.base_share * delivery.links.base_cost
        )
    members = venue.commitment.members if venue.commitment is not None else np.ones(cost.size, bool)
    return max(PART_OF_COST * float(cost[members].min()), 1e-6 * float(np.abs(cost).max()))


def largest_support(stand: Stand, commitment: Commitment, support: float = 0.0) -> float:
    """Return the smallest unit cost of a member, scarcity and support left out.

    Beyond it a car would be paid for more than it costs.

    Args:
        stand: The venue, with or without its commitment.
        commitment: Whose members count.
        support: What is deducted from the members' costs there.
    """
    cost = stand.costs.game.wedge.cost - stand.costs.scarcity + support
    return float(cost[commitment.members].min())


def _ceiling(joint: Joint, place: int) -> float:
    """Return the largest support of a venue with a commitment."""
    commitment = joint.venues[place].commitment
    if commitment is None:
        return np.inf
    return largest_support(joint.stands[place], commitment, joint.support[place])


def _at_a_ceiling(joint: Joint) -> bool:
    """Return whether a support has all but reached its largest value and is still too small."""
    return any(
        joint.support[place] >= (1 - NEARLY) * _ceiling(joint, place)
        for place in _committed(joint.venues)
    )


def _slack(limits: Limits, loads: PerPlant) -> PerPlant:
    """Return log(available / load) by plant, large where nothing is built. Shape (P,)."""
    return np.log(limits.available / np.maximum(loads, 1e-9 * limits.available))


def without_commitments(venues: Sequence[Venue]) -> tuple[Venue, ...]:
    """Return the same markets with nobody committed to any volume."""
    return tuple(replace(venue, commitment=None) for venue in venues)
