"""Unit costs and mark-ups that the observed prices imply."""

from __future__ import annotations

import numpy as np

from backhaul.demand.shares import choice
from backhaul.demand.taste import Taste
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import Conditions, margin_matrix
from backhaul.errors import CalibrationError, Problem
from backhaul.market.conduct import Conduct
from backhaul.market.wedge import Wedge
from backhaul.shapes import PerProduct, ProductByProduct


def back_out_costs(
    taste: Taste, keep: PerProduct, conduct: Conduct, price: PerProduct
) -> PerProduct:
    """Return the unit costs at which observed prices satisfy the first-order conditions.

    The conditions are linear in the margins: one linear solve, no iteration.

    Args:
        taste: What buyers want, calibrated at these prices.
        keep: What is left of a consumer price. Shape (J,), in (0, 1].
        conduct: Whose margins count for whom.
        price: Observed consumer prices. Shape (J,), market currency per vehicle.

    Returns:
        Delivered cost of one unit, `keep_j p_j - margin_j`. Shape (J,), market currency. It may
        be negative: `refuse_negative_costs` says which product is at fault.

    Raises:
        CalibrationError: The margins are not determined.

    Source:
        Berry, Levinsohn and Pakes (1995), Econometrica 63(4), section 3.
    """
    keep, price = np.asarray(keep, dtype=float), np.asarray(price, dtype=float)
    game = Game(taste, Wedge(keep=keep, cost=np.zeros_like(price)), conduct)
    chosen = choice(taste, price)
    matrix = margin_matrix(game, chosen)
    scale = np.diag(matrix).copy()  # rows differ by the size of the shares
    try:
        margin = np.linalg.solve(
            matrix / scale[:, None], keep * (chosen.share @ taste.weights) / scale
        )
    except np.linalg.LinAlgError:
        margin = np.full_like(price, np.nan)
    if not np.all(np.isfinite(margin)):
        raise CalibrationError(
            where="costs behind observed prices",
            what="the first-order conditions do not determine the margins.",
            fix="Check that every product has a positive share and a finite price.",
        )
    return keep * price - margin


def cost_slopes(game: Game, now: Conditions) -> ProductByProduct:
    """Return dr_j/dc_k at these conditions, the gap first. Shape (J, J), a pure number.

    With the slopes in prices it gives pass-through: dp/dc = -(dr/dp)^-1 (dr/dc).
    """
    scale = game.curvature[0] * game.wedge.keep * now.pull
    slopes: ProductByProduct = margin_matrix(game, now.choice) / scale[:, None]
    return slopes


def markups(wedge: Wedge, price: PerProduct) -> PerProduct:
    """Return what a seller earns on one unit, `keep p - cost`. Shape (J,), market currency."""
    return wedge.keep * price - wedge.cost


def lerner(wedge: Wedge, price: PerProduct) -> PerProduct:
    """Return the mark-up as a share of net revenue, `(keep p - cost) / (keep p)`. Shape (J,)."""
    return markups(wedge, price) / (wedge.keep * price)


def refuse_negative_costs(
    cost: PerProduct, price: PerProduct, *, market: str, products: tuple[str, ...]
) -> None:
    """Refuse costs that are not positive, all of them at once.

    Raises:
        CalibrationError: Names the market and each product, with the cost found.
    """
    wrong = np.flatnonzero(~(cost > 0))
    if wrong.size == 0:
        return
    problems = tuple(
        Problem(
            file=f"market {market}",
            row=None,
            column=products[j],
            value=f"{cost[j]:,.6g}",
            what=f"at its price of {price[j]:,.6g} the cost is {cost[j]:,.6g}; "
            "a positive one is allowed.",
            fix="Check its price, or make its demand more elastic.",
        )
        for j in wrong
    )
    raise CalibrationError(
        where=f"market {market}",
        what=f"{wrong.size} of {cost.size} products have a cost that is not positive.",
        fix="Check the prices and keep of the products listed, or calibrate to a more elastic "
        "demand.",
        problems=problems,
    )
