"""The report of a timeline: its page, its folder, and its rows for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from backhaul.outcome.outcome import Card, Outcome
from backhaul.report.folder import TIMELINE, json_text, write_folder
from backhaul.report.page import Page, page_html
from backhaul.report.parts import Section
from backhaul.report.sections.months import chapters_of, month_words
from backhaul.report.sections.proof import certificate, left_out
from backhaul.report.sections.provenance import reproduction, sources
from backhaul.study.timeline import Timeline

MONTHLY, QUARTERLY = 18, 72
"""Most months that a terminal shows one by one, and quarter by quarter; beyond that, by year."""


def timeline_html(timeline: Timeline) -> str:
    """Return the whole report of a timeline as one HTML document."""
    first, last = (month_words(month) for month in (timeline.months[0], timeline.months[-1]))
    return page_html(
        Page(
            title=timeline.asks,
            kicker=(timeline.name, f"{first} to {last}", "base year 2024"),
            byline="Static, month by month: each month is solved under the law of its days, "
            "without stock-building or anticipation. Annual rates.",
            sentences=timeline.sentences,
            certified=timeline.certified,
            notes_title="How to read this",
            notes=timeline.notes,
            chapters=(*chapters_of(timeline), *_proof(timeline)),
        )
    )


def write_timeline(timeline: Timeline, directory: Path | str) -> Path:
    """Write timeline.json, tables/*.csv and report.html, whole or not at all; return the folder.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """

    def fill(folder: Path) -> None:
        (folder / TIMELINE.main).write_text(
            json_text(timeline.as_dict()), encoding="utf-8", newline="\n"
        )
        (folder / "tables").mkdir()
        for name, frame in timeline.tables().items():
            path = folder / "tables" / f"{name}.csv"
            frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        (folder / "report.html").write_text(timeline_html(timeline), encoding="utf-8", newline="\n")

    return write_folder(directory, fill, TIMELINE)


@dataclass(frozen=True)
class Period:
    """Some months in a row and the mean of each figure over them."""

    name: str
    months: tuple[str, ...]
    values: dict[str, float]


def periods(timeline: Timeline) -> tuple[Period, ...]:
    """Return months where there are few, else quarters, else years, with mean figures.

    Months count alike in a quarter: a figure is an annual rate whatever the length of the month.
    """
    count = len(timeline.months)
    by = _month if count <= MONTHLY else (_quarter if count <= QUARTERLY else _year)
    found = []
    for name, group in groupby(enumerate(timeline.months), key=lambda pair: by(pair[1])):
        places = list(group)
        values = {
            path.name: sum(path.values[index] for index, _ in places) / len(places)
            for path in timeline.paths
        }
        found.append(Period(name, tuple(month for _, month in places), values))
    return tuple(found)


def _month(month: str) -> str:
    return month


def _quarter(month: str) -> str:
    return f"{month[:4]} Q{(int(month[5:]) + 2) // 3}"


def _year(month: str) -> str:
    return month[:4]


def _proof(timeline: Timeline) -> tuple[Section, ...]:
    """Return the closing chapters, which a timeline shares with an outcome."""
    used = {step.measure.source_id for step in timeline.steps}
    listed = timeline.sources[timeline.sources["source_id"].isin(used)]
    begin = date.fromisoformat(f"{timeline.months[0]}-01")
    same = Outcome(
        scenario=Card(timeline.name, timeline.asks, begin, ""),
        figures=(),
        sentences=timeline.sentences,
        tables={"sources": listed},
        certificates=timeline.certificates,
        certified=timeline.certified,
        identities=timeline.identities,
        manifest=timeline.manifest,
        not_modelled=timeline.not_modelled,
    )
    version = dict(timeline.manifest["versions"])["backhaul"]  # type: ignore[call-overload]
    span = f"{timeline.months[0]} to {timeline.months[-1]}"
    command = (
        f"backhaul timeline {timeline.name} --from {timeline.months[0]} --to {timeline.months[-1]} "
        f"--out out/{timeline.name}"
    )
    citation = f"backhaul {version}, timeline “{timeline.name}”, {span}, base year 2024."
    made = (
        left_out(same),
        certificate(same),
        sources(same),
        reproduction(command, citation, timeline.manifest),
    )
    return tuple(section for section in made if section is not None)
