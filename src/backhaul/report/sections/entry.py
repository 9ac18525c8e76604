"""The new cars: their sales, whose sales they take, and what they cost their makers."""

from __future__ import annotations

import pandas as pd

from backhaul.outcome.outcome import Outcome
from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.level import Level, LevelPanel, level_chart
from backhaul.report.charts.spread import Spread, spread_chart
from backhaul.report.contract import records, table
from backhaul.report.parts import Block, Chart, Grid, Prose, Section


def entry(outcome: Outcome) -> Section | None:
    """Return predicted sales of entrants and where they come from; None without entrants."""
    blocks: list[Block] = []
    frame = table(outcome, "entrants")
    if frame is not None:
        blocks += [Prose(_lead(frame)), _sales(frame)]
    diversion = _diversion(outcome)
    if diversion is not None:
        blocks.append(diversion)
    return Section("entry", "The new cars", tuple(blocks)) if blocks else None


def motive(outcome: Outcome) -> Section | None:
    """Return the programme's loss beside what a tariff point is worth; None without a programme."""
    frame = table(outcome, "programme")
    if frame is None:
        return None
    lead = _motive_lead(frame)
    rows = tuple(
        zip(
            [names.firm(str(firm)) for firm in frame["firm"]],
            words.column(list(frame["loss_usd"] / 1e6)),
            words.column(list(frame["tariff_point_value_usd"] / 1e6)),
            [words.cell(r, lambda ratio: words.number(ratio, 2)) for r in frame["ratio"]],
            strict=True,
        )
    )
    grid = Grid(
        caption="Loss before support and value of one tariff point less, million USD a year",
        heads=(
            "Carmaker",
            "Loss before support",
            "One tariff point is worth",
            "Loss in tariff points",
        ),
        rows=rows,
        numeric=(1, 2, 3),
    )
    return Section("motive", "What is in it for the carmakers", (Prose(lead), grid))


def _motive_lead(frame: pd.DataFrame) -> str:
    """Return the private motive in words: the loss, and for whom a lower tariff would pay it."""
    loss = float(frame["loss_usd"].sum())
    money = f"{words.number(abs(loss))}{words.GAP}USD"
    if loss <= 0:
        first = f"Even without support the programme earns its carmakers {money} a year"
    else:
        first = f"Without support the programme would cost its carmakers {money} a year"
    told = [f"{first}, fixed costs included."]
    paid = frame[(frame["tariff_point_value_usd"] > 0) & (frame["loss_usd"] > 0)]
    points = [
        f"{words.number(row.loss_usd / row.tariff_point_value_usd, 2)} for {names.firm(row.firm)}"
        for row in records(paid)
    ]
    if points:
        told.append(
            "Measured in points of the US tariff on Japan-built cars, whose fall would pay for it, "
            f"the loss is {words.listed(points)}."
        )
    unpaid = [names.firm(str(f)) for f in frame["firm"][frame["tariff_point_value_usd"] <= 0]]
    if unpaid:
        told.append(
            f"A lower tariff would not help {words.listed(unpaid)}, whose rivals gain more."
        )
    return " ".join(told)


def _lead(frame: pd.DataFrame) -> str:
    """Return sales of all entrants without and with support."""
    without = float(frame["units_without_support"].sum())
    told = f"Without support the new cars together sell {words.units(without)} a year"
    supported = frame[frame["units_with_support"].notna()]
    with_support = float(supported["units_with_support"].sum())
    if len(supported) and abs(with_support - without) >= 0.5:
        told += f", with support {words.units(with_support)}"
    return (
        f"{told}. A car that a market has never seen can be forecast only roughly: the intervals "
        "say how roughly, and medians do not add up."
    )


def _sales(frame: pd.DataFrame) -> Chart:
    """Return each entrant's median and interval, and its units with support."""
    ranked = frame.sort_values("median", ascending=False)
    spreads, rows = [], []
    for row in records(ranked):
        with_support = row.units_with_support
        known = with_support is not None and with_support == with_support
        moved = known and abs(with_support - row.units_without_support) >= 0.5
        spreads.append(
            Spread(
                label=str(row.label),
                median=float(row.median),
                low=float(row.low),
                high=float(row.high),
                scenario=float(with_support) if moved else None,
            )
        )
        rows.append(
            (
                str(row.label),
                words.price(row.price),
                words.cell(getattr(row, "price_with_support", None), words.price),
                words.units(row.units_without_support),
                words.units(row.median),
                f"{words.units(row.low)} to {words.units(row.high)}",
                words.cell(with_support, words.units),
                words.cell(row.support_usd, words.price),
            )
        )
    told = Words(
        identifier="chart-entrants",
        title="How many of each new car would be bought",
        subtitle="Vehicles a year without support: median and 90 % interval",
        description="; ".join(f"{row[0]}: median {row[4]}, interval {row[5]}" for row in rows)
        + ".",
        axis="vehicles a year",
    )
    grid = Grid(
        caption="Sales of the new cars, vehicles a year",
        heads=(
            *("Car", f"Price{_currency(frame)} without support", "Price with support"),
            *("Units without support", "Median", "90 % interval"),
            *("Units with support", "Support per car (USD)"),
        ),
        rows=tuple(rows),
        numeric=(1, 2, 3, 4, 5, 6, 7),
        folded=True,
    )
    return spread_chart(words=told, rows=tuple(spreads), grid=grid)


def _currency(frame: pd.DataFrame) -> str:
    """Return the currency of the prices in brackets, where the table says it."""
    if "currency" not in frame.columns or frame["currency"].nunique() != 1:
        return ""
    return f" ({frame['currency'].iloc[0]})"


def _diversion(outcome: Outcome) -> Chart | None:
    """Return where the entrants' sales come from, all entrants together."""
    frame = table(outcome, "diversion")
    if frame is None or not frame["units"].sum() > 0:
        return None
    sums = frame.groupby("source")["units"].sum().sort_values(ascending=False)
    total = float(sums.sum())
    levels = tuple(
        Level(
            names.capital(names.readable(str(source))),
            100 * float(u) / total,
            None,
            words.percent(u / total),
        )
        for source, u in sums.items()
    )
    told = Words(
        identifier="chart-diversion",
        title="Where the new cars' sales come from",
        subtitle="Per cent of the new cars' units, all of them together",
        description="; ".join(f"{level.label} {level.text}" for level in levels) + ".",
        axis="per cent of the new cars' units",
    )
    grid = Grid(
        caption="Where each new car's sales come from",
        heads=("Market", "Car", "Source", "Units", "Share"),
        rows=tuple(
            (
                names.country(str(row.market)),
                names.capital(names.readable(str(row.product))),
                names.capital(names.readable(str(row.source))),
                words.units(row.units),
                words.percent(row.share),
            )
            for row in records(frame)
        ),
        numeric=(3, 4),
        key=1,
        folded=True,
    )
    return level_chart(words=told, panels=(LevelPanel("", levels),), grid=grid)
