"""Who sells what from where in a setting: entrants, moved output, ownership."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backhaul.baseline.factory import premium_of
from backhaul.baseline.setting import Merger, Move, Setting
from backhaul.baseline.world import Side, World
from backhaul.demand.taste import Taste, with_products
from backhaul.market.conduct import Conduct, competing, merged
from backhaul.market.link import Link
from backhaul.market.market import Market
from backhaul.market.origins import with_way
from backhaul.market.product import Product
from backhaul.market.supply import Supply


def with_entrants(side: Side, setting: Setting) -> tuple[Market, Taste, Supply]:
    """Return market, tastes and supply with the entrants behind the products on sale."""
    entering = setting.entering(side.market.code)
    if not entering:
        return side.market, side.taste, side.supply
    market = side.market.with_products(tuple(entrant.product for entrant in entering))
    nests = side.market.nest_names
    taste = with_products(
        side.taste,
        delta=np.array([entrant.delta for entrant in entering]),
        nest=np.array([nests.index(entrant.product.nest) for entrant in entering]),
        penalty=np.array([entrant.penalty for entrant in entering]),
    )
    added = Supply(
        importer=side.market.country,
        products=tuple(entrant.product for entrant in entering),
        links=tuple(entrant.link for entrant in entering),
        product=np.arange(len(entering)),
        share=np.ones(len(entering)),
        factory=np.array([entrant.factory for entrant in entering]),
        transfer_ratio=np.array([entrant.transfer_ratio for entrant in entering]),
        dealer=np.array([entrant.dealer for entrant in entering]),
        importer_margin=np.array([entrant.importer_margin for entrant in entering]),
        local=np.array([entrant.local for entrant in entering]),
        support=np.zeros(len(entering)),
    )
    return market, taste, side.supply.extended(added)


def conduct_of(side: Side, market: Market, mergers: tuple[Merger, ...]) -> Conduct:
    """Return who counts whose profit, mergers included."""
    conduct = competing(market.firms) if len(market.ids) > len(side.market.ids) else side.conduct
    for merger in mergers:
        if {merger.first, merger.second} <= set(conduct.names):
            conduct = merged(conduct, merger.first, merger.second, merger.weight)
    return conduct


def with_moves(world: World, market: Market, supply: Supply, setting: Setting) -> Supply:
    """Return the supply with output moved between countries, as new links at the new plant."""
    for move in setting.moves:
        if move.market == market.code:
            supply = _one_move(world, supply, move, market)
    return supply


def _one_move(world: World, supply: Supply, move: Move, market: Market) -> Supply:
    """Return the supply after one move: the same part of every affected link's share."""
    firm = np.array([product.firm for product in supply.products])[supply.product]
    mine = (firm == move.firm) & (np.array(supply.countries) == move.origin)
    units = float((market.units[supply.product] * supply.share)[mine].sum())
    part = min(1.0, move.capacity / units)
    premium = premium_of(world.evidence, move.target) / premium_of(world.evidence, move.origin)
    places = np.flatnonzero(mine)
    parts = _usual_parts(supply, market, move)
    new_links = tuple(
        _link_from(world, supply.links[index], supply.products[supply.product[index]], move, parts)
        for index in places
    )
    share = np.array(supply.share)
    share[places] *= 1 - part
    return replace(
        supply,
        links=supply.links + new_links,
        product=np.append(supply.product, supply.product[places]),
        share=np.append(share, supply.share[places] * part),
        factory=np.append(supply.factory, supply.factory[places] * premium),
        transfer_ratio=np.append(supply.transfer_ratio, supply.transfer_ratio[places]),
    )


def _usual_parts(supply: Supply, market: Market, move: Move) -> dict[str, float]:
    """Return where the firm's plants in the new country get their parts; empty without any.

    Weighted by the base year's units; output that moves is taken to be supplied like the rest.
    """
    mix: dict[str, float] = {}
    total = 0.0
    for link, product, share in zip(supply.links, supply.product, supply.share, strict=True):
        car = market.products[product]
        if (car.firm, link.country) == (move.firm, move.target):
            units = car.units * float(share)
            total += units
            for country, part in link.parts.items():
                mix[country] = mix.get(country, 0.0) + units * part
    return {country: amount / total for country, amount in mix.items()} if total else {}


def _link_from(
    world: World, link: Link, product: Product, move: Move, parts: dict[str, float]
) -> Link:
    """Return the link of a car that is now assembled in the country where it is sold."""
    there = replace(link, plant=move.plant, country=move.target, parts=parts or link.parts)
    # at home there is no ocean lane, so no price is needed for its freight
    return with_way(there, product, move.target, world.observed.freight, price_usd=0.0)
