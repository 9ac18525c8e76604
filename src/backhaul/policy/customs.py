"""Customs values: free on board into the US, cost-insurance-freight into Japan."""

from __future__ import annotations

from backhaul.shapes import PerLink

VALUED_WITH_FREIGHT = ("JPN",)
"""Importers that value cost, insurance and freight; the others value free on board."""


def dutiable_value(
    *, importer: str, free_on_board: PerLink, freight: PerLink, insurance: PerLink
) -> PerLink:
    """Return the value on which an importer charges its duty. Shape (L,), USD per vehicle.

    Args:
        importer: Country of the market.
        free_on_board: Value at the exporter's border.
        freight: Ocean freight.
        insurance: Marine insurance.
    """
    if importer in VALUED_WITH_FREIGHT:
        return free_on_board + freight + insurance
    return free_on_board
