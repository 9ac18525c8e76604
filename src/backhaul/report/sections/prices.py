"""Prices and units: by segment, by firm, and product by product."""

from __future__ import annotations

import pandas as pd

from backhaul.outcome.outcome import Outcome
from backhaul.report import names, words
from backhaul.report.charts.change import Bar, Panel, Words, change_chart
from backhaul.report.contract import figures_by_name, records, table
from backhaul.report.parts import Block, Chart, Grid, Prose, Section

SHOWN = 9  # bars by name in a panel; the rest are summed or left to the table
STILL = 5e-5  # a ratio below which a price or a number of units counts as unmoved
FULL = 40  # products in the table before it is cut to those that move most


def prices(outcome: Outcome) -> Section | None:
    """Return price and unit changes with their tables, or None without products."""
    frame = table(outcome, "products")
    if frame is None:
        return None
    blocks: list[Block] = [Prose(_lead(frame, outcome))]
    for chart in (_price_chart(frame), _unit_chart(frame, "segment"), _unit_chart(frame, "firm")):
        if chart is not None:
            blocks.append(chart)
    blocks.append(_products(frame))
    return Section("prices", "Prices and units", tuple(blocks))


def fixed_weight_change(group: pd.DataFrame) -> float:
    """Return the change of a market's mean price at the baseline's units, as a ratio.

    Entrants have no baseline and stay out. Not a number when nothing else is sold.
    """
    kept = group[~group["entrant"].astype(bool)]
    weight = kept["units_baseline"]
    before = float((kept["price_baseline"] * weight).sum())
    return float((kept["price_scenario"] * weight).sum()) / before - 1 if before else float("nan")


def _lead(frame: pd.DataFrame, outcome: Outcome) -> str:
    """Return what happens in each market in a sentence."""
    told, figures = [], figures_by_name(outcome)
    for market, group in frame.groupby("market", sort=False):
        if _is_still(group):
            told.append(f"In {_article(str(market))} nothing changes.")
            continue
        index = figures.get(f"price_index_{market}")
        ratio = index.scenario / 100 - 1 if index else fixed_weight_change(group)
        before, after = group["units_baseline"].sum(), group["units_scenario"].sum()
        price = (
            f"prices change by {words.signed(words.percent(ratio))} at fixed weights"
            if abs(ratio) >= STILL
            else f"prices stay where they are (less than 0.01{words.GAP}% on average)"
        )
        moved = abs(after / before - 1) >= STILL if before else after > 0
        volume = (
            f"units by {words.relative(before, after)} "
            f"({words.signed(words.units(after - before))} vehicles a year)"
            if moved
            else f"units hardly move ({words.signed(words.units(after - before))} a year)"
        )
        told.append(f"In {_article(str(market))} {price} and {volume}.")
    return " ".join(told)


def _is_still(group: pd.DataFrame) -> bool:
    """Return whether neither a price nor a unit of a market moves."""
    entered = group["units_baseline"].isna().any() or group["entrant"].astype(bool).any()
    moved = (group["units_scenario"] - group["units_baseline"]).abs().sum()
    return not entered and float(moved) < 0.5


def _article(market: str) -> str:
    """Return a market's name inside a sentence."""
    name = names.country(market)
    return f"the {name}" if name.startswith("United") else name


def _price_chart(frame: pd.DataFrame) -> Chart | None:
    """Return fixed-weight price changes by segment, or None when no price moves."""
    panels, rows = [], []
    for market, group in frame.groupby("market", sort=False):
        bars = []
        currency = str(group["currency"].iloc[0])
        for segment, part in group.groupby("segment"):
            kept = part[~part["entrant"].astype(bool)]
            weight = kept["units_baseline"]
            if not weight.sum():
                continue
            before = float((kept["price_baseline"] * weight).sum() / weight.sum())
            after = float((kept["price_scenario"] * weight).sum() / weight.sum())
            levels = words.before_after(before, after, "per vehicle")
            change = words.relative(before, after)
            text = f" {words.ARROW} ".join(levels)
            label = names.readable(str(segment))
            bars.append(Bar(label, 100 * (after / before - 1), change, text))
            rows.append((names.country(str(market)), label, *levels, currency, change))
        bars.sort(key=lambda bar: -abs(bar.change))
        if any(abs(bar.change) >= 100 * STILL for bar in bars):
            panels.append(Panel(f"{names.country(str(market))}, {currency}", tuple(bars[:SHOWN])))
    if not panels:
        return None
    told = Words(
        identifier="chart-prices",
        title="Consumer prices by segment",
        subtitle="Mean price at the baseline's units: change in per cent, baseline → scenario",
        description=_spoken([bar for panel in panels for bar in panel.bars], "price"),
        axis="change of the mean consumer price, per cent",
    )
    grid = Grid(
        caption="Mean consumer price by segment, baseline's units as weights",
        heads=("Market", "Segment", "Baseline", "Scenario", "Currency", "Change"),
        rows=tuple(rows),
        numeric=(2, 3, 5),
        key=1,
        folded=True,
    )
    return change_chart(words=told, panels=tuple(panels), grid=grid)


def _unit_chart(frame: pd.DataFrame, by: str) -> Chart | None:
    """Return changes of units by segment or by firm, or None when no units move."""
    panels, rows = [], []
    name = names.firm if by == "firm" else names.readable
    for market, group in frame.groupby("market", sort=False):
        sums = group.groupby(by)[["units_baseline", "units_scenario"]].sum()
        sums["change"] = sums["units_scenario"] - sums["units_baseline"]
        sums = sums.reindex(sums["change"].abs().sort_values(ascending=False).index)
        for key, row in sums.iterrows():
            rows.append((names.country(str(market)), name(str(key)), *_unit_cells(row)))
        total = sums.sum()
        if abs(sums["change"]).max() < max(0.5, STILL * total["units_baseline"] / 10):
            continue
        bars = [_unit_bar(name(str(key)), row) for key, row in sums.head(SHOWN).iterrows()]
        rest = sums.iloc[SHOWN:]
        if len(rest):
            bars.append(_unit_bar(f"Other {by}s ({len(rest)})", rest.sum()))
        bars.append(_unit_bar("All", total, is_sum=True))
        panels.append(Panel(names.country(str(market)), tuple(bars)))
    if not panels:
        return None
    told = Words(
        identifier=f"chart-units-{by}",
        title=f"Units by {by}",
        subtitle="Vehicles a year: change, baseline → scenario",
        description=_spoken([bar for panel in panels for bar in panel.bars], "number of units"),
        axis="change, vehicles a year",
    )
    grid = Grid(
        caption=f"Units by {by}, vehicles a year",
        heads=("Market", by.capitalize(), "Baseline", "Scenario", "Change", "Per cent"),
        rows=tuple(rows),
        numeric=(2, 3, 4, 5),
        key=1,
        folded=True,
    )
    return change_chart(words=told, panels=tuple(panels), grid=grid)


def _unit_cells(row: pd.Series) -> tuple[str, str, str, str]:
    """Return units before and after, their change and the change in per cent."""
    before, after = float(row["units_baseline"]), float(row["units_scenario"])
    levels = words.before_after(before, after, "vehicles")
    return (*levels, words.signed(words.units(after - before)), words.relative(before, after))


def _unit_bar(label: str, row: pd.Series, *, is_sum: bool = False) -> Bar:
    """Return one bar of a change of units."""
    before, after, change, _ = _unit_cells(row)
    length = float(row["units_scenario"] - row["units_baseline"])
    return Bar(label, length, change, f"{before} {words.ARROW} {after}", is_sum)


def _spoken(bars: list[Bar], what: str) -> str:
    """Return the picture in a sentence: the strongest rise and the strongest fall."""
    rows = [bar for bar in bars if not bar.is_sum]
    top, low = max(rows, key=lambda bar: bar.change), min(rows, key=lambda bar: bar.change)
    told = []
    if top.change > 0:
        told.append(f"the largest rise of the {what} is {top.label}, {top.change_text}")
    if low.change < 0:
        told.append(f"the largest fall is {low.label}, {low.change_text}")
    return f"Bars of change: {'; '.join(told)}. All values stand in the table below the picture."


def _products(frame: pd.DataFrame) -> Grid:
    """Return the products whose units change most, with mark-ups and elasticities."""
    change = (frame["units_scenario"] - frame["units_baseline"]).abs()
    shown = frame.reindex(change.sort_values(ascending=False).index).head(FULL)
    rows = []
    for row in records(shown):
        known = row.price_baseline == row.price_baseline  # an entrant has no price before
        before = row.price_baseline if known else row.price_scenario
        prices_text = words.before_after(before, row.price_scenario, "per vehicle")
        levels = words.before_after(row.units_baseline, row.units_scenario, "vehicles")
        mark = "new" if row.entrant else ("several models" if row.aggregate else "")
        rows.append(
            (
                f"{row.label} ({mark})" if mark else str(row.label),
                str(row.market),
                names.firm(str(row.firm)),
                prices_text[0] if known else words.NONE,
                prices_text[1],
                *levels,
                words.signed(words.units(row.units_scenario - row.units_baseline)),
                words.cell(row.markup_scenario, words.percent),
                words.cell(row.elasticity),
            )
        )
    cut = f", the {FULL} that change most (all: tables/products.csv)" if len(frame) > FULL else ""
    return Grid(
        caption=f"Product by product{cut}",
        heads=(
            *("Product", "Market", "Firm", "Price, baseline", "Price, scenario"),
            *("Units, baseline", "Units, scenario", "Change", "Mark-up", "Own elasticity"),
        ),
        rows=tuple(rows),
        numeric=(3, 4, 5, 6, 7, 8, 9),
        folded=True,
    )
