"""Small invented markets for the tests of demand, and the same demand worked out the long way."""

from __future__ import annotations

from decimal import Decimal, getcontext

import numpy as np

from backhaul.demand.taste import Taste

getcontext().prec = 60

PRICE = np.array([18.0, 22.5, 25.0, 31.0, 28.0, 45.0, 52.0, 39.0])
"""Eight products, thousand dollars."""

NEST = np.array([0, 0, 0, 1, 1, 2, 2, 2])


def some_taste(*, sigma_in=0.3, sigma_seg=0.6, consumers=5, characteristics=True, seed=3):
    """Tastes of eight products in three nests, drawn once and for all by the seed."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.5, 1.5, consumers)
    return Taste(
        delta=rng.normal(0.5, 0.7, 8),
        nest=NEST,
        alpha=rng.uniform(0.04, 0.15, consumers),
        weights=weights / weights.sum(),
        sigma_in=sigma_in,
        sigma_seg=sigma_seg,
        penalty=np.array([0, 0, 0, 2.0, 0, 0, 1.5, 0]),
        mu=rng.normal(0, 0.4, (8, consumers)) if characteristics else None,
    )


def shares_the_long_way(taste, price):
    """Shares by explicit sums over products, nests and consumers, in 60-digit decimals."""
    price = [p if isinstance(p, Decimal) else Decimal(float(p)) for p in price]
    within, between = 1 - Decimal(taste.sigma_seg), 1 - Decimal(taste.sigma_in)
    products = range(len(price))
    total = [Decimal(0) for _ in products]
    for i, (alpha, weight) in enumerate(zip(taste.alpha, taste.weights, strict=True)):
        value = []
        for j in products:
            paid = price[j] + Decimal(float(taste.penalty[j]))
            here = Decimal(float(taste.delta[j])) - Decimal(float(alpha)) * paid
            if taste.mu is not None:
                here += Decimal(float(taste.mu[j, i]))
            value.append(here)
        inside = {}
        for j in products:
            nest = int(taste.nest[j])
            inside[nest] = inside.get(nest, Decimal(0)) + (value[j] / within).exp()
        sums = {nest: (within / between * amount.ln()).exp() for nest, amount in inside.items()}
        cars = sum(sums.values())
        some_car = (between * cars.ln()).exp()
        for j in products:
            nest = int(taste.nest[j])
            of_nest = (value[j] / within).exp() / inside[nest]
            chance = of_nest * sums[nest] / cars * some_car / (1 + some_car)
            total[j] += Decimal(float(weight)) * chance
    return total


def slopes_the_long_way(taste, price, step=Decimal("1e-20")):
    """Slopes [k, j] by central differences of the 60-digit shares: good to about 1e-38."""
    base = [Decimal(float(p)) for p in price]
    columns = []
    for j in range(len(base)):
        up, down = list(base), list(base)
        up[j], down[j] = up[j] + step, down[j] - step
        high, low = shares_the_long_way(taste, up), shares_the_long_way(taste, down)
        columns.append([float((h - lo) / (2 * step)) for h, lo in zip(high, low, strict=True)])
    return np.array(columns).T
