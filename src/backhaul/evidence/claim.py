"""What somebody said, to be held against facts and outcomes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement: who said it, who reported it, when, and what it would take to check it."""

    claim_id: str
    speaker: str
    reported_by: str
    date: str
    statement_short: str
    quantity: float | None
    """Figure in the claim, in `unit`; None where it has none."""

    unit: str
    status: str
    """reported, claimed, clarified or denied."""

    clarifies: str
    """Claim that this one clarifies or denies, or an empty text."""

    how_to_check: str
    source_id: str
    check: str
    """Expression over facts or scenario outcomes, or an empty text."""

    @property
    def of_the_article(self) -> bool:
        """Return whether it belongs to the seed article: c001 to c099."""
        return self.claim_id.startswith("c0")


def claim_of(row: Mapping[Hashable, object]) -> Claim:
    """Return the claim that one row of trade/claims.csv holds."""
    text = {name: str(row[name]) for name in Claim.__slots__ if name != "quantity"}
    quantity = float(str(row["quantity"]))
    return Claim(**text, quantity=None if math.isnan(quantity) else quantity)
