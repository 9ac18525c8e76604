"""Markets, their countries and their currencies."""

from __future__ import annotations

from backhaul.errors import EvidenceError
from backhaul.ground.names import did_you_mean, listed

COUNTRY_OF_MARKET = {"US": "USA", "JP": "JPN"}
"""ISO 3166 alpha-3 code of the country of each market."""

CURRENCY_OF_MARKET = {"US": "USD", "JP": "JPY"}
"""ISO 4217 code of the money of each market."""


def country_of(market: str) -> str:
    """Return the ISO 3166 alpha-3 code of a market's country.

    Raises:
        EvidenceError: There is no such market.
    """
    return _of(market, COUNTRY_OF_MARKET)


def currency_of(market: str) -> str:
    """Return the ISO 4217 code of a market's money.

    Raises:
        EvidenceError: There is no such market.
    """
    return _of(market, CURRENCY_OF_MARKET)


def _of(market: str, table: dict[str, str]) -> str:
    if market not in table:
        raise EvidenceError(
            where=f"market '{market}'",
            what=f"there is no such market; there are {listed(table)}.",
            fix=did_you_mean(market, table, otherwise=f"Use one of {listed(table)}."),
        )
    return table[market]
