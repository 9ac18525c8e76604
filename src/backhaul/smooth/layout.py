"""What does not move from draw to draw: who sells what, built where, under which laws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from backhaul.baseline.capacity import available
from backhaul.baseline.composition import conduct_of, with_entrants, with_moves
from backhaul.baseline.novelty import own_imports
from backhaul.baseline.setting import Entrant, Setting
from backhaul.baseline.state import State
from backhaul.baseline.transfer import DEFAULT_PAIR, observed_unit_values
from backhaul.baseline.world import BASE_DAY, Side, World
from backhaul.market.conduct import Conduct
from backhaul.market.market import Market
from backhaul.market.observe import records
from backhaul.market.supply import Supply
from backhaul.smooth.choice import Frame
from backhaul.smooth.law import Cell, Law, law_of
from backhaul.smooth.prices import LinkFrame, SideFrame

EUROPEAN_PAIR = ("DEU", "USA")
"""The pair whose customs values stand for the other members of the EU."""

WAYS = ("ocean_freight", "inland", "insurance", "pre_delivery", "conversion", "certification")
"""What a link costs beside the factory, duties and margins, in the order of the arrays. USD."""


@dataclass(frozen=True, eq=False)
class Place:
    """One market of the base year."""

    side: Side
    frame: Frame
    law: Law
    known: np.ndarray
    """Link of the first market that settles the factory cost of each link; -1 for none. (L,)."""

    pairs: tuple[tuple[str, str], ...]
    """Pairs of countries of the links."""

    pair: np.ndarray
    """Pair of each link. Shape (L,)."""

    main: np.ndarray
    """Country with the largest share in each link's parts. Shape (L,), index into countries."""

    @property
    def market(self) -> Market:
        """The market as observed."""
        return self.side.market

    @property
    def supply(self) -> Supply:
        """Its links and products."""
        return self.side.supply


@dataclass(frozen=True, eq=False)
class Source:
    """Where an entrant comes from."""

    entrant: Entrant
    product: int
    """The car it is, in the US market."""

    link: int
    """Its US-built link there."""

    ratio: float
    """Price of its trim over the price of the US nameplate."""

    imports: np.ndarray
    """The firm's own imports in the market that it enters. Shape (J,), flags."""


@dataclass(frozen=True, eq=False)
class SidePlan:
    """One market in one state: base products first, then entrants; base links first too."""

    market: Market
    supply: Supply
    conduct: Conduct
    frame: SideFrame
    now: Law
    base: Law
    sources: tuple[Source, ...]
    moved_from: np.ndarray
    """Link from which a moved link takes its car; -1 for the others. Shape (L,)."""

    move: np.ndarray
    """Which move made a link; -1 for the others. Shape (L,)."""

    @property
    def entrants(self) -> tuple[str, ...]:
        """Names of the products that enter."""
        return tuple(source.entrant.product.id for source in self.sources)


@dataclass(frozen=True, eq=False)
class Plan:
    """One state: its setting, its central solution, and its markets."""

    name: str
    setting: Setting
    state: State
    sides: dict[str, SidePlan]

    @property
    def shift_money(self) -> float:
        """What a demand surge makes a car worth more to the mean buyer, market currency; held."""
        if not self.setting.surges:
            return 0.0
        taste = self.state.sides[self.setting.surges[0].market].taste
        return float(self.state.shift / (taste.alpha @ taste.weights / taste.weights.sum()))


@dataclass(frozen=True, eq=False)
class Layout:
    """Everything fixed about a question."""

    world: World
    countries: tuple[str, ...]
    """Origins of parts."""

    plants: tuple[str, ...]
    """Plants with a limit in any state: those with a stated capacity, and those a move founds."""

    output: np.ndarray
    """Stated output of each of them, zero where none is. Shape (P,), vehicles a year."""

    places: dict[str, Place]
    plans: dict[str, Plan]
    """By name of the state: baseline, scenario, and scenario without support."""

    @cached_property
    def unit_values(self) -> dict[tuple[str, str], float]:
        """Customs values per car that the links of both markets rest on, by pair. USD."""
        found = observed_unit_values(self.world.evidence)
        needed = {pair for place in self.places.values() for pair in place.pairs}
        needed |= {DEFAULT_PAIR, EUROPEAN_PAIR}
        return {pair: value for pair, value in sorted(found.items()) if pair in needed}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Duties on cars of the scenario by importer, exporter and class."""
        sides = self.plans["scenario"].sides.values()
        return tuple(sorted({cell for side in sides for cell in side.now.cells if cell}))


def lay_out(world: World, states: dict[str, State]) -> Layout:
    """Return the fixed part of a question from its solved states."""
    countries = origins_of(world)
    plants = tuple(sorted({p for s in states.values() for p in available(world, s.setting)}))
    places: dict[str, Place] = {}
    for code in world.sides:
        first = None if not places else next(iter(places.values()))
        places[code] = _place(world.sides[code], world, countries, first)
    plans = {name: _plan(name, world, state, countries, plants) for name, state in states.items()}
    return Layout(
        world=world,
        countries=countries,
        plants=plants,
        output=_outputs(world, plants),
        places=places,
        plans=plans,
    )


def _outputs(world: World, plants: tuple[str, ...]) -> np.ndarray:
    """Return the stated output of plants, zero where none is. Shape (P,)."""
    rows = [world.observed.plants.get(name) for name in plants]
    return np.array([(row.output if row else None) or 0.0 for row in rows])


def _place(side: Side, world: World, countries: tuple[str, ...], first: Place | None) -> Place:
    """Return one market of the base year."""
    supply, market = side.supply, side.market
    pairs = [(link.country, supply.importer) for link in supply.links]
    distinct = tuple(dict.fromkeys(pairs))
    return Place(
        side=side,
        frame=Frame.of(side.taste.nest, side.conduct),
        law=law_of(
            supply, world.observed.measures, BASE_DAY, currency=market.currency, countries=countries
        ),
        known=_known(supply, first),
        pairs=distinct,
        pair=np.array([distinct.index(pair) for pair in pairs]),
        main=parts_of(supply, countries).argmax(axis=1),
    )


def _known(supply: Supply, first: Place | None) -> np.ndarray:
    """Return the link of the first market with the same nameplate and country. Shape (L,)."""
    settled = {}
    if first is not None:
        for index, (link, j) in enumerate(
            zip(first.supply.links, first.supply.product, strict=True)
        ):
            if not first.supply.products[j].aggregate:
                settled[link.product, link.country] = index
    return np.array(
        [
            -1 if supply.products[j].aggregate else settled.get((link.product, link.country), -1)
            for link, j in zip(supply.links, supply.product, strict=True)
        ]
    )


def origins_of(world: World) -> tuple[str, ...]:
    """Return the countries that parts come from, sorted."""
    links = (link for side in world.sides.values() for link in side.supply.links)
    return tuple(sorted({"USA", "JPN"} | {origin for link in links for origin in link.parts}))


def parts_of(supply: Supply, countries: tuple[str, ...]) -> np.ndarray:
    """Return the share of each link's parts by country of origin. Shape (L, C)."""
    return np.array([[link.parts.get(o, 0.0) for o in countries] for link in supply.links])


def ways_of(supply: Supply) -> np.ndarray:
    """Return what the way of each link costs. Shape (6, L) in the order of `WAYS`, USD."""
    return np.array([[getattr(link, name) for link in supply.links] for name in WAYS])


def _plan(
    name: str, world: World, state: State, countries: tuple[str, ...], plants: tuple[str, ...]
) -> Plan:
    """Return one state."""
    sides = {code: _side(world, code, state.setting, countries, plants) for code in world.sides}
    return Plan(name=name, setting=state.setting, state=state, sides=sides)


def composed(world: World, code: str, setting: Setting) -> tuple[Market, Supply]:
    """Return market and supply of a setting: entrants behind the products, moved links last."""
    side = world.sides[code]
    market, _, supply = with_entrants(side, setting)
    return market, with_moves(world, market, supply, setting)


def _side(
    world: World,
    code: str,
    setting: Setting,
    countries: tuple[str, ...],
    plants: tuple[str, ...],
) -> SidePlan:
    """Return one market of one state."""
    side = world.sides[code]
    market, supply = composed(world, code, setting)
    conduct = conduct_of(side, market, setting.mergers)
    nest = np.array([market.nest_names.index(p.nest) for p in market.products])
    frame = Frame.of(nest, conduct)
    position = {plant: index for index, plant in enumerate(plants)}
    on_plant = np.array([position.get(link.plant, -1) for link in supply.links])
    promise = setting.promise if setting.promise and setting.promise.market == code else None
    member = None if promise is None else np.isin(market.ids, promise.products)
    moved_from, move = _moved(supply, setting, code)
    laws = {
        when: law_of(supply, measures, on, currency=market.currency, countries=countries)
        for when, measures, on in (
            ("now", setting.measures, setting.on),
            ("base", world.observed.measures, BASE_DAY),
        )
    }
    return SidePlan(
        market=market,
        supply=supply,
        conduct=conduct,
        frame=SideFrame(
            frame=frame,
            links=LinkFrame(product=supply.product, plant=on_plant, products=len(market.ids)),
            member=member,
            entrant=np.array([product.entrant for product in market.products]),
        ),
        now=laws["now"],
        base=laws["base"],
        sources=tuple(_source(world, entrant) for entrant in setting.entering(code)),
        moved_from=moved_from,
        move=move,
    )


def _moved(supply: Supply, setting: Setting, code: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where moved links come from, and by which move. Both of shape (L,)."""
    moves = [move for move in setting.moves if move.market == code]
    total = len(supply.links)
    origin, made_by = np.full(total, -1), np.full(total, -1)
    firm = np.array([product.firm for product in supply.products])[supply.product]
    country = np.array(supply.countries)
    sizes = [np.count_nonzero((firm == m.firm) & (country == m.origin)) for m in moves]
    end = total - sum(sizes)
    for number, move in enumerate(moves):
        places = np.flatnonzero(((firm == move.firm) & (country == move.origin))[:end])
        origin[end : end + places.size], made_by[end : end + places.size] = places, number
        end += places.size
    return origin, made_by


def _source(world: World, entrant: Entrant) -> Source:
    """Return where an entrant comes from."""
    row = records(world.evidence, "jp", "candidates", "nameplate_id")[entrant.product.id]
    us = world.sides["US"]
    product = us.index(str(row["product_id"]))
    links = np.flatnonzero(us.supply.product == product)
    link = next(int(k) for k in links if us.supply.links[k].country == "USA")
    return Source(
        entrant=entrant,
        product=product,
        link=link,
        ratio=float(row["trim_price_ratio"]),
        imports=_own_imports(world, entrant),
    )


def _own_imports(world: World, entrant: Entrant) -> np.ndarray:
    """Return which products of a market the entrant's firm brings in itself. Shape (J,)."""
    side = world.sides[entrant.market]
    mine = np.array(side.market.firms) == entrant.product.firm
    return own_imports(world.evidence, side, world.observed.links[entrant.market]) & mine


def with_links(world: World, links: dict[str, tuple]) -> World:  # type: ignore[type-arg]
    """Return the world with other links, everything else as it is."""
    sides = {
        code: replace(side, supply=replace(side.supply, links=links[code]))
        for code, side in world.sides.items()
    }
    return replace(world, sides=sides)
