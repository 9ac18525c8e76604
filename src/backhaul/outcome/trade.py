"""Trade of one state: units and values by origin and destination, and the bilateral balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.baseline.setting import Purchase
from backhaul.baseline.state import SideState, State
from backhaul.errors import ScenarioError


@dataclass(frozen=True, slots=True)
class Flow:
    """Cars from one country to one market in a year, home-built ones too; values in USD."""

    origin: str
    market: str
    units: float
    free_on_board: float
    """Customs value at the exporter's border."""

    freight: float
    """Ocean freight and insurance."""

    @property
    def cost_insurance_freight(self) -> float:
        """Value at the importer's border."""
        return self.free_on_board + self.freight


@dataclass(frozen=True, slots=True)
class PublicSale:
    """A purchase by a state, valued: what it pays, what the seller earns. USD a year.

    The seller charges its list price less the dealer margin; the buyer pays the way and takes the
    vehicles out of its port, so no duty or tax is paid from one of its pockets to the other.
    """

    purchase: Purchase
    firm: str
    origin: str
    """Country where the vehicles are built: the seller market's own."""

    content: dict[str, float]
    """Share of the value by country: first-tier parts and assembly."""

    price: float
    """Price per vehicle at the factory gate."""

    landed: float
    """What the state pays in all, freight, insurance and pre-delivery included."""

    value: float
    """Customs value: units times the price at the factory gate."""

    freight: float
    """Ocean freight and insurance."""

    handling: float
    """Inland haul, port handling and pre-delivery."""

    parts_duty: float
    """Duty on the parts in them, in the treasury of the origin."""

    profit: float
    built: dict[str, float]
    """Vehicles by plant."""

    @property
    def resources(self) -> float:
        """Cost of the resources used."""
        return self.landed - self.profit - self.parts_duty


def flows(state: State) -> tuple[Flow, ...]:
    """Return the flows of a state by origin and market, public purchases included."""
    found: dict[tuple[str, str], list[float]] = {}
    for code, side in state.sides.items():
        delivered, (countries, place) = side.delivered, side.supply.origins
        cars = side.link_units
        freight = delivered.ocean_freight + delivered.insurance
        sums = [
            np.bincount(place, weights=amount, minlength=len(countries)).tolist()
            for amount in (cars, cars * delivered.free_on_board, cars * freight)
        ]
        for index, country in enumerate(countries):
            found[country, code] = [amounts[index] for amounts in sums]
    for sale in public_sales(state):
        entry = found.setdefault((sale.origin, sale.purchase.buyer), [0.0, 0.0, 0.0])
        entry[0] += sale.purchase.units
        entry[1] += sale.value
        entry[2] += sale.freight
    return tuple(Flow(o, m, *map(float, entry)) for (o, m), entry in sorted(found.items()))


def public_sales(state: State) -> tuple[PublicSale, ...]:
    """Return what states buy outside demand, valued at the seller's price to a fleet.

    Errors:
        ScenarioError: a product is not built in its seller's country.
    """
    return tuple(_public_sale(state, purchase) for purchase in state.setting.purchases)


def _public_sale(state: State, purchase: Purchase) -> PublicSale:
    """Return one public purchase with its price, its way and what the seller earns."""
    side = state.sides[purchase.seller_market]
    origin, buyer = side.market.country, state.sides[purchase.buyer].market.country
    j = side.market.ids.index(purchase.product)
    product, units = side.market.products[j], purchase.units
    gate = (side.price[j] + side.delivered.credit[j]) / (1 + side.delivered.sales_tax)
    gate = float(gate - side.supply.dealer[j]) / side.per_usd
    links, weights = _built_at_home(side, j)
    delivered, freight = side.delivered, state.world.observed.freight
    factory, parts = delivered.factory[links] @ weights, delivered.parts_duty[links] @ weights
    space = freight.space(product.segment, product.length_mm)
    first = side.supply.links[links[int(np.argmax(weights))]]
    ocean, inland = freight.export(first.plant, origin, buyer, space)
    insurance = freight.insurance_share * gate
    handling = inland + freight.handling.get(buyer, 0.0)
    handling += freight.pre_delivery_japan if buyer == "JPN" else 0.0
    return PublicSale(
        purchase=purchase,
        firm=product.firm,
        origin=origin,
        content=_content_of(side, links, weights),
        price=gate,
        landed=units * (gate + ocean + insurance + handling),
        value=units * gate,
        freight=units * (ocean + insurance),
        handling=units * handling,
        parts_duty=units * float(parts),
        profit=units * float(gate - factory - parts),
        built={
            side.supply.links[index].plant: units * float(weight)
            for index, weight in zip(links, weights, strict=True)
        },
    )


def _built_at_home(side: SideState, j: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the links of a product that start in the market's own country, and their weights."""
    home = np.array(side.supply.countries) == side.market.country
    links = np.flatnonzero((side.supply.product == j) & home)
    total = side.link_share[links].sum()
    if not total > 0:
        raise ScenarioError(
            where="buy",
            what=f"{side.market.ids[j]} is not built in {side.market.country}.",
            fix="Name a vehicle that the seller's country builds.",
        )
    return links, side.link_share[links] / total


def _content_of(side: SideState, links: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    """Return the mean content by country of some links."""
    mean: dict[str, float] = {}
    for index, weight in zip(links, weights, strict=True):
        for country, share in side.supply.links[index].content.items():
            mean[country] = mean.get(country, 0.0) + float(weight) * share
    return mean


def balance(state: State, home: str = "US", partner: str = "JP") -> float:
    """Return the value of a country's car exports to a partner less its imports from it, USD.

    A positive change is a smaller deficit of `home`. Values are free on board both ways.
    """
    countries = {code: side.market.country for code, side in state.sides.items()}
    return _value(state, countries[home], partner) - _value(state, countries[partner], home)


def programme_value(state: State, home: str = "US", partner: str = "JP") -> float:
    """Return what a programme ships before any displacement: home's part less partner's, USD.

    Customs value of entrants and of public purchases: those built in `home` for `partner` less
    those built in `partner` for `home`.
    """
    there, back = (home, partner), (partner, home)
    return sum(
        sign * _programme_one_way(state, origin, market)
        for sign, (origin, market) in ((1, there), (-1, back))
    )


def _programme_one_way(state: State, origin: str, market: str) -> float:
    """Return the customs value of entrants and public purchases from one market to another."""
    side, country = state.sides[market], state.sides[origin].market.country
    new = np.array(
        [
            side.market.products[j].entrant and link.country == country
            for link, j in zip(side.supply.links, side.supply.product, strict=True)
        ]
    )
    cars = float((side.link_units * side.delivered.free_on_board)[new].sum())
    return cars + sum(
        sale.value
        for sale in public_sales(state)
        if (sale.purchase.seller_market, sale.purchase.buyer) == (origin, market)
    )


def content_balance(state: State, home: str = "US", partner: str = "JP") -> float:
    """Return home content sold to the partner's buyers less partner content sold at home, USD.

    Content is first-tier parts by country and assembly, wherever the car was put together; it is
    not trade in value added, and parts of parts are not followed.
    """
    countries = {code: side.market.country for code, side in state.sides.items()}
    return _content(state, countries[home], partner) - _content(state, countries[partner], home)


def _value(state: State, origin: str, market: str) -> float:
    """Return the free on board value from one country to one market, USD."""
    pair = (origin, market)
    return sum(f.free_on_board for f in flows(state) if (f.origin, f.market) == pair)


def _content(state: State, country: str, market: str) -> float:
    """Return a country's content in the cars sold in one market, public purchases too, USD."""
    side = state.sides[market]
    value = side.link_units * side.delivered.free_on_board
    bought = sum(
        sale.value * sale.content.get(country, 0.0)
        for sale in public_sales(state)
        if sale.purchase.buyer == market
    )
    return float((value * side.supply.content(country)).sum()) + bought
