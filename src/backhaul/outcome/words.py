"""The answer in three sentences, in figures that the run computed."""

from __future__ import annotations

from collections.abc import Callable

from backhaul.baseline.setting import Setting
from backhaul.outcome.figure import Figure

DEFICIT = 68.5e9
"""US goods deficit with Japan in 2024, USD. Source: trade/trade_flows.csv, particle_reverse."""

Get = Callable[[str], Figure]


def sentences(
    figures: tuple[Figure, ...], setting: Setting, interval: tuple[float, float, float] | None
) -> tuple[str, ...]:
    """Return three sentences: what happens, who pays and gains, what it does to the balance.

    Args:
        figures: Headline figures.
        setting: The scenario's setting.
        interval: 5 %, 50 % and 95 % of the entrants' sales without support, where there are any.
    """
    table = {figure.name: figure for figure in figures}
    first = _first(table, setting, interval)
    return (first, _people(table), _balance(table))


def _first(
    table: dict[str, Figure], setting: Setting, interval: tuple[float, float, float] | None
) -> str:
    """Return what happens to units and prices."""
    if setting.promise is not None:
        return _promised(table, setting, interval)
    if setting.entering("JP"):
        units = table["units_without_support"].scenario
        span = f" (90 % interval {_count(interval[0])} to {_count(interval[2])})" if interval else ""
        return f"Without support Japanese buyers would take {_count(units)} of the cars a year{span}."
    index, units = table["price_index_US"], table["units_total_US"]
    japan = table["units_JPN_to_US"]
    return (
        f"US consumer prices at fixed weights move by {_points(index.scenario - 100)} and US units "
        f"by {_share(units)}; Japan-built cars sold there go from {_count(japan.baseline)} to "
        f"{_count(japan.scenario)}."
    )


def _promised(
    table: dict[str, Figure], setting: Setting, interval: tuple[float, float, float] | None
) -> str:
    """Return the scale of a promise and what it takes."""
    promise = setting.promise
    assert promise is not None  # the caller asked
    gross = table["balance_us_jp_gross_usd"]
    value = abs(gross.change or 0.0)
    support, without = table["support_per_vehicle_usd"], table["units_without_support"]
    span = f" (90 % interval {_count(interval[0])} to {_count(interval[2])})" if interval else ""
    return (
        f"{_count(promise.units)} cars are {_money(value)} a year, {value / DEFICIT:.1%} of the "
        f"{DEFICIT / 1e9:.1f} billion USD deficit; without support {_count(without.scenario)} would "
        f"be sold{span}, and reaching the promise takes {support.scenario:,.0f} USD per vehicle, "
        f"{_money(table['support_outlay_usd'].scenario)} a year."
    )


def _people(table: dict[str, Figure]) -> str:
    """Return who gains and who pays."""
    parts = []
    for name, who in (
        ("consumer_surplus_US_usd", "US buyers"),
        ("consumer_surplus_JP_usd", "Japanese buyers"),
        ("government_US_usd", "US treasuries"),
        ("government_JP_usd", "Japan's treasury"),
    ):
        change = table[name].change or 0.0
        if abs(change) >= 0.5e6:
            parts.append(f"{who} {'gain' if change > 0 else 'lose'} {_money(abs(change))}")
    profit = sum(f.change or 0.0 for n, f in table.items() if n.startswith("profit_"))
    if abs(profit) >= 0.5e6:
        parts.append(f"carmakers together {'gain' if profit > 0 else 'lose'} {_money(abs(profit))}")
    if not parts:
        return "Nobody gains or loses half a million USD a year: the changes move next to nothing."
    text = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return text[0].upper() + text[1:] + " a year."


def _balance(table: dict[str, Figure]) -> str:
    """Return the bilateral balance three ways."""
    gross, net = table["balance_us_jp_gross_usd"], table["balance_us_jp_net_usd"]
    content = table["balance_us_jp_content_usd"]
    change = net.change or 0.0
    if max(abs(figure.change or 0.0) for figure in (gross, net, content)) < 0.5e6:
        return "The US-Japan car balance does not move."
    return (
        f"The US deficit with Japan in cars {'shrinks' if change > 0 else 'grows'} by "
        f"{_money(abs(change))} net of what is displaced ({_signed(gross)} gross, "
        f"{_signed(content)} in direct content; positive is a smaller deficit)."
    )


def _count(value: float | None) -> str:
    """Return units as text, three significant digits below ten thousand."""
    number = float(value or 0.0)
    return f"{round(number, -1) if number >= 1000 else number:,.0f}"


def _money(value: float) -> str:
    """Return USD with a sensible magnitude."""
    if abs(value) >= 0.995e9:
        return f"{value / 1e9:,.2f} billion USD"
    return f"{value / 1e6:,.0f} million USD"


def _signed(figure: Figure) -> str:
    """Return a change of money with its sign."""
    change = figure.change or 0.0
    return ("+" if change >= 0 else "-") + _money(abs(change))


def _share(figure: Figure) -> str:
    """Return a change in per cent with its sign."""
    return f"{figure.percent or 0.0:+.1f} %"


def _points(value: float) -> str:
    """Return a per cent change with its sign."""
    return f"{value:+.1f} %"
