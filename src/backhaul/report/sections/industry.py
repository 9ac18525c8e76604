"""Plants and jobs."""

from __future__ import annotations

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
            words.cell(row.jobs_scenario - row.jobs_baseline, _signed_jobs),
        )
        for row in records(ranked.head(40))
    )
    grid = Grid(
        caption="Plants: output, capacity, and change of jobs",
        heads=("Plant", "Country", "Baseline", "Scenario", "Change", "Capacity", "Jobs"),
        rows=rows,
        numeric=(2, 3, 4, 5, 6),
        folded=True,
    )
    over = int((frame["units_scenario"] > frame["capacity"] * 1.001).sum())
    jobs = float((frame["jobs_scenario"] - frame["jobs_baseline"]).sum(skipna=True))
    lead = (
        f"{len(moved)} of {len(frame)} plants build more or fewer cars; jobs change by "
        f"{_signed_jobs(jobs)}. Output is that of the base year plus the modelled change for the "
        "two markets; capacity is reported, not a limit"
        + (f": {over} plants would build more than theirs." if over else ".")
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


def _signed_jobs(value: float) -> str:
    """Return a signed number of jobs."""
    return words.signed(words.units(value))
