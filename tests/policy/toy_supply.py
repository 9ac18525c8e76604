"""A supply side of a few cars, small enough to check by hand."""

from __future__ import annotations

import numpy as np

from backhaul.market.link import Link
from backhaul.market.product import Product
from backhaul.market.supply import Supply


def car(name, *, firm="toyota", vehicle_class="passenger_car", powertrain="ice"):
    return Product(
        id=name,
        label=name,
        brand=firm,
        firm=firm,
        segment="midsize_car",
        nest="midsize_car",
        vehicle_class=vehicle_class,
        powertrain=powertrain,
        luxury=False,
        length_mm=4900.0,
        engine_cc=2500.0,
        aggregate=False,
        models=1.0,
        price=30_000.0,
        units=100.0,
        months_on_sale=12.0,
    )


def link(product, country, share=1.0, **fields):
    fields = {"parts": {country: 1.0}, "parts_share": 0.6} | fields
    way = {"ocean_freight": 900.0, "inland": 400.0, "insurance": 100.0}
    return Link(
        product=product.id,
        plant=f"{product.firm}_{country}",
        country=country,
        share=share,
        **(way | fields),
    )


def supply(cars, links, *, importer="USA", factory=20_000.0, ratio=1.05):
    """Return the supply; `links` names the product of each link."""
    index = [[c.id for c in cars].index(one.product) for one in links]
    zero = np.zeros(len(cars))
    return Supply(
        importer=importer,
        products=tuple(cars),
        links=tuple(links),
        product=np.array(index),
        share=np.array([one.share for one in links]),
        factory=np.full(len(links), factory),
        transfer_ratio=np.full(len(links), ratio),
        dealer=zero + 1500.0,
        importer_margin=zero,
        local=zero,
        support=zero,
    )
