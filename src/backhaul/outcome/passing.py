"""Pass-through: how much of a change of unit costs buyers see in the price."""

from __future__ import annotations

import numpy as np

from backhaul.baseline.state import SideState
from backhaul.shapes import PerProduct

SMALLEST_MOVE = 1e-3
"""A unit cost that moves by less than this share of itself has no pass-through of its own: what
its price does is an answer to other prices."""


def pass_through(old: SideState, new: SideState) -> PerProduct:
    """Return the change of the consumer price over the change of the unit cost, by product.

    A change of what is kept of a price (a duty on prices, a sales tax) counts as the change of
    cost that it is at the price before. A support lowers the cost. The consumer price has the tax
    in it: a mark-up that stays the same in money gives one plus the sales tax.

    Returns:
        Shape (J,) in the order of `new`; NaN for new products, and where the cost hardly moves.
    """
    price, cost = _changes(old, new)
    moved = _moved(old, new, cost)
    ratio = np.full(price.size, np.nan)
    ratio[moved] = price[moved] / cost[moved]
    return ratio


def mean_pass_through(old: SideState, new: SideState) -> float | None:
    """Return pass-through over all products whose cost moved, weighted by units before.

    None where no unit cost moved, or where rises and falls cancel.
    """
    price, cost = _changes(old, new)
    moved = _moved(old, new, cost)
    units = aligned(old, old.units, new)[moved]
    total = float(units @ cost[moved])
    if not moved.any() or abs(total) < SMALLEST_MOVE * float(units @ np.abs(cost[moved])):
        return None
    return float(units @ price[moved]) / total


def _changes(old: SideState, new: SideState) -> tuple[PerProduct, PerProduct]:
    """Return changes of consumer price and of unit cost, NaN for new products."""
    before = aligned(old, old.price, new)
    lost = aligned(old, old.wedge.keep, new) - new.wedge.keep
    cost = (new.wedge.cost - new.promised) - aligned(old, old.wedge.cost - old.promised, new)
    return new.price - before, cost + lost * before


def _moved(old: SideState, new: SideState, cost: PerProduct) -> np.ndarray:
    """Return which products' cost moved by more than next to nothing. Shape (J,)."""
    return np.abs(cost) >= SMALLEST_MOVE * np.abs(aligned(old, old.wedge.cost, new))


def aligned(old: SideState, values: PerProduct, new: SideState) -> np.ndarray:
    """Return values of the old state in the order of the new one; NaN for new products."""
    known = dict(zip(old.market.ids, values, strict=True))
    return np.array([known.get(name, np.nan) for name in new.market.ids])
