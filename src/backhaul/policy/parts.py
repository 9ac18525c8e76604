"""Duties on parts: what they add to the factory cost of a car assembled behind the border."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from backhaul.ground.remember import remembered
from backhaul.market.link import Link
from backhaul.market.measure import Measure, Relation
from backhaul.market.supply import Supply
from backhaul.policy.amend import SCENARIO_SOURCE
from backhaul.policy.duty import parts_offset, tariff
from backhaul.shapes import PerLink, PerProduct, read_only

CHARGING = ("USA", "JPN")
"""Countries whose duties on parts are in the measures table."""

PAYS_GENERAL_RATE = {"ROW": "CHN"}
"""Origins that are no country: the rest of the world pays what a country without any deal pays."""


def parts_rates(supply: Supply, measures: tuple[Measure, ...], on: date) -> PerLink:
    """Return gross parts duty as a share of the factory cost of each link. Shape (L,)."""
    total = np.zeros(len(supply.links))
    for importer in CHARGING:
        for origin, share in _parts_of(supply.links, importer):
            total += share * rate_on_parts(measures, importer, origin, on)
    return total


@remembered
def _parts_of(links: tuple[Link, ...], country: str) -> tuple[tuple[str, PerLink], ...]:
    """Return parts by origin in what a country assembles: shares of the factory cost by link."""
    mine = [link if link.country == country else None for link in links]
    origins = dict.fromkeys(
        origin for link in mine if link for origin, share in link.parts.items() if share > 0
    )
    return tuple(
        (
            origin,
            read_only(
                np.array(
                    [
                        link.parts_share * max(0.0, link.parts.get(origin, 0.0)) if link else 0.0
                        for link in mine
                    ]
                )
            ),
        )
        for origin in origins
    )


@remembered
def rate_on_parts(measures: tuple[Measure, ...], importer: str, origin: str, on: date) -> float:
    """Return the duty of a country on parts of an origin; zero on its own."""
    if origin == importer:
        return 0.0
    return tariff(measures, importer, PAYS_GENERAL_RATE.get(origin, origin), "parts", on).rate


def ordinary_rates(supply: Supply, measures: tuple[Measure, ...], on: date) -> PerLink:
    """Return what parts duty would be without added and all-in duties. Shape (L,).

    It is the base duty of the law with its preferences, as a share of the factory cost of each
    link, and never more than the whole duty; no offset can be used against it. What a scenario
    sets in place of the law counts as added, so that restating the law changes nothing.
    """
    ordinary = ordinary_measures(measures)
    return np.minimum(parts_rates(supply, ordinary, on), parts_rates(supply, measures, on))


@remembered
def ordinary_measures(measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """Return the measures of the law without added and all-in duties."""
    return tuple(
        m
        for m in measures
        if m.relation not in (Relation.ADDS, Relation.ALL_IN) and m.source_id != SCENARIO_SOURCE
    )


def duty_left(
    *,
    supply: Supply,
    factory: PerLink,
    list_price: PerProduct,
    units: PerProduct,
    measures: tuple[Measure, ...],
    on: date,
) -> dict[str, float]:
    """Return the share of its added parts duty that each firm still pays after the offset.

    The offset is a share of the aggregate list price of a firm's US-assembled cars and can only
    be used against its own added duty on parts, not against the base duty: net duty is
    max(0, duty - cap) per firm, not per car. Both are reckoned on its US-assembled cars sold in
    the US at the given units. Empty where no offset is in force.

    Args:
        supply: Links of the US market.
        factory: Factory cost at the day's exchange rate. Shape (L,), USD.
        list_price: Price before sales tax, USD. Shape (J,).
        units: Units by product at which the offset is reckoned. Shape (J,).
        measures: Measures in force are picked from these.
        on: Day.
    """
    rate = parts_offset(measures, on)
    if rate == 0:
        return {}
    added = parts_rates(supply, measures, on) - ordinary_rates(supply, measures, on)
    firm, at_home = supply.firm, _assembled_in_usa(supply)
    built = units[supply.product] * supply.share * at_home
    left = {}
    for name in sorted(set(firm[at_home])):
        mine = (firm == name) & at_home
        duty = float((built * added * factory)[mine].sum())
        cap = rate * float((built * list_price[supply.product])[mine].sum())
        left[str(name)] = max(0.0, 1 - cap / duty) if duty > 0 else 0.0
    return left


def net_parts_rates(
    supply: Supply, measures: tuple[Measure, ...], on: date, left: Mapping[str, float]
) -> PerLink:
    """Return the parts duty left after the offset, as a share of factory cost. Shape (L,).

    The offset belongs to the firm and to where the car is assembled, not to where it is sold: a
    US-built car pays the same duty on its parts whether it stays or is shipped to Japan.

    Args:
        supply: Links of any market.
        measures: Measures in force are picked from these.
        on: Day.
        left: Share of the added duty that each firm still pays (`duty_left`); all of it for a firm
            that is not named. The ordinary duty stays in full.
    """
    gross = parts_rates(supply, measures, on)
    if not left:
        return gross
    ordinary = ordinary_rates(supply, measures, on)
    kept = np.array([left.get(name, 1.0) for name in supply.firm])
    return np.where(_assembled_in_usa(supply), ordinary + (gross - ordinary) * kept, gross)


def _assembled_in_usa(supply: Supply) -> np.ndarray:
    """Return which links start in the United States. Shape (L,), flags."""
    return np.array(supply.countries) == "USA"
