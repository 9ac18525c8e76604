"""What is not modelled, and the certificate in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backhaul.report import words
from backhaul.report.contract import OutcomeLike
from backhaul.report.parts import Block, Bullets, Grid, Prose, Section

_PARTS = {
    "first_order": "First order",
    "second_order": "Second order",
    "best_response": "Best response",
    "starts": "Starts",
}
_MEANING = (
    "First order: how far any price is from its firm's condition for the best price, as a share of "
    "the price; at most 1e-10 is accepted.",
    "Second order: each firm's profit curves downwards in its own prices, so a price is a peak and "
    "not a trough.",
    "Best response: firms were tried at other prices; none may gain more than 1e-8 of its profit.",
    "Starts: the solve was begun from several prices; it counts how many different answers came.",
)


def left_out(outcome: OutcomeLike) -> Section | None:
    """Return what the model does not contain; None when nothing is said."""
    if not outcome.not_modelled:
        return None
    return Section("left-out", "What is not modelled", (Bullets(tuple(outcome.not_modelled)),))


def certificate(outcome: OutcomeLike) -> Section | None:
    """Return whether the answer is proved, state by state; None without a certificate."""
    if not outcome.certificate:
        return None
    verdict = (
        "Every equilibrium behind this report carries its whole certificate."
        if outcome.certified
        else "Not certified: at least one equilibrium behind this report lacks a part of its "
        "certificate, so its figures must not be quoted as an answer."
    )
    extra = sorted({key for proof in outcome.certificate.values() for key in proof} - set(_PARTS))
    keys = [key for key in _PARTS if any(key in p for p in outcome.certificate.values())] + extra
    rows = tuple(
        (state, *(_cell(proof.get(key)) for key in keys))
        for state, proof in outcome.certificate.items()
    )
    grid = Grid(
        caption="Certificate by market and state",
        heads=("State", *(_PARTS.get(key, key.replace("_", " ").capitalize()) for key in keys)),
        rows=rows,
        prose=tuple(range(1, len(keys) + 1)) if _has_prose(rows) else (),
    )
    blocks: tuple[Block, ...] = (Prose(verdict), grid, Bullets(_MEANING))
    return Section("certificate", "The certificate", blocks)


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever the proof holds
    """Return one part of a certificate as text."""
    if value is None:
        return "not tried"
    if isinstance(value, bool):
        return "holds" if value else "fails"
    if isinstance(value, Mapping):
        return "; ".join(f"{str(k).replace('_', ' ')}: {_cell(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value) or "none"
    if isinstance(value, str):
        return value
    return _figure(float(value))


def _figure(value: float) -> str:
    """Return a residual in powers of ten, a count as it is."""
    if value != value:
        return "not tried"
    if value and abs(value) < 1e-3:
        return f"{value:.1e}".replace("e-0", "e-")
    return words.number(value)


def _has_prose(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Return whether any cell is a sentence."""
    return any(len(text) > 40 for row in rows for text in row[1:])
