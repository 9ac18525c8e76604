"""A reverse-import programme: how many would be sold, at what loss, and for what in return."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from backhaul.baseline.state import State
from backhaul.demand.shares import shares
from backhaul.outcome.books import Books

DRAWS = 256
LEVELS = (0.05, 0.5, 0.95)
"""A 90 % interval and its median."""


def entry_draws(free: State, *, seed: int = 0, draws: int = DRAWS) -> np.ndarray:
    """Return units of every entrant in Japan over draws of their unexplained quality.

    Each draw takes one leave-one-out residual per entrant (Latin hypercube: every residual is
    drawn equally often, and one car's luck says nothing about another's) and reads demand at the
    prices that are charged for the median; nobody is supported or committed to a volume.

    Args:
        free: The state without any support or commitment.
        seed: Seed of the draws.
        draws: How many.

    Returns:
        Units a year. Shape (draws, entrants).
    """
    entering, side = free.setting.entering("JP"), free.sides["JP"]
    generator, count = np.random.default_rng(seed), len(entering)
    moved = np.empty((draws, count))
    for k, entrant in enumerate(entering):
        levels = (generator.permutation(draws) + generator.random(draws)) / draws
        moved[:, k] = np.quantile(entrant.spread, levels)
    found = np.empty_like(moved)
    for row, quality in enumerate(moved):
        delta = np.array(side.taste.delta)
        delta[-count:] += quality
        share = shares(replace(side.taste, delta=delta), side.price)
        found[row] = share[-count:] * side.market.size
    return found


def entrants_table(scenario: Books, free: Books, drawn: np.ndarray) -> pd.DataFrame:
    """Return price, units and support of every entrant, with the interval of its sales."""
    entering = scenario.state.setting.entering("JP")
    side, loose = scenario.state.sides["JP"], free.state.sides["JP"]
    count = len(entering)
    low, median, high = np.quantile(drawn, LEVELS, axis=0)
    support = (side.promised + side.supply.support) / side.per_usd
    rows = [
        {
            "product": entrant.product.id,
            "label": entrant.product.label,
            "firm": entrant.product.firm,
            "currency": side.market.currency,
            "price": float(loose.price[k - count]),
            "price_with_support": float(side.price[k - count]),
            "units_without_support": float(loose.units[k - count]),
            "median": float(median[k]),
            "low": float(low[k]),
            "high": float(high[k]),
            "units_with_support": float(side.units[k - count]),
            "support_usd": float(support[k - count]),
            "steering": entrant.steering,
            "certification": entrant.certification,
            "fixed_cost_usd": entrant.fixed_cost_usd,
        }
        for k, entrant in enumerate(entering)
    ]
    return pd.DataFrame(rows)


def programme_table(baseline: Books, scenario: Books, point: Books) -> pd.DataFrame:
    """Return each carmaker's loss from the programme against a tariff point's worth to it.

    The loss is at the prices and units of the programme with nobody paying any support, fixed
    costs included; it is negative where the programme pays by itself.

    Args:
        baseline: Books before.
        scenario: Books with the programme.
        point: Books before, with the US duty on Japan-built cars one point lower.
    """
    after = scenario.valued_like(baseline).profit_without_support
    rows = []
    for firm in dict.fromkeys(e.product.firm for e in scenario.state.setting.entering("JP")):
        loss = baseline.profit_without_support.get(firm, 0.0) - after[firm]
        worth = point.profit.get(firm, 0.0) - baseline.profit.get(firm, 0.0)
        rows.append(
            {
                "firm": firm,
                "loss_usd": loss,
                "tariff_point_value_usd": worth,
                "ratio": loss / worth if worth > 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)
