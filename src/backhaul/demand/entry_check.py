"""Would the hedonic have foreseen the products on sale? Each is left out and entered again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from backhaul.demand.hedonic import Hedonic
from backhaul.demand.shares import shares
from backhaul.demand.taste import Taste
from backhaul.errors import MarketError
from backhaul.shapes import PerProduct, read_only

LEVELS = (0.05, 0.5, 0.95)
"""Quantiles of the predictive distribution: a 90 % interval and its median."""


@dataclass(frozen=True, eq=False)
class EntryCheck:
    """Predicted against actual units, each product treated as if it had just entered."""

    names: tuple[str, ...]
    """Products that were left out, one after another. Length N."""

    units: PerProduct
    """Actual units. Shape (N,)."""

    low: PerProduct
    """5 % quantile of the prediction. Shape (N,)."""

    median: PerProduct
    """Median of the prediction. Shape (N,)."""

    high: PerProduct
    """95 % quantile of the prediction. Shape (N,)."""

    def __post_init__(self) -> None:
        for name in ("units", "low", "median", "high"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def log_error(self) -> PerProduct:
        """Log of predicted median over actual units. Shape (N,)."""
        return np.log(self.median / self.units)

    @property
    def inside(self) -> np.ndarray:
        """Whether actual units are inside the 90 % interval. Shape (N,)."""
        return (self.low <= self.units) & (self.units <= self.high)

    @property
    def coverage(self) -> float:
        """Share of products inside their interval; 0.9 is what the interval promises."""
        return float(self.inside.mean())

    @property
    def median_absolute_log_error(self) -> float:
        """Median size of the log error: 0.69 is a factor of two either way."""
        return float(np.median(np.abs(self.log_error)))


def leave_one_out_entry(
    *,
    taste: Taste,
    price: PerProduct,
    households: float,
    names: tuple[str, ...],
    hedonic: Hedonic,
    as_entrants: bool = False,
) -> EntryCheck:
    """Predict each fitted product's units from the others, at its observed price.

    The mean utility of the product is replaced by its leave-one-out prediction plus quantiles of
    the **other** products' leave-one-out residuals; all other products keep theirs.

    Args:
        taste: Calibrated tastes; `delta` of the fitted products is what the hedonic was fitted on.
        price: Observed prices. Shape (J,), market currency per vehicle.
        households: Size of the market, so that shares become units.
        names: All products of the market. Length J.
        hedonic: Fitted on some of them.
        as_entrants: Whether to add the entrant shift, for an own import that of the others. Off
            for products that have been on sale for long; on for recent entries.

    Raises:
        MarketError: The hedonic was fitted on a product that the market does not have.
    """
    missing = sorted(set(hedonic.names) - set(names))
    if missing:
        raise MarketError(
            where="leave-one-out entry",
            what=f"the hedonic knows {', '.join(missing[:5])}, the market does not.",
            fix="Fit the hedonic on products of this market.",
        )
    place = {name: j for j, name in enumerate(names)}
    rows = np.array([place[name] for name in hedonic.names])
    predicted = np.array(
        [
            [
                _units(taste, price, households, product, at)
                for at in taste.delta[product]
                - hedonic.residuals[n]
                + np.quantile(np.delete(hedonic.residuals, n), LEVELS)
                + (_shift_without(hedonic, n) if as_entrants else 0.0)
            ]
            for n, product in enumerate(rows.tolist())
        ]
    )
    return EntryCheck(
        names=hedonic.names,
        units=(shares(taste, price) * households)[rows],
        low=predicted[:, 0],
        median=predicted[:, 1],
        high=predicted[:, 2],
    )


def _shift_without(hedonic: Hedonic, product: int) -> float:
    """Return the entrant shift as it would be without one product; 0 without any import."""
    flagged = hedonic.own_import.copy()
    flagged[product] = False
    return float(hedonic.residuals[flagged].mean()) if flagged.any() else 0.0


def _units(taste: Taste, price: PerProduct, households: float, product: int, delta: float) -> float:
    """Return the units of one product were its mean utility `delta`."""
    moved = np.array(taste.delta)
    moved[product] = delta
    return float(shares(replace(taste, delta=moved), price)[product] * households)
