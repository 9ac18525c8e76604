"""What a timeline tells of one law: levels of prices, units, values, duties and profits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backhaul.outcome.books import COUNTRY, Books
from backhaul.outcome.figures import COUNTRY_NAME, make_figures
from backhaul.policy.duty import tariff

MAIN_FIRMS = 10
"""Firms whose profit is told: those that earn most in the calibrated world."""

DUTIES = (
    ("JPN", "passenger_car"),
    ("JPN", "light_truck"),
    ("KOR", "passenger_car"),
    ("DEU", "passenger_car"),
    ("GBR", "passenger_car"),
)
"""Origins and classes whose whole US duty is told; none of them depends on US content."""

_TOLD = re.compile(
    r"price_index_(US|JP)|units_total_(US|JP)|units_[A-Z]{3}_to_(US|JP)"
    r"|balance_us_jp_(net|content)_usd|consumer_surplus_(US|JP)_usd|government_(US|JP)_usd"
    r"|support_(per_vehicle|outlay)_usd"
)
"""Headline figures whose level means something by itself; ratios of changes do not."""


@dataclass(frozen=True, slots=True)
class Level:
    """One figure under one law."""

    name: str
    label: str
    unit: str
    value: float


def levels_of(base: Books, now: Books) -> tuple[Level, ...]:
    """Return the levels of one solved state, sums in annual rates.

    Args:
        base: Books of the calibrated world: what the price index is 100 in, and at whose exchange
            rate sums in yen are valued.
        now: Books of the state.
    """
    firms = sorted(base.profit, key=lambda firm: -base.profit[firm])[:MAIN_FIRMS]
    profits = {f"profit_{firm}_usd" for firm in firms}
    headline = (
        Level(f.name, f.label, _unit(f.name, f.unit), f.scenario)
        for f in make_figures(base, now, now)
        if _TOLD.fullmatch(f.name) or f.name in profits
    )
    return (*headline, *_customs_values(now), *_revenues(now), *_duties(now))


def _unit(name: str, unit: str) -> str:
    """Return the unit of a level as the path has it."""
    if name.startswith("price_index"):
        return "index, calibrated 2024 world = 100"
    return f"{unit} a year" if unit in ("USD", "vehicles") else unit


def _customs_values(books: Books) -> Iterator[Level]:
    """Yield the value of each country's shipments to each market abroad, free on board."""
    for flow in books.flows:
        if COUNTRY[flow.market] != flow.origin:
            yield Level(
                f"customs_value_{flow.origin}_to_{flow.market}_usd",
                f"Customs value of cars built in {flow.origin}, sold in {flow.market}",
                "USD a year",
                flow.free_on_board,
            )


def _revenues(books: Books) -> Iterator[Level]:
    """Yield what US customs takes on cars and on parts."""
    cars = books.accounts["US"].duty
    parts = sum(accounts.parts_duty.get("USA", 0.0) for accounts in books.accounts.values())
    parts += sum(sale.parts_duty for sale in books.sales_to_states if sale.origin == "USA")
    for name, label, value in (
        ("duty_revenue_US_usd", "US duty revenue on cars and parts", cars + parts),
        ("duty_revenue_cars_US_usd", "US duty revenue on cars", cars),
        ("duty_revenue_parts_US_usd", "US duty revenue on parts of US-built cars", parts),
    ):
        yield Level(name, label, "USD a year", value)


def _duties(books: Books) -> Iterator[Level]:
    """Yield the whole US duty by origin and class, a ratio of customs value."""
    setting = books.state.setting
    for origin, goods in DUTIES:
        yield Level(
            f"duty_rate_US_{origin}_{goods}",
            f"US duty on {goods.replace('_', ' ')}s built in {origin}",
            "ratio of customs value",
            tariff(setting.measures, "USA", origin, goods, setting.on).rate,
        )


def surplus_name(market: str) -> str:
    """Return the name of a market's consumer surplus against the first month."""
    return f"consumer_surplus_change_{market}_usd"


SURPLUS = {
    f"consumer_surplus_{code}_usd": (
        surplus_name(code),
        f"Consumer surplus against the first month, {name}",
    )
    for code, name in COUNTRY_NAME.items()
}
"""Name of each surplus, and name and label of its change: its level has no meaning by itself."""
