"""A solved state of the certifying engine as the place from which draws start."""

from __future__ import annotations

import numpy as np

from backhaul.baseline.state import SideState, State
from backhaul.demand.shares import shares
from backhaul.demand.slopes import share_slopes
from backhaul.equilibrium.costs import cost_slopes
from backhaul.equilibrium.pricing import conditions, gap_slopes
from backhaul.smooth.equilibrium import Near, NearSide
from backhaul.smooth.layout import Layout
from backhaul.smooth.multipliers import Answers


def near_of(state: State, layout: Layout) -> Near:
    """Return a solved state as a solution near by."""
    plants = layout.plants if state.setting.limited else ()
    shadow = [state.plants[name].shadow if name in state.plants else 0.0 for name in plants]
    support = sum(side.equilibrium.multiplier for side in state.sides.values())
    return Near(
        sides={code: _side(side, state.setting.adjustment) for code, side in state.sides.items()},
        multipliers=np.array([*shadow, support]),
    )


def _side(side: SideState, adjustment: float) -> NearSide:
    """Return one market with its exact responses."""
    game = side.equilibrium.game
    now = conditions(game, side.best)
    inverse = np.linalg.inv(gap_slopes(game, now))
    entrant = np.array([product.entrant for product in side.market.products])
    part = np.where(entrant, 1.0, adjustment)
    return NearSide(
        price=np.array(side.best),
        cost=np.array(game.wedge.cost),
        answers=Answers(
            inverse=inverse,
            through=-inverse @ cost_slopes(game, now),
            sales=shares(side.taste, side.price),
            slopes=share_slopes(side.taste, side.price) * part,
        ),
    )
