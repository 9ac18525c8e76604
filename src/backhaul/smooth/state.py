"""One state as numbers: what each market's sellers face under a setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.ops import segment_sum

from backhaul.policy.parts import CHARGING
from backhaul.smooth.base import (
    Base,
    Ways,
    Year,
    content,
    duty_rates,
    on_the_way,
    parts_rates,
    premiums,
    tax_of,
)
from backhaul.smooth.choice import Buyers
from backhaul.smooth.config import Array, Number
from backhaul.smooth.entrants import Appraisal, Entering, Hedonics, appraise, entering
from backhaul.smooth.facts import INSTRUMENTS, Facts, Parameters
from backhaul.smooth.law import Law
from backhaul.smooth.layout import WAYS, Plan, SidePlan
from backhaul.smooth.prices import Side

CERTIFICATION = WAYS.index("certification")

FREE = "scenario without support"
"""Name of the state with neither support nor promise."""


Appraised = dict[tuple[str, tuple[str, ...]], Appraisal]
"""By market and names of its entrants."""


class Delivery(NamedTuple):
    """What cars cost on their way under the laws of a day. Link amounts in USD per vehicle."""

    way: Ways
    factory: Array
    parts_rate: Array
    parts_duty: Array
    free_on_board: Array
    duty: Array
    price_duty: Array
    """Duty as a share of the price before tax. Shape (J,)."""

    tax: Number
    keep: Array
    credit: Array
    """Purchase subsidy by link. Shape (L,), market currency."""

    unit: Array
    """Delivered cost of one unit. Shape (L,), market currency."""

    per_usd: float


class Faced(NamedTuple):
    """One market's problem in one state, and what its books need beside the solution."""

    side: Side
    now: Delivery
    dealer: Array
    importer: Array
    local: Array
    support: Array
    """Given support per vehicle. Shape (J,), market currency."""

    fixed_usd: Array
    """Fixed costs of entrants a year. Shape (K,), USD."""


@dataclass(frozen=True, eq=False)
class Composer:
    """Makes the problems of a state from calibrated markets and facts."""

    year: Year
    hedonics: Hedonics | None
    """None where nothing enters."""

    def appraised(self, base: dict[str, Base]) -> Appraised:
        """Return what the base year tells about all entrants of any state."""
        layout, found = self.year.layout, {}
        for plan in layout.plans.values():
            for code, side in plan.sides.items():
                group = code, side.entrants
                if side.sources and self.hedonics is not None and group not in found:
                    found[group] = appraise(layout, side, self.hedonics, base)
        return found

    def compose(
        self, plan: Plan, base: dict[str, Base], facts: Facts, appraised: Appraised
    ) -> dict[str, Faced]:
        """Return what sellers face in each market of a state."""
        left = self._duty_left(plan, base, facts, self.year.parameters(facts))
        return {code: self._side(plan, code, base, facts, appraised, left) for code in plan.sides}

    def _side(
        self,
        plan: Plan,
        code: str,
        base: dict[str, Base],
        facts: Facts,
        appraised: Appraised,
        left: dict[str, Any],
    ) -> Faced:
        here, side, setting = base[code], plan.sides[code], plan.setting
        p = self.year.parameters(facts)
        at = self.year.response.at(plan.name, code, facts["parameter"])
        new = self._new(side, base["US"], facts, p, at, appraised)
        way, factory, ratio, share = self._links(plan, code, base, facts, p, at, new)
        per_usd = {"US": 1.0, "JP": setting.jpy_per_usd}[code]
        base_rate = self.year.layout.world.observed.jpy_per_usd
        now = self._deliver(
            side, "now", way, share, factory, ratio, (setting.jpy_per_usd, base_rate), plan, facts,
            left,
        )  # fmt: skip
        then = self._deliver(
            side, "base", way, share, factory, ratio, (base_rate, base_rate), plan, facts, {},
        )  # fmt: skip
        support = self._support(plan, code, facts, per_usd)
        dealer, importer, local = (
            jnp.append(getattr(here, name), getattr(new, name)) if new is not None
            else getattr(here, name)
            for name in ("dealer", "importer", "local")
        )  # fmt: skip
        problem = Side(
            buyers=self._buyers(plan, code, here, facts, new),
            keep=now.keep,
            carried=dealer + importer + local - support,
            credit=now.credit,
            base_share=share,
            base_cost=then.unit,
            unit=now.unit,
            theta=p["hm_theta_sourcing"],
            per_usd=per_usd,
            size=here.size,
        )
        fixed = jnp.zeros(0)
        if new is not None:
            waived = self._instrument(plan, facts, "certification")
            fixed = new.fixed_usd - waived * at["certification_once"] / p["model_life_years"]
        return Faced(problem, now, dealer, importer, local, support, fixed)

    def _new(
        self,
        side: SidePlan,
        us: Base,
        facts: Facts,
        p: Parameters,
        at: dict[str, Array],
        appraised: Appraised,
    ) -> Entering | None:
        """Return the entrants of a market, or None."""
        found = appraised.get((side.market.code, side.entrants))
        if found is None:
            return None
        count = len(side.sources)
        quality = facts["quality"] if facts["quality"].size == count else jnp.zeros(count)
        return entering(side, found, us, p, at, quality)

    def _buyers(
        self, plan: Plan, code: str, here: Base, facts: Facts, new: Entering | None
    ) -> Buyers:
        """Return tastes with entrants behind the products and a surge on top."""
        buyers, side = here.buyers, plan.sides[code]
        delta, penalty = buyers.delta, buyers.penalty
        if new is not None:
            delta = jnp.append(delta, new.delta)
            penalty = jnp.append(penalty, new.penalty)
        chosen = [s.powertrain for s in plan.setting.surges if s.market == code]
        if chosen:
            liked = np.array([p.powertrain in chosen for p in side.market.products], dtype=float)
            mean_alpha = buyers.alpha @ buyers.weights / buyers.weights.sum()
            delta = delta + plan.shift_money * mean_alpha * liked
        mu = facts.get(f"utility.{code}")
        mu = None if mu is None else mu[: len(side.market.ids)]
        return buyers._replace(delta=delta, penalty=penalty, mu=mu)

    def _links(  # noqa: PLR0913
        self,
        plan: Plan,
        code: str,
        base: dict[str, Base],
        facts: Facts,
        p: Parameters,
        at: dict[str, Array],
        new: Entering | None,
    ) -> tuple[Ways, Array, Array, Array]:
        """Return all links of a market in a state: ways, factory cost, customs ratio, share."""
        here, side = base[code], plan.sides[code]
        old, total = here.factory.size, len(side.supply.links)
        row = np.arange(total)
        ways = jnp.where(row < old, jnp.pad(here.way.ways, ((0, 0), (0, total - old))), at["ways"])
        parts_share = jnp.where(
            row < old, jnp.pad(here.way.parts_share, (0, total - old)), at["parts_share"]
        )
        parts = jnp.concatenate([here.way.parts, at["parts"][old:]])
        factory, ratio, share = here.factory, here.ratio, here.way.share
        if new is not None:
            count = len(side.sources)
            link = np.array([source.link for source in side.sources])
            parts = parts.at[old : old + count].set(base["US"].way.parts[link])
            factory = jnp.append(factory, new.factory)
            ratio = jnp.append(ratio, jnp.full(count, here.default_ratio))
            share = jnp.append(share, jnp.ones(count))
            waived = self._instrument(plan, facts, "certification")
            ways = ways.at[CERTIFICATION, old : old + count].multiply(1 - waived)
        way = Ways(share, ways, parts_share, parts)
        return self._moved(plan, code, here, p, (way, factory, ratio))

    def _moved(
        self,
        plan: Plan,
        code: str,
        here: Base,
        p: Parameters,
        links: tuple[Ways, Array, Array],
    ) -> tuple[Ways, Array, Array, Array]:
        """Return links after output has moved between countries."""
        (way, factory, ratio), side = links, plan.sides[code]
        share = way.share
        moves = [move for move in plan.setting.moves if move.market == code]
        units = jnp.pad(here.units, (0, len(side.market.ids) - here.units.size))
        product = side.supply.product
        for number, move in enumerate(moves):
            made = np.flatnonzero(side.move == number)
            origin = side.moved_from[made]
            built = (units[product[origin]] * share[origin]).sum()
            part = jnp.minimum(1.0, move.capacity / built)
            level = premiums((move.target, move.origin), p)
            factory = jnp.append(factory, factory[origin] * level[0] / level[1])
            ratio = jnp.append(ratio, ratio[origin])
            share = jnp.append(share.at[origin].multiply(1 - part), share[origin] * part)
            usual = self._usual(side, here, move.firm, move.target)
            parts = way.parts.at[made].set(way.parts[origin] if usual is None else usual)
            way = way._replace(parts=parts)
        return way._replace(share=share), factory, ratio, share

    def _usual(self, side: SidePlan, here: Base, firm: str, country: str) -> Array | None:
        """Return where a firm's plants in a country get their parts; None without any."""
        old = here.factory.size
        product = side.supply.product[:old]
        mine = np.array(
            [
                (side.market.products[j].firm, link.country) == (firm, country)
                for j, link in zip(product, side.supply.links, strict=False)
            ]
        )
        if not mine.any():
            return None
        units = here.units[product] * here.way.share * mine
        return (units @ here.way.parts) / units.sum()

    def _deliver(  # noqa: PLR0913
        self,
        side: SidePlan,
        when: str,
        way: Ways,
        share: Array,
        factory: Array,
        ratio: Array,
        yen: tuple[float, float],
        plan: Plan,
        facts: Facts,
        left: dict[str, Any],
    ) -> Delivery:
        """Return what cars cost on their way: policy.compile.deliver with traced numbers."""
        p, law = self.year.parameters(facts), getattr(side, when)
        countries, made_in = self.year.layout.countries, side.supply.countries
        code, importer = side.market.code, side.supply.importer
        japanese = content("JPN", made_in, way, countries)
        factory = factory * (1 - japanese + japanese * yen[1] / yen[0])
        parts_rate = self._net_parts(side, law, way, left)
        american = content("USA", made_in, way, countries)
        rates = duty_rates(law.on_value, law.on_content, american)
        value = factory * ratio
        if when == "now":
            before = duty_rates(side.base.on_value, side.base.on_content, american)
            rates = rates + self._law(plan, side, facts)
            stated = plan.setting.transfer_price_response
            response = p["transfer_price_response"] if stated is None else stated
            value = value * (1 - response * jnp.maximum(0.0, rates - before))
        per_usd = {"US": 1.0, "JP": yen[0]}[code]
        specific = law.specific / per_usd
        border = plan.setting.border_share
        price_duty = jnp.zeros(len(side.market.ids))
        on_value = rates
        if border is not None:
            price_duty = border * segment_sum(share * rates, side.supply.product, price_duty.size)
            on_value = 0 * rates
        duty = (value + on_the_way(importer, way)) * on_value + specific
        parts_duty = factory * parts_rate
        tax = tax_of(code, law.tax, p)
        unit = (factory + parts_duty + duty + way.ways.sum(axis=0)) * per_usd
        return Delivery(
            way=way, factory=factory, parts_rate=parts_rate, parts_duty=parts_duty,
            free_on_board=value, duty=duty, price_duty=price_duty, tax=tax,
            keep=(1 - price_duty) / (1 + tax), credit=jnp.asarray(law.credit), unit=unit,
            per_usd=per_usd,
        )  # fmt: skip

    def _net_parts(self, side: SidePlan, law: Law, way: Ways, left: dict[str, Any]) -> Array:
        """Return parts duty after the offset, as a share of factory cost. Shape (L,)."""
        made_in = side.supply.countries
        gross = parts_rates(way, made_in, law.parts)
        if not left:
            return gross
        ordinary = jnp.minimum(parts_rates(way, made_in, law.ordinary_parts), gross)
        firms = [side.market.products[j].firm for j in side.supply.product]
        kept = jnp.stack([jnp.asarray(left.get(firm, 1.0), dtype=float) for firm in firms])
        at_home = np.array([country == "USA" for country in made_in])
        return jnp.where(at_home, ordinary + (gross - ordinary) * kept, gross)

    def _duty_left(
        self, plan: Plan, base: dict[str, Base], facts: Facts, p: Parameters
    ) -> dict[str, Any]:
        """Return the share of its added parts duty that each firm still pays (parts.duty_left)."""
        side, here = plan.sides["US"], base["US"]
        if side.now.offset == 0:
            return {}
        at = self.year.response.at(plan.name, "US", facts["parameter"])
        way, factory, _, share = self._links(plan, "US", base, facts, p, at, None)
        made_in, product = side.supply.countries, side.supply.product
        japanese = content("JPN", made_in, way, self.year.layout.countries)
        base_rate = self.year.layout.world.observed.jpy_per_usd
        factory = factory * (1 - japanese + japanese * base_rate / plan.setting.jpy_per_usd)
        gross = parts_rates(way, made_in, side.now.parts)
        added = gross - jnp.minimum(parts_rates(way, made_in, side.now.ordinary_parts), gross)
        at_home = np.array([country == CHARGING[0] for country in made_in])
        firm = np.array([p.firm for p in side.market.products])[product]
        built = here.units[product] * share * at_home
        left = {}
        for name in sorted(set(firm[at_home])):
            mine = firm == name
            duty = (built * added * factory * mine).sum()
            cap = side.now.offset * (built * here.listed[product] * mine).sum()
            safe = jnp.where(duty > 0, duty, 1.0)
            left[str(name)] = jnp.where(duty > 0, jnp.maximum(0.0, 1 - cap / safe), 0.0)
        return left

    def _support(self, plan: Plan, code: str, facts: Facts, per_usd: float) -> Array:
        """Return given supports per vehicle. Shape (J,), market currency."""
        market = plan.sides[code].market
        amount = jnp.zeros(len(market.ids))
        for support in plan.setting.supports:
            if support.market == code:
                amount += per_usd * support.usd * np.isin(market.ids, support.products)
        extra = self._instrument(plan, facts, "support_usd")
        entrant = np.array([product.entrant for product in market.products], dtype=float)
        return amount + per_usd * extra * entrant

    def _law(self, plan: Plan, side: SidePlan, facts: Facts) -> Number:
        """Return points on the duties of links, of the scenario alone. Shape (L,)."""
        cells = self.year.layout.cells
        where = np.array([cells.index(c) if c in cells else -1 for c in side.now.cells])
        moved = jnp.append(facts["law"], 0.0)[where]
        extra = self._instrument(plan, facts, "tariff_points")
        hit = np.array([c == ("USA", "JPN", "passenger_car") for c in side.now.cells], dtype=float)
        on = 0.0 if plan.name == "baseline" else 1.0
        return on * moved + extra * hit

    def _instrument(self, plan: Plan, facts: Facts, name: str) -> Number:
        """Return an instrument's value; zero in the baseline, and no support without support."""
        if plan.name == "baseline" or (name == "support_usd" and plan.name == FREE):
            return 0.0
        return facts["instrument"][INSTRUMENTS.index(name)]
