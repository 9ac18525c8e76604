"""Cars that a market has never seen: what they are liked and what they cost, fact by fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.ops import segment_sum

from backhaul.baseline.novelty import MONTHS, characteristics, own_imports
from backhaul.baseline.world import World
from backhaul.demand.hedonic import LIGHT, Hedonic, dummies, regressors
from backhaul.smooth.base import Base
from backhaul.smooth.choice import Frame
from backhaul.smooth.config import Array
from backhaul.smooth.facts import Parameters
from backhaul.smooth.inversion import invert
from backhaul.smooth.layout import Layout, SidePlan


class Entering(NamedTuple):
    """Entrants of one market in one state. Each of shape (K,), market currency unless said."""

    delta: Array
    penalty: Array
    price: Array
    """Reference price, tax included."""

    factory: Array
    """USD."""

    dealer: Array
    importer: Array
    local: Array
    fixed_usd: Array
    """Certification and engineering a year, USD."""


class Appraisal(NamedTuple):
    """What the base year tells about the entrants of one market. Shapes (K,), market currency."""

    delta: Array
    """Expected mean utility, the median own import's luck included."""

    before_tax: Array
    price: Array
    """Reference price, tax included."""

    local: Array
    """Mean local cost of the firm's own imports."""


@dataclass(frozen=True, eq=False)
class Hedonics:
    """The regression of mean utility on characteristics, its variance ratios held."""

    market: str
    ordinary: np.ndarray
    """Products that it is fitted on, by position. Shape (N,)."""

    months: np.ndarray
    """Months on sale of all products. Shape (J,)."""

    fixed: np.ndarray
    """Regressors other than the log price of the grade. Shape (N, columns - 1)."""

    nests: np.ndarray
    brands: np.ndarray
    ratios: tuple[float, float]
    """Variance of nest and brand effects over that of the residual."""

    own_import: np.ndarray
    names: tuple[list[str], list[str]]
    """Nests and brands in the order of the dummies."""

    @classmethod
    def of(cls, world: World, code: str = "JP") -> Hedonics:
        """Return the regression that the world's entrants rest on."""
        side = world.sides[code]
        kept = ~side.market.aggregate
        known = characteristics(side.market.products).subset(kept)
        nests, brands = dummies(known.nest), dummies(known.brand)
        return cls(
            market=code,
            ordinary=np.flatnonzero(kept),
            months=np.array([product.months_on_sale for product in side.market.products]),
            fixed=regressors(known, with_grade=True)[:, :-1],
            nests=nests[1],
            brands=brands[1],
            ratios=_ratios(world.hedonic),
            own_import=own_imports(world.evidence, side, world.observed.links[code])[kept],
            names=(nests[0], brands[0]),
        )

    def expected(self, delta: Array, price: Array, entrants: _Known) -> tuple[Array, Array]:
        """Return the expected mean utility of entrants, and the leave-one-out residuals.

        Args:
            delta: Mean utilities at twelve months of sales. Shape (J,).
            price: Consumer prices. Shape (J,), market currency.
            entrants: What is known about the entrants.
        """
        size = self.ordinary.size
        raw = jnp.column_stack([self.fixed, jnp.log(price[self.ordinary])])
        centre, scale = raw.mean(axis=0), raw.std(axis=0)
        scale = jnp.where(scale > 0, scale, 1.0)
        x, y = (raw - centre) / scale, delta[self.ordinary]
        by_nest, by_brand = self.ratios
        covariance = (
            jnp.eye(size)
            + LIGHT * x @ x.T
            + by_nest * self.nests @ self.nests.T
            + by_brand * self.brands @ self.brands.T
        )
        precision = jnp.linalg.inv(covariance)
        row = precision.sum(axis=0)
        mean = (precision @ y).sum() / precision.sum()
        solved = precision @ (y - mean)
        projection = precision - jnp.outer(row, row) / row.sum()
        residuals = (projection @ y) / jnp.diag(projection)
        new = (jnp.column_stack([entrants.fixed, jnp.log(entrants.price)]) - centre) / scale
        value = mean + new @ (LIGHT * x.T @ solved)
        value += entrants.nests @ (by_nest * self.nests.T @ solved)
        value += entrants.brands @ (by_brand * self.brands.T @ solved)
        return value, residuals


class _Known(NamedTuple):
    """What is known about entrants before anybody buys them."""

    fixed: np.ndarray
    price: Array
    nests: np.ndarray
    brands: np.ndarray


def appraise(
    layout: Layout, plan: SidePlan, hedonics: Hedonics, base: dict[str, Base]
) -> Appraisal:
    """Return what the base year tells about the entrants of one market, whatever the state.

    Args:
        layout: What is fixed.
        plan: The market, with one entrant at least.
        hedonics: The regression.
        base: The calibrated base year of both markets.
    """
    us, here, code = base["US"], base[plan.market.code], plan.market.code
    place = layout.places[code]
    product = np.array([source.product for source in plan.sources])
    ratio = np.array([source.ratio for source in plan.sources])
    before_tax = _price_level(layout, code, here, us) * us.listed[product] * ratio
    price = before_tax * (here.price / here.listed)[0]
    known = _known(plan, hedonics, price)
    annual = _annual(place.frame, hedonics, here)
    expected, residuals = hedonics.expected(annual, here.price, known)
    shift = (residuals * hedonics.own_import).sum() / hedonics.own_import.sum()
    return Appraisal(
        delta=expected + jnp.median(residuals + shift),
        before_tax=before_tax,
        price=price,
        local=jnp.stack([_mean_local(here, source.imports) for source in plan.sources]),
    )


def entering(
    plan: SidePlan,
    found: Appraisal,
    us: Base,
    p: Parameters,
    at: dict[str, Any],
    quality: Array,
) -> Entering:
    """Return the entrants of one market in one state.

    Args:
        plan: The market in the state, with one entrant at least.
        found: What the base year tells about them.
        us: The calibrated base year of the US.
        p: Parameters.
        at: Arrays of the state's links and entrants at these parameters.
        quality: Unexplained quality of each entrant, as a departure from the median. Shape (K,).
    """
    ratio = np.array([source.ratio for source in plan.sources])
    link = np.array([source.link for source in plan.sources])
    return Entering(
        delta=found.delta + p["entrant_shift_error_jp"] + quality,
        penalty=found.price * at["penalty_share"],
        price=found.price,
        factory=us.factory[link] * ratio,
        dealer=p["dealer_margin_jp"] * found.before_tax,
        importer=p["importer_margin_jp"] * found.before_tax,
        local=found.local + p["entrant_local_cost_share_jp"] * found.before_tax,
        fixed_usd=at["once"] / p["model_life_years"],
    )


def _price_level(layout: Layout, code: str, here: Base, us: Base) -> Array:
    """Return what a USD of list price in the US is listed at here: the median of shared cars."""
    american = {name: j for j, name in enumerate(layout.places["US"].market.ids)}
    pairs = [
        (j, american[product.id])
        for j, product in enumerate(layout.places[code].market.products)
        if product.id in american and not product.aggregate
    ]
    own, theirs = (np.array(side) for side in zip(*pairs, strict=True))
    return jnp.median(here.listed[own] / us.listed[theirs])


def _known(plan: SidePlan, hedonics: Hedonics, price: Array) -> _Known:
    """Return the characteristics of the entrants."""
    known = characteristics(tuple(source.entrant.product for source in plan.sources))
    nests, brands = hedonics.names
    return _Known(
        fixed=regressors(known, with_grade=True)[:, :-1],
        price=price,
        nests=np.array([[n == name for name in nests] for n in known.nest], dtype=float),
        brands=np.array([[b == name for name in brands] for b in known.brand], dtype=float),
    )


def _annual(frame: Frame, hedonics: Hedonics, here: Base) -> Array:
    """Return mean utilities with every product's units brought to twelve months. Shape (J,)."""
    if np.all(hedonics.months == MONTHS):
        return here.buyers.delta
    share = here.units / here.size * (MONTHS / hedonics.months)
    return invert(frame, here.buyers, here.price, share, here.buyers.delta)


def _mean_local(here: Base, imports: np.ndarray) -> Array:
    """Return the mean local cost of a firm's own imports; zero without any."""
    if not imports.any():
        return jnp.asarray(0.0)
    return segment_sum(here.local, imports.astype(int), 2)[1] / imports.sum()


def _ratios(hedonic: Hedonic) -> tuple[float, float]:
    """Return the variance ratios of a fit."""
    by_nest, by_brand, noise = hedonic.deviations
    return (by_nest / noise) ** 2, (by_brand / noise) ** 2
