"""The report of a design: the mix, its prices, each instrument alone, and the frontier."""

from __future__ import annotations

from pathlib import Path

from backhaul.report import names, words
from backhaul.report.charts.change import Bar, Panel, Words, change_chart
from backhaul.report.charts.curve import Curve, Frame, Point, curve_chart
from backhaul.report.page import Page, page_html
from backhaul.report.parts import Block, Bullets, Chart, Grid, Prose, Section
from backhaul.report.study_page import DESIGN, closing, left_out, scaled, write_study
from backhaul.study.alone import Alone
from backhaul.study.amount import one_of
from backhaul.study.design import Design

PART = "{:.1e}"


def design_html(design: Design) -> str:
    """Return the whole report of a design as one HTML document."""
    asked = design.asked
    return page_html(
        Page(
            title=f"The cheapest way to reach “{design.goal.text}”",
            kicker=(asked.name, "design", "base year 2024"),
            byline=f"Instruments: {words.listed([one.name for one in design.instruments])}. Made "
            f"small: {design.cost.text}. Against {asked.baseline}.",
            sentences=design.sentences,
            certified=design.certified,
            chapters=(
                Section("mix", "The mix", _mix(design)),
                Section("alone", "Each instrument alone", _alone(design)),
                *_frontier(design),
                *left_out(asked),
                Section("certificate", "The certificate", _certificate(design)),
                closing(asked, _command(design), "design", asked.manifest),
            ),
        )
    )


def write_design(design: Design, directory: Path | str) -> Path:
    """Write design.json, tables/*.csv and report.html, whole or not at all.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """
    page = design_html(design)
    return write_study(directory, DESIGN, design.as_dict(), design.tables(), page)


def mix_cells(design: Design) -> tuple[tuple[str, ...], ...]:
    """Return each instrument's setting, bounds and the price of a binding bound as text."""
    return tuple(
        (
            row["label"] or row["instrument"],
            words.setting(row["setting"]),
            row["unit"],
            f"{words.setting(row['low'])} to {words.setting(row['high'])}",
            f"{words.number(row['bound_shadow_price'])} {design.cost.unit} per "
            f"{one_of(row['unit'])}"
            if row["bound_shadow_price"]
            else words.NONE,
        )
        for row in design.mix_rows()
    )


def alone_cells(one: Alone, design: Design) -> tuple[str, ...]:
    """Return one instrument alone as text."""
    return (
        one.label or one.name,
        f"{words.setting(one.setting)} {one.unit}".strip(),
        "yes" if one.reaches else "no: this is its most" if one.moves else "no: it moves nothing",
        words.quantity(one.goal, design.goal.unit),
        words.quantity(one.cost, design.cost.unit),
        words.NONE if one.per_unit is None else words.signed(f"{one.per_unit:.3f}"),
    )


def ratio_of(design: Design) -> str:
    """Return what a cost per unit of the goal is called."""
    return f"{design.cost.unit} per {one_of(design.goal.unit)}"


def title_of(design: Design) -> str:
    """Return what the table of cost per unit is called."""
    if "balance" in design.goal.figure and "welfare" in design.cost.text:
        return "Dollars of welfare per dollar of deficit"
    return f"{names.capital(design.cost.text)} per unit of the goal"


def _mix(design: Design) -> tuple[Block, ...]:
    """Return the mix and what one more unit costs."""
    rows = Grid(
        caption="The mix",
        heads=("Instrument", "Setting", "Unit", "Bounds", "A wider bound would save"),
        rows=mix_cells(design),
        numeric=(1,),
    )
    mix, unit = design.mix, design.goal.unit
    facts = [
        f"Goal: {words.quantity(mix.goal, unit)} ({design.goal.label}); with every instrument at "
        f"rest it is {words.quantity(design.idle[0], unit)}.",
        f"Cost: {words.quantity(mix.cost, design.cost.unit)} a year ({design.cost.text}); with "
        f"every instrument at rest {words.quantity(design.idle[1], design.cost.unit)}.",
    ]
    if design.feasible:
        facts.append(f"One more unit of the goal costs {mix.shadow_price:.3g} {ratio_of(design)}.")
    if design.per_unit is not None:
        facts.append(
            f"Against every instrument at rest, a unit of the goal costs {design.per_unit:.3g} "
            f"{ratio_of(design)} on average."
        )
    return (rows, Bullets(tuple(facts)))


def _alone(design: Design) -> tuple[Block, ...]:
    """Return the table of cost per unit of the goal for each instrument alone, and its chart."""
    mix = (
        "All together",
        "the mix",
        "yes" if design.feasible else "no: this is its most",
        words.quantity(design.mix.goal, design.goal.unit),
        words.quantity(design.mix.cost, design.cost.unit),
        words.NONE if design.per_unit is None else words.signed(f"{design.per_unit:.3f}"),
    )
    table = Grid(
        caption=title_of(design),
        heads=("Instrument", "Setting", "Reaches the goal", "Goal", "Cost", ratio_of(design)),
        rows=(*(alone_cells(one, design) for one in design.alone), mix),
        numeric=(3, 4, 5),
    )
    said = Prose(
        "Every instrument at the same goal, all others at rest; one that cannot reach it stands "
        "where it comes nearest. Cost per unit is against every instrument at rest; a dash stands "
        "where an instrument moves the goal not at all or the wrong way."
    )
    chart = _ratio_chart(design)
    return (said, table) if chart is None else (said, chart, table)


def _ratio_chart(design: Design) -> Chart | None:
    """Return bars of cost per unit of the goal."""
    known = [(one.label or one.name, one.per_unit) for one in design.alone]
    rows = [*known, ("All together", design.per_unit)]
    bars = tuple(
        Bar(label, value, words.signed(f"{value:.3f}"), is_sum=label == "All together")
        for label, value in rows
        if value is not None
    )
    if not any(bar.change for bar in bars):
        return None
    return change_chart(
        words=Words(
            identifier="per-unit",
            title=title_of(design),
            subtitle=f"{ratio_of(design)}, each instrument alone and all together",
            description="; ".join(f"{bar.label}: {bar.change_text}" for bar in bars),
            axis=ratio_of(design),
        ),
        panels=(Panel("", bars),),
    )


def _frontier(design: Design) -> tuple[Section, ...]:
    """Return cost against goal for each instrument alone and for the best mix."""
    sign = design.goal.sign
    reach = max((abs(mix.goal) for mix in design.frontier), default=abs(design.mix.goal))
    size, unit = scaled([reach], design.goal.unit)
    far = [abs(mix.cost) for mix in design.frontier]
    far += [abs(one.cost) for one in design.alone if one.reaches]
    top = 1.15 * max(far, default=abs(design.mix.cost))
    cost_size, cost_unit = scaled([top], design.cost.unit)
    curves = [
        Curve(
            one.label or one.name,
            tuple((g / size, c / cost_size) for x, g, c in sorted(one.curve) if sign * g >= 0),
        )
        for one in design.alone
        if one.moves
    ]
    if len(design.frontier) > 1:
        best = tuple((mix.goal / size, mix.cost / cost_size) for mix in design.frontier)
        curves.append(Curve("cheapest mix", best, is_main=True))
    if not top or not any(len(curve.points) > 1 for curve in curves):
        return ()
    grid = Grid(
        caption="The cheapest mix for other goals",
        heads=(
            f"Goal ({design.goal.unit})", f"Cost ({design.cost.unit})", ratio_of(design),
            *(one.name for one in design.instruments),
        ),
        rows=tuple(
            (
                words.number(mix.goal), words.number(mix.cost), f"{mix.shadow_price:.3f}",
                *(words.setting(value) for value in mix.settings),
            )
            for mix in design.frontier
        ),
        numeric=tuple(range(3 + len(design.instruments))),
    )  # fmt: skip
    chart = curve_chart(
        words=Words(
            identifier="frontier",
            title="What more of the goal costs",
            subtitle=f"{names.capital(design.cost.text)} ({cost_unit}) against the goal ({unit}): "
            "each instrument alone over its range, and the cheapest mix.",
            description="; ".join(
                f"{words.number(mix.goal)} {design.goal.unit} at {words.number(mix.cost)} "
                f"{design.cost.unit}"
                for mix in design.frontier
            )
            or "Curves of each instrument alone.",
            axis="",
        ),
        curves=curves,
        frame=Frame(
            across=f"{design.goal.label} ({unit})",
            up=f"{design.cost.text} ({cost_unit})",
            right=sign * 1.05 * reach / size,
            top=top / cost_size,
        ),
        points=(Point(design.mix.goal / size, design.mix.cost / cost_size, "the mix"),),
        grid=grid if design.frontier else None,
    )
    return (Section("frontier", "What other goals would cost", (chart,)),)


def _certificate(design: Design) -> tuple[Block, ...]:
    """Return the proof of the mix, as an equilibrium and as an optimum."""
    mix = design.mix
    said = [
        "The equilibrium at the mix carries its whole certificate: first and second order, best "
        "responses and other starts, in every market."
        if design.certified
        else f"Not certified: {design.proof.fault}.",
        f"As an optimum: {PART.format(mix.residual)} of the cost's gradient is left over when the "
        "goal and the binding bounds are priced (nought at an exact optimum); "
        f"{mix.starts} starts ended at {mix.different} "
        f"{'cost' if mix.different == 1 else 'different costs'}.",
        "The search is local: several starts that agree make another, cheaper mix unlikely but do "
        "not rule it out.",
    ]
    if mix.lost:
        said.append(f"{mix.lost:,} trials of the search had no answer; it stepped back from each.")
    said += [f"A start gave no answer: {fault}" for fault in mix.failed]
    return (Bullets(tuple(said)),)


def _command(design: Design) -> str:
    """Return the command that makes this report again."""
    using = ",".join(one.name for one in design.instruments)
    return (
        f'backhaul design {design.asked.name} --reach "{design.goal.text}" --with {using} '
        f'--minimise "{design.cost.text}" --out out/{design.asked.name}-design'
    )
