"""Who buys what, as one differentiable function of tastes and prices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from backhaul.market.conduct import Conduct
from backhaul.smooth.config import Array, Number

BUNCH = 16
"""Products of a nest that are handled at a time where nests are of unlike sizes."""


@dataclass(frozen=True, eq=False)
class Frame:
    """What stays fixed while numbers vary: nests, and who sets which price.

    A cell is a firm's products in one nest. Symbols: C cells, D sellers, F firms, G nests,
    J products, I consumers.
    """

    nest: np.ndarray
    """Nest of each product, 0 ... G-1, none empty. Shape (J,)."""

    nests: int
    """Number of nests G."""

    seller: np.ndarray
    """Seller that sets each product's price, 0 ... D-1. Shape (J,)."""

    stake: np.ndarray
    """What each seller counts of the margin on each product. Shape (D, J), seller first."""

    @staticmethod
    def of(nest: np.ndarray, conduct: Conduct) -> Frame:
        """Return the frame of these nests (J,) under this conduct."""
        kappa, nest = np.asarray(conduct.kappa), np.asarray(nest)
        distinct, group = np.unique(kappa, axis=0, return_inverse=True)
        return Frame(
            nest=nest,
            nests=int(nest.max()) + 1,
            seller=group.ravel()[conduct.firm],
            stake=distinct[:, conduct.firm],
        )

    @cached_property
    def firm(self) -> np.ndarray:
        """Products whose margins every seller counts alike, by one seller. Shape (J,), index."""
        key = np.vstack([self.seller, self.stake])
        return np.unique(key, axis=1, return_inverse=True)[1].ravel()

    @cached_property
    def kappa(self) -> np.ndarray | None:
        """What the seller of a firm counts of another's margin. Shape (F, F); None: own only."""
        first = np.unique(self.firm, return_index=True)[1]
        kappa = self.stake[self.seller[first]][:, first]
        return None if np.array_equal(kappa, np.eye(first.size)) else kappa

    @cached_property
    def cell(self) -> np.ndarray:
        """Cell of each product, ordered by nest. Shape (J,), index."""
        return self._cells[1]

    @cached_property
    def cell_nest(self) -> np.ndarray:
        """Nest of each cell. Shape (C,), rising."""
        return self.nest[self._cells[0]]

    @cached_property
    def cell_firm(self) -> np.ndarray:
        """Firm of each cell. Shape (C,)."""
        return self.firm[self._cells[0]]

    @cached_property
    def cell_kappa(self) -> np.ndarray | None:
        """What the seller of a cell counts of another cell of the nest. (C, C); None: own only."""
        if self.kappa is None:
            return None
        same = self.cell_nest[:, None] == self.cell_nest
        return same * self.kappa[np.ix_(self.cell_firm, self.cell_firm)]

    @cached_property
    def same_nest(self) -> np.ndarray:
        """1 where two products are in one nest, else 0. Shape (J, J)."""
        return (self.nest[:, None] == self.nest).astype(float)

    @cached_property
    def bunches(self) -> np.ndarray:
        """Products of one nest, up to `BUNCH` at a time, the last repeated. Shape (K, BUNCH)."""
        rows: list[np.ndarray] = []
        for nest in range(self.nests):
            of = np.flatnonzero(self.nest == nest)
            filled = np.append(of, np.full(-of.size % BUNCH, of[-1]))
            rows.extend(filled.reshape(-1, BUNCH))
        return np.array(rows)

    @cached_property
    def bunch_nest(self) -> np.ndarray:
        """Nest of each bunch. Shape (K,)."""
        return self.nest[self.bunches[:, 0]]

    @cached_property
    def bunch_place(self) -> np.ndarray:
        """Where each product stands first in the bunches, flattened. Shape (J,), index."""
        return np.unique(self.bunches, return_index=True)[1]

    @cached_property
    def teams(self) -> tuple[np.ndarray, ...]:
        """Products of each seller, -1 where there is no more: small and large sellers apart.

        One array of shape (sellers, products) for each of the two groups, or for all in one.
        """
        sizes = np.bincount(self.seller)
        by_size = np.argsort(sizes, kind="stable")
        ends = [_room(sizes[by_size[:k]]) + _room(sizes[by_size[k:]]) for k in range(sizes.size)]
        groups = np.split(by_size, [int(np.argmin(ends))])
        return tuple(_padded(self.seller, group) for group in groups if group.size)

    @cached_property
    def stake_of_setter(self) -> np.ndarray:
        """What the seller of j (first index) counts of the margin on k. Shape (J, J)."""
        return self.stake[self.seller]

    @cached_property
    def _cells(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first product of each cell (C,), and the cell of each product (J,)."""
        key = self.nest * (self.firm.max() + 1) + self.firm
        _, first, cell = np.unique(key, return_index=True, return_inverse=True)
        return first, cell.ravel()


def _room(sizes: np.ndarray) -> int:
    """Return how many entries square blocks of the largest of these sizes have together."""
    return int(sizes.size * sizes.max(initial=0) ** 2)


def _padded(seller: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the products of each of these sellers, filled up with -1."""
    own = [np.flatnonzero(seller == d) for d in group]
    longest = max(of.size for of in own)
    return np.array([np.append(of, np.full(longest - of.size, -1)) for of in own])


class Buyers(NamedTuple):
    """What buyers of one market want; `demand.taste.Taste` as numbers that may be traced."""

    delta: Array
    """Mean utility without price. Shape (J,)."""

    alpha: Array
    """Price coefficient of each consumer, positive. Shape (I,)."""

    weights: Array
    """Share of households that each consumer stands for. Shape (I,)."""

    sigma_in: Number
    """How close substitutes new cars are to each other rather than to none."""

    sigma_seg: Number
    """How close substitutes cars of one nest are."""

    penalty: Array
    """Money a buyer must be compensated. Shape (J,), market currency."""

    mu: Array | None = None
    """Further utility of each consumer from each product. Shape (J, I); None: none."""

    absent: Array | None = None
    """1 for each product that is not there, else 0: nobody buys it, for its `delta` is so low, and
    no condition is asked of its price. Shape (J,); None: all are there."""

    @property
    def powers(self) -> tuple[Number, Number]:
        """The numbers a = 1 / (1 - sigma_seg) and e = 1 / (1 - sigma_in)."""
        return 1 / (1 - self.sigma_seg), 1 / (1 - self.sigma_in)


class Chosen(NamedTuple):
    """The choice probabilities of each consumer, on every level of the nest."""

    share: Array
    """Probability that consumer i buys product j. Shape (J, I)."""

    in_nest: Array
    """Probability of product j given its nest. Shape (J, I)."""

    in_market: Array
    """Probability of product j given that a new car is bought. Shape (J, I)."""

    inclusive: Array
    """Log-sum utility of buying any new car. Shape (I,)."""


class Split(NamedTuple):
    """Choice probabilities in factors, so that no product of two need be stored.

    `in_nest = power / total[nest]`, `in_market = in_nest * nest[nest]`, `share = in_market * buy`.
    """

    power: Array
    """Exponential of scaled utility, less that of the best product of the nest. Shape (J, I)."""

    total: Array
    """Sum of `power` over a nest. Shape (G, I)."""

    nest: Array
    """Probability of a nest given that a new car is bought. Shape (G, I)."""

    buy: Array
    """Probability of buying a new car. Shape (I,)."""

    inclusive: Array
    """Log-sum utility of buying any new car. Shape (I,)."""


def choose(frame: Frame, buyers: Buyers, price: Array) -> Chosen:
    """Return the choice probabilities at these consumer prices (J,), in market currency.

    Source:
        The same as `demand.shares.choice`: Verboven (1996), RAND Journal of Economics 27(2).
    """
    parts = split(frame, buyers, price)
    in_nest = parts.power / parts.total[frame.nest]
    in_market = in_nest * parts.nest[frame.nest]
    return Chosen(
        share=in_market * parts.buy,
        in_nest=in_nest,
        in_market=in_market,
        inclusive=parts.inclusive,
    )


def sales(frame: Frame, buyers: Buyers, price: Array) -> jax.Array:
    """Return the share of households that buy each product. Shape (J,)."""
    return sold(frame, split(frame, buyers, price), buyers.weights)


def surplus(frame: Frame, buyers: Buyers, price: Array) -> jax.Array:
    """Return the mean surplus per household in market currency; `demand.surplus.mean_surplus`."""
    inclusive = split(frame, buyers, price).inclusive
    return jnp.dot(jax.nn.softplus(inclusive) / buyers.alpha, buyers.weights)


def utility(buyers: Buyers, price: Array) -> jax.Array:
    """Return utility without the nested errors. Shape (J, I)."""
    value = buyers.delta[:, None] - (price + buyers.penalty)[:, None] * buyers.alpha
    return value if buyers.mu is None else value + buyers.mu


def best_of_nest(frame: Frame, buyers: Buyers, price: Array) -> jax.Array:
    """Return the utility of the best product of each nest, as a constant. Shape (G, I).

    It is subtracted before exponentials are taken, and drops out of every probability.
    """
    value = lax.stop_gradient(utility(buyers, price))
    return jax.ops.segment_max(value, frame.nest, frame.nests)


def split(frame: Frame, buyers: Buyers, price: Array, top: Array | None = None) -> Split:
    """Return the choice probabilities in factors.

    Args:
        frame: Nests.
        buyers: Tastes.
        price: Consumer prices. Shape (J,), market currency.
        top: `best_of_nest` at prices near by, where it is known already. Probabilities are the
            same, unless prices are so far away that an exponential overflows: then not a number.
    """
    a, e = buyers.powers
    top = best_of_nest(frame, buyers, price) if top is None else top
    power = jnp.exp((utility(buyers, price) - top[frame.nest]) * a)
    total = jax.ops.segment_sum(power, frame.nest, frame.nests)
    value = jnp.log(total) / a + top
    best = lax.stop_gradient(value.max(axis=0))
    chosen = jnp.exp((value - best) * e)
    cars = chosen.sum(axis=0)
    inclusive = jnp.log(cars) / e + best
    return Split(
        power=power,
        total=total,
        nest=chosen / cars,
        buy=jax.nn.sigmoid(inclusive),
        inclusive=inclusive,
    )


def sold(frame: Frame, parts: Split, weights: Array) -> jax.Array:
    """Return the sum over consumers of their weight times their probability. Shape (J,)."""
    weighted = parts.nest * parts.buy / parts.total * weights
    return row_sums(parts.power, weighted[frame.nest])


def row_sums(left: Array, right: Array) -> jax.Array:
    """Return the sum over consumers of left times right, both (J, I). Shape (J,)."""
    return jnp.einsum("ji,ji->j", left, right)
