"""Which plant a product comes from: shares of links, and the cost index of a product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.errors import MarketError
from backhaul.shapes import IndexPerLink, PerLink, PerProduct, read_only


@dataclass(frozen=True, eq=False)
class Links:
    """The plants that can deliver each product, as one flat list of L links."""

    product: IndexPerLink
    """Product of each link, 0 ... J-1. Shape (L,)."""

    base_share: PerLink
    """Share of the product's base units that the link delivers. Shape (L,), 1 per product."""

    base_cost: PerLink
    """Delivered cost of a unit at the base. Shape (L,), market currency per vehicle."""

    theta: float
    """How freely plants stand in for each other; 0 keeps base shares. A pure number."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "product", read_only(self.product, int))
        for name in ("base_share", "base_cost"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        if not self.theta >= 0:
            raise MarketError(
                where="sourcing",
                what=f"theta is {self.theta:g}; zero or more is allowed.",
                fix="Raise theta, or set it to zero to keep the base shares.",
            )
        share = self.base_share
        total = np.bincount(self.product, share)
        if not (np.all(share >= 0) and np.all(np.abs(total - 1) <= 1e-9)):
            worst = int(np.argmax(np.where(np.isfinite(total), np.abs(total - 1), np.inf)))
            raise MarketError(
                where=f"sourcing, product no. {worst + 1}",
                what=f"its base shares add to {total[worst]:.9g} (smallest {share.min():g}); "
                "shares of zero or more that add to 1 are allowed.",
                fix="Correct the base shares of its links.",
            )
        if not (np.all(np.isfinite(self.base_cost)) and np.all(self.mean_base_cost > 0)):
            worst = int(np.argmin(np.nan_to_num(self.mean_base_cost, nan=-np.inf)))
            raise MarketError(
                where=f"sourcing, product no. {worst + 1}",
                what=f"its delivered base cost is {self.mean_base_cost[worst]:g}; "
                "a positive one is allowed.",
                fix="Check the factory cost and freight of its links.",
            )

    @property
    def products(self) -> int:
        """Number of products J."""
        return int(self.product.max()) + 1

    @property
    def mean_base_cost(self) -> PerProduct:
        """c0_j: base shares times base costs. Shape (J,), market currency per vehicle."""
        return np.bincount(self.product, self.base_share * self.base_cost)


@dataclass(frozen=True, eq=False)
class Sourcing:
    """Where products come from at given delivered costs, and what that costs."""

    share: PerLink
    """Share of the product's units that the link delivers; also dc_j / dc_jl. Shape (L,)."""

    cost: PerProduct
    """c_j: unit cost that enters pricing. Shape (J,), market currency per vehicle."""

    resourcing: PerProduct
    """c_j minus the mean delivered cost: what moving between plants costs. Shape (J,), currency.

    It is negative where units move to links that were cheaper than the mean at the base.
    """


def source(links: Links, cost: PerLink) -> Sourcing:
    """Return shares and unit costs at these delivered costs.

    With D_jl the change of a link's delivered cost and mu_j = c0_j / theta the shares are
    `b exp(-D/mu) / sum b exp(-D/mu)` and `c_j = c0_j - mu_j ln sum b exp(-D/mu)`, so that
    `dc_j / dc_jl` is the share exactly; `theta = 0` is the mean at base shares.

    Args:
        links: The plants that can deliver each product.
        cost: Delivered cost of a unit on each link. Shape (L,), market currency per vehicle.

    Source:
        MODEL section 3, 'Sourcing': logit shares around the observed ones.
    """
    cost = np.asarray(cost, dtype=float)
    if cost.shape != links.base_cost.shape or not np.all(np.isfinite(cost)):
        raise MarketError(
            where="sourcing",
            what=f"{np.count_nonzero(np.isfinite(cost))} delivered costs were given for "
            f"{links.base_cost.size} links.",
            fix="Give one finite delivered cost for each link.",
        )
    product, base = links.product, links.mean_base_cost
    change = cost - links.base_cost
    mean_change = np.bincount(product, links.base_share * change)
    share = links.base_share
    index = base + mean_change
    if links.theta > 0:
        dispersion = base / links.theta
        # measured from the mean change, so that a change common to all links is exact
        pull = -(change - mean_change[product]) / dispersion[product]
        pull = np.where(links.base_share > 0, pull, -np.inf)
        top = np.full(links.products, -np.inf)
        np.maximum.at(top, product, pull)
        excess = np.expm1(pull - top[product])
        log_sum = top + np.log1p(np.bincount(product, links.base_share * excess))
        share = links.base_share * np.exp(pull - log_sum[product])
        index = index - dispersion * log_sum
    mean = np.bincount(product, share * cost)
    return Sourcing(share=share, cost=index, resourcing=index - mean)


def link_slopes(links: Links, share: PerLink, change: np.ndarray) -> np.ndarray:
    """Return how shares of links answer changes of delivered costs: -share (D - mean D) / mu.

    Args:
        links: The plants that can deliver each product.
        share: Shares at which the slopes are taken, from `source`. Shape (L,).
        change: Changes of delivered costs, one column each. Shape (L, K), market currency.

    Returns:
        Change of each share. Shape (L, K); zero where theta is zero.
    """
    if links.theta == 0:
        return np.zeros_like(change)
    mean = np.zeros((links.products, change.shape[1]))
    np.add.at(mean, links.product, share[:, None] * change)
    pull = (share * links.theta / links.mean_base_cost[links.product])[:, None]
    slopes: np.ndarray = -pull * (change - mean[links.product])
    return slopes
