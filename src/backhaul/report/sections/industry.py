"""Plants and jobs."""

from __future__ import annotations

import pandas as pd

from backhaul.outcome.outcome import Outcome
from backhaul.report import names, words
from backhaul.report.charts.change import Bar, Panel, Words, change_chart
from backhaul.report.contract import records, table
from backhaul.report.parts import Block, Grid, Prose, Section

SHOWN = 12


def industry(outcome: Outcome) -> Section | None:
    """Return the plants whose output changes most, with jobs; None without plants."""
    frame = table(outcome, "plants")
    if frame is None:
        return None
    change = frame["units_scenario"] - frame["units_baseline"]
    ranked = frame.assign(change=change).reindex(change.abs().sort_values(ascending=False).index)
    moved = ranked[ranked["change"].abs() >= 0.5]
    rows = tuple(
        (
            names.capital(str(row.name)),
            names.country(str(row.country)),
            *words.before_after(row.units_baseline, row.units_scenario, "vehicles"),
            words.signed(words.units(row.change)),
            words.cell(row.capacity, words.units),
            words.cell(row.utilisation_scenario, _use),
            words.cell(row.shadow_price_usd_scenario, words.units),
            words.cell(row.jobs_scenario - row.jobs_baseline, _signed_jobs),
        )
        for row in records(ranked.head(40))
    )
    grid = Grid(
        caption="Plants: output, use of capacity, shadow price (USD per vehicle), change of jobs",
        heads=(
            *("Plant", "Country", "Baseline", "Scenario", "Change"),
            *("Capacity", "Used", "Shadow price", "Jobs"),
        ),
        rows=rows,
        numeric=(2, 3, 4, 5, 6, 7, 8),
        folded=True,
    )
    jobs = float((frame["jobs_scenario"] - frame["jobs_baseline"]).sum(skipna=True))
    lead = (
        f"{len(moved)} of {len(frame)} plants build more or fewer cars; jobs change by "
        f"{_signed_jobs(jobs)}. Output is what plants build for the two markets plus what they "
        f"build for others, which stays as in the base year. {_full(frame)}"
    )
    if not len(moved):
        return Section("industry", "Plants and jobs", (Prose("No plant's output changes."), grid))
    bars = []
    for row in records(moved.head(SHOWN)):
        before, after = words.before_after(row.units_baseline, row.units_scenario, "vehicles")
        text = words.signed(words.units(row.change))
        bars.append(
            Bar(names.capital(str(row.name)), row.change, text, f"{before} {words.ARROW} {after}")
        )
    told = Words(
        identifier="chart-plants",
        title="Plants whose output changes most",
        subtitle="Vehicles a year: change, baseline → scenario",
        description="; ".join(f"{bar.label} {bar.change_text}" for bar in bars[:6]) + ".",
        axis="change, vehicles a year",
    )
    blocks: tuple[Block, ...] = (
        Prose(lead),
        change_chart(words=told, panels=(Panel("", tuple(bars)),), grid=grid),
    )
    return Section("industry", "Plants and jobs", blocks)


def _full(frame: pd.DataFrame) -> str:
    """Return which plants are full, and what one more vehicle of capacity would be worth."""
    if frame["shadow_price_usd_scenario"].isna().all():
        return "Capacity is reported here and bounds nothing."
    full = frame[frame["shadow_price_usd_scenario"] > 0]
    if not len(full):
        return "No plant with a stated capacity is full."
    before = int((frame["shadow_price_usd_baseline"] > 0).sum())
    top = full.sort_values("shadow_price_usd_scenario", ascending=False).iloc[0]
    price = words.units(float(top["shadow_price_usd_scenario"]))
    return (
        f"{len(full)} plants are full ({before} in the baseline): they sell one buyer a car more "
        "only by selling another one less. One more vehicle of capacity is worth most at "
        f"{names.capital(str(top['name']))}, {price}{words.GAP}USD; such shadow prices raise what "
        "a full plant's cars cost, and nobody pays them."
    )


def _use(share: float) -> str:
    """Return the use of capacity in whole per cent."""
    return f"{100 * share:.0f}{words.GAP}%"


def _signed_jobs(value: float) -> str:
    """Return a signed number of jobs."""
    return words.signed(words.units(value))
