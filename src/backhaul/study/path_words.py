"""A timeline in three sentences, in figures that it computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

NEVER = "The law does not change within these months, so nothing else does."


def path_sentences(
    months: Sequence[str], days: Sequence[bool], values: Mapping[str, Sequence[float]]
) -> tuple[str, ...]:
    """Return what the law does, what prices and revenue do, and what the balance does.

    Args:
        months: Each as YYYY-MM.
        days: For each day on which the law changes, whether anything moves.
        values: Monthly values by figure name.
    """
    if not any(days):
        return (NEVER,)
    begin, end = _month(months[0]), _month(months[-1])
    first = (
        f"From {begin} to {end} the law changes on {_days(len(days))}; "
        f"prices or units move on {'all' if all(days) else sum(days)} of them."
        if len(days) > 1
        else f"From {begin} to {end} the law changes on one day."
    )
    index, duty = values["price_index_US"], values["duty_revenue_US_usd"]
    high, low = max(index), min(index)
    top, kind = (high, "highest") if high - index[0] >= index[0] - low else (low, "lowest")
    end_of_it = f"{_change(index[-1], index[0])} in {end}"
    peak = (
        f"their {kind}"
        if index[-1] == top
        else f"after {_change(top, index[0])} at their {kind} in {_month(months[index.index(top)])}"
    )
    prices = (
        f"US prices of new cars at fixed weights are {end_of_it} against {begin}, {peak}; US duty "
        f"revenue goes from {_billions(duty[0])} a year to {_billions(duty[-1])}, at most "
        f"{_billions(max(duty))}."
    )
    net = values["balance_us_jp_net_usd"]
    units = values["units_JPN_to_US"]
    best = (
        ""
        if max(net) in (net[0], net[-1])
        else (
            f", and is {_billions(max(net))} at its best in {_month(months[net.index(max(net))])}"
        )
    )
    balance = (
        f"The US car balance with Japan goes from {_billions(net[0])} a year to "
        f"{_billions(net[-1])}{best}; cars shipped from Japan to the US go from "
        f"{_thousands(units[0])} a year to {_thousands(units[-1])}."
    )
    return (first, prices, balance)


def _month(month: str) -> str:
    """Return "April 2025" for "2025-04"."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def _thousands(units: float) -> str:
    """Return a count of vehicles to the thousand."""
    return f"{round(units, -3):,.0f}"


def _days(count: int) -> str:
    return "one day" if count == 1 else f"{count} days"


def _change(value: float, before: float) -> str:
    """Return a change in per cent in words."""
    moved = 100 * (value / before - 1)
    way = "up" if moved > 0 else "down"
    return "unchanged" if abs(moved) < 0.05 else f"{abs(moved):.1f} % {way}"


def _billions(usd: float) -> str:
    """Return a sum of money in billions, with a true minus sign."""
    minus = "\N{MINUS SIGN}" if usd < -5e6 else ""
    return f"{minus}{abs(usd) / 1e9:.1f} billion USD"
