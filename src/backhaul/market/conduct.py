"""Whose margins a price setter counts as its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.shapes import FirmByFirm, IndexPerProduct, read_only


@dataclass(frozen=True, eq=False)
class Conduct:
    """Ownership: firm f counts `kappa[f, g]` of every dollar that firm g earns."""

    names: tuple[str, ...]
    """Firms. Length F."""

    firm: IndexPerProduct
    """Firm that sets each product's price, an index into `names`. Shape (J,)."""

    kappa: FirmByFirm
    """Weight of g's profit (second index) in f's decision (first index). Diagonal is 1."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "firm", read_only(self.firm, int))
        object.__setattr__(self, "kappa", read_only(self.kappa))

    @property
    def is_partition(self) -> bool:
        """Whether each firm counts its own profit and nothing else."""
        return bool(np.array_equal(self.kappa, np.eye(len(self.names))))


def competing(firms: tuple[str, ...] | list[str]) -> Conduct:
    """Return ordinary competition between multi-product firms, named per product."""
    names, index = np.unique(np.array(firms, dtype=str), return_inverse=True)
    return Conduct(tuple(str(n) for n in names), index, np.eye(len(names)))


def single_product(products: tuple[str, ...] | list[str]) -> Conduct:
    """Return pricing in which every product is its own firm."""
    return Conduct(tuple(products), np.arange(len(products)), np.eye(len(products)))


def merged(conduct: Conduct, first: str, second: str, weight: float = 1.0) -> Conduct:
    """Return the conduct in which two firms count `weight` of each other's profit."""
    a, b = conduct.names.index(first), conduct.names.index(second)
    kappa = np.array(conduct.kappa)
    kappa[a, b] = kappa[b, a] = weight
    return Conduct(conduct.names, conduct.firm, kappa)
