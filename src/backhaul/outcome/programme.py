"""A reverse-import programme: how many would be sold, at what loss, and for what in return."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import qmc

from backhaul.baseline.state import State
from backhaul.demand.shares import shares
from backhaul.outcome.books import Books

DRAWS = 256
LEVELS = (0.05, 0.5, 0.95)
"""A 90 % interval and its median."""


def entry_draws(free: State, *, seed: int = 0, draws: int = DRAWS) -> np.ndarray:
    """Return units of every entrant in Japan over draws of their unexplained quality.

    Each draw takes one leave-one-out residual per entrant (scrambled Sobol' sequence) and reads
    demand at the prices that are charged for the median; nobody is committed to a volume.

    Args:
        free: The state without any commitment.
        seed: Seed of the sequence.
        draws: How many, a power of two.

    Returns:
        Units a year. Shape (draws, entrants).
    """
    entering = free.setting.entering("JP")
    side = free.sides["JP"]
    sequence = qmc.Sobol(len(entering), scramble=True, rng=np.random.default_rng(seed))
    levels = sequence.random_base2(int(np.log2(draws)))
    found = np.empty((levels.shape[0], len(entering)))
    for row, level in enumerate(levels):
        delta = np.array(side.taste.delta)
        for k, entrant in enumerate(entering):
            delta[k - len(entering)] += np.quantile(entrant.spread, level[k])
        share = shares(replace(side.taste, delta=delta), side.price)
        found[row] = share[-len(entering) :] * side.market.size
    return found


def entrants_table(scenario: Books, free: Books, drawn: np.ndarray) -> pd.DataFrame:
    """Return price, units and support of every entrant, with the interval of its sales."""
    entering = scenario.state.setting.entering("JP")
    side, loose = scenario.state.sides["JP"], free.state.sides["JP"]
    count = len(entering)
    low, median, high = np.quantile(drawn, LEVELS, axis=0)
    rows = [
        {
            "product": entrant.product.id,
            "label": entrant.product.label,
            "currency": side.market.currency,
            "price": float(loose.price[k - count]),
            "price_with_support": float(side.price[k - count]),
            "units_without_support": float(loose.units[k - count]),
            "median": float(median[k]),
            "low": float(low[k]),
            "high": float(high[k]),
            "units_with_support": float(side.units[k - count]),
            "support_usd": float(
                (side.promised + side.supply.support)[k - count] / side.per_usd
            ),
            "steering": entrant.steering,
            "certification": entrant.certification,
            "fixed_cost_usd": entrant.fixed_cost_usd,
        }
        for k, entrant in enumerate(entering)
    ]
    return pd.DataFrame(rows)


def programme_table(baseline: Books, scenario: Books, point: Books) -> pd.DataFrame:
    """Return each carmaker's loss from the programme against a tariff point's worth to it.

    Args:
        baseline: Books before.
        scenario: Books with the programme.
        point: Books before, with the US duty on Japan-built cars one point lower.
    """
    rows = []
    for firm in dict.fromkeys(e.product.firm for e in scenario.state.setting.entering("JP")):
        received = scenario.support_by_firm.get(firm, 0.0)
        loss = received - (scenario.profit[firm] - baseline.profit[firm])
        worth = point.profit[firm] - baseline.profit[firm]
        rows.append(
            {
                "firm": firm,
                "loss_usd": loss,
                "tariff_point_value_usd": worth,
                "ratio": loss / worth if worth > 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)
