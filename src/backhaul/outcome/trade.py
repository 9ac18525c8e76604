"""Trade of one state: units and values by origin and destination, and the bilateral balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backhaul.baseline.setting import Purchase
from backhaul.baseline.state import SideState, State


@dataclass(frozen=True, slots=True)
class Flow:
    """Cars from one country to one market in a year; values in USD."""

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
    """A purchase by a state, valued: what it pays, what the seller earns. USD a year."""

    purchase: Purchase
    firm: str
    price: float
    """Price per vehicle at the factory gate: the list price less the dealer margin."""

    landed: float
    """What the state pays in all, freight, insurance and pre-delivery included."""

    value: float
    freight: float
    """Ocean freight and insurance."""

    handling: float
    """Inland haul, port handling and pre-delivery."""

    profit: float
    plant: str
    """Where the vehicles are built."""

    @property
    def resources(self) -> float:
        """Cost of the resources used."""
        return self.landed - self.profit


def flows(state: State) -> tuple[Flow, ...]:
    """Return the flows of a state by origin and market, public purchases included."""
    found: dict[tuple[str, str], list[float]] = {}
    for code, side in state.sides.items():
        delivered = side.delivered
        freight = delivered.ocean_freight + delivered.insurance
        for index, country in enumerate(side.supply.countries):
            cars = side.link_units[index]
            entry = found.setdefault((country, code), [0.0, 0.0, 0.0])
            entry[0] += cars
            entry[1] += cars * delivered.free_on_board[index]
            entry[2] += cars * freight[index]
    for sale in public_sales(state):
        origin = state.sides[sale.purchase.seller_market].market.country
        entry = found.setdefault((origin, sale.purchase.buyer), [0.0, 0.0, 0.0])
        entry[0] += sale.purchase.units
        entry[1] += sale.value
        entry[2] += sale.freight
    return tuple(Flow(o, m, *map(float, entry)) for (o, m), entry in sorted(found.items()))


def public_sales(state: State) -> tuple[PublicSale, ...]:
    """Return what states buy outside demand, valued at the seller's price to a fleet."""
    return tuple(_public_sale(state, purchase) for purchase in state.setting.purchases)


def _public_sale(state: State, purchase: Purchase) -> PublicSale:
    """Return one public purchase with its price, its way and what the seller earns."""
    side = state.sides[purchase.seller_market]
    buyer = state.sides[purchase.buyer].market.country
    j = side.market.ids.index(purchase.product)
    product = side.market.products[j]
    gate = (side.price[j] + side.delivered.credit[j]) / (1 + side.delivered.sales_tax)
    gate -= side.supply.dealer[j]
    freight = state.world.observed.freight
    mine = np.flatnonzero(side.supply.product == j)
    domestic = [i for i in mine if side.supply.countries[i] == side.market.country]
    weights = side.link_share[domestic] / side.link_share[domestic].sum()
    cost = float((weights * (side.delivered.factory + side.delivered.parts_duty)[domestic]).sum())
    space = freight.space(product.segment, product.length_mm)
    plant = side.supply.links[domestic[0]].plant
    ocean, inland = freight.export(plant, side.market.country, buyer, space)
    insurance = freight.insurance_share * gate
    handling = inland + freight.handling.get(buyer, 0.0) + freight.pre_delivery_japan
    units = purchase.units
    return PublicSale(
        purchase=purchase,
        firm=product.firm,
        price=float(gate),
        landed=units * (gate + ocean + insurance + handling),
        value=units * float(gate),
        freight=units * (ocean + insurance),
        handling=units * handling,
        profit=units * (float(gate) - cost),
        plant=plant,
    )


def balance(state: State, home: str = "US", partner: str = "JP") -> float:
    """Return the value of a country's car exports to a partner less its imports from it, USD."""
    countries = {code: side.market.country for code, side in state.sides.items()}
    return _value(state, countries[home], partner) - _value(state, countries[partner], home)


def programme_value(state: State, exporter: str = "USA") -> float:
    """Return the customs value of entrants and public purchases from a country, USD."""
    total = sum(
        sale.value
        for sale in public_sales(state)
        if state.sides[sale.purchase.seller_market].market.country == exporter
    )
    for side in state.sides.values():
        total += float((side.link_units * side.delivered.free_on_board)[_new(side, exporter)].sum())
    return total


def content_balance(state: State, home: str = "US", partner: str = "JP") -> float:
    """Return home content sold to the partner's buyers less partner content sold at home, USD.

    Content is first-tier parts by country and assembly, wherever the car was put together; it is
    not trade in value added, and parts of parts are not followed.
    """
    countries = {code: side.market.country for code, side in state.sides.items()}
    sold = _content(state, countries[home], partner) - _content(state, countries[partner], home)
    for sale in public_sales(state):
        side = state.sides[sale.purchase.seller_market]
        j = side.market.ids.index(sale.purchase.product)
        mine = [
            link for link, k in zip(side.supply.links, side.supply.product, strict=True)
            if k == j and link.country == side.market.country
        ]  # fmt: skip
        sold += sale.value * mine[0].content.get(countries[home], 0.0)
    return sold


def _value(state: State, origin: str, market: str) -> float:
    """Return the free on board value from one country to one market, USD."""
    return sum(
        flow.free_on_board for flow in flows(state) if (flow.origin, flow.market) == (origin, market)
    )


def _content(state: State, country: str, market: str) -> float:
    """Return a country's content in the cars sold in one market, USD."""
    side = state.sides[market]
    value = side.link_units * side.delivered.free_on_board
    return float((value * side.supply.content(country)).sum())


def _new(side: SideState, exporter: str) -> np.ndarray:
    """Return which links carry entrants from a country. Shape (L,)."""
    return np.array(
        [
            side.market.products[j].entrant and link.country == exporter
            for link, j in zip(side.supply.links, side.supply.product, strict=True)
        ]
    )
