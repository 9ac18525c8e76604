"""The answer in three sentences, in figures that the run computed."""

from __future__ import annotations

import math

from backhaul.baseline.setting import Setting
from backhaul.evidence.catalogue import Evidence
from backhaul.market.observe import label_of
from backhaul.outcome.figure import Figure

Interval = tuple[float, float, float]
"""5 %, 50 % and 95 % of what is drawn."""

SMALL_MONEY = 0.5e6
"""USD a year below which nobody gains or loses."""

SMALL_SHARE = 0.05
"""Per cent below which nothing moves."""

PEOPLE = (
    ("consumer_surplus_US_usd", "US buyers", "gain", "lose"),
    ("consumer_surplus_JP_usd", "Japanese buyers", "gain", "lose"),
    ("government_US_usd", "US treasuries", "gain", "lose"),
    ("government_JP_usd", "Japan's treasury", "gains", "loses"),
)
"""Figure, who, what they do when it rises and when it falls."""


def sentences(
    figures: tuple[Figure, ...], setting: Setting, evidence: Evidence, interval: Interval | None
) -> tuple[str, ...]:
    """Return three sentences: what happens, who gains and pays, what it does to the balance.

    Args:
        figures: Headline figures.
        setting: The scenario's setting.
        evidence: The facts, for the deficit that a promise is measured with.
        interval: Interval of the entrants' sales without support, where there are any.
    """
    table = {figure.name: figure for figure in figures}
    first = _first(table, setting, evidence, interval)
    return (first, _people(table), _balance(table))


def deficit(evidence: Evidence) -> float:
    """Return the US deficit with Japan in all goods in 2024, USD.

    Imports and exports are those of trade/trade_flows.csv; where a source gives several values
    of the imports, the lowest is taken, which is the one that matches the published deficit.
    """
    flows = evidence.table("trade", "trade_flows")
    goods = flows[
        (flows["product"] == "all_goods")
        & (flows["measure"] == "value_usd")
        & (flows["year"].astype(str) == "2024")
    ]
    value = goods.groupby(["exporter", "importer"])["value"].min()
    return float(value["JPN", "USA"] - value["USA", "JPN"])


def _first(
    table: dict[str, Figure], setting: Setting, evidence: Evidence, interval: Interval | None
) -> str:
    """Return what happens to units and prices."""
    if setting.promise is not None:
        return _promised(table, setting, evidence, interval)
    if setting.entering("JP"):
        units = table["units_without_support"].scenario
        text = f"Without support Japanese buyers would take {_count(units)} of the cars a year"
        if setting.supports and "support_outlay_usd" in table:
            text += f"; the support costs {_money(table['support_outlay_usd'].scenario)} a year"
        return f"{text}{_span(interval)}." if not setting.supports else f"{text}."
    parts = [*_surge(table, setting), *_bought(setting, evidence), *_markets(table, setting)]
    if not parts:
        return "Neither prices nor units move in either market."
    return _capital("; ".join(parts)) + "."


def _promised(
    table: dict[str, Figure], setting: Setting, evidence: Evidence, interval: Interval | None
) -> str:
    """Return the scale of a promise and what it takes."""
    units = setting.promise.units if setting.promise is not None else 0.0
    value = abs(table["balance_us_jp_gross_usd"].change or 0.0)
    total = deficit(evidence)
    support, without = table["support_per_vehicle_usd"], table["units_without_support"]
    takes = (
        f"reaching the promise takes {_three(support.scenario)} USD per vehicle, "
        f"{_money(table['support_outlay_usd'].scenario)} a year"
        if support.scenario > 0
        else "the promise is kept without support"
    )
    return (
        f"{_count(units)} cars are about {_money(value)} a year, about {100 * value / total:.1f} % "
        f"of the {total / 1e9:.1f} billion USD US goods deficit with Japan; without support "
        f"{_count(without.scenario)} would be sold{_span(interval)}, and {takes}."
    )


def _span(interval: Interval | None) -> str:
    """Return the 90 % interval in brackets, or nothing."""
    if interval is None:
        return ""
    return f" (90 % interval {_count(interval[0])} to {_count(interval[2])})"


def _surge(table: dict[str, Figure], setting: Setting) -> list[str]:
    """Return what a shift of tastes is worth."""
    if "demand_shift_usd" not in table or not setting.surges:
        return []
    shift, surge = table["demand_shift_usd"].scenario, setting.surges[0]
    more = "more" if shift > 0 else "less"
    return [
        f"a {surge.powertrain} must be worth {_three(abs(shift))} USD {more} to buyers in "
        f"{_place(surge.market)}"
    ]


def _bought(setting: Setting, evidence: Evidence) -> list[str]:
    """Return what states buy, and whose prices that leaves alone."""
    said = []
    for purchase in setting.purchases:
        folder = purchase.seller_market.lower()
        rows = evidence.table(folder, "nameplates").set_index("nameplate_id")
        name = label_of({str(k): v for k, v in rows.loc[purchase.product].items()})
        said.append(
            f"{_owner(purchase.buyer)} government buys {_count(purchase.units)} {name} vehicles "
            "beside what its people buy"
        )
    return said


def _markets(table: dict[str, Figure], setting: Setting) -> list[str]:
    """Return how prices and units move in each market that moves, and Japan's shipments."""
    parts = []
    bought = {purchase.buyer for purchase in setting.purchases}
    for code, name in (("US", "US"), ("JP", "Japanese")):
        index, units = table[f"price_index_{code}"], table[f"units_total_{code}"]
        price, sold = index.scenario - 100, 0.0 if code in bought else units.percent or 0.0
        if max(abs(price), abs(sold)) >= SMALL_SHARE:
            parts.append(
                f"{name} prices at fixed weights {_moves(price)} and {name} units {_moves(sold)}"
            )
    shipped = table.get("units_JPN_to_US")
    if shipped is not None and abs(shipped.percent or 0.0) >= SMALL_SHARE:
        parts.append(
            f"Japan-built cars sold in the US go from {_count(shipped.baseline)} to "
            f"{_count(shipped.scenario)}"
        )
    return parts


def _moves(percent: float) -> str:
    """Return "rise by 0.7 %", or that nothing moves."""
    if abs(percent) < SMALL_SHARE:
        return "hardly move"
    return f"{'rise' if percent > 0 else 'fall'} by {abs(percent):.1f} %"


def _people(table: dict[str, Figure]) -> str:
    """Return who gains and who pays."""
    parts = []
    for name, who, rises, falls in PEOPLE:
        change = table[name].change or 0.0
        if abs(change) >= SMALL_MONEY:
            parts.append(f"{who} {rises if change > 0 else falls} {_money(abs(change))}")
    profit = sum(f.change or 0.0 for n, f in table.items() if n.startswith("profit_"))
    if abs(profit) >= SMALL_MONEY:
        verb = "gain" if profit > 0 else "lose"
        parts.append(f"carmakers together {verb} {_money(abs(profit))}")
    if not parts:
        return "Nobody gains or loses half a million USD a year."
    text = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return f"{_capital(text)} a year."


def _balance(table: dict[str, Figure]) -> str:
    """Return the bilateral balance three ways."""
    gross, net = table["balance_us_jp_gross_usd"], table["balance_us_jp_net_usd"]
    content = table["balance_us_jp_content_usd"]
    change = net.change or 0.0
    if max(abs(figure.change or 0.0) for figure in (gross, net, content)) < SMALL_MONEY:
        return "The US-Japan car balance does not move."
    moves = "hardly moves"
    if abs(change) >= SMALL_MONEY:
        moves = f"{'shrinks' if change > 0 else 'grows'} by {_money(abs(change))}"
    return (
        f"The US deficit with Japan in cars {moves} net of what is displaced ({_signed(gross)} "
        f"gross, {_signed(content)} in direct content; positive is a smaller deficit)."
    )


def _place(code: str) -> str:
    """Return a market's country inside a sentence."""
    return {"US": "the US", "JP": "Japan"}[code]


def _owner(code: str) -> str:
    """Return whose government, at the head of a sentence or inside."""
    return {"US": "the US", "JP": "Japan's"}[code]


def _capital(text: str) -> str:
    """Return a text with a capital at its head."""
    return text[:1].upper() + text[1:]


def _three(value: float) -> str:
    """Return a number with three significant digits and no decimals: a model gives no more."""
    if abs(value) < 1:
        return "0" if abs(value) < 0.5 else "1"
    return f"{round(value, 2 - math.floor(math.log10(abs(value)))):,.0f}"


def _count(value: float | None) -> str:
    """Return a number of vehicles with three significant digits."""
    return _three(float(value or 0.0))


def _money(value: float) -> str:
    """Return USD in billions or millions with at most three significant digits."""
    millions = round(value / 1e6, 2 - math.floor(math.log10(value / 1e6))) if value >= 1e6 else 0.0
    if millions >= 1000:
        return f"{_trimmed(millions / 1000)} billion USD"
    return f"{_trimmed(millions)} million USD" if millions else "less than a million USD"


def _trimmed(value: float) -> str:
    """Return a number below a thousand with at most three significant digits, no idle noughts."""
    places = max(0, 2 - math.floor(math.log10(value)))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(figure: Figure) -> str:
    """Return a change of money with its sign."""
    change = figure.change or 0.0
    if abs(change) < SMALL_MONEY:
        return "about nothing"
    return ("+" if change > 0 else "-") + _money(abs(change))
