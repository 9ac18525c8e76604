"""Where the figures come from: adjustments, sources, how to reproduce, how to cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from backhaul.outcome.outcome import Outcome
from backhaul.report import words
from backhaul.report.contract import records, table
from backhaul.report.parts import Block, Code, Grid, Prose, Section


def adjustments(outcome: Outcome) -> Section | None:
    """Return every figure that was not used as its source gives it; None without adjustments."""
    frame = table(outcome, "adjustments")
    if frame is None:
        return None
    rows = tuple(
        (
            str(row.table),
            str(row.key),
            str(row.column),
            _value(row.source_value),
            _value(row.used_value),
            str(row.rule),
        )
        for row in records(frame)
    )
    rules = frame["rule"].nunique()
    lead = (
        f"{len(frame)} figures were adjusted by {rules} {'rule' if rules == 1 else 'rules'} so "
        "that the tables agree with one another. The sources' own values are kept."
    )
    grid = Grid(
        caption="Adjusted figures",
        heads=("Table", "Row", "Column", "Source says", "Used", "Rule"),
        rows=rows,
        numeric=(3, 4),
        key=1,
        folded=True,
        prose=(5,),
    )
    return Section("adjustments", "Adjusted figures", (Prose(lead), grid))


def sources(outcome: Outcome) -> Section | None:
    """Return the sources with their addresses; None without sources."""
    frame = table(outcome, "sources")
    if frame is None:
        return None
    rows: list[tuple[str, ...]] = []
    links: dict[str, str] = {}
    anchors: list[str] = []
    for row in records(frame):
        url = _value(row.url)
        rows.append(
            (str(row.source_id), _value(row.title), _value(row.publisher), _value(row.date), url)
        )
        anchor = f"source-{row.source_id}"
        anchors.append("" if anchor in anchors else anchor)
        if url.startswith(("https://", "http://")):
            links[url] = url
    grid = Grid(
        caption=f"Sources used ({len(rows)})",
        heads=("Id", "Title", "Publisher", "Date", "Address"),
        rows=tuple(rows),
        folded=len(rows) > 12,
        prose=(1,),
        tight=(0, 3),
        in_print=len(rows) <= 60,
        anchors=tuple(anchors),
        links=links,
    )
    return Section("sources", "Sources", (grid,))


def source_links(outcome: Outcome) -> dict[str, str]:
    """Return the place on the page of each source that the report lists."""
    frame = table(outcome, "sources")
    if frame is None:
        return {}
    ids = frame["source_id"].astype(str)
    return {key: f"#source-{key}" for key in ids}


def reproduce(outcome: Outcome) -> Section:
    """Return the command that makes this report again, the manifest and the citation."""
    name = outcome.scenario.name
    command = str(outcome.manifest.get("command") or f"backhaul run {name} --out out/{name}")
    return reproduction(command, _citation(outcome), outcome.manifest)


def reproduction(command: str, citation: str, manifest: Mapping[str, Any]) -> Section:
    """Return a command, a citation and a manifest as a chapter."""
    rows = tuple(_leaves(manifest))
    blocks: list[Block] = [
        Prose("The same version, data and seed give the same figures, to the last digit:"),
        Code(command, "Command"),
        Prose(f"To cite: {citation}"),
    ]
    if rows:
        grid = Grid(
            caption="Manifest: versions, hashes of inputs, seed",
            heads=("Item", "Value"),
            rows=rows,
            folded=True,
        )
        blocks.append(grid)
    return Section("reproduce", "Reproduce and cite", tuple(blocks))


def _citation(outcome: Outcome) -> str:
    """Return one line to cite the report by."""
    version = _found(outcome.manifest, "backhaul")
    return (
        f"backhaul{f' {version}' if version else ''}, scenario “{outcome.scenario.name}”, measures "
        f"of {words.day(outcome.scenario.as_of)}, base year 2024."
    )


def _found(tree: Mapping[str, Any], key: str) -> str:
    """Return a value by its key from a manifest or from its versions."""
    inner = tree.get("versions")
    value = tree.get(key) or (inner.get(key) if isinstance(inner, Mapping) else None)
    return str(value or tree.get("version") or "")


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value of a nested manifest with the path to it."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}: ")
        else:
            yield f"{prefix}{key}", "" if value is None else str(value)


def _value(value: Any) -> str:  # noqa: ANN401 - a cell of a table
    """Return a cell as text: numbers with up to six digits, nothing as an empty text."""
    if value is None or value != value:
        return ""
    return words.number(float(value), 6) if isinstance(value, Real) else str(value)
