"""Prices that no firm wants to change, as a differentiable function of everything behind them."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from backhaul.smooth.choice import Buyers, Frame, best_of_nest, sales
from backhaul.smooth.config import Array, Number
from backhaul.smooth.prices import Limits, Side, SideFrame, source
from backhaul.smooth.pricing import Stand, slopes_at, stand
from backhaul.smooth.roots import Equation, Root, find_root
from backhaul.smooth.slopes import margin_matrix, written_out

AIM = 1e-12
"""Where the iteration stops: largest |r_j| / p_j."""

ACCEPTED = 1e-10
"""Largest |r_j| / p_j that is accepted. Source: MODEL section 8."""


class NearSide(NamedTuple):
    """A solution near by in one market, and how prices answer there."""

    price: Array
    """Equilibrium prices p*. Shape (J,), market currency."""

    cost: Array
    """Pricing costs. Shape (J,), market currency."""

    inverse: Array
    """Inverse of dr/dp. Shape (J, J)."""

    through: Array
    """dp/dc, price first. Shape (J, J)."""


class Near(NamedTuple):
    """A solution near by, to start from."""

    sides: dict[str, NearSide]


class Solved(NamedTuple):
    """The equilibrium of all markets."""

    price: dict[str, jax.Array]
    """Prices charged. Shape (J,), market currency."""

    best: dict[str, jax.Array]
    """Equilibrium prices p*. Shape (J,), market currency."""

    share: dict[str, jax.Array]
    """Share of each link in its product's units. Shape (L,)."""

    cost: dict[str, jax.Array]
    """Pricing costs, shadow prices included and support deducted. Shape (J,), market currency."""

    resourcing: dict[str, jax.Array]
    """What moving between plants costs. Shape (J,), market currency."""

    lam: jax.Array
    """Shadow price of each plant. Shape (P,), USD per vehicle."""

    support: jax.Array
    """Support per vehicle of the commitment, market currency."""

    worst: jax.Array
    """Largest |r_j| / p_j at p*; infinite where no equilibrium was found."""

    complementarity: jax.Array
    steps: jax.Array
    evaluations: jax.Array


def near(frames: dict[str, SideFrame], sides: dict[str, Side], price: dict[str, Array]) -> Near:
    """Return these equilibrium prices as a place to start from."""
    found = {}
    for code, side in sides.items():
        cost = source(frames[code].links, side.links, side.unit).cost + side.carried
        found[code] = near_side(frames[code].frame, side.buyers, (side.keep, cost), price[code])
    return Near(found)


def near_side(
    frame: Frame, buyers: Buyers, wedge: tuple[Array, Array], price: Array
) -> NearSide:
    """Return one market's prices with the responses there."""
    now = stand(frame, buyers, wedge, price)
    inverse = jnp.linalg.inv(slopes_at(frame, buyers, wedge, price, now))
    field = written_out(frame, now.parts)
    by_cost = margin_matrix(frame, buyers, field) / (buyers.powers[0] * wedge[0] * now.pull)[:, None]
    return NearSide(price=price, cost=wedge[1], inverse=inverse, through=-inverse @ by_cost)


def equilibrium(
    frames: dict[str, SideFrame],
    sides: dict[str, Side],
    limits: Limits | None,
    near: Near,
    *,
    base_price: dict[str, Array] | None = None,
    adjustment: Number = 1.0,
) -> Solved:
    """Return the equilibrium."""
    price, best, share, cost, resourcing = {}, {}, {}, {}, {}
    worst, used = jnp.asarray(0.0), jnp.asarray(0)
    for code, side in sides.items():
        frame = frames[code]
        sourced = source(frame.links, side.links, side.unit)
        cost[code] = sourced.cost + side.carried
        root = plain(frame.frame, side.buyers, (side.keep, cost[code]), near.sides[code])
        best[code] = root.at
        share[code], resourcing[code] = sourced.share, sourced.resourcing
        worst = jnp.maximum(worst, root.worst)
        used = used + root.evaluations
        price[code] = root.at
    return Solved(
        price=price, best=best, share=share, cost=cost, resourcing=resourcing,
        lam=jnp.zeros(0), support=jnp.asarray(0.0), worst=worst, complementarity=jnp.asarray(0.0),
        steps=used, evaluations=used,
    )


def plain(frame: Frame, buyers: Buyers, wedge: tuple[Array, Array], near: NearSide) -> Root:
    """Return the equilibrium prices of one market at these costs."""

    @jax.custom_vjp
    def solve(buyers: Buyers, wedge: tuple[Array, Array]) -> Root:
        keep, cost = wedge
        start = near.price + near.through @ (cost - near.cost)
        start = jnp.maximum(start, 0.3 * near.price)
        top = best_of_nest(frame, buyers, start)

        def inverse(price: Array) -> jax.Array:
            now = stand(frame, buyers, wedge, price, top)
            return jnp.linalg.inv(slopes_at(frame, buyers, wedge, price, now))

        equation = Equation(
            gap=lambda price: stand(frame, buyers, wedge, price, top).gap,
            inverse=inverse,
            plain=lambda gap: gap,
            scale=near.price,
            least=0.3,
            aim=AIM,
            accepted=ACCEPTED,
        )
        return find_root(equation, start, near.inverse)

    def forward(buyers: Buyers, wedge: tuple[Array, Array]) -> tuple[Root, tuple]:
        root = solve(buyers, wedge)
        return root, (buyers, wedge, root.at)

    def backward(kept: tuple, pulled: Root) -> tuple:
        buyers, wedge, price = kept
        now, pull = jax.vjp(lambda b, w: stand(frame, b, w, price).gap, buyers, wedge)
        full = stand(frame, buyers, wedge, price)
        slopes = slopes_at(frame, buyers, wedge, price, full)
        return pull(-jnp.linalg.solve(slopes.T, pulled.at))

    solve.defvjp(forward, backward)
    return solve(buyers, wedge)
