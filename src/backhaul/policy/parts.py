"""Duties on parts: what they add to the factory cost of a car assembled behind the border."""

from __future__ import annotations

from datetime import date

import numpy as np

from backhaul.market.measure import Measure
from backhaul.market.supply import Supply
from backhaul.policy.duty import parts_offset, tariff
from backhaul.shapes import PerLink, PerProduct

CHARGING = ("USA", "JPN")
"""Countries whose duties on parts are in the measures table."""


PAYS_GENERAL_RATE = {"ROW": "CHN"}
"""Origins that are no country: the rest of the world pays what a country without any deal pays."""


def parts_rates(supply: Supply, measures: tuple[Measure, ...], on: date) -> PerLink:
    """Return gross parts duty as a share of the factory cost of each link. Shape (L,)."""
    known: dict[tuple[str, str], float] = {}

    def rate(importer: str, exporter: str) -> float:
        if (importer, exporter) not in known:
            known[importer, exporter] = tariff(
                measures, importer, PAYS_GENERAL_RATE.get(exporter, exporter), "parts", on
            ).rate
        return known[importer, exporter]

    def of_link(country: str, parts: dict[str, float]) -> float:
        if country not in CHARGING:
            return 0.0
        return sum(s * rate(country, o) for o, s in parts.items() if o != country and s > 0)

    return np.array([link.parts_share * of_link(link.country, link.parts) for link in supply.links])


def net_of_offset(
    *,
    supply: Supply,
    gross: PerLink,
    list_price: PerProduct,
    units: PerProduct,
    measures: tuple[Measure, ...],
    on: date,
) -> PerLink:
    """Return the parts duty left after the offset, as a share of factory cost. Shape (L,).

    The offset is a share of the aggregate list price of a firm's US-assembled cars and can only
    be used against its own parts duty: net duty is max(0, duty - cap) per firm, not per car. It
    is taken at the given units.

    Args:
        supply: Links of the US market.
        gross: Gross parts duty as a share of factory cost.
        list_price: Price before sales tax, USD. Shape (J,).
        units: Units by product at which the offset is reckoned. Shape (J,).
        measures: Measures in force are picked from these.
        on: Day.
    """
    rate = parts_offset(measures, on)
    if rate == 0 or supply.importer != "USA":
        return gross
    at_home = np.array([link.country == "USA" for link in supply.links])
    built = units[supply.product] * supply.share * at_home
    firm = np.array([product.firm for product in supply.products])[supply.product]
    net = np.array(gross)
    for name in sorted(set(firm[at_home])):
        mine = (firm == name) & at_home
        duty = float((built * gross * supply.factory)[mine].sum())
        cap = rate * float((built * list_price[supply.product])[mine].sum())
        net[mine] *= max(0.0, 1 - cap / duty) if duty > 0 else 0.0
    return net
