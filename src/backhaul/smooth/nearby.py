"""Between the two engines: solved states to start draws from, and draws to be certified."""

from __future__ import annotations

import numpy as np

from backhaul.baseline.state import SideState, State
from backhaul.demand.shares import shares
from backhaul.demand.slopes import share_slopes
from backhaul.demand.taste import Taste
from backhaul.equilibrium.certificate import certify
from backhaul.equilibrium.costs import cost_slopes
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.pricing import conditions, gap_slopes
from backhaul.market.wedge import Wedge
from backhaul.smooth.answer import Played
from backhaul.smooth.equilibrium import Near, NearSide
from backhaul.smooth.layout import Layout, SidePlan
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


def certificate_of(plan: SidePlan, played: Played, complementarity: float) -> dict[str, object]:
    """Return the whole certificate of one market of one draw, made by the certifying engine.

    Args:
        plan: The market in its state.
        played: What was played.
        complementarity: How well plants' limits and promises are kept.
    """
    taste = Taste(
        delta=played.delta,
        nest=plan.frame.frame.nest,
        alpha=played.alpha,
        weights=played.weights,
        sigma_in=float(played.sigma_in),
        sigma_seg=float(played.sigma_seg),
        penalty=played.penalty,
    )
    wedge = Wedge(keep=played.keep, cost=played.cost)
    game = Game(taste, wedge, plan.conduct, plan.market.code, plan.market.ids)
    found = certify(
        game, conditions(game, played.price), complementarity=(float(complementarity), True)
    )
    return {"passes": found.passes} | found.as_dict()


def _side(side: SideState, adjustment: float) -> NearSide:
    """Return one market with its exact responses."""
    game = side.equilibrium.game
    now = conditions(game, side.best)
    inverse = np.linalg.inv(gap_slopes(game, now))
    entrant = np.array([product.entrant for product in side.market.products])
    part = np.where(entrant, 1.0, adjustment)
    through = -inverse @ cost_slopes(game, now)
    slopes = share_slopes(side.taste, side.price) * part
    return NearSide(
        price=np.array(side.best),
        cost=np.array(game.wedge.cost),
        answers=Answers(
            inverse=inverse,
            through=through,
            sales=shares(side.taste, side.price),
            slopes=slopes,
            response=slopes @ through,
        ),
    )
