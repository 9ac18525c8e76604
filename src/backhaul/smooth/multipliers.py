"""Prices of all markets together with shadow prices of plants and the support of a commitment.

Unknowns are z = (p* of each market, x), x the shadow price of each plant in USD and, last, the
support in market currency. The equations are r = 0 in every market and a Fischer-Burmeister
function of each multiplier and its logarithmic slack. Sources: Fischer (1992), Optimization 24(3);
log slack, since demand is close to exponential in costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from backhaul.smooth.choice import sales, split
from backhaul.smooth.config import Array, Number
from backhaul.smooth.prices import Limits, Side, SideFrame, Sourced, pricing_cost, source
from backhaul.smooth.pricing import slopes_at, stand
from backhaul.smooth.slopes import margin_matrix, share_slopes, written_out

AIM = 1e-11
"""Largest |r_j| / p_j at which the iteration stops."""

SLACK_AIM = 1e-9
"""Largest Fischer-Burmeister residual at which it stops."""

ROUNDS = 150
FRESH_EVERY = 16
"""Rounds after which responses are made anew where the iteration stands."""

UNIT = 1000.0
"""What a multiplier is measured by, USD."""

LONGEST = 5.0
"""Longest step of a multiplier, in units."""

SHORTEST = 0.02
"""Shortest part of a step that is tried."""

MOST_REFINEMENTS = 30

SMALLEST_LOAD = 1e-6
"""Vehicles that count as none."""

Prices = dict[str, Array]
Point = tuple[Prices, Array]
"""p* by market, and the multipliers x. Shapes (J,) and (P + 1,)."""


class Question(NamedTuple):
    """Everything that the solution depends on, traced."""

    sides: dict[str, Side]
    limits: Limits
    base_price: Prices
    adjustment: Number


class Answers(NamedTuple):
    """How one market answers, at a solution near by or where the iteration stands."""

    inverse: Array
    """Inverse of dr/dp. Shape (J, J)."""

    through: Array
    """dp*/dc, price first. Shape (J, J)."""

    sales: Array
    """Share of households that bought each product there. Shape (J,)."""

    slopes: Array
    """d sales / d p*, sales first. Shape (J, J)."""

    response: Array
    """d sales / d cost, prices following. Shape (J, J)."""


class Stands(NamedTuple):
    """Where the equations stand at a point."""

    gap: Prices
    """r of each market. Shape (J,)."""

    sales: Prices
    """Share of households at the prices charged. Shape (J,)."""

    sourced: dict[str, Sourced]
    cost: Prices
    charged: Prices
    phi: Array
    """Fischer-Burmeister residuals. Shape (P + 1,)."""

    by_multiplier: Array
    by_slack: Array
    """Slopes of phi in the multiplier and in the slack. Shape (P + 1,)."""

    load: Array
    """Units built by each plant, and units of members. Shape (P + 1,)."""

    slack: Array


def stands(frames: dict[str, SideFrame], asked: Question, at: Point) -> Stands:
    """Return where all equations stand at a point."""
    prices, x = at
    limits, plants = asked.limits, asked.limits.available.shape[0]
    gap, sold, sourced, cost, charged = {}, {}, {}, {}, {}
    load, members = jnp.asarray(limits.outside, dtype=float), jnp.asarray(0.0)
    for code, side in asked.sides.items():
        frame = frames[code]
        sourced[code], cost[code] = costs(frame, side, x)
        now = stand(frame.frame, side.buyers, (side.keep, cost[code]), prices[code])
        gap[code], sold[code], charged[code] = now.gap, now.sales, prices[code]
        if asked.base_price:
            charged[code] = _charged(frame, asked, code, prices[code])
            sold[code] = sales(frame.frame, side.buyers, charged[code])
        units = side.size * sold[code]
        if plants:
            built = units[frame.links.product] * sourced[code].share
            here = np.where(frame.links.plant >= 0, frame.links.plant, plants)
            load = load + jax.ops.segment_sum(built, here, plants + 1)[:plants]
        if side.member is not None:
            members = members + (units * side.member).sum()
    full = jnp.maximum(load, SMALLEST_LOAD)
    kept = jnp.log(jnp.where(committed(asked), members / limits.target, jnp.e))
    slack = jnp.append(jnp.log(limits.available / full), kept)
    unit = units_of(asked)
    a = x / unit
    root = jnp.sqrt(a * a + slack * slack + 1e-30)
    return Stands(
        gap=gap, sales=sold, sourced=sourced, cost=cost, charged=charged, phi=root - a - slack,
        by_multiplier=(a / root - 1) / unit,
        by_slack=slack / root - 1, load=jnp.append(full, jnp.maximum(members, SMALLEST_LOAD)),
        slack=slack,
    )  # fmt: skip


def costs(frame: SideFrame, side: Side, x: Array) -> tuple[Sourced, Array]:
    """Return where cars come from and what they cost at these multipliers (P + 1,)."""
    plant, plants = frame.links.plant, x.shape[0] - 1
    shadow = jnp.append(x[:-1], 0.0)[np.where(plant >= 0, np.minimum(plant, plants), plants)]
    found = source(frame.links, side.links, side.unit + shadow * side.per_usd)
    cost = pricing_cost(frame.links, side, found)
    return found, cost if side.member is None else cost - x[-1] * side.member


def committed(asked: Question) -> Array:
    """Return whether anything is promised."""
    members = [side.member.sum() for side in asked.sides.values() if side.member is not None]
    return sum(members, start=jnp.asarray(0.0)) > 0


def _charged(frame: SideFrame, asked: Question, code: str, price: Array) -> Array:
    """Return the prices charged: part of the way for products that had a price."""
    part = jnp.where(frame.entrant, 1.0, asked.adjustment)
    return asked.base_price[code] + part * (price - asked.base_price[code])


def answers(frame: SideFrame, asked: Question, code: str, cost: Array, price: Array) -> Answers:
    """Return how a market answers, exactly, at these prices and costs."""
    side = asked.sides[code]
    wedge = (side.keep, cost)
    now = stand(frame.frame, side.buyers, wedge, price)
    inverse = jnp.linalg.inv(slopes_at(frame.frame, side.buyers, wedge, price, now))
    field = written_out(frame.frame, now.parts)
    scale = side.buyers.powers[0] * side.keep * now.pull
    by_cost = margin_matrix(frame.frame, side.buyers, field) / scale[:, None]
    weights, sold, part = -side.buyers.weights * side.buyers.alpha, now.sales, 1.0
    if asked.base_price:
        charged = _charged(frame, asked, code, price)
        field = written_out(frame.frame, split(frame.frame, side.buyers, charged))
        sold, part = (
            field.share @ side.buyers.weights,
            jnp.where(frame.entrant, 1.0, asked.adjustment),
        )
    slopes = share_slopes(frame.frame, side.buyers, field, weights) * part
    through = -inverse @ by_cost
    return Answers(inverse, through, sold, slopes, slopes @ through)


class _Block(NamedTuple):
    """What one market adds to the equations of the multipliers."""

    by_multiplier: Array
    """dc/dx. Shape (J, P + 1), market currency."""

    load: Array
    """What one unit sold loads. Shape (J, P + 1)."""

    sourcing: Array
    """Change of loads by re-sourcing at given sales. Shape (P + 1, P + 1)."""


def _block(frame: SideFrame, side: Side, now: Stands, code: str, plants: int) -> _Block:
    """Return what one market adds to the equations of the multipliers."""
    links, share = frame.links, now.sourced[code].share
    built = jnp.zeros((links.products, plants + 1))
    built = built.at[links.product, np.where(links.plant >= 0, links.plant, plants)].add(share)
    built = built[:, :plants]
    member = jnp.zeros(links.products) if side.member is None else side.member
    cost = jax.ops.segment_sum(side.base_share * side.base_cost, links.product, links.products)
    sharp = side.size * now.sales[code] * side.per_usd * side.theta / cost
    own = jnp.diag(sharp @ built)
    moved = (built * sharp[:, None]).T @ built - own
    return _Block(
        by_multiplier=jnp.column_stack([built * side.per_usd, -member]),
        load=jnp.column_stack([built, member]),
        sourcing=jnp.pad(moved, ((0, 1), (0, 1))),
    )


class _System(NamedTuple):
    """A linear system for a step or its adjoint, in blocks."""

    blocks: dict[str, _Block]
    answers: dict[str, Answers]
    scaled: Prices
    """Units per household share, scaled to where the iteration stands. Shape (J,)."""

    matrix: Array
    """Slopes of phi in x with prices following. Shape (P + 1, P + 1)."""

    weight: Array
    """Slope of phi in the log of a load. Shape (P + 1,)."""


def _system(
    frames: dict[str, SideFrame], asked: Question, now: Stands, known: dict[str, Answers]
) -> _System:
    """Return the linear system at a point, with the market responses that are known."""
    plants = asked.limits.available.shape[0]
    sign = jnp.append(-jnp.ones(plants), 1.0)
    blocks, scaled, total = {}, {}, jnp.zeros((plants + 1, plants + 1))
    for code, side in asked.sides.items():
        block = _block(frames[code], side, now, code, plants)
        scaled[code] = side.size * now.sales[code] / known[code].sales
        answer = known[code].response @ block.by_multiplier
        total = total + block.load.T @ (scaled[code][:, None] * answer) + block.sourcing
        blocks[code] = block
    weight = now.by_slack * sign / now.load
    matrix = jnp.diag(now.by_multiplier) + weight[:, None] * total
    return _System(blocks, known, scaled, matrix, weight)


def _step(system: _System, now: Stands) -> Point:
    """Return the step that the linear system gives, to be subtracted."""
    moved, load = {}, jnp.zeros_like(now.phi)
    for code, block in system.blocks.items():
        known = system.answers[code]
        moved[code] = known.inverse @ now.gap[code]
        load = load + block.load.T @ (system.scaled[code] * (known.slopes @ moved[code]))
    x = jnp.linalg.solve(system.matrix, now.phi - system.weight * load)
    prices = {
        code: moved[code] + system.answers[code].through @ (block.by_multiplier @ x)
        for code, block in system.blocks.items()
    }
    return prices, x


def _adjoint(system: _System, pulled: Point) -> Point:
    """Return the transposed step: what `pulled` weighs each equation by."""
    by_price, by_x = pulled
    for code, block in system.blocks.items():
        by_x = by_x + block.by_multiplier.T @ (system.answers[code].through.T @ by_price[code])
    phi = jnp.linalg.solve(system.matrix.T, by_x)
    gap = {}
    for code, block in system.blocks.items():
        known = system.answers[code]
        load = system.scaled[code] * (block.load @ (-system.weight * phi))
        gap[code] = known.inverse.T @ (by_price[code] + known.slopes.T @ load)
    return gap, phi


class _State(NamedTuple):
    """What the iteration carries."""

    at: Point
    now: Stands
    round: Array


def find(
    frames: dict[str, SideFrame], asked: Question, start: Point, known: dict[str, Answers]
) -> Point:
    """Return the solution reached from a start.

    Semismooth Newton with the responses of a solution near by; made anew every `FRESH_EVERY`
    rounds, so that a draw far away converges too. A step is halved until it brings the equations
    closer.
    """

    def fresh(state: _State) -> dict[str, Answers]:
        return {
            code: answers(frames[code], asked, code, state.now.cost[code], state.at[0][code])
            for code in frames
        }

    def unsolved(state: _State) -> Array:
        far = (worst_gap(state.now, state.at) > AIM) | (jnp.max(jnp.abs(state.now.phi)) > SLACK_AIM)
        return far & jnp.isfinite(_merit(state.now, state.at)) & (state.round < ROUNDS)

    def stretch(state: _State) -> _State:
        # responses are made outside the inner loop, which would copy them round by round
        held = lax.cond(state.round == 0, lambda _: known, fresh, state)
        end = state.round + FRESH_EVERY

        def advance(state: _State) -> _State:
            step = _step(_system(frames, asked, state.now, held), state.now)
            at, now = _searched(frames, asked, state, step)
            return _State(at, now, state.round + 1)

        return lax.while_loop(lambda s: unsolved(s) & (s.round < end), advance, state)

    state = _State(start, stands(frames, asked, start), jnp.asarray(0))
    return lax.while_loop(unsolved, stretch, state).at


def _searched(
    frames: dict[str, SideFrame], asked: Question, state: _State, step: Point
) -> tuple[Point, Stands]:
    """Return where the largest part of a step leads that brings the equations closer."""
    prices, x = step
    unit = units_of(asked)
    cap = jnp.minimum(1.0, LONGEST / jnp.maximum(jnp.max(jnp.abs(x / unit)), 1e-300))
    before = _merit(state.now, state.at)

    def tried(part: Array) -> tuple[Point, Stands]:
        moved = {
            code: jnp.maximum(price - part * cap * prices[code], 0.3 * price)
            for code, price in state.at[0].items()
        }
        at = (moved, jnp.maximum(state.at[1] - part * cap * x, 0.0))
        return at, stands(frames, asked, at)

    def untried(part: Array) -> tuple[Array, Point, Stands, Array]:
        return part, state.at, state.now, jnp.asarray(jnp.inf)

    def halved(s: tuple[Array, Point, Stands, Array]) -> tuple[Array, Point, Stands, Array]:
        part = s[0] / 2
        at, now = tried(part)
        return part, at, now, _merit(now, at)

    # begins at twice the whole step, so that the equations are written out once
    _, at, now, _ = lax.while_loop(
        lambda s: ~(s[3] <= (1 - 1e-3 * s[0]) * before) & (s[0] > SHORTEST),
        halved,
        untried(jnp.asarray(2.0)),
    )
    return at, now


def units_of(asked: Question) -> Array:
    """Return a thousand USD in the money of each multiplier. Shape (P + 1,)."""
    found = [side.per_usd for side in asked.sides.values() if side.member is not None]
    plants = asked.limits.available.shape[0]
    return jnp.append(jnp.full(plants, UNIT), UNIT * (found[0] if found else 1.0))


def worst_gap(now: Stands, at: Point) -> Array:
    """Return the largest relative gap of a price; infinite where it is not a number."""
    miss = jnp.max(jnp.concatenate([jnp.abs(now.gap[c]) / at[0][c] for c in now.gap]))
    return jnp.where(jnp.isfinite(miss), miss, jnp.inf)


def _merit(now: Stands, at: Point) -> Array:
    """Return how far the equations are from holding."""
    gaps = sum(jnp.sum((now.gap[code] / at[0][code]) ** 2) for code in now.gap)
    return jnp.sqrt(gaps) + jnp.linalg.norm(now.phi)


def adjoint(frames: dict[str, SideFrame], asked: Question, at: Point, pulled: Point) -> Question:
    """Return the slope of something in the question, from its slope in the solution.

    Args:
        frames: What stays fixed.
        asked: The question.
        at: Its solution.
        pulled: Slope of the thing in prices and multipliers.
    """
    now = stands(frames, asked, at)
    exact = {c: answers(frames[c], asked, c, now.cost[c], at[0][c]) for c in frames}
    system = _system(frames, asked, now, exact)

    def equations(asked: Question, at: Point) -> Point:
        here = stands(frames, asked, at)
        return here.gap, here.phi

    _, pull = jax.vjp(equations, asked, at)
    weights = _refined(system, lambda weights: pull(weights)[1], pulled)
    return pull(jax.tree.map(jnp.negative, weights))[0]


def _refined(system: _System, pull: Callable[[Point], Point], pulled: Point) -> Point:
    """Return the adjoint, its error taken out by the exact slopes round by round."""

    def size(tree: Point) -> Array:
        return jnp.sqrt(sum((leaf * leaf).sum() for leaf in jax.tree.leaves(tree)))

    def improved(state: tuple[Point, Point, Array]) -> tuple[Point, Point, Array]:
        found, left, rounds = state
        found = jax.tree.map(jnp.add, found, _adjoint(system, left))
        return found, jax.tree.map(jnp.subtract, pulled, pull(found)), rounds + 1

    zero = jax.tree.map(jnp.zeros_like, pulled)
    return lax.while_loop(
        lambda state: (size(state[1]) > 1e-13 * size(pulled)) & (state[2] < MOST_REFINEMENTS),
        improved,
        (zero, pulled, jnp.asarray(0)),
    )[0]
