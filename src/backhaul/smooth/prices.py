"""One market's pricing problem as arrays: links, sourcing, and everything the prices answer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from backhaul.smooth.choice import Buyers, Frame
from backhaul.smooth.config import Array, Number

STEEPEST = 600.0
"""Largest exponent of a link's pull: a link of base share zero may pull without bound."""


@dataclass(frozen=True, eq=False)
class LinkFrame:
    """Which link belongs to which product and plant. Symbols: L links, P plants with a limit."""

    product: np.ndarray
    """Product of each link, 0 ... J-1. Shape (L,)."""

    plant: np.ndarray
    """Plant with a limit that each link comes from, 0 ... P-1; -1 where unbounded. Shape (L,)."""

    products: int
    """Number of products J."""


class Links(NamedTuple):
    """The numbers of the links at the base."""

    base_share: Array
    """Share of the product's base units that the link delivers. Shape (L,), 1 per product."""

    base_cost: Array
    """Delivered cost of a unit at the base. Shape (L,), market currency."""

    theta: Number
    """How freely plants stand in for each other; 0 keeps base shares."""


class Sourced(NamedTuple):
    """Where products come from, and what that costs; `equilibrium.sourcing.Sourcing`."""

    share: jax.Array
    """Share of the product's units that the link delivers. Shape (L,)."""

    cost: jax.Array
    """c_j: unit cost that enters pricing. Shape (J,), market currency."""

    resourcing: jax.Array
    """c_j minus the mean delivered cost. Shape (J,), market currency."""


@dataclass(frozen=True, eq=False)
class SideFrame:
    """What stays fixed of one market's problem."""

    frame: Frame
    links: LinkFrame
    member: np.ndarray | None
    """Products that count for a volume commitment. Shape (J,), flags; None: no commitment."""

    entrant: np.ndarray
    """Products without a base price, charged at p* on any horizon. Shape (J,), flags."""

    orders: tuple[np.ndarray, ...] = ()
    """Links of each state order: units bought outside demand, in proportion to link shares."""


class Side(NamedTuple):
    """The numbers of one market's problem. Pricing costs are `source(...).cost + carried`."""

    buyers: Buyers
    keep: Array
    """What is left of a consumer price. Shape (J,)."""

    carried: Array
    """Cost of a unit beside the delivered cost of its link. Shape (J,), market currency."""

    base_share: Array
    """As in `Links`. Shape (L,)."""

    base_cost: Array
    """As in `Links`. Shape (L,), market currency."""

    unit: Array
    """Delivered cost of a unit on each link now. Shape (L,), market currency."""

    theta: Number
    """As in `Links`."""

    per_usd: Number
    """Market currency per USD."""

    size: Number
    """Households of the market."""

    credit: Array | None = None
    """Purchase subsidy to the buyer of a car from each link, which follows the links sold and
    lowers pricing cost by `keep` times its mean. Shape (L,), market currency; None: none."""

    member: Array | None = None
    """1 for each product that counts for a commitment, else 0; all 0 where nothing is promised.
    Shape (J,); None: nothing is promised in any state that is solved with this one."""

    ordered: tuple[Number, ...] | None = None
    """Units of each state order, in the order of `SideFrame.orders`; None: none."""

    @property
    def links(self) -> Links:
        """The numbers of the links at the base."""
        return Links(self.base_share, self.base_cost, self.theta)


class Limits(NamedTuple):
    """What plants can build and what a commitment asks for. Symbol: P plants with a limit."""

    available: Array
    """Units a year that each plant can build for the modelled markets. Shape (P,)."""

    outside: Array
    """Units built for others beside the sides' own state orders. Shape (P,)."""

    target: Number
    """Units of the commitment; not read where no product is a member."""


def source(frame: LinkFrame, links: Links, unit: Array) -> Sourced:
    """Return shares and unit costs at these delivered costs.

    Args:
        frame: Which link belongs to which product.
        links: Base shares and costs.
        unit: Delivered cost of a unit on each link. Shape (L,), market currency.

    Source:
        The same as `equilibrium.sourcing.source`: MODEL section 3. At `theta = 0` shares are the
        base shares, and slopes in theta are zero.
    """
    product, base = frame.product, links.base_share
    mean_base = _total(frame, base * links.base_cost)
    change = unit - links.base_cost
    mean_change = _total(frame, base * change)
    free = links.theta > 0
    dispersion = mean_base / jnp.where(free, links.theta, 1.0)
    # measured from the mean change, so that a change common to all links is exact
    pull = -(change - mean_change[product]) / dispersion[product]
    top = jax.ops.segment_max(jnp.where(base > 0, pull, -jnp.inf), product, frame.products)
    top = jax.lax.stop_gradient(top)
    lead = jnp.minimum(pull - top[product], STEEPEST)
    log_sum = top + jnp.log1p(_total(frame, base * jnp.expm1(lead)))
    share = base * jnp.exp(lead + (top - log_sum)[product])
    cost = mean_base + mean_change - jnp.where(free, dispersion * log_sum, 0.0)
    share = jnp.where(free, share, base)
    return Sourced(share=share, cost=cost, resourcing=cost - _total(frame, share * unit))


def pricing_cost(frame: LinkFrame, side: Side, sourced: Sourced) -> jax.Array:
    """Return what a unit costs the seller, credits of its buyers deducted. Shape (J,)."""
    cost = sourced.cost + side.carried
    if side.credit is None:
        return cost
    return cost - side.keep * _total(frame, sourced.share * side.credit)


def _total(frame: LinkFrame, values: Array) -> jax.Array:
    """Return the sum of link values by product. Shape (J,)."""
    return jax.ops.segment_sum(values, frame.product, frame.products)
