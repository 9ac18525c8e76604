"""Does anybody gain by changing one price? A scan over single-price deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from backhaul.demand.shares import utility
from backhaul.equilibrium.blocks import in_order, row_blocks
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import ACCEPTED
from backhaul.equilibrium.pricing import Conditions
from backhaul.shapes import IndexPerProduct, PerProduct, ProductByConsumer

GRID = 48
"""Prices tried for each product over the whole range, before the best are refined."""

NEAR = (0.06, 0.25, 0.5, 0.75)
"""Prices tried besides on both sides of the price itself, in steps of that grid."""

HIGHEST = 30.0
"""Highest deviation tried, as a multiple of the price; more if buyers mind money even less."""

ROUNDS = 7
"""Finer and finer grids around a peak, each a quarter of the one before."""

TINY = 1e-300
"""Stands in for a nest that nobody would buy from, so that 0 / 0 is 0."""

LEAST = 1e-12
"""Least part of a nest that all but one of its products are taken for where peaks are sought."""

GONE = 30.0
"""A consumer whose log odds have fallen by so much does not count where peaks are sought."""

MOST = 60.0
"""Largest log odds of a product within its nest where peaks are sought."""


@dataclass(frozen=True, eq=False)
class Scan:
    """The best deviation of every single price."""

    gain: PerProduct
    """Gain of the seller at the best deviation tried, as a share of its payoff. Shape (J,)."""

    best: PerProduct
    """That deviation. Shape (J,), market currency per vehicle."""

    second_peak: PerProduct
    """Highest local peak of the payoff away from the price, else the price itself. Shape (J,)."""


def scan_single_prices(game: Game, now: Conditions) -> Scan:
    """Return the best deviation of each price alone, all other prices held.

    A grid, even in logarithms and finer around the price, finds the peaks of the payoff in single
    precision. It runs from just above cost to thirty times the price, or to three times the
    mark-up that the buyer who minds money least would bear. In double precision finer grids then
    locate the highest other peak, and the one around the price, unless that is the price itself:
    where its first-order condition holds it is.
    """
    tried, width = _grid(game, now)
    worth = _worth(game, now, tried)
    peak, away = _is_peak(worth), np.abs(np.log(tried / now.price))
    near = np.where(away <= 1.5 * width, worth, -np.inf).argmax(axis=0)
    far = np.where(peak & (away > 1.5 * width), worth, -np.inf)
    columns = np.arange(now.price.size)
    best, second = (
        tried[near, columns],
        np.where(np.isfinite(far.max(axis=0)), tried[far.argmax(axis=0), columns], now.price),
    )
    uneven = (best != now.price) | ~(now.miss <= ACCEPTED)
    gain = np.zeros_like(now.price)
    best, gain = _located(game, now, (np.flatnonzero(uneven), best, gain), width)
    second, extra = _located(
        game, now, (np.flatnonzero(second != now.price), second, np.full(best.size, -np.inf)), width
    )
    better = extra > gain
    scale = np.abs(now.payoff(game.taste.weights))[game.seller]
    return Scan(
        gain=np.where(better, extra, gain) / scale,
        best=np.where(better, second, best),
        second_peak=second,
    )


def _grid(game: Game, now: Conditions) -> tuple[np.ndarray, PerProduct]:
    """Return the prices tried, rising (T, J), and the logarithm of a step of the whole range."""
    price, floor = now.price, game.wedge.cost / game.wedge.keep
    low = np.maximum(floor * 1.001, 0.02 * price)
    low = np.where(low < price, low, 0.5 * price)
    bearable = 3 / (game.curvature[0] * game.taste.alpha.min())
    width = np.log(np.maximum(HIGHEST * price, floor + bearable) / low) / (GRID - 1)
    far = low * np.exp(np.arange(GRID)[:, None] * width)
    steps = np.array([-step for step in NEAR[::-1]] + list(NEAR))
    near = price * np.exp(steps[:, None] * width)
    return np.sort(np.concatenate([far, near, price[None]]), axis=0), width


def _is_peak(payoff: np.ndarray) -> np.ndarray:
    """Return where the payoff is above both neighbours on the grid (T, J)."""
    padded = np.pad(payoff, ((1, 1), (0, 0)), constant_values=-np.inf)
    return (payoff > padded[:-2]) & (payoff >= padded[2:])


@dataclass(frozen=True, eq=False)
class _Without:
    """What buyers find in a market without one of its products, and what its seller then earns.

    For a block of K products; single precision; who minds money least comes first.
    """

    powers: tuple[float, float]
    """(1 - sigma_seg) / (1 - sigma_in), and 1 - sigma_in."""

    odds: np.ndarray
    """Log of the product's part of its nest over the rest's, at its price. Shape (K, I)."""

    tilt: np.ndarray
    """How these fall in the price. Shape (I,), per unit of currency."""

    nest: np.ndarray
    """Part of the nest among all cars. Shape (K, I)."""

    spared: np.ndarray
    """That part, times expected margin from the nest's buyers. Shape (K, I)."""

    excess: np.ndarray
    """The same less the part times that from buyers of any car. Shape (K, I)."""

    lost: np.ndarray
    """Chance of no car, times expected margin from buyers of any. Shape (K, I)."""

    buys: np.ndarray
    """Chance of any car. Shape (K, I)."""

    weights: np.ndarray
    """That chance times the consumer's weight. Shape (K, I)."""


def _worth(game: Game, now: Conditions, tried: np.ndarray) -> np.ndarray:
    """Return what having the product adds to its seller's payoff at each price tried. (T, J)."""
    margin = game.wedge.keep * tried - game.wedge.cost
    consumers, trials = game.taste.alpha.size, tried.shape[0]
    order = np.argsort(game.taste.alpha)

    def of_block(block: slice) -> np.ndarray:
        without = _without(game, now, block, order)
        move = (tried[:, block] - now.price[block]).astype(np.float32)
        earned = margin[:, block].astype(np.float32)
        parts = row_blocks(trials, consumers * move.shape[1])
        return np.concatenate([_added(without, move[part], earned[part]) for part in parts])

    blocks = row_blocks(now.price.size, consumers)
    entries = now.price.size * consumers
    worth = np.concatenate(in_order(of_block, blocks, entries=entries), axis=1)
    return np.where(np.isnan(worth), -np.inf, worth)


def _without(game: Game, now: Conditions, block: slice, order: np.ndarray) -> _Without:
    """Return the market without each product of a block, consumers in this order."""
    taste, chosen, (a, _, b, _) = game.taste, now.choice, game.curvature
    seller, margin = game.seller[block], now.margin[block, None]
    between = 1 - taste.sigma_in
    if b:
        nest = taste.nest[block]
        inside = chosen.power[block] * chosen.per_power[nest]
        segment, in_market = chosen.segment[nest], now.in_market[seller]
        of_nest = now.in_nest[seller, nest]
    else:  # the borders of nests do not matter
        inside = chosen.share[block] / chosen.buys
        segment = np.ones_like(inside)
        of_nest = in_market = now.overall[seller] / chosen.buys
    rest = np.maximum(1 - inside, LEAST)
    rest_margin = (of_nest - inside * margin) / rest
    left = segment * rest ** (1 / (a * between))
    cars = 1 - segment + left
    part = left / cars
    any_car = (in_market - segment * of_nest) / cars + part * rest_margin
    buys = expit(chosen.inclusive + between * np.log(cars))
    arrays = (
        np.log(inside / rest), a * taste.alpha, part, part * rest_margin,
        part * (rest_margin - any_car), (1 - buys) * any_car, buys, buys * taste.weights,
    )  # fmt: skip
    light = (array.astype(np.float32).take(order, axis=-1) for array in arrays)
    return _Without((1 / (a * between), between), *light)


def _added(without: _Without, move: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Return the worth of a block of products at moves of their prices and margins. (T, K).

    With y the odds in the nest, t and u the growth of the nest's and of all cars' weight, and M
    the expected margin from buyers of any car: weights (lost u + (1 + u) dM) / (1 + buys u).
    """
    within, between = without.powers
    move = move[..., None]
    left = slice(int(np.searchsorted(without.tilt, GONE / max(move.min(), LEAST))))
    odds = without.odds[:, left] - move * without.tilt[left]
    np.minimum(odds, MOST, out=odds)
    np.exp(odds, out=odds)
    grown, sold = odds, odds
    if within != 1:
        grown = np.expm1(np.float32(within) * np.log1p(odds))
        sold = (1 + grown) * odds
        sold /= 1 + odds
    cars = without.nest[:, left] * grown
    change = without.nest[:, left] * margin[..., None]
    change -= without.spared[:, left]
    change *= sold
    change += without.excess[:, left] * grown
    change /= 1 + cars
    more = cars if between == 1 else np.expm1(np.float32(between) * np.log1p(cars))
    change *= 1 + more
    change += without.lost[:, left] * more
    more = without.buys[:, left] * more
    more += 1
    change /= more
    change *= without.weights[:, left]
    return change.sum(axis=-1)


def _located(
    game: Game,
    now: Conditions,
    found: tuple[np.ndarray, PerProduct, PerProduct],
    width: PerProduct,
) -> tuple[PerProduct, PerProduct]:
    """Zoom in on prices near which a payoff peaks, in double precision.

    Args:
        game: What is played.
        now: The conditions at the prices that are tested.
        found: Which products (K,); where each peaks (J,); gains of the others (J,).
        width: Logarithm of a step of the grid on which the peaks were found. Shape (J,).

    Returns:
        Where each payoff peaks (J,), and the gain there (J,), in market currency per household.
    """
    products, peak, gain = found
    if products.size == 0:
        return peak, gain
    field = _field(game, now)

    def of_block(block: slice) -> tuple[np.ndarray, np.ndarray]:
        rows = products[block]
        others = _others(field, rows)
        base = _payoff_of(others, now.price[rows])
        top = _payoff_of(others, peak[rows])
        at, top = _refined(others, (peak[rows], top), width[rows], ROUNDS)
        return at, top - base

    consumers = game.taste.alpha.size
    blocks = row_blocks(products.size, consumers)
    made = in_order(of_block, blocks, entries=products.size * consumers)
    peak, gain = peak.copy(), gain.copy()
    peak[products] = np.concatenate([at for at, _ in made])
    gain[products] = np.concatenate([more for _, more in made])
    return peak, gain


def _refined(
    others: _Others, found: tuple[PerProduct, PerProduct], width: PerProduct, rounds: int
) -> tuple[PerProduct, PerProduct]:
    """Zoom in on a price and its payoff per product; return the best found around it."""
    centre, top = found
    for _ in range(rounds):
        for step in (-0.75, -0.5, -0.25, 0.25, 0.5, 0.75):
            trial = centre * np.exp(step * width)
            value = _payoff_of(others, trial)
            better = value > top
            centre, top = np.where(better, trial, centre), np.where(better, value, top)
        width = width / 4
    return centre, top


@dataclass(frozen=True, eq=False)
class _Field:
    """The market at the prices that are tested, without subtracting like from like.

    Sums are in units of the exponential of the largest utility of each consumer.
    """

    game: Game
    margin: PerProduct
    top: np.ndarray
    """Largest utility of each consumer. Shape (I,)."""

    power: ProductByConsumer
    """exp(V / (1 - sigma_seg)). Shape (J, I)."""

    segment: np.ndarray
    """Weight of each nest among all cars. Shape (G, I)."""

    segment_margin: np.ndarray
    """That weight, times what each seller expects from a buyer in the nest. Shape (D, G, I)."""


@dataclass(frozen=True, eq=False)
class _Others:
    """What a buyer finds in the market apart from one product, for each of K products."""

    field: _Field
    products: IndexPerProduct
    """Which these are. Shape (K,)."""

    nest: np.ndarray
    """Sum of exp(V / (1 - sigma_seg)) over the rest of the nest. Shape (K, I)."""

    nest_margin: np.ndarray
    """The same sum, times what the seller counts of each margin. Shape (K, I)."""

    cars: np.ndarray
    """Sum of the weights of all other nests. Shape (K, I)."""

    cars_margin: np.ndarray
    """The same sum, times what the seller expects from a buyer in each. Shape (K, I)."""


def _field(game: Game, now: Conditions) -> _Field:
    """Prepare the market at the prices that are tested."""
    taste = game.taste
    with np.errstate(all="ignore"):
        power = utility(taste, now.price)
        top = power.max(axis=0)
        power -= top
        power /= 1 - taste.sigma_seg
        np.exp(power, out=power)
        nest = taste.members @ power
        segment = nest ** ((1 - taste.sigma_seg) / (1 - taste.sigma_in))
        sums = (game.by_seller_and_nest @ (power * now.margin[:, None])).reshape(
            len(game.sellers), taste.nests, -1
        )
        in_nest = sums / np.maximum(nest, TINY)
    return _Field(game, now.margin, top, power, segment, segment * in_nest)


def _others(field: _Field, products: IndexPerProduct) -> _Others:
    """Prepare the rest of the market for some products."""
    game, taste = field.game, field.game.taste
    seller, nest = game.seller[products], taste.nest[products]
    rest = (nest[:, None] == taste.nest) & (products[:, None] != np.arange(taste.nest.size))
    elsewhere = (nest[:, None] != np.arange(taste.nests)).astype(float)
    return _Others(
        field=field,
        products=products,
        nest=rest.astype(float) @ field.power,
        nest_margin=(rest * game.stake[seller] * field.margin) @ field.power,
        cars=elsewhere @ field.segment,
        cars_margin=np.einsum("kg,kgi->ki", elsewhere, field.segment_margin[seller]),
    )


def _payoff_of(others: _Others, price: PerProduct) -> PerProduct:
    """Return the payoff of each product's seller when this product alone has this price. (K,)."""
    field, game, taste = others.field, others.field.game, others.field.game.taste
    within, between = 1 - taste.sigma_seg, 1 - taste.sigma_in
    value = taste.for_nothing[others.products] - price[:, None] * taste.alpha
    wedge = game.wedge
    margin = wedge.keep[others.products] * price - wedge.cost[others.products]
    top = np.maximum(field.top, value)
    lower = field.top - top
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
