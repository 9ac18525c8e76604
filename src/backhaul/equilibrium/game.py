"""The pricing game of one market: who sets which price, and whose margins count for whom."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_array

from backhaul.demand.taste import Taste
from backhaul.errors import MarketError
from backhaul.market.conduct import Conduct
from backhaul.market.wedge import Wedge
from backhaul.shapes import IndexPerProduct, PerProduct, ProductByProduct

Holder = TypeVar("Holder", Taste, Wedge)

_OF_STAKES = (
    "stake_of_setter",
    "stake_by_nest",
    "same_nest",
    "by_seller",
    "by_seller_and_nest",
    "own_by_nest",
    "rivals_by_nest",
)
"""What a game derives from its stakes, in their precision."""


@dataclass(frozen=True, eq=False)
class Game:
    """Multi-product Bertrand competition, complete with the names that messages use.

    A seller is a firm, or several firms whose weights in `kappa` are equal: they maximise the
    same thing, so they are one. Symbols: D sellers, G nests, J products, I consumers.
    """

    taste: Taste
    """What buyers want."""

    wedge: Wedge
    """What a seller gets from one unit: `keep_j p_j - cost_j`."""

    conduct: Conduct
    """Whose margins count for whom."""

    market: str = "the market"
    """Name of the market, for messages."""

    products: tuple[str, ...] = ()
    """Names of the products, for messages; without them they are numbered from 1."""

    def __post_init__(self) -> None:
        count = self.taste.delta.size
        if not self.products:
            object.__setattr__(self, "products", tuple(f"no. {j + 1}" for j in range(count)))
        sizes = {
            "taste": count,
            "keep": self.wedge.keep.size,
            "cost": self.wedge.cost.size,
            "conduct": self.conduct.firm.size,
            "names": len(self.products),
        }
        if len(set(sizes.values())) > 1:
            found = ", ".join(f"{name} {size}" for name, size in sizes.items())
            raise MarketError(
                where=f"market {self.market}",
                what=f"the numbers of products differ: {found}.",
                fix="Join all tables of this market by product before solving.",
            )

    @cached_property
    def seller(self) -> IndexPerProduct:
        """Seller that sets each product's price. Shape (J,), index into `sellers`."""
        return self._grouping[1][self.conduct.firm]

    @cached_property
    def sellers(self) -> tuple[str, ...]:
        """Names of the sellers; firms that price as one are joined by ' + '. Length D."""
        group = self._grouping[1]
        names = np.array(self.conduct.names, dtype=object)
        return tuple(" + ".join(names[group == d]) for d in range(group.max() + 1))

    @cached_property
    def stake(self) -> np.ndarray:
        """What each seller counts of the margin on each product. Shape (D, J), seller first."""
        return self._grouping[0][:, self.conduct.firm]

    @cached_property
    def stake_of_setter(self) -> ProductByProduct:
        """What the seller of j (first index) counts of the margin on k (second index)."""
        return self.stake[self.seller]

    @cached_property
    def by_nest(self) -> IndexPerProduct:
        """Products nest by nest, in their order within each. Shape (J,)."""
        return np.argsort(self.taste.nest, kind="stable")

    @cached_property
    def nest_slices(self) -> tuple[slice, ...]:
        """Where each nest stands in `by_nest`. Length G."""
        ends = np.cumsum(np.bincount(self.taste.nest)).tolist()
        return tuple(slice(start, end) for start, end in zip([0, *ends], ends, strict=False))

    @cached_property
    def stake_by_nest(self) -> ProductByProduct:
        """The same as `stake_of_setter`, products in the order of `by_nest`."""
        return self.stake[self.seller[self.by_nest]][:, self.by_nest]

    @cached_property
    def same_nest(self) -> ProductByProduct:
        """1 where two products are in one nest, else 0."""
        return (self.taste.nest[:, None] == self.taste.nest).astype(self.stake.dtype)

    @cached_property
    def curvature(self) -> tuple[float, float, float, float]:
        """The numbers (a, e, b, c) of d ln s_j / dV_l = a [j=l] - b [nest] s_l|g - c s_l|in - s_l.

        Here a = 1/(1 - sigma_seg), e = 1/(1 - sigma_in), b = a - e, c = e - 1.
        """
        a, e = 1 / (1 - self.taste.sigma_seg), 1 / (1 - self.taste.sigma_in)
        return a, e, a - e, e - 1

    @cached_property
    def by_seller(self) -> csr_array:
        """Sum over products with the seller's stakes. Shape (D, J)."""
        seller, product = np.nonzero(self.stake)
        ends = np.searchsorted(seller, np.arange(self.stake.shape[0] + 1))
        return csr_array((self.stake[seller, product], product, ends), shape=self.stake.shape)

    @cached_property
    def by_seller_and_nest(self) -> csr_array:
        """Sum over the products of a nest with the seller's stakes. Shape (D G, J)."""
        return self._per_nest(self.stake)

    @cached_property
    def own_by_nest(self) -> csr_array:
        """Sum over the products of a nest whose price the seller sets. Shape (D G, J)."""
        own = (self.seller == np.arange(len(self.sellers))[:, None]).astype(self.stake.dtype)
        return self._per_nest(own)

    @cached_property
    def rivals_by_nest(self) -> csr_array:
        """Sum over the products of a nest whose price others set. Shape (D G, J)."""
        others = (self.seller != np.arange(len(self.sellers))[:, None]).astype(self.stake.dtype)
        return self._per_nest(others)

    @property
    def sum_cell(self) -> IndexPerProduct:
        """Row of each product in sums by seller and nest. Shape (J,)."""
        return self.seller * self.taste.nests + self.taste.nest

    @property
    def is_unique_by_theorem(self) -> bool:
        """Whether the price equilibrium is known to be unique.

        One type of consumer, no nests, firms that count their own profit only, and one `keep`
        per firm. Source: Nocke and Schutz (2018), Econometrica 86(2), theorem 1 for multinomial
        logit demand.
        """
        taste, keep = self.taste, self.wedge.keep
        one_type = taste.alpha.size == 1
        low, high = (
            np.array([reduce(keep[self.conduct.firm == f]) for f in np.unique(self.conduct.firm)])
            for reduce in (np.min, np.max)
        )
        flat = taste.sigma_in == 0 and taste.sigma_seg == 0
        return bool(one_type and flat and self.conduct.is_partition and np.array_equal(low, high))

    def with_cost(self, cost: PerProduct) -> Game:
        """Return the same game at other unit costs. Shape (J,), market currency per vehicle."""
        return self.with_wedge(Wedge(keep=self.wedge.keep, cost=cost))

    def with_wedge(self, wedge: Wedge) -> Game:
        """Return the same game with other net revenues."""
        _ = self.seller, (self.by_seller_and_nest if self.curvature[2] else self.by_seller)
        game = copy(self)  # with what is known already about who sets which price
        game.__dict__.pop("in_single", None)
        object.__setattr__(game, "wedge", wedge)
        game.__post_init__()
        return game

    @cached_property
    def in_single(self) -> Game:
        """The same game in single precision: for the way to an answer, never for the answer."""
        taste = _single(self.taste, ("alpha", "weights", "members", "for_nothing"))
        game = copy(self)
        object.__setattr__(game, "taste", taste)
        object.__setattr__(game, "wedge", _single(self.wedge, ("keep", "cost")))
        for name in _OF_STAKES:
            game.__dict__.pop(name, None)
        game.__dict__["stake"] = self.stake.astype(np.float32)
        return game

    @cached_property
    def _grouping(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the distinct rows of kappa (D, F), and the row of each firm (F,)."""
        kappa, firms = self.conduct.kappa, len(self.conduct.names)
        if self.conduct.is_partition:
            return kappa, np.arange(firms)
        group = np.full(firms, -1)
        first: list[int] = []
        for f in range(firms):
            if group[f] < 0:
                group[(kappa == kappa[f]).all(axis=1)] = len(first)
                first.append(f)
        return kappa[first], group

    def _per_nest(self, weight: np.ndarray) -> csr_array:
        """Return the matrix that sums by nest with these weights (D, J). Shape (D G, J)."""
        nests = self.taste.nests
        by_nest = weight[:, self.by_nest]
        seller, place = np.nonzero(by_nest)
        product = self.by_nest[place]
        rows = seller * nests + self.taste.nest[product]
        ends = np.searchsorted(rows, np.arange(weight.shape[0] * nests + 1))
        parts = (by_nest[seller, place], product, ends)
        return csr_array(parts, shape=(weight.shape[0] * nests, weight.shape[1]))


def _single(held: Holder, names: tuple[str, ...]) -> Holder:
    """Return a copy with these arrays in single precision."""
    light = copy(held)
    for name in names:
        array = getattr(held, name)
        light.__dict__[name] = None if array is None else array.astype(np.float32)
    return light
