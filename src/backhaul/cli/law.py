"""Answers about laws and sources: a tariff on a day, a measure, a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from backhaul.cli.answer import Answer, Block, Grid, Pairs, Text
from backhaul.errors import EvidenceError

if TYPE_CHECKING:
    from backhaul.evidence.catalogue import Evidence
    from backhaul.market.measure import Measure


@dataclass(frozen=True, slots=True)
class Border:
    """Which goods cross which border."""

    importer: str
    exporter: str
    product_class: str


def tariff(evidence: Evidence, border: Border, on: date) -> Answer:
    """Return the duty on one origin and class on one day, with the measures that make it up.

    Raises:
        ScenarioError: Unknown country or class, or a day for which no base duty is on record.
    """
    from backhaul.policy import duty
    from backhaul.report import words

    found = duty.tariff(
        _measures(evidence), border.importer, border.exporter, border.product_class, on
    )
    result = found.as_dict()
    goods = {"parts": "parts"}.get(border.product_class, f"a {found.product_class.value}")
    first = (
        f"{_percent(found.rate)} of customs value: the duty of {border.importer} on "
        f"{goods.replace('_', ' ')} from {border.exporter} on {on.isoformat()}."
    )
    rows = tuple(
        (
            part.measure.measure_id,
            part.measure.relation.value.replace("_", " "),
            "" if part.measure.rate is None else _percent(part.measure.rate),
            _percent(part.contribution),
            words.plain(part.measure.source_id),
            part.measure.grade,
        )
        for part in found.parts
    )
    grid = Grid(
        columns=("measure", "relation", "its rate", "adds", "source", "grade"),
        rows=rows,
        right=frozenset({"its rate", "adds"}),
    )
    remarks = []
    if result["content_rate_in_full"]:
        remarks.append(
            f"Of this, {_percent(found.rate_on_content)} falls only on value that is not US "
            "content; a car with US content pays less."
        )
    if not found.parts:
        remarks.append("No border is crossed.")
    remarks += [
        f"Within the quota {q.measure_id}: {q.quantity:,.0f} {q.quantity_unit}."
        for q in found.quotas
        if q.quantity is not None
    ]
    blocks: list[Block] = [Text(first)]
    blocks += [grid] if rows else []
    blocks += [Text(remark) for remark in remarks]
    return Answer(command="show tariff", result=result, blocks=tuple(blocks))


def measure(evidence: Evidence, measure_id: str) -> Answer:
    """Return one measure.

    Raises:
        EvidenceError: There is no such measure; suggests the nearest.
    """
    known = {m.measure_id: m for m in _measures(evidence)}
    if measure_id not in known:
        raise unknown("measure", measure_id, known)
    found = known[measure_id]
    result = found.as_dict()
    origin = asdict(evidence.source(found.source_id, "policy"))
    return Answer(
        command="show measure",
        result={**result, "source": origin},
        blocks=(Pairs(title=measure_id, rows=_measure_rows(found, origin)),),
    )


def source(evidence: Evidence, source_id: str) -> Answer:
    """Return one source, and how many rows of which tables rest on it.

    Raises:
        EvidenceError: There is no such source; suggests the nearest.
    """
    found = asdict(evidence.source(source_id))
    found["folders"] = [f for f in _folders(evidence) if source_id in evidence.sources(f)]
    del found["folder"]
    used = {
        file: int((table["source_id"] == source_id).sum())
        for file, table in sorted(evidence.tables.items())
        if "source_id" in table.columns
    }
    used = {file: count for file, count in used.items() if count}
    rows = tuple(
        (name, ", ".join(value) if isinstance(value, list) else str(value))
        for name, value in found.items()
        if value
    )
    grid = Grid(
        columns=("table", "rows"),
        rows=tuple((file, f"{count:,}") for file, count in used.items()),
        title="Rows that rest on it",
        right=frozenset({"rows"}),
    )
    return Answer(
        command="show source",
        result={"source_id": found.pop("id"), **found, "rows": used},
        blocks=(
            Pairs(title=source_id, rows=rows),
            grid if used else Text("No row of the tables rests on it."),
        ),
    )


def _folders(evidence: Evidence) -> list[str]:
    return sorted({file.partition("/")[0] for file in evidence.tables})


def unknown(kind: str, name: str, known: Iterable[object]) -> EvidenceError:
    """Return the error of a name that is not on record, with the nearest one that is."""
    from backhaul.ground.names import did_you_mean, listed

    names = sorted(str(item) for item in known)
    return EvidenceError(
        where=f"{kind} {name!r}",
        what=f"there is no {kind} of that name.",
        fix=did_you_mean(name, names, otherwise=f"Choose one of: {listed(names)}."),
    )


def _measures(evidence: Evidence) -> tuple[Measure, ...]:
    from backhaul.market.measure import measures_from

    return measures_from(
        evidence.table("policy", "measures"), evidence.table("policy", "country_groups")
    )


def _measure_rows(found: Measure, origin: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """Return what a person wants to know of a measure, blanks left out."""
    end = found.validity.end
    rows = (
        ("border", f"{found.importer}, on goods from {found.exporter}"),
        ("goods", found.product_class.value.replace("_", " ")),
        ("kind", found.kind.value.replace("_", " ")),
        ("relation", found.relation.value.replace("_", " ")),
        ("rate", "" if found.rate is None else _percent(found.rate)),
        (
            "amount",
            "" if found.quantity is None else f"{found.quantity:,.10g} {found.quantity_unit}",
        ),
        ("in force", f"from {found.validity.start or 'the beginning'}"),
        ("out of force", f"from {end}" if end else "no end is in the law"),
        ("stacks on", ", ".join(found.stacks_on)),
        ("applies when", "; ".join(str(condition) for condition in found.applies_when)),
        ("valuation", found.valuation.value.replace("_", " ") if found.valuation else ""),
        ("route", found.route.value.replace("_", " ") if found.route else ""),
        ("in the model", "yes" if found.modelled else f"no: {found.left_out_because}"),
        ("instrument", found.instrument),
        ("note", found.note),
        ("source", f"{found.source_id}: {origin.get('title', '')} (grade {found.grade})"),
        ("address", str(origin.get("url") or "")),
    )
    return tuple(row for row in rows if row[1])


def _percent(ratio: float) -> str:
    """Return a rate as a law writes it: 27.5 %, no digit lost to rounding."""
    return f"{100 * ratio:.10g} %"
