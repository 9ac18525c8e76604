"""The books of one state as numbers: trade, treasuries, profits, surplus, welfare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.ops import segment_sum

from backhaul.baseline.world import World
from backhaul.market.origins import home_countries
from backhaul.outcome.books import CODE, COUNTRY, OWNERS, TREASURY
from backhaul.smooth.base import Base, content
from backhaul.smooth.choice import sales, surplus
from backhaul.smooth.config import Array, Number
from backhaul.smooth.equilibrium import Solved
from backhaul.smooth.facts import INSTRUMENTS, Facts, Parameters
from backhaul.smooth.layout import Layout, Plan
from backhaul.smooth.state import Faced

BOUGHT = "ford_f_series"
"""What the instrument `purchase_units` buys: the truck of the scenario f150-for-japan."""


class Sale(NamedTuple):
    """A purchase by a state (outcome.trade.PublicSale). USD a year."""

    buyer: str
    origin: str
    seller: str
    firm: str
    units: Number
    value: Number
    freight: Number
    landed: Number
    parts_duty: Number
    profit: Number
    content: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Ledger:
    """The year of one state in USD, figure by figure; outcome.books.Books with traced numbers."""

    layout: Layout
    plan: Plan
    faced: dict[str, Faced]
    solved: Solved
    base: dict[str, Base]
    facts: Facts
    p: Parameters
    yen: float
    """JPY per USD at which sums in yen are valued: the baseline's."""

    @property
    def world(self) -> World:
        """The calibrated world."""
        return self.layout.world

    def own_money(self, country: str) -> float:
        """Return what a USD at the state's rate is worth to residents of a country, USD."""
        return self.plan.setting.jpy_per_usd / self.yen if country == "JPN" else 1.0

    @cached_property
    def share(self) -> dict[str, Array]:
        """Share of households that buy each product, by market."""
        return {
            code: sales(side.frame.frame, self.faced[code].side.buyers, self.solved.price[code])
            for code, side in self.plan.sides.items()
        }

    @cached_property
    def units(self) -> dict[str, Array]:
        """Vehicles sold, by market. Each of shape (J,)."""
        return {code: share * self.faced[code].side.size for code, share in self.share.items()}

    @cached_property
    def link_units(self) -> dict[str, Array]:
        """Vehicles on each link, by market. Each of shape (L,)."""
        return {
            code: self.units[code][side.supply.product] * self.solved.share[code]
            for code, side in self.plan.sides.items()
        }

    def credit(self, code: str) -> Array:
        """Return the purchase subsidy by product, by the origins sold. Shape (J,)."""
        product = self.plan.sides[code].supply.product
        amounts = self.solved.share[code] * self.faced[code].now.credit
        return segment_sum(amounts, product, self.units[code].size)

    def before_tax(self, code: str) -> Array:
        """Return prices before tax, credit added. Shape (J,), market currency."""
        return (self.solved.price[code] + self.credit(code)) / (1 + self.faced[code].now.tax)

    def scarcity(self, code: str) -> Array:
        """Return shadow prices of plants by product. Shape (J,), market currency."""
        links = self.plan.sides[code].frame.links
        shadow = jnp.append(self.solved.lam, 0.0)[links.plant] * self.faced[code].now.per_usd
        return segment_sum(self.solved.share[code] * shadow, links.product, links.products)

    def promised(self, code: str) -> Number:
        """Return support of the commitment by product. Shape (J,), market currency."""
        member = self.plan.sides[code].frame.member
        return 0.0 if member is None else member * self.solved.support

    def cost(self, code: str) -> Array:
        """Return pricing costs before the support of a commitment. Shape (J,), currency."""
        return self.solved.cost[code] + self.promised(code)

    def unit_profit(self, code: str) -> Array:
        """Return what a firm earns on a unit, support included. Shape (J,), market currency."""
        margin = self.faced[code].side.keep * self.solved.price[code]
        return margin - (self.cost(code) - self.scarcity(code)) + self.promised(code)

    @cached_property
    def sales_to_states(self) -> tuple[Sale, ...]:
        """What states buy outside demand, the instrument's purchase included."""
        bought = [(q.product, q.seller_market, q.buyer, q.units) for q in
                  self.plan.setting.purchases]  # fmt: skip
        if self.plan.name != "baseline":
            extra = self.facts["instrument"][INSTRUMENTS.index("purchase_units")]
            bought.append((BOUGHT, "US", "JP", extra))
        return tuple(self._sale(*purchase) for purchase in bought)

    def _sale(self, product: str, seller: str, buyer: str, units: Number) -> Sale:
        """Return one public purchase (outcome.trade.public_sales)."""
        side, faced = self.plan.sides[seller], self.faced[seller]
        j = side.market.ids.index(product)
        car, origin = side.market.products[j], side.market.country
        destination = self.plan.sides[buyer].market.country
        links = np.array(
            [k for k in np.flatnonzero(side.supply.product == j)
             if side.supply.links[k].country == origin]
        )  # fmt: skip
        weights = self.solved.share[seller][links]
        weights = weights / weights.sum()
        gate = (self.before_tax(seller)[j] - faced.dealer[j]) / faced.now.per_usd
        factory, parts = faced.now.factory[links] @ weights, faced.now.parts_duty[links] @ weights
        freight = self.world.observed.freight
        central = self.plan.state.sides[seller].link_share[links]
        first = side.supply.links[links[int(np.argmax(central))]]
        space = freight.space(car.segment, car.length_mm)
        ocean, inland = freight.export(first.plant, origin, destination, space)
        insurance = self.p["insurance_share_of_value"] * gate
        handling = inland + freight.handling.get(destination, 0.0)
        handling += freight.pre_delivery_japan if destination == "JPN" else 0.0
        return Sale(
            buyer=buyer, origin=origin, seller=seller, firm=car.firm, units=units,
            value=units * gate, freight=units * (ocean + insurance),
            landed=units * (gate + ocean + insurance + handling), parts_duty=units * parts,
            profit=units * (gate - factory - parts),
            content={
                country: self.content(seller, country)[links] @ weights
                for country in ("USA", "JPN")
            },
        )  # fmt: skip

    def content(self, code: str, country: str) -> Array:
        """Return a country's share in the factory cost of each link. Shape (L,)."""
        made_in = self.plan.sides[code].supply.countries
        return content(country, made_in, self.faced[code].now.way, self.layout.countries)

    def fob(self, code: str) -> Array:
        """Return free on board value by link. Shape (L,), USD a year."""
        return self.link_units[code] * self.faced[code].now.free_on_board

    def value(self, origin: str, code: str) -> Number:
        """Return the free on board value from one country to one market, USD."""
        here = np.array(self.plan.sides[code].supply.countries) == origin
        public = [s.value for s in self.sales_to_states if (s.origin, s.buyer) == (origin, code)]
        return (self.fob(code) * here).sum() + sum(public)

    @cached_property
    def balance(self) -> Number:
        """US exports of cars to Japan less imports from it, USD."""
        return self.value("USA", "JP") - self.value("JPN", "US")

    @cached_property
    def content_balance(self) -> Number:
        """The balance in direct content, USD."""
        return self._content("USA", "JP") - self._content("JPN", "US")

    def _content(self, country: str, code: str) -> Number:
        bought = [
            s.value * s.content.get(country, 0.0) for s in self.sales_to_states if s.buyer == code
        ]
        return (self.fob(code) * self.content(code, country)).sum() + sum(bought)

    @cached_property
    def programme(self) -> Number:
        """Value of entrants and public purchases, US to Japan less Japan to the US, USD."""
        return self._programme("US", "JP") - self._programme("JP", "US")

    def _programme(self, origin: str, market: str) -> Number:
        side, country = self.plan.sides[market], self.plan.sides[origin].market.country
        new = np.array(
            [side.market.products[j].entrant and k.country == country
             for k, j in zip(side.supply.links, side.supply.product, strict=True)]
        )  # fmt: skip
        public = [s.value for s in self.sales_to_states if (s.seller, s.buyer) == (origin, market)]
        return (self.fob(market) * new).sum() + sum(public)

    @cached_property
    def supports(self) -> list[tuple[str, str, Any]]:
        """Support by payer and firm, USD a year."""
        lines: list[tuple[str, str, Any]] = []
        setting = self.plan.setting
        for code, side in self.plan.sides.items():
            per_usd = self.faced[code].now.per_usd
            if setting.promise is not None and setting.promise.market == code:
                lines += self._lines(code, setting.promise.paid_by, self.promised(code) / per_usd)
            for support in setting.supports:
                if support.market == code:
                    amount = support.usd * np.isin(side.market.ids, support.products)
                    lines += self._lines(code, support.paid_by, amount)
            extra = self._extra_support(code)
            if extra is not None:
                lines += self._lines(code, "JP treasury", extra)
        return lines

    def _extra_support(self, code: str) -> Array | None:
        """Return the instrument's support per vehicle in a market with entrants; else None."""
        side = self.plan.sides[code]
        if self.plan.name != "scenario" or not side.sources:
            return None
        entrant = np.array([product.entrant for product in side.market.products], dtype=float)
        return self.facts["instrument"][INSTRUMENTS.index("support_usd")] * entrant

    def _lines(self, code: str, payer: str, per_unit: Number) -> list[tuple[str, str, Any]]:
        amounts = self.units[code] * per_unit
        firms = np.array(self.plan.sides[code].market.firms)
        return [(payer, str(f), (amounts * (firms == f)).sum()) for f in dict.fromkeys(firms)]

    @cached_property
    def outlay(self) -> Number:
        """All support, USD a year."""
        return sum((amount for _, _, amount in self.supports), start=jnp.asarray(0.0))

    @cached_property
    def fixed_costs(self) -> dict[str, Any]:
        """Certification, engineering and investment by firm, USD a year."""
        costs: dict[str, Any] = {}
        for code, side in self.plan.sides.items():
            for k, source in enumerate(side.sources):
                firm = source.entrant.product.firm
                costs[firm] = costs.get(firm, 0.0) + self.faced[code].fixed_usd[k]
        for move in self.plan.setting.moves:
            cost = move.cost_usd / self.p["plant_life_years"]
            costs[move.firm] = costs.get(move.firm, 0.0) + cost
        return costs

    @cached_property
    def profit(self) -> dict[str, Any]:
        """Profit by firm after fixed costs, USD a year."""
        total: dict[str, Any] = {}
        for code, side in self.plan.sides.items():
            amounts = self.units[code] * self.unit_profit(code) / self.faced[code].now.per_usd
            firms, index = np.unique(np.array(side.market.firms), return_inverse=True)
            by_firm = segment_sum(amounts, index, firms.size)
            for k, firm in enumerate(firms):
                total[str(firm)] = total.get(str(firm), 0.0) + by_firm[k]
        for sale in self.sales_to_states:
            total[sale.firm] = total[sale.firm] + sale.profit
        for firm, cost in self.fixed_costs.items():
            total[firm] = total.get(firm, 0.0) - cost
        for payer, firm, amount in self.supports:
            if payer not in TREASURY:
                total[firm] = total[firm] - amount
        home = home_countries(self.world.evidence)
        return {f: value * self.own_money(home.get(f, "")) for f, value in total.items()}

    @cached_property
    def surplus(self) -> dict[str, Any]:
        """Consumer surplus by market, USD a year."""
        found = {}
        for code, side in self.plan.sides.items():
            faced = self.faced[code]
            mean = surplus(side.frame.frame, faced.side.buyers, self.solved.price[code])
            total = mean * faced.side.size / faced.now.per_usd
            found[code] = total * self.own_money(side.market.country)
        return found

    @cached_property
    def dealers(self) -> dict[str, Any]:
        """Receipts of dealers by market, USD a year."""
        return {
            code: self.units[code] @ faced.dealer / faced.now.per_usd
            * self.own_money(COUNTRY[code])
            for code, faced in self.faced.items()
        }  # fmt: skip

    @cached_property
    def government(self) -> dict[str, Any]:
        """Receipts less outlays of each treasury on new cars, by market, USD a year."""
        total: dict[str, Any] = dict.fromkeys(self.plan.sides, 0.0)
        for code, side in self.plan.sides.items():
            now, units = self.faced[code].now, self.units[code]
            taken = self.before_tax(code) * (now.tax + now.price_duty) - self.credit(code)
            total[code] += units @ taken / now.per_usd + self.link_units[code] @ now.duty
            parts = self.link_units[code] * now.parts_duty
            for country in CODE:
                here = np.array(side.supply.countries) == country
                total[CODE[country]] += (parts * here).sum()
        for payer, _, amount in self.supports:
            if payer in TREASURY:
                total[TREASURY[payer]] -= amount
        for sale in self.sales_to_states:
            total[sale.buyer] -= sale.landed
            total[CODE[sale.origin]] += sale.parts_duty
        return {code: value * self.own_money(COUNTRY[code]) for code, value in total.items()}

    @cached_property
    def welfare(self) -> Number:
        """World welfare from both markets, USD a year."""
        return sum(
            sum(part.values())
            for part in (self.surplus, self.profit, self.dealers, self.government)
        )

    def national(self, code: str) -> Number:
        """Return a country's welfare, USD a year."""
        home = home_countries(self.world.evidence)
        owned = {country: self.p[name] for country, name in OWNERS[code].items()}
        profits = sum(owned.get(home.get(f, ""), 0.0) * v for f, v in self.profit.items())
        return self.surplus[code] + self.government[code] + self.dealers[code] + profits
