"""The report of an ensemble: intervals, how one figure spreads, failures, what was drawn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.dots import Dot, DotPanel, dot_chart
from backhaul.report.charts.histogram import Bin, Upright, histogram
from backhaul.report.page import Page, page_html
from backhaul.report.parts import Block, Bullets, Grid, Prose, Section
from backhaul.report.study_page import ENSEMBLE, closing, left_out, scaled, write_study
from backhaul.report.tables import KEY_FIGURES
from backhaul.study.amount import without_noise
from backhaul.study.found import Ensemble, Interval, inputs_table
from backhaul.study.whole import preferred

BINS = 32
_NUMBER = re.compile(r"(?<!\w)[\d.,]*\d(?:e[+-]?\d+)?")
"""A number in a reason, by which two draws with the same reason may differ."""

MOST_FAILURES = 200
"""Failures that a page lists one by one; tables/failures.csv has all."""

PANELS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "US-Japan car balance",
        {
            "balance_us_jp_gross_usd": "gross of displacement",
            "balance_us_jp_net_usd": "net of displacement",
            "balance_us_jp_content_usd": "in direct content",
        },
    ),
    (
        "Buyers and treasuries",
        {
            "consumer_surplus_US_usd": "US buyers",
            "consumer_surplus_JP_usd": "Japanese buyers",
            "government_US_usd": "US treasury",
            "government_JP_usd": "Japanese treasury",
        },
    ),
    (
        "Welfare",
        {
            "welfare_US_usd": "United States",
            "welfare_JP_usd": "Japan",
            "welfare_world_usd": "world, from both markets",
        },
    ),
    ("Support per vehicle", {"support_per_vehicle_usd": "support per vehicle"}),
    (
        "Support in all",
        {
            "support_outlay_usd": "outlay",
            "support_outlay_sold_anyway_usd": "for units sold anyway",
        },
    ),
    ("Units of the programme", {"units_without_support": "without any support"}),
    (
        "Units in the US",
        {"units_total_US": "sold in the US", "units_JPN_to_US": "of them built in Japan"},
    ),
    (
        "Units in Japan",
        {"units_total_JP": "sold in Japan", "units_USA_to_JP": "of them built in the US"},
    ),
    ("Prices charged", {"price_index_US": "in the US", "price_index_JP": "in Japan"}),
)
"""Figures of the chart that share a scale, each with what it is called there."""


def ensemble_html(ensemble: Ensemble, figure: str | None = None) -> str:
    """Return the whole report of an ensemble as one HTML document.

    Args:
        ensemble: What is told.
        figure: The figure whose spread is drawn; None takes the preferred one.
    """
    asked = ensemble.asked
    chosen = figure or preferred(ensemble.figures)
    return page_html(
        Page(
            title=asked.asks,
            kicker=(asked.name, f"{ensemble.n:,} draws", "base year 2024"),
            byline=f"Medians and 90 % intervals, against {asked.baseline}. Each draw is a "
            "complete equilibrium.",
            sentences=ensemble.sentences,
            certified=is_certified(ensemble),
            chapters=(
                Section("intervals", "The intervals", _intervals(ensemble)),
                Section("spread", "How one figure spreads", _spread(ensemble, chosen)),
                Section("failures", "Draws without an answer", _failures(ensemble)),
                Section("drawn", "What was drawn", _drawn(ensemble)),
                *left_out(asked),
                Section("certificate", "The certificate", _certificate(ensemble)),
                closing(asked, _command(ensemble), "ensemble", ensemble.plan),
            ),
        )
    )


def write_ensemble(ensemble: Ensemble, directory: Path | str, figure: str | None = None) -> Path:
    """Write ensemble.json, tables/*.csv and report.html, whole or not at all.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """
    page = ensemble_html(ensemble, figure)
    return write_study(directory, ENSEMBLE, ensemble.as_dict(), ensemble.tables(), page)


def is_certified(ensemble: Ensemble) -> bool:
    """Return whether whole certificates were asked for and hold for the whole random sample."""
    flagged = set(map(int, ensemble.flagged))
    sampled = [proof for proof in ensemble.proofs if proof.draw not in flagged]
    return bool(sampled) and not any(proof.fault for proof in sampled)


def ranked(intervals: Sequence[Interval], *, details: bool = False) -> tuple[Interval, ...]:
    """Return intervals in the order in which they are told.

    Args:
        intervals: What is told.
        details: Whether the long families are among them: units by origin, profit by firm.
    """
    place = {name: index for index, name in enumerate(KEY_FIGURES)}
    shown = [i for i in intervals if details or i.name in place or not _is_detail(i.name)]
    return tuple(sorted(shown, key=lambda i: place.get(i.name, len(place))))


def interval_cells(interval: Interval) -> tuple[str, str, str, str]:
    """Return central value, median, low and high as text."""
    central, median, low, high = (
        without_noise(value, interval.unit)
        for value in (interval.central, interval.median, interval.low, interval.high)
    )
    ends = words.before_after(low, high, interval.unit)
    return words.bare(central, interval.unit), words.bare(median, interval.unit), *ends


def _is_detail(name: str) -> bool:
    return name.startswith("profit_") or (name.startswith("units_") and "_to_" in name)


def _intervals(ensemble: Ensemble) -> tuple[Block, ...]:
    """Return the chart of headline figures and the tables."""
    said = Prose(
        "A figure with a baseline is its change; a figure without one, such as a support per "
        "vehicle, is its level. Half of the draws lie below the median, one in twenty below and "
        "one in twenty above the interval. The central value has every input at its centre and "
        "need not be the median.",
        small=True,
    )
    tables = (
        _grid(ranked(ensemble.intervals), "Headline figures", folded=False),
        _grid(ranked(ensemble.intervals, details=True), "Every figure", folded=True),
    )
    panels = _panels(ensemble.intervals)
    if not panels:
        return (said, *tables)
    chart = dot_chart(
        words=Words(
            identifier="intervals",
            title="Medians and 90 % intervals",
            subtitle="Dots are medians of the draws, bars 90 % intervals; changes against the "
            "baseline, or levels where there is none, a year.",
            description="; ".join(
                f"{dot.label}: {dot.text}" for panel in panels for dot in panel.dots
            ),
            axis="",
        ),
        panels=panels,
    )
    return (chart, said, *tables)


def _panels(intervals: Sequence[Interval]) -> tuple[DotPanel, ...]:
    """Return the headline figures that move, those of one kind on one scale."""
    known = {interval.name: interval for interval in intervals}
    panels = []
    for title, members in PANELS:
        here = [known[name] for name in members if name in known]
        here = [i for i in here if any(without_noise(x, i.unit) for x in (i.low, i.high))]
        if not here:
            continue
        size, unit = scaled([value for i in here for value in (i.low, i.high)], here[0].unit)
        dots = tuple(
            Dot(
                label=members[i.name],
                value=i.median / size,
                text=words.bare(i.median, i.unit),
                low=i.low / size,
                high=i.high / size,
            )
            for i in here
        )
        panels.append(DotPanel(title, unit, dots))
    return tuple(panels)


def _grid(intervals: Sequence[Interval], caption: str, *, folded: bool) -> Grid:
    """Return intervals as a table."""
    return Grid(
        caption=caption,
        heads=("Figure", "Unit", "Central value", "Median", "90 % interval"),
        rows=tuple(
            (i.label, i.unit, *cells[:2], f"{cells[2]} to {cells[3]}")
            for i in intervals
            for cells in (interval_cells(i),)
        ),
        numeric=(2, 3, 4),
        folded=folded,
    )


def _spread(ensemble: Ensemble, name: str) -> tuple[Block, ...]:
    """Return the histogram of one figure."""
    values = ensemble.values(name)
    (interval,) = [i for i in ensemble.intervals if i.name == name]
    size, unit = scaled([interval.low, interval.high], interval.unit)
    inner = np.quantile(values, (0.005, 0.995))
    if not inner[1] > inner[0]:
        return (Prose(f"{interval.label} is the same in every draw."),)
    kept = values[(values >= inner[0]) & (values <= inner[1])]
    counts, edges = np.histogram(kept / size, bins=BINS)
    bins = tuple(
        Bin(float(edges[k]), float(edges[k + 1]), int(count)) for k, count in enumerate(counts)
    )
    marks = (
        Upright(interval.median / size, f"median {words.bare(interval.median, interval.unit)}"),
        Upright(interval.low / size, "5 %", "muted"),
        Upright(interval.high / size, "95 %", "muted"),
    )
    grid = Grid(
        caption=f"Draws by {names.uncapital(interval.label)} ({unit})",
        heads=("From", "To", "Draws"),
        rows=tuple((f"{b.low:.4g}", f"{b.high:.4g}", f"{b.count:,}") for b in bins),
        numeric=(0, 1, 2),
        folded=True,
    )
    cells = interval_cells(interval)
    chart = histogram(
        words=Words(
            identifier=f"spread-{name.lower().replace('_', '-')}",
            title=names.capital(interval.label),
            subtitle=f"Draws by value, {unit}; the outermost half per cent on either side is not "
            "drawn.",
            description=f"Median {cells[1]}, 90 % of the draws between {cells[2]} and {cells[3]} "
            f"{interval.unit}.",
            axis=unit,
        ),
        bins=bins,
        marks=marks,
        grid=grid,
    )
    return (chart,)


def _failures(ensemble: Ensemble) -> tuple[Block, ...]:
    """Return the failures by reason and one by one, and the flags."""
    failures = ensemble.failures
    count = len(ensemble.flagged)
    flags = (
        f"{'1 draw is' if count == 1 else f'{count:,} draws are'} flagged: a price lies far from "
        "its first-order prediction, which may mean another branch of equilibria."
    )
    if not failures:
        return (Prose("Every draw has an answer."), Prose(flags))
    share = len(failures) / ensemble.n
    by_reason = Counter(_NUMBER.sub("…", reason) for _, reason in failures)
    return (
        Prose(
            f"{len(failures):,} of {ensemble.n:,} draws ({words.percent(share)}) have no answer. "
            "They are in no interval, so the intervals are those of the draws that have one."
        ),
        Grid(
            caption="Why draws have no answer",
            heads=("Reason", "Draws"),
            rows=tuple((reason, f"{count:,}") for reason, count in by_reason.most_common()),
            numeric=(1,),
            prose=(0,),
        ),
        Grid(
            caption="One by one"
            + (f" (the first {MOST_FAILURES})" if len(failures) > MOST_FAILURES else ""),
            heads=("Draw", "Reason"),
            rows=tuple((f"{draw}", reason) for draw, reason in failures[:MOST_FAILURES]),
            folded=True,
            prose=(1,),
        ),
        Prose(flags),
    )


def _drawn(ensemble: Ensemble) -> tuple[Block, ...]:
    """Return how many inputs of which kind and grade were drawn, and every parameter."""
    drawn = ensemble.drawn
    counts = Counter((one.kind, one.grade or words.NONE) for one in drawn)
    kinds = list(dict.fromkeys(one.kind for one in drawn))
    grades = sorted({grade for _, grade in counts})
    summary = Grid(
        caption="Inputs drawn, by kind and grade",
        heads=("Kind", *(f"Grade {grade}" for grade in grades)),
        rows=tuple(
            (names.readable(kind), *(f"{counts[kind, grade]:,}" for grade in grades))
            for kind in kinds
        ),
        numeric=tuple(range(1, 1 + len(grades))),
    )
    parameters = inputs_table([one for one in drawn if one.kind in ("parameter", "quality")])
    grid = Grid(
        caption="Parameters and unexplained qualities drawn",
        heads=("Input", "Unit", "5 %", "Centre", "95 %", "Distribution", "Grade", "Source"),
        rows=tuple(
            (
                str(row["label"]), str(row["unit"]), words.setting(row["p05"]),
                words.setting(row["value"]), words.setting(row["p95"]),
                str(row["distribution"]), str(row["grade"]), str(row["source_id"]),
            )
            for row in parameters.to_dict("records")
        ),
        numeric=(2, 3, 4),
        folded=True,
    )  # fmt: skip
    held = (
        " Parameters to which demand is calibrated were held."
        if ensemble.plan.get("hold_tastes")
        else ""
    )
    said = Prose(
        f"{len(drawn):,} inputs are uncertain and were drawn together, each on its own; one draw "
        "is one value of each, and the world is built and solved with them. Facts without a "
        "range of their own have the default width of their kind and grade "
        f"(policy/widths.csv); tables/inputs.csv lists every one.{held}"
    )
    return (said, summary, grid)


def _certificate(ensemble: Ensemble) -> tuple[Block, ...]:
    """Return what is proved of which draws."""
    rows = ensemble.rows
    worst = float(np.max(rows.worst[rows.ok]))
    faults = [proof for proof in ensemble.proofs if proof.fault]
    said = [
        f"Every draw with an answer meets the first-order conditions to {worst:.1e} of a price "
        "(at most 1e-10 is accepted), and every seller's payoff is concave there.",
        ensemble.sentences[-1],
        "The sample is a seeded one in a hundred; every flagged draw is among those looked at.",
    ]
    blocks: list[Block] = [Bullets(tuple(said))]
    if faults:
        grid = Grid(
            caption="Draws whose whole certificate fails; they are no answers",
            heads=("Draw", "What fails"),
            rows=tuple((f"{proof.draw}", proof.fault) for proof in faults),
            prose=(1,),
        )
        blocks.append(grid)
    return tuple(blocks)


def _command(ensemble: Ensemble) -> str:
    """Return the command that makes this report again."""
    held = " --hold-tastes" if ensemble.plan.get("hold_tastes") else ""
    return (
        f"backhaul ensemble {ensemble.asked.name} -n {ensemble.asked_n} "
        f"--seed {ensemble.plan['seed']}{held} --out out/{ensemble.asked.name}-ensemble"
    )
