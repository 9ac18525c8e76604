"""Who ships what to whom."""

from __future__ import annotations

import pandas as pd

from backhaul.outcome.outcome import Outcome
from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.flows import Flow, flow_chart
from backhaul.report.contract import records, table
from backhaul.report.parts import Block, Chart, Grid, Prose, Section

SHOWN = 8  # origins by name; the rest are summed


def flows(outcome: Outcome) -> Section | None:
    """Return the flow picture with its table, or None without flows."""
    frame = table(outcome, "flows")
    if frame is None or not (frame["units_baseline"].abs() + frame["units_scenario"].abs()).sum():
        return None
    blocks: tuple[Block, ...] = (Prose(_lead(frame)), _chart(frame))
    return Section("flows", "Who ships what to whom", blocks)


def _lead(frame: pd.DataFrame) -> str:
    """Return the largest changes in a sentence."""
    change = frame["units_scenario"] - frame["units_baseline"]
    ranked = frame.assign(change=change).reindex(change.abs().sort_values(ascending=False).index)
    told = [
        f"{words.signed(words.units(row.change))} {_route(str(row.origin), str(row.destination))}"
        for row in records(ranked.head(3))
        if abs(row.change) >= 0.5
    ]
    if not told:
        return "No flow of vehicles changes by as much as one vehicle."
    return f"The largest changes, in vehicles a year: {words.listed(told)}."


def _route(origin: str, market: str) -> str:
    """Return a flow in words."""
    if names.country(origin) == names.country(market):
        return f"built and sold in {_place(market)}"
    return f"from {_place(origin)} to {_place(market)}"


def _place(code: str) -> str:
    """Return a country's name with its article."""
    name = names.country(code)
    return f"the {name}" if name.startswith("United") else name


def _chart(frame: pd.DataFrame) -> Chart:
    """Return the ribbons: the largest origins by name, the rest as one."""
    size = (frame["units_baseline"] + frame["units_scenario"]).groupby(frame["origin"]).sum()
    change = (frame["units_scenario"] - frame["units_baseline"]).abs()
    moved = change.groupby(frame["origin"]).max().sort_values(ascending=False)
    kept = list(dict.fromkeys([*moved.head(4).index, *size.sort_values(ascending=False).index]))
    kept = kept[:SHOWN] if len(size) > SHOWN + 1 else list(size.index)
    label = frame["origin"].map(
        lambda code: names.country(code) if code in kept else "Other origins"
    )
    sums = (
        frame.assign(label=label, market=frame["destination"].map(names.country))
        .groupby(["label", "market"], as_index=False)[["units_baseline", "units_scenario"]]
        .sum()
    )
    rows = tuple(
        Flow(row.label, row.market, float(row.units_baseline), float(row.units_scenario))
        for row in records(sums)
    )
    told = Words(
        identifier="chart-flows",
        title="Where the cars come from",
        subtitle="Vehicles a year, by country of assembly (left) and market (right)",
        description=f"{_lead(frame)} Every flow stands in the table below the picture.",
        axis="vehicles a year",
    )
    return flow_chart(words=told, flows=rows, grid=_grid(frame))


def _grid(frame: pd.DataFrame) -> Grid:
    """Return every flow in units and customs value, the largest first."""
    ranked = frame.sort_values(["destination", "units_scenario"], ascending=[False, False])
    rows = []
    for row in records(ranked):
        before, after = words.before_after(row.units_baseline, row.units_scenario, "vehicles")
        value_before, value_after = words.before_after(
            row.customs_value_usd_baseline, row.customs_value_usd_scenario
        )
        rows.append(
            (
                f"{names.country(row.origin)} {words.ARROW} {names.country(row.destination)}",
                before,
                after,
                words.signed(words.units(row.units_scenario - row.units_baseline)),
                value_before,
                value_after,
            )
        )
    return Grid(
        caption="Vehicles and customs value by flow",
        heads=(
            *("Flow", "Vehicles, baseline", "Vehicles, scenario", "Change"),
            *("Customs value, baseline (USD)", "Customs value, scenario (USD)"),
        ),
        rows=tuple(rows),
        numeric=(1, 2, 3, 4, 5),
        folded=True,
    )
