"""The report of an influence: the tornado, its table with sources, kinds, indices, the check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.dots import Dot, DotPanel, dot_chart
from backhaul.report.charts.level import Level, LevelPanel, level_chart
from backhaul.report.charts.spread import Swing, tornado_chart
from backhaul.report.page import Page, page_html
from backhaul.report.parts import Block, Grid, Prose, Section
from backhaul.report.study_page import INFLUENCE, closing, left_out, scaled, write_study
from backhaul.study.differences import KINKED, UNKNOWN, Tested
from backhaul.study.indices import Indices
from backhaul.study.influence import Bar, Influence

MOST_SHOWN = 40
"""Bars of the table on the page; tables/influence.csv has every input."""

MOST_INDICES = 15


@dataclass(frozen=True, eq=False)
class Told:
    """What a report tells: influence, indices where they were made, and how it was asked."""

    influence: Influence
    indices: Indices | None = None
    top: int = 20
    """Bars of the chart."""

    @property
    def tree(self) -> dict[str, Any]:
        """What influence.json holds."""
        found = self.influence.as_dict() | {"answer": list(sentences(self))}
        return found | ({} if self.indices is None else {"indices": self.indices.as_dict()})

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the folder."""
        check = pd.DataFrame(
            [one.as_dict() for one in self.influence.check], columns=list(Tested.__slots__)
        )
        found = {"influence": self.influence.table(), "check": check}
        return found if self.indices is None else found | {"indices": self.indices.table()}


def influence_html(told: Told) -> str:
    """Return the whole report of an influence as one HTML document."""
    found, asked = told.influence, told.influence.asked
    return page_html(
        Page(
            title=f"What {names.uncapital(label_of(found))} hangs on",
            kicker=(asked.name, "influence", "base year 2024"),
            byline=f"{asked.asks} Against {asked.baseline}.",
            sentences=sentences(told),
            certified=True,
            chapters=(
                Section("bars", "The strongest inputs", _bars(told)),
                Section("kinds", "By kind of input", _kinds(found)),
                *_indices(told.indices),
                Section("check", "Is the gradient right?", _check(found)),
                *left_out(asked),
                closing(asked, _command(told), "influence", asked.manifest),
            ),
        )
    )


def write_influence(told: Told, directory: Path | str) -> Path:
    """Write influence.json, tables/*.csv and report.html, whole or not at all.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """
    page = influence_html(told)
    return write_study(directory, INFLUENCE, told.tree, told.tables, page)


def sentences(told: Told) -> tuple[str, ...]:
    """Return what matters most, in how much, and how exact the gradient is."""
    found = told.influence
    label, unit = label_of(found), found.figure.unit
    if not found.bars or not found.bars[0].effect:
        return (f"No uncertain input moves {names.uncapital(label)}.",)
    first = found.bars[0]
    said = [
        f"{label} is {words.quantity(found.central, unit)} with every input at its centre.",
        f"It hangs most on {names.inside(first.label)} (grade {first.grade or words.NONE}): over "
        f"half that input's 90 % range it moves by {words.quantity(abs(first.effect), unit)}; all "
        f"{len(found.bars):,} uncertain inputs together, to first order, by "
        f"{words.quantity(found.total, unit)}.",
    ]
    return (*said, *_checked(found))


def _checked(found: Influence) -> tuple[str, ...]:
    """Return how many gradients were checked, how many stand at a kink, and the largest error."""
    if not found.check:
        return ()
    count = len(found.check)
    failed = sum(one.verdict == UNKNOWN for one in found.check)
    kinks = f"{found.kinks} of them stand at a kink" if found.kinks else "none stands at a kink"
    errors = [one.error for one in found.check if one.error is not None]
    said = (
        f"{count} gradients, the strongest among them, were held against differences of solves: "
        f"{kinks}, and the largest error is {max(errors, default=0.0):.0e}."
    )
    more = f" {failed} could not be checked for want of an answer beside the centre."
    return (said + (more if failed else ""),)


def label_of(found: Influence) -> str:
    """Return the name of the figure for people."""
    return found.figure.label or found.figure.name.replace("_", " ")


def bar_cells(bar: Bar, unit: str) -> tuple[str, ...]:
    """Return one bar as text: input, effect, value, range, grade, source, place."""
    return (
        bar.label,
        words.signed(words.bare(bar.effect, unit)),
        f"{words.setting(bar.value)} ± {words.setting(bar.half_width)} {bar.unit}".strip(),
        bar.grade or words.NONE,
        bar.source_id,
        bar.place,
    )


def _bars(told: Told) -> tuple[Block, ...]:
    """Return the tornado and its table."""
    found = told.influence
    unit = found.figure.unit
    shown = [bar for bar in found.bars[: told.top] if bar.effect]
    if not shown:
        return (Prose("No uncertain input moves this figure."),)
    size, axis = scaled([found.central, *(bar.effect for bar in shown)], unit)
    swings = tuple(_swing(bar, found.central, size) for bar in shown)
    grid = Grid(
        caption=f"The {min(MOST_SHOWN, len(found.bars))} strongest inputs",
        heads=("Input", f"Effect ({unit})", "Centre and half width", "Grade", "Source", "Row"),
        rows=tuple(bar_cells(bar, unit) for bar in found.bars[:MOST_SHOWN]),
        numeric=(1,),
        folded=len(shown) > 12,
        in_print=True,
    )
    chart = tornado_chart(
        words=Words(
            identifier="tornado",
            title=f"What moves {names.uncapital(label_of(found))}",
            subtitle=f"{axis}: each input at the ends of its 90 % range, all others at their "
            "centre, to first order. In brackets grade (A official, B reported, C estimated) and "
            "source.",
            description="; ".join(
                f"{bar.label}: {words.signed(words.bare(bar.effect, unit))} {unit}" for bar in shown
            ),
            axis=axis,
        ),
        rows=swings,
        middle=found.central / size,
        grid=grid,
    )
    return (chart,)


def _swing(bar: Bar, central: float, size: float) -> Swing:
    """Return one bar of the tornado."""
    return Swing(
        label=f"{names.capital(bar.label)} ({bar.grade or words.NONE}, {bar.source_id})",
        at_low=(central - bar.effect) / size,
        at_high=(central + bar.effect) / size,
        low_text=words.setting(bar.value - bar.half_width),
        high_text=words.setting(bar.value + bar.half_width),
    )


def _kinds(found: Influence) -> tuple[Block, ...]:
    """Return the root sums of squares by kind, and those of the utilities."""
    unit = found.figure.unit
    size, axis = scaled(list(found.by_kind.values()), unit)
    said = Prose(
        "Effects of one kind, squared, added and rooted: how far the figure moves when all inputs "
        "of that kind are uncertain at once, each on its own, to first order."
    )
    blocks: list[Block] = [said]
    if any(found.by_kind.values()):
        blocks.append(
            level_chart(
                words=Words(
                    identifier="kinds",
                    title="Which kind of input matters",
                    subtitle=f"{axis}, root of the sum of squared effects",
                    description="; ".join(
                        f"{kind}: {words.bare(value, unit)}"
                        for kind, value in found.by_kind.items()
                    ),
                    axis=axis,
                ),
                panels=(LevelPanel("", _levels(found, size)),),
            )
        )
    utilities = Grid(
        caption="Every buyer's utility from every product",
        heads=("Market", "Pairs of product and buyer", f"Root of squares ({unit})", "Largest"),
        rows=tuple(
            (
                names.country(one.market), f"{one.count:,}",
                words.number(one.rss), words.number(one.largest),
            )
            for one in found.utilities
        ),
        numeric=(1, 2, 3),
    )  # fmt: skip
    note = Prose(
        "The derivative by the utility that one type of buyer has from one product, per unit of "
        "utility. These numbers have no range of their own: they follow from the facts above.",
        small=True,
    )
    return (*blocks, utilities, note)


def _levels(found: Influence, size: float) -> tuple[Level, ...]:
    """Return one bar per kind."""
    counts: dict[str, int] = {}
    for bar in found.bars:
        counts[bar.kind] = counts.get(bar.kind, 0) + 1
    return tuple(
        Level(
            label=f"{names.readable(kind)} ({counts[kind]:,})",
            value=value / size,
            before=None,
            text=words.bare(value, found.figure.unit),
        )
        for kind, value in found.by_kind.items()
    )


def _indices(indices: Indices | None) -> tuple[Section, ...]:
    """Return the chapter of Sobol' indices, where they were made."""
    if indices is None:
        return ()
    shown = indices.rows[:MOST_INDICES]
    panels = (
        _index_panel("Alone (first order)", [
            (row.label, row.first, row.first_low, row.first_high) for row in shown
        ]),
        _index_panel("With all interplay (total)", [
            (row.label, row.total, row.total_low, row.total_high) for row in shown
        ]),
    )  # fmt: skip
    chart = dot_chart(
        words=Words(
            identifier="indices",
            title="Share of the variance by parameter",
            subtitle="Sobol' indices over the whole ranges of the parameters, all other inputs at "
            "their centre; bars are 90 % bootstrap intervals.",
            description="; ".join(f"{row.label}: {row.total:.2f} in all" for row in shown),
            axis="",
        ),
        panels=panels,
    )
    grid = Grid(
        caption="Every parameter",
        heads=("Parameter", "First order", "90 %", "Total", "90 %", "Grade", "Source"),
        rows=tuple(
            (
                row.label, f"{row.first:.3f}", f"{row.first_low:.3f} to {row.first_high:.3f}",
                f"{row.total:.3f}", f"{row.total_low:.3f} to {row.total_high:.3f}",
                row.grade, row.source_id,
            )
            for row in indices.rows
        ),
        numeric=(1, 2, 3, 4),
        folded=True,
    )  # fmt: skip
    passed = (
        f" {indices.replaced:,} base points had a solve without an answer and were passed over."
        if indices.replaced
        else ""
    )
    said = Prose(
        f"{indices.n:,} base points, {indices.solves:,} solves.{passed} Unlike the bars above "
        "these indices are no linearisation. They are estimates: an index whose interval holds "
        "nought may be nought."
    )
    return (Section("indices", "Over the whole range", (chart, said, grid)),)


def share_text(value: float) -> str:
    """Return a share of a variance with two digits; what rounds to nought has no sign."""
    return f"{round(value, 2) + 0.0:.2f}"


def _index_panel(title: str, rows: Sequence[tuple[str, float, float, float]]) -> DotPanel:
    """Return one order of indices."""
    dots = tuple(
        Dot(names.readable(label.replace(" ", "_")), value, share_text(value), low, high)
        for label, value, low, high in rows
    )
    return DotPanel(title, "share of the variance", dots)


def _check(found: Influence) -> tuple[Block, ...]:
    """Return gradients beside differences of solves."""
    if not found.check:
        return (Prose("The gradient was not held against differences here."),)
    told = Prose(
        "Gradients are found by differentiating the conditions of every equilibrium, not by "
        "solving again. Here the strongest, and some others taken at random, stand beside "
        "differences of whole solves at steps on both sides of the centre, extrapolated to a step "
        "of nothing. The error is a share of the effect, or of a ten-thousandth of the largest "
        "effect where that is more."
    )
    grid = Grid(
        caption="Gradient and difference",
        heads=("Input", "Gradient", "Difference", "From below", "From above", "Error"),
        rows=tuple(_check_cells(one) for one in found.check),
        numeric=(1, 2, 3, 4, 5),
    )
    kinks = Prose(
        "Where the slopes of the two sides differ the figure has a kink: a plant's capacity or the "
        "larger of two amounts begins to bind there. The gradient is then that of one side, or "
        "lies between the two, and the bar above says little about the other side.",
        small=True,
    )
    return (told, grid, kinks) if found.kinks else (told, grid)


def _check_cells(one: Tested) -> tuple[str, ...]:
    """Return one gradient with its differences as text."""
    said = {KINKED: "kink", UNKNOWN: "no answer beside the centre"}.get(one.verdict, words.NONE)
    sides = (one.left, one.right) if one.verdict == KINKED else (None, None)
    return (
        one.key,
        f"{one.gradient:.8g}",
        said if one.difference is None else f"{one.difference:.8g}",
        *(words.NONE if side is None else f"{side:.8g}" for side in sides),
        words.NONE if one.error is None else f"{one.error:.1e}",
    )


def _command(told: Told) -> str:
    """Return the command that makes this report again."""
    more = "" if told.indices is None else f" --global --n {told.indices.n}"
    name = told.influence.asked.name
    return (
        f"backhaul influence {name} --of {told.influence.figure.name}{more} "
        f"--out out/{name}-influence"
    )
