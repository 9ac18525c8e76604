"""One country in one year as observed: households, incomes and the cars on sale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from backhaul.errors import MarketError
from backhaul.market.product import Product
from backhaul.shapes import FlagPerProduct, IndexPerProduct, PerProduct, read_only


@dataclass(frozen=True, eq=False)
class Market:
    """The observed base year of one country.

    Immutable: a scenario makes a new market and never edits this one. Products keep the order in
    which they are given; every array below follows it.
    """

    code: str
    """Name in figures and files: "US" or "JP"."""

    country: str
    """ISO 3166 alpha-3 code of the country."""

    currency: str
    """ISO 4217 code of every amount of money in this market."""

    households: float
    """Households in the country."""

    replacement_rate: float
    """Share of households that could buy a new car in the year."""

    mean_income: float
    """Mean household income, market currency per year."""

    gini: float
    """Gini coefficient of household income, in (0, 1)."""

    products: tuple[Product, ...]
    """Cars on sale. Length J."""

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise MarketError(
                where=f"market {self.code}",
                what=" ".join(problems),
                fix="Correct the rows named here in the tables of this market.",
            )

    @property
    def size(self) -> float:
        """Potential buyers in the year: households times the replacement rate."""
        return self.households * self.replacement_rate

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Product identifiers. Length J."""
        return tuple(product.id for product in self.products)

    @cached_property
    def firms(self) -> tuple[str, ...]:
        """Firm of each product. Length J."""
        return tuple(product.firm for product in self.products)

    @cached_property
    def price(self) -> PerProduct:
        """Consumer price, tax included. Shape (J,), currency per vehicle."""
        return read_only(np.array([product.price for product in self.products]))

    @cached_property
    def units(self) -> PerProduct:
        """Vehicles registered in the year. Shape (J,)."""
        return read_only(np.array([product.units for product in self.products]))

    @property
    def shares(self) -> PerProduct:
        """Share of potential buyers that bought each product. Shape (J,)."""
        return self.units / self.size

    @property
    def nest_names(self) -> tuple[str, ...]:
        """Nests in alphabetical order. Length G."""
        return tuple(sorted({product.nest for product in self.products}))

    @property
    def nest(self) -> IndexPerProduct:
        """Nest of each product, an index into `nest_names`. Shape (J,)."""
        order = {name: index for index, name in enumerate(self.nest_names)}
        return np.array([order[product.nest] for product in self.products])

    @property
    def aggregate(self) -> FlagPerProduct:
        """Which rows stand for several models. Shape (J,)."""
        return np.array([product.aggregate for product in self.products])

    def with_products(self, added: tuple[Product, ...]) -> Market:
        """Return the market with more products at the end of the list."""
        return replace(self, products=self.products + added)

    def __repr__(self) -> str:
        units = sum(p.units for p in self.products if not p.entrant)
        return (
            f"Market({self.code}: {len(self.products)} products of {len(set(self.firms))} firms, "
            f"{units:,.0f} vehicles, {units / self.size:.1%} of potential buyers)"
        )


def _problems(market: Market) -> list[str]:
    """Return what is wrong with the market's own figures."""
    found = []
    ids = market.ids
    doubles = sorted({name for name in ids if ids.count(name) > 1})
    if doubles:
        found.append(f"These products stand there twice: {', '.join(doubles)}.")
    for product in market.products:
        if not product.price > 0:
            found.append(f"{product.id}: price {product.price:g}; it must be above 0.")
        if not product.entrant and not product.units > 0:
            found.append(f"{product.id}: units {product.units:g}; they must be above 0.")
    observed = sum(p.units for p in market.products if not p.entrant)
    if observed >= market.size:
        found.append(
            f"{observed:,.0f} units are sold to {market.size:,.0f} potential buyers; "
            "somebody must be left who buys nothing."
        )
    return found
