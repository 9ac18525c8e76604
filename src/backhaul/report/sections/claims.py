"""The article's claims, each with what the facts and the model say."""

from __future__ import annotations

from numbers import Real

from backhaul.outcome.outcome import Outcome
from backhaul.report import words
from backhaul.report.contract import records, table
from backhaul.report.parts import Block, Claim, Prose, Section
from backhaul.report.sections.provenance import source_links

_VERDICTS = {
    "supported": "Supported",
    "inconsistent": "Inconsistent",
    "not_checkable": "Not checkable",
}


def claims(outcome: Outcome) -> Section | None:
    """Return every claim with its verdict; None without claims."""
    frame = table(outcome, "claims")
    if frame is None:
        return None
    told: list[Block] = []
    links = source_links(outcome)
    for row in records(frame):
        told.append(
            Claim(
                identifier=str(row.claim_id),
                statement=str(row.statement),
                verdict=_VERDICTS.get(str(row.verdict), str(row.verdict)),
                figure=_text(row.figure),
                reason=_text(row.reason),
                sources=tuple((key, links.get(key, "")) for key in _ids(row.source_ids)),
            )
        )
    counts = frame["verdict"].astype(str).value_counts()
    parts = [f"{counts[key]} {_VERDICTS.get(key, key).lower()}" for key in counts.index]
    lead = f"{len(frame)} claims were held against the facts and the model: {words.listed(parts)}."
    return Section("claims", "The claims", (Prose(lead), *told))


def _text(value: object) -> str:
    """Return a cell as text: numbers with few digits, nothing as an empty text."""
    if value is None or value != value:
        return ""
    if isinstance(value, Real):
        return words.number(float(value), 4)
    return str(value)


def _ids(value: object) -> tuple[str, ...]:
    """Return source ids, given as a sequence or as one text with commas or semicolons."""
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value)
    return tuple(part.strip() for part in _text(value).replace(";", ",").split(",") if part.strip())
