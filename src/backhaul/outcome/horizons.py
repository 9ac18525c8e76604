"""The short run and the long run of one question, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backhaul.baseline.state import SideState, State
from backhaul.baseline.world import Side
from backhaul.outcome.figure import Figure

COLUMNS = ("figure", "label", "unit", "baseline", "short_run_change", "long_run_change")


def horizons_table(short: tuple[Figure, ...], long: tuple[Figure, ...]) -> pd.DataFrame:
    """Return what each figure changes by in the short and in the long run.

    A figure without a baseline, such as a support per vehicle, has its values in place of changes.
    One that only one of the two has, such as a pass-through, is empty in the other.
    """
    known = {figure.name: figure for figure in short}
    rows = []
    for figure in (*long, *(f for f in short if f.name not in {one.name for one in long})):
        soon, late = known.get(figure.name), None if figure not in long else figure
        rows.append(
            {
                "figure": figure.name,
                "label": figure.label,
                "unit": figure.unit,
                "baseline": np.nan if figure.baseline is None else figure.baseline,
                "short_run_change": _moved(soon),
                "long_run_change": _moved(late),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def law_moves(baseline: State, scenario: State) -> bool:
    """Return whether the laws of two states differ in anything that a car pays or its buyer gets.

    A law of another name and the same rates is the same law here.
    """
    if _in_force(baseline) == _in_force(scenario):
        return False
    return any(
        _pays_else(baseline.sides[code], scenario.sides[code], side)
        for code, side in baseline.world.sides.items()
    )


def _moved(figure: Figure | None) -> float:
    """Return the change of a figure, its value without a baseline, or NaN without a figure."""
    if figure is None:
        return np.nan
    return figure.scenario if figure.change is None else figure.change


def _in_force(state: State) -> tuple[object, ...]:
    """Return the measures in force in a state, and how duties are valued."""
    setting = state.setting
    measures = tuple(m for m in setting.measures if m.modelled and setting.on in m.validity)
    return (*measures, setting.border_share)


def _pays_else(old: SideState, new: SideState, base: Side) -> bool:
    """Return whether any link or product of the base year pays or gets something else."""
    if old.delivered.sales_tax != new.delivered.sales_tax:
        return True
    links, products = len(base.supply.links), len(base.market.ids)
    amounts = {
        **dict.fromkeys(("duty_rate", "specific_duty", "parts_rate"), links),
        **dict.fromkeys(("price_duty", "credit"), products),
    }
    return any(
        not np.array_equal(
            getattr(old.delivered, name)[:count], getattr(new.delivered, name)[:count]
        )
        for name, count in amounts.items()
    )
