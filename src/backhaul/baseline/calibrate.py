"""From the observed base year to a world that explains it: tastes, factory costs, local costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from backhaul.baseline.factory import Anchor, local_costs, refuse_implausible, split_costs
from backhaul.baseline.novelty import fit_hedonic
from backhaul.baseline.transfer import observed_unit_values
from backhaul.baseline.world import BASE_DAY, Side, World
from backhaul.demand.consumers import Consumers, consumers
from backhaul.demand.moments import Calibration, Moments, Sales, calibrate_taste
from backhaul.equilibrium.costs import back_out_costs
from backhaul.errors import CalibrationError
from backhaul.evidence.catalogue import Evidence
from backhaul.market.conduct import competing
from backhaul.market.market import Market
from backhaul.market.observe import LISTED_BEFORE_TAX, Observations, observe
from backhaul.market.supply import Supply
from backhaul.market.wedge import Wedge
from backhaul.policy.compile import Money, credits, deliver
from backhaul.policy.duty import parts_offset
from backhaul.policy.tax import sales_tax

DEALER_MARGIN = {"US": "dealer_gross_margin_us", "JP": "dealer_margin_jp"}

Progress = Callable[[str], None]


def calibrate(
    evidence: Evidence,
    progress: Progress | None = None,
    *,
    observed: Observations | None = None,
) -> World:
    """Return the world that reproduces the base year under the measures of 1 July 2024.

    Args:
        evidence: The facts.
        progress: Called with a word on what is being done.
        observed: What `observe(evidence)` gives, where the caller has it already.

    Errors:
        EvidenceError, MarketError: the facts contradict each other.
        CalibrationError: no tastes have the target elasticities, or a backed-out factory cost is
            not positive; names the product.
    """
    say = progress or (lambda _: None)
    say("reading and reconciling the tables")
    observed = observe(evidence) if observed is None else replace(observed, evidence=evidence)
    _refuse_offset(observed)
    sides: dict[str, Side] = {}
    anchor = Anchor(unit_values=observed_unit_values(evidence), factory={}, ratios={})
    for code in ("US", "JP"):
        say(f"calibrating the market {code}")
        sides[code], anchor = _side(observed, code, anchor)
    say("fitting what characteristics are worth")
    return World(
        observed=observed,
        sides=sides,
        hedonic=fit_hedonic(evidence, sides["JP"], observed.links["JP"]),
        unit_values=anchor.ratios,
    )


def _side(observed: Observations, code: str, anchor: Anchor) -> tuple[Side, Anchor]:
    """Return one calibrated market, and the factory costs that the next one takes from it."""
    evidence, folder = observed.evidence, code.lower()
    blank = _blank_supply(observed, code)
    market = _with_consumer_prices(observed, code, blank)
    people = _people(evidence, market, folder)
    calibration = _tastes(evidence, market, people, folder)
    conduct = competing(market.firms)
    money = Money(observed.jpy_per_usd, observed.jpy_per_usd)
    priced = deliver(blank, observed.measures, BASE_DAY, money, currency=market.currency)
    cost = back_out_costs(calibration.taste, priced.keep, conduct, market.price)
    supply, anchor = split_costs(
        evidence=evidence, supply=blank, delivered=priced, cost=cost, units=market.units,
        anchor=anchor,
    )  # fmt: skip
    delivered = deliver(supply, observed.measures, BASE_DAY, money, currency=market.currency)
    before_tax = (market.price + delivered.credit) / (1 + delivered.sales_tax)
    refuse_implausible(supply, before_tax, delivered.per_usd, _places(evidence, folder))
    supply = replace(supply, local=local_costs(supply, delivered, cost))
    side = Side(
        market=market,
        consumers=people,
        calibration=calibration,
        conduct=conduct,
        supply=supply,
        delivered=delivered,
        wedge=Wedge(keep=delivered.keep, cost=cost),
    )
    return side, anchor


def _places(evidence: Evidence, folder: str) -> dict[str, tuple[str, int, str]]:
    """Return file, line and value of each product's price; the last row of several counts."""
    rows = evidence.table(folder, "prices").to_dict("records")
    return {
        str(row["nameplate_id"]): (f"{folder}/prices.csv", int(row["_line"]), f"{row['price']:g}")
        for row in rows
    }


def _refuse_offset(observed: Observations) -> None:
    """Raise where a parts offset is in force on the base day: it would need the factory costs."""
    if parts_offset(observed.measures, BASE_DAY) > 0:
        raise CalibrationError(
            where=f"measures in force on {BASE_DAY}",
            what="an offset against duties on parts is among them; factory costs are backed out "
            "on a day without one.",
            fix="Let the offset begin after that day in policy/measures.csv.",
        )


def _blank_supply(observed: Observations, code: str) -> Supply:
    """Return the supply side with margins but without factory and local costs."""
    market, links, evidence = observed.markets[code], observed.links[code], observed.evidence
    position = {name: index for index, name in enumerate(market.ids)}
    before_tax = market.price
    if code not in LISTED_BEFORE_TAX:
        before_tax = market.price / (1 + sales_tax(observed.measures, market.country, BASE_DAY))
    dealer = evidence.parameter(DEALER_MARGIN[code]).value * before_tax
    count, index = len(market.ids), np.array([position[link.product] for link in links])
    from_abroad = np.bincount(
        index,
        weights=[link.share * (link.country != market.country) for link in links],
        minlength=count,
    )
    importer = np.zeros(count)
    if code == "JP":
        importer = evidence.parameter("importer_margin_jp").value * before_tax * from_abroad
    return Supply(
        importer=market.country,
        products=market.products,
        links=links,
        product=index,
        share=np.array([link.share for link in links]),
        factory=np.zeros(len(links)),
        transfer_ratio=np.ones(len(links)),
        dealer=dealer,
        importer_margin=importer,
        local=np.zeros(count),
        support=np.zeros(count),
    )


def _with_consumer_prices(observed: Observations, code: str, supply: Supply) -> Market:
    """Return the market with what buyers paid: tax included, credit deducted."""
    market = observed.markets[code]
    if code not in LISTED_BEFORE_TAX:
        return market
    tax = sales_tax(observed.measures, market.country, BASE_DAY)
    credit = credits(supply, observed.measures, BASE_DAY)
    paid = market.price * (1 + tax) - credit
    products = tuple(
        replace(product, price=float(price))
        for product, price in zip(market.products, paid, strict=True)
    )
    return replace(market, products=products)


def _people(evidence: Evidence, market: Market, folder: str) -> Consumers:
    """Return the consumers of a market."""
    return consumers(
        mean=market.mean_income,
        gini=market.gini,
        cap_quantile=evidence.parameter("income_cap_quantile").value,
        count=int(evidence.parameter("consumers").value),
        eta=evidence.parameter(f"eta_{folder}").value,
    )


def _tastes(evidence: Evidence, market: Market, people: Consumers, folder: str) -> Calibration:
    """Return tastes with the market's three target moments."""
    targets = Moments(
        own_elasticity=evidence.parameter(f"own_price_elasticity_{folder}_model").value,
        market_elasticity=evidence.parameter(f"market_price_elasticity_{folder}").value,
        segment_diversion=evidence.parameter(f"segment_diversion_{folder}").value,
    )
    key = (
        market.ids, tuple(market.price), tuple(market.shares), tuple(market.nest),
        tuple(people.income), tuple(people.weights), tuple(people.sensitivity),
        tuple(~market.aggregate), targets,
    )  # fmt: skip
    return _solved(key)


@lru_cache(maxsize=64)
def _solved(key: tuple) -> Calibration:  # type: ignore[type-arg]
    """Return the calibration of these inputs; low and high runs share most of them."""
    ids, price, share, nest, income, weights, sensitivity, counted, targets = key
    return calibrate_taste(
        sales=Sales(
            names=ids,
            price=np.array(price),
            share=np.array(share),
            nest=np.array(nest),
            counted=np.array(counted),
        ),
        consumers=Consumers(
            income=np.array(income),
            weights=np.array(weights),
            sensitivity=np.array(sensitivity),
        ),
        targets=targets,
    )
