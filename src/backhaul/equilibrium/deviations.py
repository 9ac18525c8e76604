"""Does anybody gain by changing one price? A scan over single-price deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import Conditions
from backhaul.shapes import PerProduct, ProductByConsumer

GRID = 48
"""Prices tried for each product before the best are refined."""

HIGHEST = 30.0
"""Highest deviation tried, as a multiple of the price; more if buyers mind money even less."""

TINY = 1e-300
"""Stands in for a nest that nobody would buy from, so that 0 / 0 is 0."""


@dataclass(frozen=True, eq=False)
class Scan:
    """The best deviation of every single price."""

    gain: PerProduct
    """Gain of the seller at the best deviation tried, as a share of its payoff. Shape (J,)."""

    best: PerProduct
    """That deviation. Shape (J,), market currency per vehicle."""

    second_peak: PerProduct
    """Highest local peak of the payoff away from the price, else the price itself. Shape (J,)."""


@dataclass(frozen=True, eq=False)
class _Others:
    """What a buyer finds in the market apart from one product; all in units of exp(top)."""

    value: ProductByConsumer
    """Utility of the product at its price. Shape (J, I)."""

    top: np.ndarray
    """Largest utility in each nest's market. Shape (I,)."""

    nest: ProductByConsumer
    """Sum of exp(V / (1 - sigma_seg)) over the rest of the nest. Shape (J, I)."""

    nest_margin: ProductByConsumer
    """The same sum, times what the seller of j counts of each margin. Shape (J, I)."""

    cars: ProductByConsumer
    """Sum of the values of all other nests. Shape (J, I)."""

    cars_margin: ProductByConsumer
    """The same sum, times what the seller of j expects from a buyer in each. Shape (J, I)."""


def scan_single_prices(game: Game, now: Conditions) -> Scan:
    """Return the best deviation of each price alone, all other prices held.

    A grid, even in logarithms, finds the peaks of the payoff; finer grids around the price and
    around the highest other peak then locate them. It runs from just above cost to thirty times
    the price, or to three times the mark-up that the buyer who minds money least would bear.
    """
    price, floor = now.price, game.wedge.cost / game.wedge.keep
    low = np.maximum(floor * 1.001, 0.02 * price)
    low = np.where(low < price, low, 0.5 * price)
    bearable = 3 / (game.curvature[0] * game.taste.alpha.min())
    width = np.log(np.maximum(HIGHEST * price, floor + bearable) / low) / (GRID - 1)
    tried = low * np.exp(np.arange(GRID)[:, None] * width)
    with np.errstate(all="ignore"):
        others = _others(game, now)
        base = _payoff_of(game, others, price)
        payoff = np.array([_payoff_of(game, others, row) for row in tried])
        best, top = _refined(game, others, (price, base), width, 2)
        if np.any(top - base > 1e-12 * np.abs(base)):
            best, top = _refined(game, others, (best, top), width / 4, 5)
        peak = _is_peak(payoff) & (np.abs(np.log(tried / price)) > 1.5 * width)
        payoff = np.where(peak, payoff, -np.inf)
        row, columns = np.argmax(payoff, axis=0), np.arange(price.size)
        second, second_top = tried[row, columns], payoff[row, columns]
        if peak.any():
            second, second_top = _refined(game, others, (second, second_top), width, 6)
    second = np.where(peak.any(axis=0), second, price)
    better = peak.any(axis=0) & (second_top > top)
    best, top = np.where(better, second, best), np.where(better, second_top, top)
    scale = np.abs(now.payoff(game.taste.weights))[game.seller]
    return Scan(gain=(top - base) / scale, best=best, second_peak=second)


def _is_peak(payoff: np.ndarray) -> np.ndarray:
    """Return where the payoff is above both neighbours on the grid (T, J)."""
    padded = np.pad(payoff, ((1, 1), (0, 0)), constant_values=-np.inf)
    return (payoff > padded[:-2]) & (payoff >= padded[2:])


def _refined(
    game: Game,
    others: _Others,
    found: tuple[PerProduct, PerProduct],
    width: PerProduct,
    rounds: int,
) -> tuple[PerProduct, PerProduct]:
    """Zoom in on a price and its payoff per product; return the best found around it."""
    centre, top = found
    for _ in range(rounds):
        for step in (-0.75, -0.5, -0.25, 0.25, 0.5, 0.75):
            trial = centre * np.exp(step * width)
            value = _payoff_of(game, others, trial)
            better = value > top
            centre, top = np.where(better, trial, centre), np.where(better, value, top)
        width = width / 4
    return centre, top


def _others(game: Game, now: Conditions) -> _Others:
    """Prepare the rest of the market for every product, without subtracting like from like."""
    taste = game.taste
    within, between = 1 - taste.sigma_seg, 1 - taste.sigma_in
    value = taste.delta[:, None] - (now.price + taste.penalty)[:, None] * taste.alpha
    if taste.mu is not None:
        value = value + taste.mu
    top = value.max(axis=0)
    power = np.exp((value - top) / within)
    rest = game.same_nest - np.eye(value.shape[0])
    counted = game.stake_of_setter * now.margin
    members = (taste.nest == np.arange(taste.nests)[:, None]).astype(float)
    segment = (members @ power) ** (within / between)
    elsewhere = 1 - np.eye(taste.nests)
    sums = game.by_seller_and_nest @ (power * now.margin[:, None])
    in_nest = sums.reshape(len(game.sellers), taste.nests, -1) / np.maximum(members @ power, TINY)
    cars_margin = np.einsum("gh,dhi->dgi", elsewhere, segment * in_nest)
    return _Others(
        value=value,
        top=top,
        nest=rest @ power,
        nest_margin=(rest * counted) @ power,
        cars=(elsewhere @ segment)[taste.nest],
        cars_margin=cars_margin[game.seller, taste.nest],
    )


def _payoff_of(game: Game, others: _Others, price: PerProduct) -> PerProduct:
    """Return the payoff of each product's seller when this product alone has this price."""
    taste = game.taste
    within, between = 1 - taste.sigma_seg, 1 - taste.sigma_in
    value = taste.delta[:, None] - (price + taste.penalty)[:, None] * taste.alpha
    if taste.mu is not None:
        value = value + taste.mu
    margin = game.wedge.keep * price - game.wedge.cost
    top = np.maximum(others.top, value)
    lower = others.top - top
    power = np.exp((value - top) / within)
    drop = np.exp(lower / within)
    nest = np.maximum(others.nest * drop + power, TINY)
    in_nest = (others.nest_margin * drop + margin[:, None] * power) / nest
    if within == between:
        segment, drop_cars = nest, drop
    else:
        segment, drop_cars = nest ** (within / between), np.exp(lower / between)
    cars = others.cars * drop_cars + segment
    earned = (others.cars_margin * drop_cars + segment * in_nest) / cars
    inclusive = top + (np.log(cars) if between == 1 else between * np.log(cars))
    return (earned / (1 + np.exp(-inclusive))) @ taste.weights
