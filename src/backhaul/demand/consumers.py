"""Who the buyers are: a few consumers that stand for a country's incomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from backhaul.errors import MarketError
from backhaul.shapes import PerConsumer, ProductByConsumer, read_only


@dataclass(frozen=True, eq=False)
class Consumers:
    """Consumer types: how many households each stands for and how it minds a price."""

    income: PerConsumer
    """Annual income. Shape (I,), any currency: only ratios to `mean` matter."""

    weights: PerConsumer
    """Share of households that each stands for. Shape (I,), adds to 1."""

    sensitivity: PerConsumer
    """Price coefficient relative to a household of mean income, `(y_i / mean)^-eta`. (I,)."""

    mu: ProductByConsumer | None = None
    """Taste for characteristics, `x_j . (Sigma nu_i)`. Shape (J, I), or None for none."""

    def __post_init__(self) -> None:
        for name in ("income", "weights", "sensitivity"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        if self.mu is not None:
            object.__setattr__(self, "mu", read_only(self.mu))


def consumers(
    *, mean: float, gini: float, cap_quantile: float, count: int, eta: float
) -> Consumers:
    """Return consumer types for log-normal incomes and price coefficients that fall with income.

    Args:
        mean: Mean income before the cap, in any currency.
        gini: Gini coefficient, in [0, 1).
        cap_quantile: Incomes above this quantile are set to it, in (0, 1); see `incomes`.
        count: Number of consumer types; one is a household of mean income.
        eta: Elasticity of the price coefficient to income; 0 makes all alike.
    """
    if count == 1:
        income, weights = np.array([float(mean)]), np.ones(1)
    else:
        income, weights = incomes(mean=mean, gini=gini, cap_quantile=cap_quantile, count=count)
    sensitivity = price_coefficients(alpha=1.0, income=income, mean=mean, eta=eta)
    return Consumers(income=income, weights=weights, sensitivity=sensitivity)


def incomes(
    *, mean: float, gini: float, cap_quantile: float, count: int
) -> tuple[PerConsumer, PerConsumer]:
    """Return income nodes and weights of a capped log-normal distribution.

    `ln y` is normal with standard deviation `sqrt(2) Phi^-1((1 + gini) / 2)`, which reproduces the
    Gini coefficient, and a mean such that `E y = mean` **before the cap**. Incomes above the
    quantile are set to that quantile's income: one node carries that mass, and the other
    `count - 1` are Gauss-Legendre nodes in the quantile below it. The cap lowers the mean income;
    price coefficients still compare with `mean`, so moving the cap touches only the rich.

    Args:
        mean: Mean income before the cap, any currency, positive.
        gini: Gini coefficient, in [0, 1).
        cap_quantile: In (0, 1). The cap keeps alpha_i away from zero (MODEL section 8).
        count: Number of nodes, at least 2.

    Returns:
        Incomes in rising order and their weights, which add to one. Both of shape (count,).

    Source:
        Aitchison and Brown (1957), The Lognormal Distribution, for the Gini coefficient.
    """
    _check(mean=mean, gini=gini, cap_quantile=cap_quantile, count=count)
    spread = np.sqrt(2) * ndtri((1 + gini) / 2)
    knots, mass = np.polynomial.legendre.leggauss(count - 1)
    quantile = np.append(cap_quantile * (knots + 1) / 2, cap_quantile)
    weights = np.append(cap_quantile * mass / 2, 1 - cap_quantile)
    return mean * np.exp(spread * ndtri(quantile) - spread**2 / 2), weights


def price_coefficients(
    *, alpha: float, income: PerConsumer, mean: float, eta: float
) -> PerConsumer:
    """Return `alpha_i = alpha (y_i / mean)^-eta`. Shape (I,), utility per unit of currency."""
    return alpha * (income / mean) ** -eta


def _check(*, mean: float, gini: float, cap_quantile: float, count: int) -> None:
    """Raise where a figure is outside what it can be."""
    found = {
        f"the mean is {mean:g}; it is positive": mean > 0,
        f"the Gini coefficient is {gini:g}; 0 to below 1 is allowed (a ratio)": 0 <= gini < 1,
        f"the cap is quantile {cap_quantile:g}; above 0 and below 1 is allowed": (
            0 < cap_quantile < 1
        ),
        f"{count} consumers were asked for; 2 or more are needed": count >= 2,
    }
    wrong = [what for what, fine in found.items() if not fine]
    if wrong:
        raise MarketError(
            where="income distribution",
            what="; ".join(wrong) + ".",
            fix="Correct the parameters of this market's incomes.",
        )
