"""Changes of what is on sale, built and promised: entry, commitment, support, investment."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from backhaul.baseline.novelty import Specification, announced, make_entrant
from backhaul.baseline.setting import Move, Promise, Purchase, Setting, Support, Surge
from backhaul.baseline.world import World
from backhaul.errors import ScenarioError
from backhaul.ground.names import suggestion
from backhaul.scenario.rates import Change

Market = Literal["JP", "US"]
Payer = Literal["JP treasury", "US treasury", "firms"]
Names = Annotated[
    list[str],
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
    Field(min_length=1),
]
"""Names of products; one name may stand without brackets."""


class Enter(Change):
    """US-built cars go on sale in Japan."""

    market: Literal["JP"] = "JP"
    products: Names
    """Nameplates of jp/candidates.csv; "announced" stands for all that were announced."""

    steering: Literal["left", "right"] = "left"
    certification: Literal["us_scheme", "preferential_handling", "type_designation", "cheapest"] = (
        "cheapest"
    )

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the cars on sale."""
        specification = Specification(self.steering, self.certification)
        names = members(world, self.products)
        present = {entrant.product.id for entrant in setting.entrants}
        twice = sorted(present & set(names))
        if twice:
            raise ScenarioError(
                where="enter",
                what=f"{', '.join(twice)} would enter twice.",
                fix="Name each product once.",
            )
        entrants = tuple(make_entrant(world, setting, name, specification) for name in names)
        return replace(setting, entrants=setting.entrants + entrants)


class Commit(Change):
    """Units of a set of products are at least a target; the multiplier is the support per car."""

    market: Market = "JP"
    products: Names
    units: Annotated[float, Field(gt=0)]
    paid_by: Payer = "JP treasury"

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the promise."""
        if setting.promise is not None:
            raise ScenarioError(
                where="commit",
                what="the scenario has two volume commitments; one is allowed.",
                fix="Write one commitment over all its products.",
            )
        names = on_sale(world, setting, self.market, self.products, "commit")
        promise = Promise(self.market, names, self.units, self.paid_by)
        return replace(setting, promise=promise)


class Subsidise(Change):
    """A given support per vehicle, paid to the firm."""

    market: Market = "JP"
    products: Names
    usd_per_vehicle: Annotated[float, Field(ge=0)]
    paid_by: Payer = "JP treasury"

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the support."""
        names = on_sale(world, setting, self.market, self.products, "subsidise")
        support = Support(self.market, names, self.usd_per_vehicle, self.paid_by)
        return replace(setting, supports=(*setting.supports, support))


class Invest(Change):
    """Money buys capacity in a country; a firm's output for that market moves there."""

    firm: str
    usd: Annotated[float, Field(gt=0)]
    market: Market = "US"
    origin: str = "JPN"
    """Country whose output moves."""

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the output moved, as far as the money goes."""
        side = world.sides[self.market]
        known = sorted({link.plant for link in side.supply.links})
        firms = sorted(set(side.market.firms))
        if self.firm not in firms:
            raise ScenarioError(
                where="invest",
                what=f"no firm in {self.market} is called {self.firm!r}.",
                fix=suggestion(self.firm, firms),
            )
        built = [
            link
            for link, j in zip(side.supply.links, side.supply.product, strict=True)
            if link.country == self.origin and side.market.products[j].firm == self.firm
        ]
        if self.origin == side.market.country:
            raise ScenarioError(
                where="invest",
                what=f"output would move from {self.origin} to {self.origin}.",
                fix="Name another country as origin; it moves to the country of the market.",
            )
        if not built:
            raise ScenarioError(
                where="invest",
                what=f"{self.firm} sells no car from {self.origin} in {self.market}.",
                fix=f"Name an origin of its cars; plants that deliver: {', '.join(known[:5])} ...",
            )
        capacity = self.usd / world.evidence.parameter("capital_cost_per_unit").value
        move = Move(
            market=self.market,
            firm=self.firm,
            origin=self.origin,
            target=side.market.country,
            plant=f"new_{self.firm}_{side.market.country}",
            capacity=capacity,
            cost_usd=self.usd,
        )
        return replace(setting, moves=(*setting.moves, move))


class SurgeDemand(Change):
    """One power train becomes more wanted, until a firm's output has risen by a share."""

    market: Market = "US"
    powertrain: Literal["ice", "hybrid", "phev", "bev"] = "hybrid"
    firm: str
    rise: Annotated[float, Field(gt=-0.9, lt=5)]
    """A ratio: 0.111 for 11.1 per cent."""

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the surge."""
        if setting.surges:
            raise ScenarioError(
                where="surge",
                what="the scenario has two surges; one is allowed.",
                fix="Keep one of them.",
            )
        firms = sorted(set(world.sides[self.market].market.firms))
        if self.firm not in firms:
            raise ScenarioError(
                where="surge",
                what=f"no firm in {self.market} is called {self.firm!r}.",
                fix=suggestion(self.firm, firms),
            )
        return replace(setting, surges=(Surge(self.market, self.powertrain, self.firm, self.rise),))


class Buy(Change):
    """A state buys vehicles outside demand, from the country that builds them."""

    product: str
    seller_market: Market = "US"
    buyer: Market = "JP"
    units: Annotated[float, Field(gt=0)]

    def apply(self, world: World, setting: Setting) -> Setting:
        """Return the setting with the purchase."""
        if self.buyer == self.seller_market:
            raise ScenarioError(
                where="buy",
                what=f"{self.buyer} would buy from itself.",
                fix="Name two markets: a purchase at home moves no trade.",
            )
        world.sides[self.seller_market].index(self.product)
        purchase = Purchase(self.product, self.seller_market, self.buyer, self.units)
        return replace(setting, purchases=(*setting.purchases, purchase))


def members(world: World, names: list[str]) -> tuple[str, ...]:
    """Return candidate nameplates, "announced" replaced by all that were announced."""
    known = tuple(world.evidence.table("jp", "candidates")["nameplate_id"])
    found: list[str] = []
    for name in names:
        if name == "announced":
            found += announced(world)
        elif name in known:
            found.append(name)
        else:
            raise ScenarioError(
                where="enter",
                what=f"no candidate is called {name!r}.",
                fix=suggestion(name, (*known, "announced")),
            )
    return tuple(dict.fromkeys(found))


def on_sale(
    world: World, setting: Setting, market: str, names: list[str], where: str
) -> tuple[str, ...]:
    """Return products on sale in a market under a setting, "announced" replaced by its members."""
    entered = tuple(entrant.product.id for entrant in setting.entering(market))
    known = world.sides[market].market.ids + entered
    found: list[str] = []
    for name in names:
        wanted = [n for n in announced(world) if n in entered] if name == "announced" else [name]
        if not wanted:
            raise ScenarioError(
                where=where,
                what=f"no 'announced' car is on sale in {market}.",
                fix='Let them enter first: [[enter]] with products = ["announced"].',
            )
        for product in wanted:
            if product not in known:
                raise ScenarioError(
                    where=where,
                    what=f"{market} has no product {product!r} on sale.",
                    fix=_way_in(world, product, known),
                )
            found.append(product)
    return tuple(dict.fromkeys(found))


def _way_in(world: World, product: str, known: tuple[str, ...]) -> str:
    """Return the remedy for a product that is not on sale: its entry, or the nearest name."""
    if product in tuple(world.evidence.table("jp", "candidates")["nameplate_id"]):
        return f'Let it enter first: [[enter]] with products = ["{product}"].'
    return suggestion(product, known)
