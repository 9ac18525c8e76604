"""The problems: pyblp's automobile markets after a cost shock, and invented markets of any size."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from backhaul.demand.from_pyblp import market_from_pyblp
from backhaul.demand.taste import Taste
from backhaul.equilibrium.costs import back_out_costs
from backhaul.equilibrium.game import Game
from backhaul.market.conduct import competing
from backhaul.market.wedge import Wedge

SHOCK = 1.25
"""What the cost of every third product is multiplied with."""


@cache
def autos() -> tuple[Any, tuple[int, ...]]:
    """Return pyblp's results on its automobile data at the tutorial's values, and the years."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from reference import blp_autos

    return blp_autos.random_coefficients(), blp_autos.MARKETS


def shocked_autos() -> list[tuple[int, Game, np.ndarray]]:
    """Return each year's game after the shock, nothing of it worked out yet, and a start."""
    return [(year, Game(*parts, *names), price) for year, parts, names, price in _autos()]


@cache
def _autos() -> list[tuple[int, tuple[Any, ...], tuple[Any, ...], np.ndarray]]:
    """Return year, parts of the game, names and observed prices."""
    results, years = autos()
    made = []
    for year in years:
        market = market_from_pyblp(results, year)
        keep = np.ones(market.price.size)
        cost = back_out_costs(market.taste, keep, market.conduct, market.price)
        wedge = Wedge(keep, cost * third(cost.size))
        parts = (market.taste, wedge, market.conduct)
        made.append((year, parts, (str(year), market.products), market.price))
    return made


def third(count: int) -> np.ndarray:
    """Return the shock: a quarter on every third."""
    return np.where(np.arange(count) % 3 == 0, SHOCK, 1.0)


def invented(
    products: int, consumers: int, *, sigma: tuple[float, float] = (0.0, 0.0), seed: int = 1
) -> tuple[Game, np.ndarray]:
    """Return a market in which the prices returned are an equilibrium, and these prices.

    Twenty makers, nine nests, incomes between a half and twice the mean, tastes for every car.
    """
    rng = np.random.default_rng(seed)
    price = np.exp(rng.normal(np.log(30.0), 0.3, products))
    income = np.exp(np.linspace(-0.6, 0.6, consumers))
    taste = Taste(
        delta=0.1 * price + rng.normal(-1.0, 0.4, products) - np.log(products / 12),
        nest=np.arange(products) % 9,
        alpha=0.1 * income**-0.5,
        weights=np.full(consumers, 1 / consumers),
        sigma_in=sigma[0],
        sigma_seg=sigma[1],
        penalty=np.zeros(products),
        mu=rng.normal(0.0, 0.3, (products, consumers)),
    )
    conduct = competing([f"maker {k % 20}" for k in range(products)])
    keep = np.full(products, 1.0)
    cost = back_out_costs(taste, keep, conduct, price)
    return Game(taste, Wedge(keep, cost), conduct, "invented"), price
