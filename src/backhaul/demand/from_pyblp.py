"""Estimated demand comes in: a pyblp results object becomes a market with the same shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backhaul.demand.shares import shares
from backhaul.demand.taste import Taste
from backhaul.errors import CalibrationError, MarketError
from backhaul.ground.names import suggestion
from backhaul.market.conduct import Conduct, competing
from backhaul.shapes import PerConsumer, PerProduct, ProductByConsumer, read_only

PRICES = "prices"
"""pyblp's name of the price in a formulation."""

IMPORT_TOLERANCE = 1e-8
"""Largest accepted gap between log shares here and in pyblp (MODEL section 2)."""


@dataclass(frozen=True, eq=False)
class ImportedMarket:
    """One market of an estimation by pyblp."""

    market_id: str
    """pyblp's name of the market."""

    products: tuple[str, ...]
    """Row of each product in pyblp's product data, as text. Length J."""

    taste: Taste
    """What buyers want. Weights are pyblp's own and need not add to one."""

    price: PerProduct
    """Observed prices. Shape (J,), pyblp's unit."""

    share: PerProduct
    """Observed shares. Shape (J,)."""

    conduct: Conduct
    """Competition between pyblp's firms."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "price", read_only(self.price))
        object.__setattr__(self, "share", read_only(self.share))


def market_from_pyblp(results: Any, market_id: object) -> ImportedMarket:  # noqa: ANN401
    """Return one market of a pyblp estimation with the same shares, slopes and owners.

    The price may stand in X1, in X2 or in both, and must enter linearly: then each consumer has
    one price coefficient, `alpha_i = -(beta_p + (Sigma nu_i)_p + (Pi d_i)_p)`. All other random
    coefficients go into `mu`. Nests become segments, with `sigma_seg = rho` and `sigma_in = 0`.

    Args:
        results: `pyblp.ProblemResults`.
        market_id: One of the market identifiers in pyblp's product data.

    Raises:
        MarketError: No such market.
        CalibrationError: A part of the estimation that has no counterpart here: prices that enter
            in another way, random coefficients that are not linear, several nesting parameters,
            consumers who cannot buy everything, or no price at all; or shares that do not agree.
    """
    problem = results.problem
    rows = np.flatnonzero(problem.products.market_ids.ravel() == market_id)
    if rows.size == 0:
        known = sorted({str(name) for name in problem.products.market_ids.ravel()})
        raise MarketError(
            where=f"pyblp market {market_id!r}",
            what=f"the estimation has no such market; it has {len(known)}, such as {known[0]!r}.",
            fix=suggestion(str(market_id), known),
        )
    _check(results)
    agents = problem.agents[problem.agents.market_ids.ravel() == market_id]
    price = problem.products.prices[rows].ravel().astype(float)
    fixed = _fixed_price_effect(results)
    alpha, mu = _random_parts(results, agents, rows)
    taste = Taste(
        delta=results.delta[rows].ravel() - fixed * price,
        nest=_nests(problem, rows),
        alpha=alpha - fixed,
        weights=agents.weights.ravel(),
        sigma_in=0.0,
        sigma_seg=float(np.ravel(results.rho)[0]) if np.size(results.rho) else 0.0,
        penalty=np.zeros_like(price),
        mu=mu,
    )
    market = ImportedMarket(
        market_id=str(market_id),
        products=tuple(str(row) for row in rows),
        taste=taste,
        price=price,
        share=problem.products.shares[rows].ravel().astype(float),
        conduct=competing([str(firm) for firm in problem.products.firm_ids[rows].ravel()]),
    )
    _confirm(market)
    return market


def _fixed_price_effect(results: Any) -> float:  # noqa: ANN401
    """Return pyblp's linear price coefficient, 0 where the price is not in X1."""
    for name, value in zip(
        [str(part) for part in results.problem._X1_formulations], results.beta.ravel(), strict=False
    ):
        if name == PRICES:
            return float(value)
    return 0.0


def _random_parts(
    results: Any,  # noqa: ANN401
    agents: Any,  # noqa: ANN401
    rows: np.ndarray,
) -> tuple[PerConsumer, ProductByConsumer | None]:
    """Return minus the random part of the price coefficient, and mu from all else."""
    names = [str(part) for part in results.problem._X2_formulations]
    if not names:
        return np.zeros(agents.weights.size), None
    used = np.any(results.sigma != 0, axis=0)
    if agents.nodes.shape[1] == used.size:
        used = np.ones(used.size, dtype=bool)  # pyblp: one column of nodes for each in X2 ...
    nodes = agents.nodes[:, : used.sum()]  # ... or only for those with some sigma
    random = results.sigma[:, used] @ nodes.T
    if agents.demographics.shape[1]:
        random = random + results.pi @ agents.demographics.T
    other = np.array([name != PRICES for name in names])
    regressors = results.problem.products.X2[rows]
    mu = regressors[:, other] @ random[other] if other.any() else None
    return -random[~other].sum(axis=0), mu


def _nests(problem: Any, rows: np.ndarray) -> np.ndarray:  # noqa: ANN401
    """Return the nest of each product; without nests all products are in one."""
    if problem.products.nesting_ids.shape[1] == 0:
        return np.zeros(rows.size, dtype=int)
    return np.unique(problem.products.nesting_ids[rows].ravel(), return_inverse=True)[1]


def _check(results: Any) -> None:  # noqa: ANN401
    """Raise where the estimation has a part that a `Taste` cannot hold."""
    problem = results.problem
    parts = [*problem._X1_formulations, *problem._X2_formulations]
    odd = sorted({str(part) for part in parts if PRICES in part.names and str(part) != PRICES})
    wrong = []
    if odd:
        wrong.append(f"prices enter as {', '.join(odd)}; only 'prices' itself is linear in money")
    if all(str(part) != PRICES for part in parts):
        wrong.append("prices are in neither X1 nor X2")
    if any(kind != "linear" for kind in problem.rc_types):
        wrong.append(f"random coefficients are of type {', '.join(sorted(set(problem.rc_types)))}")
    if np.unique(results.rho).size > 1:
        wrong.append(f"there are {np.unique(results.rho).size} nesting parameters; one is allowed")
    if problem.agents.availability.shape[1]:
        wrong.append("consumers differ in which products are available to them")
    if wrong:
        raise CalibrationError(
            where="pyblp results",
            what="; ".join(wrong) + ".",
            fix="Estimate with a linear price, linear random coefficients and one nesting "
            "parameter.",
        )


def _confirm(market: ImportedMarket) -> None:
    """Raise unless the shares of the import are those that pyblp explains."""
    gap = np.abs(np.log(shares(market.taste, market.price)) - np.log(market.share))
    worst = int(gap.argmax())
    if not gap[worst] <= IMPORT_TOLERANCE:
        raise CalibrationError(
            where=f"pyblp market {market.market_id}, product row {market.products[worst]}",
            what=f"its share differs from the observed one by {gap[worst]:.1e} of itself; "
            f"{IMPORT_TOLERANCE:.0e} is accepted.",
            fix="Tighten pyblp's share inversion: pyblp.Iteration('squarem', {'atol': 1e-14}).",
        )
