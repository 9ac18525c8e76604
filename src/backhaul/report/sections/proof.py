"""What is not modelled, and the certificate in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backhaul.outcome.outcome import Outcome
from backhaul.report import words
from backhaul.report.parts import Block, Bullets, Grid, Heading, Prose, Section

_MEANING = (
    "First order: how far the worst price is from its firm's condition for the best price, as a "
    "share of the price; at most 1e-10 is accepted.",
    "Second order: the largest curvature of a firm's profit in its own prices; below zero, each "
    "price is a peak and not a trough.",
    "Best response: the most that any firm found to gain by other prices, as a share of its "
    "payoff; at most 1e-8 is accepted.",
    "Starts: from how many prices the solve was begun, and how many different answers came.",
)


def left_out(outcome: Outcome) -> Section | None:
    """Return what the model does not contain; None when nothing is said."""
    if not outcome.not_modelled:
        return None
    said = tuple(text[:1].upper() + text[1:].rstrip(".") + "." for text in outcome.not_modelled)
    return Section("left-out", "What is not modelled", (Bullets(said),))


def certificate(outcome: Outcome) -> Section | None:
    """Return whether the answer is proved, state by state; None without a certificate."""
    if not outcome.certificates:
        return None
    verdict = (
        "Every equilibrium behind this report carries its whole certificate."
        if outcome.certified
        else "Not certified: at least one equilibrium behind this report lacks a part of its "
        "certificate, so its figures must not be quoted as an answer."
    )
    rows = tuple(
        (
            state,
            *(_part(proof.get(key)) for key in ("first_order", "second_order", "best_response")),
            _starts(proof.get("starts")),
        )
        for state, proof in outcome.certificates.items()
    )
    grid = Grid(
        caption="Certificate by market and state",
        heads=("State", "First order", "Second order", "Best response", "Starts"),
        rows=rows,
    )
    blocks: list[Block] = [Prose(verdict), grid, Bullets(_MEANING)]
    if outcome.identities:
        blocks += [Heading("Do the books balance?"), _books(outcome)]
    return Section("certificate", "The certificate", tuple(blocks))


def _books(outcome: Outcome) -> Grid:
    """Return the largest relative gap of each identity."""
    rows = tuple(
        (name.replace("_", " ").capitalize(), figure(gap))
        for name, gap in outcome.identities.items()
    )
    return Grid(
        caption="Identities and their largest relative gap; at most 1e-9 is accepted",
        heads=("Identity", "Gap"),
        rows=rows,
        numeric=(1,),
    )


def _part(entry: Any) -> str:  # noqa: ANN401 - whatever the proof holds
    """Return one part of a certificate as text: its value and whether it passes."""
    if entry is None:
        return "not tried"
    if not isinstance(entry, Mapping):
        return str(entry)
    if "by_theorem" in entry:
        return f"{entry['by_theorem']}, no scan needed"
    value = entry.get("value")
    told = figure(float(value)) if value is not None else ""
    return f"{told}, {'holds' if entry.get('passes') else 'FAILS'}".removeprefix(", ")


def _starts(entry: Any) -> str:  # noqa: ANN401 - whatever the proof holds
    """Return how many starting points were tried and how many answers they gave."""
    if not isinstance(entry, Mapping):
        return "not tried" if entry is None else str(entry)
    if "by_theorem" in entry:
        return str(entry["by_theorem"])
    answers = int(entry.get("different", 0))
    told = f"{entry.get('tried', 0)} tried, {answers} {'answer' if answers == 1 else 'answers'}"
    unsolved = int(entry.get("unsolved", 0) or 0)
    return f"{told}, {unsolved} led nowhere" if unsolved else told


def figure(value: float) -> str:
    """Return a residual in powers of ten, anything larger with two digits."""
    if value != value:
        return "not tried"
    if value and abs(value) < 1e-3:
        return f"{value:.1e}".replace("e-0", "e-").replace("-", words.MINUS, int(value < 0))
    return words.number(value, 2)
