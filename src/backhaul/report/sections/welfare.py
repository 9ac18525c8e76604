"""Who gains and who loses, and who receives the consumer's money."""

from __future__ import annotations

import pandas as pd

from backhaul.outcome.outcome import Outcome
from backhaul.report import names, words
from backhaul.report.charts.change import Bar, Panel, Words, change_chart
from backhaul.report.charts.level import Level, LevelPanel, level_chart
from backhaul.report.contract import records, table
from backhaul.report.parts import Block, Chart, Grid, Prose, Section

MILLION = 1e6
CRUMB = 0.001  # share of what buyers pay below which a recipient is summed with others
SHOWN = 12
SUMS = frozenset({"world", "national"})
"""Components that are sums over parties."""


def welfare(outcome: Outcome) -> Section | None:
    """Return gains and losses, accounts, income groups and firms; None without any of them."""
    blocks: list[Block] = []
    for chart in (_gains(outcome), _incomes(outcome), _accounts(outcome)):
        if chart is not None:
            blocks.append(chart)
    profits = _profits(outcome)
    if profits is not None:
        blocks.append(profits)
    if not blocks:
        return None
    lead = _lead(outcome)
    if lead:
        blocks.insert(0, Prose(lead))
    return Section("welfare", "Who gains and who loses", tuple(blocks))


def _who(frame: pd.DataFrame) -> list[str]:
    """Return every party's name for people; a carmaker's words each have a capital."""
    return [
        names.firm(str(row.who).replace(" ", "_"))
        if row.component == "firms"
        else names.party(str(row.who))
        for row in records(frame)
    ]


def _split(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the change of each party and that of each sum over parties, the largest first."""
    is_sum = frame["component"].isin(SUMS)
    frame = frame.assign(who=_who(frame))
    parties = frame[~is_sum].groupby("who")["change_usd"].sum()
    sums = frame[is_sum].groupby("who", sort=False)["change_usd"].sum()
    return parties.sort_values(ascending=False), sums


def _lead(outcome: Outcome) -> str:
    """Return the largest gain, the largest loss and the world's sum in a sentence."""
    frame = table(outcome, "welfare")
    if frame is None:
        return ""
    parties, sums = _split(frame)
    told = []
    if len(parties) and parties.max() > 0:
        told.append(f"Largest gain: {parties.idxmax()} ({_money(parties.max())}).")
    if len(parties) and parties.min() < 0:
        told.append(f"Largest loss: {parties.idxmin()} ({_money(parties.min())}).")
    for who in sums.index:
        if str(who).lower().startswith("world"):
            told.append(f"The world as a whole: {_money(sums[who])}.")
    return f"{' '.join(told)} All figures are per year." if told else ""


def _money(value: float) -> str:
    """Return a signed sum of US dollars."""
    return f"{words.signed(words.number(value))}{words.GAP}USD"


def _gains(outcome: Outcome) -> Chart | None:
    """Return bars of welfare changes, the sums at the end."""
    frame = table(outcome, "welfare")
    if frame is None:
        return None
    ranked, sums = _split(frame)
    parties = [(str(who), float(value)) for who, value in ranked.items()]
    if not any(value for _, value in parties):
        return None
    bars = [_gain(who, value) for who, value in _strongest(parties)]
    bars += [_gain(str(who), float(value), is_sum=True) for who, value in sums.items()]
    told = Words(
        identifier="chart-welfare",
        title="Gains and losses",
        subtitle="Change from the baseline, million USD a year",
        description="Bars of change: "
        + "; ".join(f"{bar.label} {bar.change_text} million USD" for bar in bars[:8])
        + ".",
        axis="change, million USD a year",
    )
    rows = tuple(
        (who, names.readable(str(row.component)), words.millions(row.change_usd))
        for who, row in zip(_who(frame), records(frame), strict=True)
    )
    grid = Grid(
        caption="Gains and losses by part, million USD a year",
        heads=("Who", "Part", "Change"),
        rows=rows,
        numeric=(2,),
        folded=True,
    )
    return change_chart(words=told, panels=(Panel("", tuple(bars)),), grid=grid)


def _strongest(parties: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the parties that move most, in their order, and the rest as one."""
    largest = max((abs(value) for _, value in parties), default=0.0)
    moved = [pair for pair in parties if abs(pair[1]) > largest / 1000]
    if len(moved) <= SHOWN + 1:
        return moved
    kept = {who for who, _ in sorted(moved, key=lambda pair: -abs(pair[1]))[:SHOWN]}
    rest = [value for who, value in moved if who not in kept]
    return [pair for pair in moved if pair[0] in kept] + [(f"All {len(rest)} others", sum(rest))]


def _gain(who: str, value: float, *, is_sum: bool = False) -> Bar:
    """Return one bar in million USD."""
    return Bar(who, value / MILLION, words.millions(value), "", is_sum)


def _incomes(outcome: Outcome) -> Chart | None:
    """Return the surplus per household by income group."""
    frame = table(outcome, "income_groups")
    if frame is None or not frame["surplus_change_per_household"].abs().max() > 0:
        return None
    panels = []
    for market, group in frame.groupby("market", sort=False):
        if not group["surplus_change_per_household"].abs().max() > 0:
            continue
        bars = tuple(
            Bar(
                names.capital(names.readable(str(row.group))),
                float(row.surplus_change_per_household),
                words.signed(words.number(row.surplus_change_per_household)),
            )
            for row in records(group)
        )
        panels.append(Panel(names.country(str(market)), bars))
    told = Words(
        identifier="chart-incomes",
        title="Buyers by income",
        subtitle="Consumer surplus per household, change in USD a year, buyers and others alike",
        description="Bars of change per household for each income group and market.",
        axis="change, USD per household a year",
    )
    grid = Grid(
        caption="Consumer surplus by income group",
        heads=("Market", "Income group", "Change, million USD", "Change per household, USD"),
        rows=tuple(
            (
                names.country(str(row.market)),
                names.capital(names.readable(str(row.group))),
                words.millions(row.surplus_change_usd),
                words.signed(words.number(row.surplus_change_per_household)),
            )
            for row in records(frame)
        ),
        numeric=(2, 3),
        key=1,
        folded=True,
    )
    return change_chart(words=told, panels=tuple(panels), grid=grid)


def _accounts(outcome: Outcome) -> Chart | None:
    """Return who receives a consumer's dollar: cents of 100, with the baseline as a mark."""
    frame = table(outcome, "accounts")
    if frame is None or not frame["usd_scenario"].sum() > 0:
        return None
    panels, rows = [], []
    for market, group in frame.groupby("market", sort=False):
        moved = group[(group["usd_baseline"] != 0) | (group["usd_scenario"] != 0)]
        ranked = moved.sort_values("usd_scenario", ascending=False)
        panels.append(LevelPanel(names.country(str(market)), _shares(ranked)))
        for row in records(ranked):
            millions = words.before_after(row.usd_baseline / MILLION, row.usd_scenario / MILLION)
            change = words.millions(row.usd_scenario - row.usd_baseline)
            name = names.capital(names.readable(str(row.recipient)))
            rows.append((names.country(str(market)), name, *millions, change))
    told = Words(
        identifier="chart-accounts",
        title="Who receives the buyer's money",
        subtitle="Share of all that buyers pay, per cent; the dark mark is the baseline",
        description="Bars of shares in what buyers pay, by recipient and market.",
        axis="per cent of what buyers pay",
    )
    grid = Grid(
        caption="What buyers pay and who receives it, million USD a year",
        heads=("Market", "Recipient", "Baseline", "Scenario", "Change"),
        rows=tuple(rows),
        numeric=(2, 3, 4),
        key=1,
        folded=True,
    )
    return level_chart(words=told, panels=tuple(panels), grid=grid)


def _shares(ranked: pd.DataFrame) -> tuple[Level, ...]:
    """Return each recipient's share of what buyers pay in one market; crumbs are summed."""
    before, after = ranked["usd_baseline"].sum(), ranked["usd_scenario"].sum()
    now = ranked["usd_scenario"] / after
    was = ranked["usd_baseline"] / before if before else now
    is_crumb = (now.abs() < CRUMB) & (was.abs() < CRUMB)
    levels = [
        Level(names.capital(names.readable(str(name))), 100 * n, 100 * w, words.percent(n))
        for name, n, w, crumb in zip(ranked["recipient"], now, was, is_crumb, strict=True)
        if not crumb
    ]
    count, rest = int(is_crumb.sum()), float(now[is_crumb].sum())
    if count:
        others = Level(
            f"All {count} others", 100 * rest, 100 * float(was[is_crumb].sum()), words.percent(rest)
        )
        levels.append(others)
    return tuple(levels)


def _profits(outcome: Outcome) -> Grid | None:
    """Return profits by firm before and after."""
    frame = table(outcome, "firms")
    if frame is None:
        return None
    change = (frame["profit_usd_scenario"] - frame["profit_usd_baseline"]).abs()
    ranked = frame.reindex(change.sort_values(ascending=False).index)
    moved = (ranked["profit_usd_scenario"] - ranked["profit_usd_baseline"]) / MILLION
    rows = list(
        zip(
            [names.firm(str(firm)) for firm in ranked["firm"]],
            words.column(list(ranked["profit_usd_baseline"] / MILLION), 4),
            words.column(list(ranked["profit_usd_scenario"] / MILLION), 4),
            words.column(list(moved), signs=True),
            [
                words.relative(row.profit_usd_baseline, row.profit_usd_scenario)
                for row in records(ranked)
            ],
            words.column(list(ranked["fixed_cost_usd"] / MILLION)),
            strict=True,
        )
    )
    return Grid(
        caption="Profit by carmaker in the two markets, million USD a year",
        heads=("Carmaker", "Baseline", "Scenario", "Change", "Per cent", "Fixed cost of entry"),
        rows=tuple(rows),
        numeric=(1, 2, 3, 4, 5),
        folded=len(rows) > 8,
    )
