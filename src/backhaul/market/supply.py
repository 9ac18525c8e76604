"""The supply side of one market as arrays: links, their costs, and what each product carries."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from backhaul.ground.remember import remembered
from backhaul.market.link import Link
from backhaul.market.product import Product
from backhaul.shapes import IndexPerLink, PerLink, PerProduct, read_only

Thing = TypeVar("Thing", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Supply:
    """What it costs to bring each product to one market, before any policy.

    Links keep the order in which they are given; `product` says to which product each belongs.
    Amounts per link are USD per vehicle; amounts per product are market currency per vehicle.
    """

    importer: str
    """Country of the market, ISO 3166 alpha-3."""

    products: tuple[Product, ...]
    links: tuple[Link, ...]
    product: IndexPerLink
    """Product of each link, an index. Shape (L,)."""

    share: PerLink
    """Base share of each link in its product's units; adds to 1 over a product. Shape (L,)."""

    factory: PerLink
    """Factory cost at base exchange rates, without duties on parts. Shape (L,), USD."""

    transfer_ratio: PerLink
    """Customs value over factory cost. Shape (L,)."""

    dealer: PerProduct
    """Dealer margin, a fixed sum. Shape (J,), market currency."""

    importer_margin: PerProduct
    """Cost of the importing organisation, a fixed sum. Shape (J,), market currency."""

    local: PerProduct
    """Residual cost fixed in the market's currency; zero where the market is the anchor."""

    support: PerProduct
    """Support per vehicle paid to the firm. Shape (J,), market currency."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "product", read_only(self.product, int))
        for name in _ARRAYS:
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def per_link(self, name: str) -> PerLink:
        """Return one attribute of every link as an array. Shape (L,)."""
        return _per_link(self.links, name)

    @property
    def countries(self) -> tuple[str, ...]:
        """Country of assembly of each link. Length L."""
        return _countries(self.links)

    @cached_property
    def cells(self) -> tuple[tuple[tuple[str, str], ...], IndexPerLink]:
        """Distinct pairs of country of assembly and vehicle class, and each link's. Shape (L,)."""
        return _distinct(
            (link.country, self.products[j].vehicle_class)
            for link, j in zip(self.links, self.product.tolist(), strict=True)
        )

    @cached_property
    def origins(self) -> tuple[tuple[str, ...], IndexPerLink]:
        """Countries of assembly, and that of each link as an index. Shape (L,)."""
        return _distinct(self.countries)

    @cached_property
    def traits(self) -> tuple[tuple[tuple[tuple[str, str], ...], ...], IndexPerLink]:
        """Distinct traits of a car with its country of assembly, and each link's. Shape (L,)."""
        of_product = [product.traits for product in self.products]
        return _distinct(
            tuple({**of_product[j], "assembly": link.country}.items())
            for link, j in zip(self.links, self.product.tolist(), strict=True)
        )

    @cached_property
    def firm(self) -> np.ndarray:
        """Firm of each link. Shape (L,), texts."""
        return np.array([product.firm for product in self.products])[self.product]

    def content(self, country: str) -> PerLink:
        """Return the share of each link's factory cost that comes from a country. Shape (L,)."""
        return _content(self.links, country)

    def total(self, values: PerLink) -> PerProduct:
        """Return the sum of link values by product. Shape (J,)."""
        return np.bincount(self.product, weights=values, minlength=len(self.products))

    def with_ratio(self, transfer_ratio: PerLink) -> Supply:
        """Return this supply with other customs values over factory costs. Shape (L,)."""
        supply = replace(self, transfer_ratio=transfer_ratio)
        vars(supply).update({name: vars(self)[name] for name in _OF_LINKS & set(vars(self))})
        return supply

    def extended(self, other: Supply) -> Supply:
        """Return this supply with another one's products and links behind its own."""
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in _ARRAYS
        }
        return replace(
            self,
            products=self.products + other.products,
            links=self.links + other.links,
            product=np.concatenate([self.product, other.product + len(self.products)]),
            **joined,
        )


def _distinct(things: Iterable[Thing]) -> tuple[tuple[Thing, ...], IndexPerLink]:
    """Return the distinct things in the order in which they come, and which one each is."""
    order: dict[Thing, int] = {}
    index = [order.setdefault(thing, len(order)) for thing in things]
    return tuple(order), read_only(np.array(index, dtype=int), int)


@remembered
def _per_link(links: tuple[Link, ...], name: str) -> PerLink:
    return read_only(np.array([getattr(link, name) for link in links], dtype=float))


@remembered
def _countries(links: tuple[Link, ...]) -> tuple[str, ...]:
    return tuple(link.country for link in links)


@remembered
def _content(links: tuple[Link, ...], country: str) -> PerLink:
    return read_only(np.array([link.content.get(country, 0.0) for link in links]))


_OF_LINKS = {"cells", "origins", "traits", "firm"}
"""What is worked out from products and links alone, and kept."""

_ARRAYS = tuple(
    field.name
    for field in fields(Supply)
    if field.name not in ("importer", "products", "links", "product")
)
