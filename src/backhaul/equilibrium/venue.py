"""One market of a joint problem: its game, its links to shared plants, what is charged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from backhaul.demand.shares import shares
from backhaul.demand.slopes import share_slopes
from backhaul.equilibrium.commitment import Commitment
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import Factor, Found
from backhaul.equilibrium.pricing import gap_slopes, margin_matrix
from backhaul.equilibrium.sourcing import Links, Sourcing, link_slopes, source
from backhaul.shapes import (
    IndexPerLink,
    PerLink,
    PerPlant,
    PerProduct,
    read_only,
)


@dataclass(frozen=True, eq=False)
class Order:
    """Units bought outside demand from some links of one product, in proportion to their shares."""

    links: IndexPerLink
    """Which links. Shape (K,)."""

    units: float


@dataclass(frozen=True, eq=False)
class Delivery:
    """How the products of a market get there: links to plants, and what comes with a link."""

    links: Links
    unit: PerLink
    """Delivered cost without any shadow price. Shape (L,), market currency per vehicle."""

    plant: IndexPerLink
    """Plant of each link among those with a limit; -1 for a plant without. Shape (L,)."""

    per_usd: float = 1.0
    """Market currency per USD, the currency of shadow prices."""

    rebate: PerLink | None = None
    """What a unit of the link takes off its product's cost once it is sold, without a say in where
    it comes from: a credit that follows the origin. Shape (L,), market currency; None: nothing."""

    orders: tuple[Order, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", read_only(self.unit))
        object.__setattr__(self, "plant", read_only(self.plant, int))
        if self.rebate is not None:
            object.__setattr__(self, "rebate", read_only(self.rebate))


@dataclass(frozen=True, eq=False)
class Venue:
    """One market of a joint problem."""

    game: Game
    """What is played. Its costs are those beside `delivery`: all of them where there is none."""

    start: PerProduct
    """Prices to start from. Shape (J,), market currency per vehicle."""

    size: float = 1.0
    """Households of the market: units are shares times it."""

    delivery: Delivery | None = None
    commitment: Commitment | None = None

    before: PerProduct | None = None
    """Prices from which those charged move; NaN for a product that had none. Shape (J,), market
    currency. None: prices adjust in full."""

    adjustment: float = 1.0
    """Part of the way from `before` to the equilibrium that prices go."""

    near: Nearby | None = None
    """The same venue in equilibrium at other costs, whose slopes are tried first; None: nothing is
    known. It speeds the search and does not move the answer."""

    pace: PerProduct = field(init=False)
    """Change of the price charged per change of the equilibrium's. Shape (J,), in (0, 1]."""

    def __post_init__(self) -> None:
        pace = np.ones(self.game.wedge.cost.size)
        if self.before is not None:
            pace = np.where(np.isnan(self.before), 1.0, self.adjustment)
        object.__setattr__(self, "pace", read_only(pace))

    def charged(self, best: PerProduct) -> PerProduct:
        """Return the prices charged where these are the equilibrium's. Shape (J,), currency."""
        if self.before is None or np.all(self.pace == 1):
            return best
        moved = self.before + self.adjustment * (best - self.before)
        return np.where(np.isnan(self.before), best, moved)


@dataclass(frozen=True, eq=False)
class Costs:
    """What the products of a venue cost at given multipliers, and where they come from."""

    game: Game
    """The venue's game at these costs, the support of its commitment deducted."""

    sourced: Sourcing | None
    """None without a delivery."""

    scarcity: PerProduct
    """Shadow prices by link share, a part of the cost. Shape (J,), market currency."""


def costs_at(venue: Venue, shadow: PerPlant, support: float) -> Costs:
    """Return a venue's costs at shadow prices (USD) and a support (market currency)."""
    carried, delivery = venue.game.wedge.cost, venue.delivery
    cost, sourced, scarcity = carried, None, np.zeros_like(carried)
    if delivery is not None:
        extra = _of_links(delivery, shadow) * delivery.per_usd
        sourced = source(delivery.links, delivery.unit + extra)
        scarcity = np.bincount(delivery.links.product, sourced.share * extra)
        cost = sourced.cost + carried
        if delivery.rebate is not None:
            cost = cost - np.bincount(delivery.links.product, sourced.share * delivery.rebate)
    if venue.commitment is not None:
        cost = cost - support * venue.commitment.members
    return Costs(game=venue.game.with_cost(cost), sourced=sourced, scarcity=scarcity)


@dataclass(frozen=True, eq=False)
class Stand:
    """A venue in equilibrium at given multipliers, whether or not these are the right ones."""

    venue: Venue
    costs: Costs
    found: Found
    price: PerProduct
    """Prices charged. Shape (J,), market currency."""

    share: PerProduct
    """Share of households that buy at these prices. Shape (J,)."""

    @property
    def committed(self) -> float:
        """Share of households that buy a member of the commitment; infinite without one."""
        commitment = self.venue.commitment
        return np.inf if commitment is None else float(self.share[commitment.members].sum())


def stand_at(venue: Venue, costs: Costs, found: Found) -> Stand:
    """Return a venue at the equilibrium prices that were found for these costs."""
    price, taste = venue.charged(found.price), costs.game.taste
    in_full = price is found.price
    share = found.now.choice.share @ taste.weights if in_full else shares(taste, price)
    return Stand(venue=venue, costs=costs, found=found, price=price, share=share)


def loads_of(stand: Stand, plants: int) -> PerPlant:
    """Return what each limited plant builds for a venue, orders included. Shape (P,), vehicles."""
    delivery, sourced = stand.venue.delivery, stand.costs.sourced
    if delivery is None or sourced is None:
        return np.zeros(plants)
    units = (stand.venue.size * stand.share)[delivery.links.product] * sourced.share
    for order in delivery.orders:
        mine = sourced.share[order.links]
        units[order.links] += order.units * mine / mine.sum()
    bounded = delivery.plant >= 0
    loads = np.zeros(plants)
    np.add.at(loads, delivery.plant[bounded], units[bounded])
    return loads


@dataclass(frozen=True, eq=False)
class Nearby:
    """A venue in equilibrium, and how it answers there: to start the search at other costs."""

    price: PerProduct
    """Equilibrium prices. Shape (J,), market currency per vehicle."""

    cost: PerProduct
    """Unit costs at which they are that. Shape (J,), market currency per vehicle."""

    factor: Factor
    """LU factors of dr/dp there."""

    passing: np.ndarray
    """Slopes of the equilibrium prices in unit costs. Shape (J, J)."""

    slopes: Slopes
    """How the venue answers multipliers."""

    pace: PerProduct
    """The venue's, for which the slopes hold. Shape (J,)."""

    def predicted(self, cost: PerProduct) -> PerProduct:
        """Return the prices at other unit costs, to first order. Shape (J,), market currency."""
        price: PerProduct = self.price + self.passing @ (cost - self.cost)
        return price


def nearby(stand: Stand, plants: int) -> Nearby:
    """Return a solved venue as a help for others near by.

    Args:
        stand: The venue in equilibrium.
        plants: Number of limited plants.
    """
    game, now = stand.costs.game, stand.found.now
    factor = lu_factor(gap_slopes(game, now), check_finite=False)
    moved = margin_matrix(game, now.choice)
    moved /= (game.curvature[0] * game.wedge.keep * now.pull)[:, None]
    return Nearby(
        price=now.price,
        cost=game.wedge.cost,
        factor=factor,
        passing=-lu_solve(factor, moved, check_finite=False),
        slopes=slopes_of(stand, plants, factor),
        pace=stand.venue.pace,
    )


@dataclass(frozen=True, eq=False)
class Slopes:
    """How a venue answers shadow prices (first P columns, USD) and its support (the last)."""

    best: np.ndarray
    """Of the equilibrium prices. Shape (J, P + 1)."""

    loads: np.ndarray
    """Of what plants build. Shape (P, P + 1)."""

    committed: np.ndarray
    """Of the share that buys a member of the commitment. Shape (P + 1,)."""


def slopes_of(stand: Stand, plants: int, factor: Factor) -> Slopes:
    """Return the exact slopes of a venue: costs move, prices answer, then buyers and plants.

    From r(p, cost) = 0 prices answer by dp = -(dr/dp)^-1 (dr/dcost) dcost.

    Args:
        stand: The venue in equilibrium.
        plants: Number of limited plants.
        factor: LU factors of dr/dp at the equilibrium prices.
    """
    venue, costs = stand.venue, stand.costs
    game, now = costs.game, stand.found.now
    change, of_links = _cost_slopes(stand, plants)
    answered = margin_matrix(game, now.choice) @ change
    answered /= (game.curvature[0] * game.wedge.keep * now.pull)[:, None]
    best = -lu_solve(factor, answered, check_finite=False)
    sold = share_slopes(game.taste, stand.price) @ (venue.pace[:, None] * best)
    members = None if venue.commitment is None else venue.commitment.members
    return Slopes(
        best=best,
        loads=_load_slopes(stand, plants, sold, of_links),
        committed=np.zeros(plants + 1) if members is None else sold[members].sum(axis=0),
    )


def _of_links(delivery: Delivery, shadow: PerPlant) -> PerLink:
    """Return the shadow price of each link's plant, USD; zero for a plant without limit."""
    return np.where(delivery.plant >= 0, np.append(shadow, 0.0)[delivery.plant], 0.0)


def _cost_slopes(stand: Stand, plants: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes of unit costs (J, P + 1) and of link shares (L, P)."""
    venue, sourced = stand.venue, stand.costs.sourced
    delivery = venue.delivery
    count = venue.game.wedge.cost.size
    change = np.zeros((count, plants + 1))
    if venue.commitment is not None:
        change[:, plants] = -venue.commitment.members.astype(float)
    if delivery is None or sourced is None:
        return change, np.zeros((0, plants))
    product = delivery.links.product
    touched = _touched(delivery, plants) * delivery.per_usd
    of_links = link_slopes(delivery.links, sourced.share, touched)
    by_link = sourced.share[:, None] * touched
    if delivery.rebate is not None:
        by_link = by_link - delivery.rebate[:, None] * of_links
    np.add.at(change[:, :plants], product, by_link)
    return change, of_links


def _touched(delivery: Delivery, plants: int) -> np.ndarray:
    """Return 1 where a link (first index) comes from a limited plant (second)."""
    touched = np.zeros((delivery.plant.size, plants))
    bounded = np.flatnonzero(delivery.plant >= 0)
    touched[bounded, delivery.plant[bounded]] = 1.0
    return touched


def _load_slopes(stand: Stand, plants: int, sold: np.ndarray, of_links: np.ndarray) -> np.ndarray:
    """Return the slopes of what plants build. Shape (P, P + 1)."""
    loads = np.zeros((plants, plants + 1))
    delivery, sourced = stand.venue.delivery, stand.costs.sourced
    if delivery is None or sourced is None:
        return loads
    product, share, size = delivery.links.product, sourced.share, stand.venue.size
    units = size * share[:, None] * sold[product]
    units[:, :plants] += size * stand.share[product][:, None] * of_links
    for order in delivery.orders:
        mine, moved = share[order.links], of_links[order.links]
        part = mine / mine.sum()
        units[order.links, :plants] += (
            order.units * (moved - part[:, None] * moved.sum(axis=0)) / mine.sum()
        )
    bounded = delivery.plant >= 0
    np.add.at(loads, delivery.plant[bounded], units[bounded])
    return loads
