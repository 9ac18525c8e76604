"""The chapters of a report in their order; a chapter with nothing to say is left out."""

from __future__ import annotations

from backhaul.outcome.outcome import Outcome
from backhaul.report.parts import Section
from backhaul.report.sections.assumptions import assumptions
from backhaul.report.sections.claims import claims
from backhaul.report.sections.entry import entry, motive
from backhaul.report.sections.flows import flows
from backhaul.report.sections.horizon import horizon
from backhaul.report.sections.industry import industry
from backhaul.report.sections.prices import prices
from backhaul.report.sections.proof import certificate, left_out
from backhaul.report.sections.provenance import adjustments, reproduce, sources
from backhaul.report.sections.welfare import welfare

_CHAPTERS = (
    *(flows, prices, horizon, welfare, entry, motive, industry, claims, assumptions),
    *(left_out, certificate, adjustments, sources, reproduce),
)


def chapters(outcome: Outcome) -> tuple[Section, ...]:
    """Return all chapters that this outcome gives reason for."""
    written = (chapter(outcome) for chapter in _CHAPTERS)
    return tuple(section for section in written if section is not None)
