"""Small pricing games for these tests, and the same economics written out by definition.

The plain code below loops over consumers and products and uses no formula of the engine: choice
probabilities from the definition of the nested logit, profits from units times margins.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backhaul.demand.taste import Taste
from backhaul.equilibrium.costs import back_out_costs
from backhaul.equilibrium.game import Game
from backhaul.market.conduct import Conduct, competing
from backhaul.market.wedge import Wedge


def toy(
    products: int = 12,
    consumers: int = 5,
    *,
    sigma: tuple[float, float] = (0.3, 0.6),
    seed: int = 1,
    firms: int = 4,
    nests: int = 3,
) -> tuple[Game, np.ndarray]:
    """Return a game in which these prices are an equilibrium, and the prices.

    What a firm keeps of a price differs from product to product.
    """
    rng = np.random.default_rng(seed)
    price = np.exp(rng.normal(np.log(30.0), 0.3, products))
    income = np.exp(np.linspace(-0.6, 0.6, consumers)) if consumers > 1 else np.ones(1)
    taste = Taste(
        delta=0.1 * price + rng.normal(-1.0, 0.4, products),
        nest=np.arange(products) % nests,
        alpha=0.1 * income**-0.5,
        weights=rng.dirichlet(np.full(consumers, 5.0)),
        sigma_in=sigma[0],
        sigma_seg=sigma[1],
        penalty=rng.uniform(0.0, 2.0, products),
        mu=rng.normal(0.0, 0.3, (products, consumers)),
    )
    conduct = competing([f"firm {k % firms}" for k in range(products)])
    keep = rng.choice([1.0, 1 / 1.1, 0.75], products)
    cost = back_out_costs(taste, keep, conduct, price)
    assert np.all(cost > 0)
    return Game(taste, Wedge(keep=keep, cost=cost), conduct), price


def plain_shares(taste: Taste, price: np.ndarray) -> np.ndarray:
    """Return the share of households that buy each product, from the definition; complex is fine.

    Prices and everything derived keep the type of `price`.
    """
    total = np.zeros(price.size, dtype=price.dtype)
    within, between = 1 - taste.sigma_seg, 1 - taste.sigma_in
    for i in range(taste.alpha.size):
        utility = taste.delta - taste.alpha[i] * (price + taste.penalty)
        utility = utility + (0 if taste.mu is None else taste.mu[:, i])
        value_of_nest = {}
        for g in set(taste.nest.tolist()):
            value_of_nest[g] = within * np.log(np.exp(utility[taste.nest == g] / within).sum())
        any_car = between * np.log(sum(np.exp(v / between) for v in value_of_nest.values()))
        for j in range(price.size):
            nest = value_of_nest[int(taste.nest[j])]
            in_nest = np.exp((utility[j] - nest) / within)
            in_market = np.exp((nest - any_car) / between)
            buys = np.exp(any_car) / (1 + np.exp(any_car))
            total[j] = total[j] + taste.weights[i] * in_nest * in_market * buys
    return total


def plain_payoff(game: Game, price: np.ndarray, firm: int) -> complex:
    """Return what a firm counts as its own per household: kappa times units times margins."""
    units = plain_shares(game.taste, price)
    margin = game.wedge.keep * price - game.wedge.cost
    weight = game.conduct.kappa[firm][game.conduct.firm]
    return (weight * margin * units).sum()


def plain_profit_slope(game: Game, price: np.ndarray) -> np.ndarray:
    """Return the derivative of each firm's payoff by each of its prices, by complex steps."""
    slope = np.zeros(price.size)
    for j in range(price.size):
        moved = price.astype(complex)
        moved[j] += 1e-30j
        slope[j] = plain_payoff(game, moved, int(game.conduct.firm[j])).imag / 1e-30
    return slope


def with_conduct(game: Game, conduct: Conduct) -> Game:
    """Return the same game under another conduct."""
    return Game(game.taste, game.wedge, conduct, game.market, game.products)


def reordered(game: Game, order: np.ndarray) -> Game:
    """Return the same game with its products listed in another order."""
    taste = game.taste
    return Game(
        replace(
            taste,
            delta=taste.delta[order],
            nest=taste.nest[order],
            penalty=taste.penalty[order],
            mu=taste.mu[order],
        ),
        Wedge(game.wedge.keep[order], game.wedge.cost[order]),
        Conduct(game.conduct.names, game.conduct.firm[order], game.conduct.kappa),
    )
