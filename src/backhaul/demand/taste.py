"""What buyers in one market want: everything in demand but the prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from backhaul.errors import MarketError
from backhaul.shapes import (
    IndexPerProduct,
    PerConsumer,
    PerProduct,
    ProductByConsumer,
    read_only,
)


@dataclass(frozen=True, eq=False)
class Taste:
    """A two-level nested logit with income heterogeneity, outside good 0.

    Utility of consumer i from product j is `delta_j - alpha_i (p_j + penalty_j) + mu_ij` plus the
    nested errors: the top nest holds all new cars (`sigma_in`), the inner nests are segments
    (`sigma_seg`). Source: Verboven (1996) for the nesting, MODEL section 2.
    """

    delta: PerProduct
    """Mean utility without price. Shape (J,)."""

    nest: IndexPerProduct
    """Inner nest (segment) of each product, 0 ... G-1, none empty. Shape (J,)."""

    alpha: PerConsumer
    """Price coefficient of each consumer, positive. Shape (I,), utility per unit of currency."""

    weights: PerConsumer
    """Share of the market's households that each consumer stands for. Shape (I,), adds to 1
    (importance-sampled consumers of an imported estimate may add to something else)."""

    sigma_in: float
    """How close substitutes new cars are to each other rather than to none; in [0, sigma_seg]."""

    sigma_seg: float
    """How close substitutes cars of one segment are; in [sigma_in, 1)."""

    penalty: PerProduct
    """Money a buyer must be compensated, such as for the steering side. Shape (J,), currency."""

    mu: ProductByConsumer | None = None
    """Taste for characteristics, `x_j . (Sigma nu_i)`. Shape (J, I), or None for none."""

    def __post_init__(self) -> None:
        for name in ("delta", "alpha", "weights", "penalty"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        object.__setattr__(self, "nest", read_only(self.nest, int))
        if self.mu is not None:
            object.__setattr__(self, "mu", read_only(self.mu))
        if not 0 <= self.sigma_in <= self.sigma_seg < 1:
            raise MarketError(
                where="nesting parameters",
                what=f"sigma_in is {self.sigma_in:g} and sigma_seg {self.sigma_seg:g}; "
                "0 <= sigma_in <= sigma_seg < 1 is allowed.",
                fix="Lower sigma_in or raise sigma_seg.",
            )
        if not (np.all(np.isfinite(self.alpha)) and np.all(self.alpha > 0)):
            raise MarketError(
                where="price coefficients",
                what="some are not positive: a buyer would prefer a dearer car.",
                fix="Check alpha, the incomes and eta.",
            )
        problems = list(_problems(self))
        if problems:
            raise MarketError(
                where="tastes",
                what=" ".join(problems),
                fix="Correct the arrays: one entry per product (consumer), all of them numbers.",
            )

    @property
    def nests(self) -> int:
        """Number of inner nests G."""
        return int(self.nest.max()) + 1

    @cached_property
    def members(self) -> np.ndarray:
        """Which product is in which nest. Shape (G, J), nest first, 0 or 1."""
        return (self.nest == np.arange(self.nests)[:, None]).astype(float)

    @cached_property
    def for_nothing(self) -> ProductByConsumer:
        """Utility of each product if it cost nothing, nested errors apart. Shape (J, I)."""
        value = self.delta[:, None] - self.penalty[:, None] * self.alpha
        return value if self.mu is None else value + self.mu


def with_products(
    taste: Taste, *, delta: PerProduct, nest: IndexPerProduct, penalty: PerProduct
) -> Taste:
    """Return the same buyers with products added at the end, such as entrants.

    Args:
        taste: What buyers want today.
        delta: Mean utility of the new products. Shape (K,).
        nest: Nest of each new product; one that exists already. Shape (K,).
        penalty: Money a buyer must be compensated for each. Shape (K,), market currency.

    Raises:
        MarketError: A new product is in a nest that does not exist, or buyers have tastes for
            characteristics (`mu`), which the new products would need too.
    """
    if taste.mu is not None:
        raise MarketError(
            where="new products",
            what="buyers have tastes for characteristics, and those of the new products are "
            "not known.",
            fix="Build a Taste with `mu` for all products instead.",
        )
    if np.any(np.asarray(nest) < 0) or np.any(np.asarray(nest) >= taste.nests):
        raise MarketError(
            where="new products",
            what=f"a nest is outside 0 ... {taste.nests - 1}.",
            fix="Put each new product into a nest that has products already.",
        )
    return replace(
        taste,
        delta=np.concatenate([taste.delta, delta]),
        nest=np.concatenate([taste.nest, nest]),
        penalty=np.concatenate([taste.penalty, penalty]),
    )


def _problems(taste: Taste) -> Iterator[str]:
    """Yield what is wrong with the shapes and numbers."""
    products, consumers = taste.delta.size, taste.alpha.size
    if taste.nest.shape != (products,) or taste.penalty.shape != (products,):
        yield f"There are {products} deltas, {taste.nest.size} nests and "
        yield f"{taste.penalty.size} penalties."
    elif np.any(np.bincount(taste.nest - taste.nest.min()) == 0) or taste.nest.min() != 0:
        yield "A nest has no product; nests are numbered 0 ... G-1 without gaps."
    if taste.weights.shape != (consumers,):
        yield f"There are {consumers} price coefficients and {taste.weights.size} weights."
    if not (np.all(np.isfinite(taste.weights)) and np.all(taste.weights >= 0)):
        yield "A consumer's weight is negative or not a number."
    if not (np.all(np.isfinite(taste.delta)) and np.all(np.isfinite(taste.penalty))):
        yield "A delta or penalty is not a number."
    if taste.mu is not None and taste.mu.shape != (products, consumers):
        yield f"mu has shape {taste.mu.shape}; ({products}, {consumers}) is needed."
