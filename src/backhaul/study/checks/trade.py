"""Checks of what was traded, built and listed: figures in tables against figures in claims."""

from __future__ import annotations

import calendar
import re
from datetime import date

import pandas as pd

from backhaul.evidence.claim import Claim
from backhaul.policy.duty import tariff
from backhaul.study.checks.bench import (
    ROUNDED,
    Bench,
    Finding,
    day_of,
    quantity,
    sources,
    supported_if,
    usd,
)

YEAR = "2024"

PRINTED = 0.05
"""Half of the last digit of a rate of growth as printed, in per cent."""


def goods_deficit(bench: Bench, claim: Claim) -> Finding:
    """Hold a stated US deficit with Japan against the balance of 2024 in other sources."""
    claimed = quantity(claim) * 1e9
    table = bench.rows("trade_flows", year=YEAR, measure="value_usd")
    stated = table[table["product"] == "goods_balance"]
    goods = table[table["product"] == "all_goods"]
    goods = goods[goods["source_id"] != claim.source_id]
    goods = goods[goods["source_id"].isin(goods["source_id"][goods["exporter"] == "USA"])]
    sold = float(goods["value"][goods["exporter"] == "USA"].iloc[0])
    bought = float(goods["value"][goods["exporter"] == "JPN"].iloc[0])
    reported = -float(stated["value"].iloc[0])
    low, high = sorted((bought - sold, reported))
    return Finding(
        supported_if(low * (1 - ROUNDED) <= claimed <= high * (1 + ROUNDED)),
        f"The balance reported for {YEAR} is a deficit of {usd(reported)}; exports and imports of "
        f"another source give {usd(bought - sold)}. The claim says {usd(claimed)}.",
        reported,
        "USD a year",
        sources(stated, goods),
    )


def vehicles_to_the_us(bench: Bench, claim: Claim) -> Finding:
    """Hold a stated number of vehicles exported to the US against the counts of 2024."""
    table = bench.rows("trade_flows", exporter="JPN", importer="USA", year=YEAR, measure="units")
    rows = table[table["by_firm"].isna() | (table["by_firm"].astype(str).isin(["", "nan"]))]
    return _counted(rows, claim, "vehicles exported from Japan to the US")


def toyotas_to_the_us(bench: Bench, claim: Claim) -> Finding:
    """Hold Toyota's stated exports to the US against the counts of 2024."""
    rows = bench.rows(
        "trade_flows", exporter="JPN", importer="USA", year=YEAR, measure="units", by_firm="toyota"
    )
    return _counted(rows, claim, "Toyotas exported from Japan to the US")


def built_in_the_us(bench: Bench, claim: Claim) -> Finding:
    """Hold the stated US output of Japanese makers against the table."""
    rows = bench.rows("production_annual", firm="japanese_makers", region="usa", period=YEAR)
    rows = rows.rename(columns={"units": "value"})
    return _counted(rows, claim, "vehicles built by Japanese makers in the US")


def share_of_us_cars(bench: Bench, claim: Claim) -> Finding:
    """Hold the share of cars from the US among those sold in Japan against counts."""
    built = bench.rows("trade_flows", exporter="USA", importer="JPN", year=YEAR, measure="units")
    built = built[built["product"] == "motor_vehicles"]
    totals = bench.evidence.table("jp", "market_totals")
    sold = totals[
        (totals["measure"] == "passenger_cars_all") & (totals["year"].astype(str) == YEAR)
    ]
    share = 100 * float(built["value"].iloc[0]) / float(sold["units"].iloc[0])
    return Finding(
        supported_if(share < quantity(claim)),
        f"Japan imported {built['value'].iloc[0]:,.0f} vehicles from the US in {YEAR}, used ones "
        f"included, and bought {sold['units'].iloc[0]:,.0f} passenger cars: {share:.2f} %.",
        share,
        "per cent of passenger cars sold",
        sources(built, sold),
    )


def closed_market(bench: Bench, claim: Claim) -> Finding:
    """Hold "closed to American cars" against Japan's duty and the cars of another origin."""
    duty = tariff(bench.world.observed.measures, "JPN", "USA", "passenger_car", day_of(claim))
    rows = bench.rows("trade_flows", importer="JPN", year=YEAR, measure="units")
    rows = rows[rows["product"] == "motor_vehicles"]
    american = rows[rows["exporter"] == "USA"]
    german = rows[rows["exporter"] == "DEU"]
    here, there = float(american["value"].iloc[0]), float(german["value"].iloc[0])
    return Finding(
        supported_if(duty.rate > 0 or here == 0),
        f"Japan's duty on cars from the US is {duty.rate:.1%}, and {here:,.0f} came in {YEAR}; "
        f"Germany, under the same rules, sent {there:,.0f}. Rules of certification raise the cost "
        "of a model, and close nothing.",
        here,
        "vehicles from the US a year",
        sources(american, german),
    )


def output_of_the_month(bench: Bench, claim: Claim) -> Finding:
    """Hold a stated growth of Toyota's output against the month before the claim."""
    rows = _monthly(bench, "global", _month_before(claim))
    found = float(rows["yoy_pct"].iloc[0])
    return Finding(
        supported_if(abs(found - quantity(claim)) < PRINTED),
        f"Toyota and Lexus built {rows['units'].iloc[0]:,.0f} vehicles worldwide in "
        f"{rows['month'].iloc[0]}, {found:+.1f} % on the year.",
        found,
        "per cent on the year",
        sources(rows),
    )


def months_of_growth(bench: Bench, claim: Claim) -> Finding:
    """Count the months of growth in a row that the table has, up to the month of the claim."""
    rows = bench.rows("production_monthly", firm="toyota", region="global")
    rows = rows[rows["yoy_pct"].notna()]
    growth = dict(zip(rows["month"].astype(str), rows["yoy_pct"], strict=True))
    month, run = _month_before(claim), 0
    used = []
    while growth.get(month, 0.0) > 0:
        used.append(month)
        run, month = run + 1, _previous(month)
    wanted = int(quantity(claim))
    verdict = supported_if(run >= wanted)
    end = f"{month} fell" if month in growth else f"the table has no figure for {month}"
    if run < wanted and month not in growth:
        verdict = "not_checkable"
    listed = ", ".join(f"{m} {growth[m]:+.1f} %" for m in reversed(used))
    return Finding(
        verdict,
        f"{run} of the {wanted} months can be seen, all of growth ({listed}); {end}.",
        float(run),
        "months in a row in the table",
        sources(rows[rows["month"].isin(used)]),
    )


def growth_by_region(bench: Bench, claim: Claim) -> Finding:
    """Hold "US demand was a driver" against the growth of output by region."""
    month = _month_before(claim)
    world, usa, home = (_monthly(bench, region, month) for region in ("global", "usa", "japan"))
    us, all_ = float(usa["yoy_pct"].iloc[0]), float(world["yoy_pct"].iloc[0])
    outcome = bench.outcome("hybrid-surge")
    cars = outcome.tables["products"]
    hybrids = cars[(cars["market"] == "US") & (cars["powertrain"] == "hybrid")]
    rise = 100 * (hybrids["units_scenario"].sum() / hybrids["units_baseline"].sum() - 1)
    return Finding(
        supported_if(us > all_),
        f"What can be seen fits: Toyota's US output rose {us:+.0f} % in {month}, its world output "
        f"{all_:+.1f} %, that in Japan {home['yoy_pct'].iloc[0]:+.0f} %; the tables do not split "
        f"hybrids off. In the model US hybrid sales must rise by {rise:.0f} % to lift Toyota's "
        "output in the two markets by as much.",
        us,
        "per cent, US output on the year",
        sources(usa, world, home),
    )


def tickers(bench: Bench, claim: Claim) -> Finding:
    """Hold every ticker in the claim against the table of firms."""
    said = re.findall(r"\b(?:NYSE|OTC|NASDAQ|TSE):\w+", claim.statement_short)
    firms = bench.evidence.table("trade", "firms")
    rows = firms[firms["ticker_us"].isin(said) | firms["ticker_jp"].isin(said)]
    listed = set(rows["ticker_us"]) | set(rows["ticker_jp"])
    found = [ticker for ticker in said if ticker in listed]
    named = ", ".join(
        f"{firm} {group['ticker_us'].iloc[0]}" for firm, group in rows.groupby("firm", sort=False)
    )
    return Finding(
        supported_if(bool(said) and len(found) == len(said)),
        f"The table of firms has {len(found)} of the {len(said)} tickers: {named}.",
        named,
        "",
        sources(rows.drop_duplicates("firm")),
    )


def weekday(bench: Bench, claim: Claim) -> Finding:
    """Hold a weekday in the claim against the day on which the report is dated."""
    said = next(day for day in calendar.day_name if day in claim.statement_short)
    dates = {
        other.date
        for other in bench.evidence.claims().values()
        if other.of_the_article and other.speaker == "Reuters report"
    }
    days = {day: calendar.day_name[date.fromisoformat(day).weekday()] for day in sorted(dates)}
    return Finding(
        supported_if(set(days.values()) == {said}),
        f"The Reuters report is dated {', '.join(f'{d}, a {w}' for d, w in days.items())}.",
        ", ".join(days.values()),
        "weekday",
    )


def _counted(rows: pd.DataFrame, claim: Claim, what: str) -> Finding:
    """Hold a count against the rows of a table: it may lie between them, or near one of them."""
    claimed = quantity(claim)
    counts = sorted(float(value) for value in rows["value"])
    between = counts[0] * (1 - ROUNDED) <= claimed <= counts[-1] * (1 + ROUNDED)
    said = " and ".join(f"{count:,.0f}" for count in counts)
    nearest = min(counts, key=lambda count: abs(count - claimed))
    return Finding(
        supported_if(between),
        f"The tables count {said} {what} in {YEAR}; the claim says {claimed:,.0f}.",
        nearest,
        "vehicles a year",
        sources(rows),
    )


def _monthly(bench: Bench, region: str, month: str) -> pd.DataFrame:
    """Return Toyota's row of a region and a month."""
    return bench.rows("production_monthly", firm="toyota", region=region, month=month)


def _month_before(claim: Claim) -> str:
    """Return the month before a claim: output is published in the month after."""
    return _previous(claim.date[:7])


def _previous(month: str) -> str:
    """Return the month before a month, as "2025-09"."""
    year, number = (int(part) for part in month.split("-"))
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"
