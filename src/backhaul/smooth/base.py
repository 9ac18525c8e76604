"""The base year as a function of its facts: tastes, factory costs, customs values, local costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ops import segment_sum
from jax.scipy.special import ndtri

from backhaul.baseline.calibrate import DEALER_MARGIN
from backhaul.baseline.factory import DEAR_COUNTRIES, PLAUSIBLE
from backhaul.baseline.transfer import DEFAULT_PAIR, EUROPE
from backhaul.market.observe import LISTED_BEFORE_TAX
from backhaul.policy.customs import VALUED_WITH_FREIGHT
from backhaul.policy.parts import CHARGING
from backhaul.smooth.choice import Buyers
from backhaul.smooth.config import Array, Number
from backhaul.smooth.facts import HAULED, Facts, Parameters
from backhaul.smooth.layout import EUROPEAN_PAIR, WAYS, Layout, Place
from backhaul.smooth.pricing import margins
from backhaul.smooth.response import Response
from backhaul.smooth.tastes import Seen, Start, calibrate, inverted

ROUNDS = 12
"""Rounds of the customs ratios: each cuts their error by a factor of thirty or more."""


class Ways(NamedTuple):
    """How cars come to a market, and what is in them."""

    share: Array
    """Share of each link in its product's units. Shape (L,)."""

    ways: Array
    """Costs of the way in the order of `WAYS`. Shape (6, L), USD."""

    parts_share: Array
    """Share of the factory cost that is bought-in parts. Shape (L,)."""

    parts: Array
    """Where the parts come from. Shape (L, C)."""


class Base(NamedTuple):
    """One calibrated market."""

    buyers: Buyers
    price: Array
    """Consumer price. Shape (J,), market currency."""

    listed: Array
    """Price before tax. Shape (J,), market currency."""

    units: Array
    size: Array
    dealer: Array
    importer: Array
    local: Array
    factory: Array
    """Shape (L,), USD."""

    ratio: Array
    """Customs value over factory cost. Shape (L,)."""

    way: Ways
    default_ratio: Array
    """Customs value over factory cost of a car from Japan in the US."""

    fits: Array
    """Whether tastes with the target moments exist."""

    implausible: Array
    """By how much the least plausible factory cost is outside its bounds; 0 where none is."""


@dataclass(frozen=True, eq=False)
class Year:
    """How the base year is computed."""

    layout: Layout
    names: tuple[str, ...]
    response: Response
    held: dict[str, Start]
    """Tastes at the central facts by market, to start from or to hold."""

    recalibrate: bool
    consumers: int

    def parameters(self, facts: Facts) -> Parameters:
        """Return the parameters of these facts."""
        return Parameters(self.layout.world.evidence, self.names, facts["parameter"])

    def solve(self, facts: Facts) -> dict[str, Base]:
        """Return both markets, calibrated."""
        found: dict[str, Base] = {}
        for code, place in self.layout.places.items():
            first = next(iter(found.values()), None)
            found[code] = self._market(code, place, facts, first)
        return found

    def _market(self, code: str, place: Place, facts: Facts, first: Base | None) -> Base:
        p, folder, law = self.parameters(facts), code.lower(), place.law
        way = self.ways(code, facts)
        product, count = place.supply.product, len(place.market.ids)
        tax = tax_of(code, law.tax, p)
        credit = segment_sum(way.share * law.credit, product, count)
        listed = facts[f"price.{code}"]
        if code in LISTED_BEFORE_TAX:
            price = listed * (1 + tax) - credit
        else:
            price, listed = listed, listed / (1 + tax)
        size = p[f"households_{folder}"] * p["replacement_rate"]
        units = facts[f"units.{code}"]
        buyers, fits = self._buyers(code, place, facts, price, units / size)
        keep = jnp.ones(count) / (1 + tax)
        cost = keep * price - margins(place.frame, buyers, keep, price)
        abroad = np.array(place.supply.countries) != place.market.country
        dealer = p[DEALER_MARGIN[code]] * listed
        importer = jnp.zeros(count)
        if code == "JP":
            brought = segment_sum(way.share * abroad, product, count)
            importer = p["importer_margin_jp"] * listed * brought
        carried = dealer + importer - keep * credit
        factory, ratio, unit, default = self._split(place, facts, way, cost - carried, units, first)
        per_usd = self.base_per_usd(code)
        rest = cost - carried - segment_sum(way.share * unit, product, count) * per_usd
        part = factory / (listed / per_usd)[product]
        part = jnp.where(np.array([place.supply.products[j].aggregate for j in product]), 0.5, part)
        return Base(
            buyers=buyers, price=price, listed=listed, units=units, size=size, dealer=dealer,
            importer=importer, local=jnp.where(anchored(place), rest, 0.0), factory=factory,
            ratio=ratio, way=way, default_ratio=default, fits=fits,
            implausible=jnp.maximum(
                jnp.max(PLAUSIBLE[0] - part), jnp.maximum(jnp.max(part - PLAUSIBLE[1]), 0.0)
            ),
        )  # fmt: skip

    def base_per_usd(self, code: str) -> float:
        """Return market currency per USD in the base year."""
        return {"US": 1.0, "JP": self.layout.world.observed.jpy_per_usd}[code]

    def ways(self, code: str, facts: Facts) -> Ways:
        """Return the links of a market's base year."""
        place, plan = self.layout.places[code], "baseline"
        product, total = place.supply.product, len(place.supply.links)
        share = facts[f"share.{code}"]
        share = share / segment_sum(share, product, len(place.market.ids))[product]
        at = self.response.at(plan, code, facts["parameter"])
        ways, parts_share, parts = (
            at["ways"][:, :total], at["parts_share"][:total], at["parts"][:total]
        )  # fmt: skip
        central = self.response.central(plan, code)
        haul = central["ways"][HAULED, :total].sum(axis=0)
        dearer = jnp.where(haul > 0, facts[f"freight.{code}"] / np.where(haul > 0, haul, 1.0), 1.0)
        ways = ways.at[HAULED].multiply(dearer)
        row = np.arange(total)
        before = parts[row, place.main]
        held = central["parts"][:total][row, place.main]
        main = jnp.clip(before * facts[f"content.{code}"] / held, 0.0, 1.0)
        rest = jnp.where(before < 1, (1 - main) / jnp.where(before < 1, 1 - before, 1.0), 1.0)
        parts = (parts * rest[:, None]).at[row, place.main].set(main)
        return Ways(share=share, ways=ways, parts_share=parts_share, parts=parts)

    def _buyers(
        self, code: str, place: Place, facts: Facts, price: Array, observed: Array
    ) -> tuple[Buyers, Array]:
        p, folder, count = self.parameters(facts), code.lower(), len(place.market.ids)
        sensitivity, weights = incomes(
            gini=p[f"gini_{folder}"], cap_quantile=p["income_cap_quantile"],
            eta=p[f"eta_{folder}"], count=self.consumers,
        )  # fmt: skip
        mu = facts.get(f"utility.{code}")
        mu = None if mu is None else mu[:count]
        held, zero = self.held[code], jnp.zeros(count)
        seen = Seen(price, observed, sensitivity, weights, mu, zero)
        if self.recalibrate:
            targets = jnp.stack(
                [
                    jnp.asarray(p[f"own_price_elasticity_{folder}_model"], dtype=float),
                    jnp.asarray(p[f"market_price_elasticity_{folder}"], dtype=float),
                    jnp.asarray(p[f"segment_diversion_{folder}"], dtype=float),
                ]
            )
            tastes = calibrate(place.frame, seen, ~place.market.aggregate, targets, held)
            return Buyers(
                tastes.delta, tastes.alpha * sensitivity, weights, tastes.sigma_in,
                tastes.sigma_seg, zero, mu,
            ), tastes.ok  # fmt: skip
        found = inverted(place.frame, seen, jnp.asarray(held.at), held)
        return found, jnp.all(jnp.isfinite(found.delta))

    def _split(
        self, place: Place, facts: Facts, way: Ways, rest: Array, units: Array, first: Base | None
    ) -> tuple[Array, Array, Array, Array]:
        """Return factory cost, customs ratio and delivered cost by link, and the default ratio."""
        p, supply, law = self.parameters(facts), place.supply, place.law
        product, count = supply.product, len(place.market.ids)
        premium = premiums(supply.countries, p)
        on_content = duty_rates(law.on_value, law.on_content, self.content("USA", place, way))
        gross = parts_rates(way, supply.countries, law.parts)
        per_usd = self.base_per_usd(place.market.code)
        fixed = way.ways.sum(axis=0) + law.specific / per_usd
        fixed = fixed + on_content * on_the_way(supply.importer, way)
        target = rest / per_usd - segment_sum(way.share * fixed, product, count)
        built = units[product] * way.share
        ratio = (
            jnp.ones(len(supply.links))
            if first is None
            else jnp.full(len(supply.links), first.default_ratio)
        )
        default = jnp.asarray(1.0) if first is None else first.default_ratio

        def again(_: Array, now: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            _, ratio, default = now
            slope = premium * (1 + gross + on_content * ratio)
            level = target / segment_sum(way.share * slope, product, count)
            factory = _anchored(place, level[product] * premium, premium, first)
            mean = segment_sum(built * factory, place.pair, len(place.pairs))
            mean = mean / segment_sum(built, place.pair, len(place.pairs))
            if first is None:
                default = (
                    self._observed(facts, DEFAULT_PAIR) / mean[place.pairs.index(DEFAULT_PAIR)]
                )
            return factory, self._ratios(place, facts, mean, default)[place.pair], default

        begun = (jnp.zeros(len(supply.links)), ratio, default)
        factory, ratio, default = lax.fori_loop(0, ROUNDS, again, begun)
        unit = factory * (1 + gross + on_content * ratio) + fixed
        return factory, ratio, unit, default

    def _ratios(self, place: Place, facts: Facts, mean: Array, default: Array) -> Array:
        """Return customs value over factory cost by pair."""
        observed = self.layout.unit_values
        europe = default
        if EUROPEAN_PAIR in place.pairs and EUROPEAN_PAIR in observed:
            europe = self._observed(facts, EUROPEAN_PAIR) / mean[place.pairs.index(EUROPEAN_PAIR)]
        found = []
        for index, pair in enumerate(place.pairs):
            if pair in observed:
                found.append(self._observed(facts, pair) / mean[index])
            elif pair[0] in EUROPE and pair[1] == "USA":
                found.append(europe)
            else:
                found.append(default)
        return jnp.stack(found)

    def _observed(self, facts: Facts, pair: tuple[str, str]) -> Array:
        return facts["unit_value"][list(self.layout.unit_values).index(pair)]

    def content(self, country: str, place: Place, way: Ways) -> Array:
        """Return the share of each link's factory cost that comes from a country. Shape (L,)."""
        return content(country, place.supply.countries, way, self.layout.countries)


def incomes(*, gini: Number, cap_quantile: Number, eta: Number, count: int) -> tuple[Array, Array]:
    """Return relative price coefficients and weights of consumer types (demand.consumers)."""
    if count == 1:
        return jnp.ones(1), jnp.ones(1)
    spread = jnp.sqrt(2.0) * ndtri((1 + gini) / 2)
    knots, mass = np.polynomial.legendre.leggauss(count - 1)
    quantile = jnp.append(cap_quantile * (knots + 1) / 2, cap_quantile)
    weights = jnp.append(cap_quantile * mass / 2, 1 - cap_quantile)
    return jnp.exp(-eta * (spread * ndtri(quantile) - spread**2 / 2)), weights


def tax_of(code: str, tax: float, p: Parameters) -> Number:
    """Return the sales tax of a law; the US one moves with its parameter."""
    return tax - p.central("us_sales_tax") + p["us_sales_tax"] if code == "US" else tax


def anchored(place: Place) -> np.ndarray:
    """Return which products have a factory cost that the first market settles. Shape (J,)."""
    hits = np.bincount(place.supply.product, place.known >= 0, minlength=len(place.market.ids))
    return hits > 0


def _anchored(place: Place, own: Array, premium: Array, first: Base | None) -> Array:
    """Return factory costs: the first market's where it settles any link of the product."""
    if first is None:
        return own
    known, product = place.known, place.supply.product
    here = known >= 0
    settled = first.factory[np.where(here, known, 0)]
    count = np.maximum(np.bincount(product, here, minlength=len(place.market.ids)), 1)
    mean = segment_sum(jnp.where(here, settled / premium, 0.0), product, count.size) / count
    borrowed = jnp.where(here, settled, mean[product] * premium)
    return jnp.where(anchored(place)[product], borrowed, own)


def premiums(countries: tuple[str, ...], p: Parameters) -> Array:
    """Return the cost level of plants relative to Japan's. Shape (L,)."""
    dear = np.array([country in DEAR_COUNTRIES for country in countries], dtype=float)
    return 1 + dear * p["plant_cost_premium_us_vs_japan"]


def content(country: str, made_in: tuple[str, ...], way: Ways, countries: tuple[str, ...]) -> Array:
    """Return the share of each link's factory cost that comes from a country. Shape (L,)."""
    here = np.array([origin == country for origin in made_in], dtype=float)
    return way.parts_share * way.parts[:, countries.index(country)] + (1 - way.parts_share) * here


def duty_rates(on_value: np.ndarray, on_content: np.ndarray, us_content: Array) -> Array:
    """Return ad valorem duties. Shape (L,)."""
    return on_value + on_content * (1 - us_content)


def parts_rates(way: Ways, made_in: tuple[str, ...], rates: np.ndarray) -> Array:
    """Return duty on parts as a share of the factory cost. Shape (L,)."""
    rows = np.array([rates[CHARGING.index(c)] if c in CHARGING else 0 * rates[0] for c in made_in])
    return way.parts_share * (way.parts * rows).sum(axis=1)


def on_the_way(importer: str, way: Ways) -> Number:
    """Return what an importer counts of the way in the customs value. Shape (L,), USD."""
    if importer not in VALUED_WITH_FREIGHT:
        return 0.0
    return way.ways[WAYS.index("ocean_freight")] + way.ways[WAYS.index("insurance")]
