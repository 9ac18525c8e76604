"""Products that Japan has never seen: what they cost there, and how many would want them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from backhaul.baseline.setting import Entrant, Setting
from backhaul.baseline.world import Side, World
from backhaul.demand.hedonic import Characteristics, Hedonic
from backhaul.demand.hedonic import fit_hedonic as fit
from backhaul.demand.invert import invert
from backhaul.errors import ScenarioError
from backhaul.evidence.catalogue import Evidence
from backhaul.ground.remember import remembered
from backhaul.market.link import Link
from backhaul.market.observe import Row, nameplate, records
from backhaul.market.origins import home_countries, with_way
from backhaul.market.product import Product
from backhaul.policy.certification import Certification, certifications, cheapest

FIRST_YEAR_UNITS = 3000
"""Units of one model at which the cheapest certification route is chosen."""

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Specification:
    """How an entrant comes: steering side and certification route."""

    steering: str
    """left or right."""

    certification: str
    """A route, or "cheapest"."""


def announced(world: World) -> tuple[str, ...]:
    """Return the candidates whose makers have announced them."""
    table = world.evidence.table("jp", "candidates")
    chosen = table["status"].astype(str).str.startswith("announced")
    return tuple(str(name) for name in table.loc[chosen, "nameplate_id"])


def annual_deltas(side: Side) -> np.ndarray:
    """Return mean utilities with every product's units brought to twelve months. Shape (J,)."""
    months = np.array([product.months_on_sale for product in side.market.products])
    return invert(
        side.taste,
        price=side.market.price,
        observed=side.market.shares * MONTHS / months,
        names=side.market.ids,
    )


def own_imports(evidence: Evidence, side: Side, links: tuple[Link, ...]) -> np.ndarray:
    """Return which products the home carmakers bring in from their plants abroad. Shape (J,)."""
    home = home_countries(evidence)
    abroad = {link.product for link in links if link.country != side.market.country}
    at_home = {link.product for link in links if link.country == side.market.country}
    return np.array(
        [
            p.id in abroad - at_home and home.get(p.firm) == side.market.country
            for p in side.market.products
        ]
    )


def characteristics(products: tuple[Product, ...]) -> Characteristics:
    """Return what is known about products before anybody buys them."""
    return Characteristics(
        names=tuple(product.id for product in products),
        length_mm=np.array([product.length_mm for product in products]),
        engine_cc=np.array(
            [0.0 if p.powertrain == "bev" else p.engine_cc or 0.0 for p in products]
        ),
        powertrain=tuple(product.powertrain for product in products),
        luxury=np.array([product.luxury for product in products]),
        nest=tuple(product.nest for product in products),
        brand=tuple(product.brand for product in products),
        grade_price=np.array([product.price for product in products]),
    )


def fit_hedonic(evidence: Evidence, side: Side, links: tuple[Link, ...]) -> Hedonic:
    """Return what characteristics are worth in a market, fitted on its ordinary products.

    Rows that stand for several models are left out; units are brought to twelve months on sale.
    """
    ordinary = ~side.market.aggregate
    return fit(
        delta=annual_deltas(side)[ordinary],
        characteristics=characteristics(side.market.products).subset(ordinary),
        own_import=own_imports(evidence, side, links)[ordinary],
    )


def make_entrant(
    world: World, setting: Setting, name: str, specification: Specification
) -> Entrant:
    """Return a US-built car as it would come to Japan under a setting.

    Its factory cost is that of the US nameplate scaled by the trim's price ratio; its dealer and
    importer margins are the usual shares of its reference price, its local cost is that of the
    same firm's imports. Its mean utility is the hedonic value of its characteristics and brand,
    at the median of the leave-one-out residuals with the shift of the makers' own imports.

    Errors:
        ScenarioError: the route is not open on the day, or the plant does not build the car.
    """
    evidence = world.evidence
    row = _japanese(evidence, "candidates", "nameplate_id")[name]
    us, jp = world.sides["US"], world.sides["JP"]
    source = us.index(str(row["product_id"]))
    ratio = float(row["trim_price_ratio"])
    listed = world.observed.markets["US"].price[source] * ratio
    price = japanese_price(world, listed) * (1 + jp.delivered.sales_tax)
    product = _product(world, name, price)
    base, factory = _origin(us, source, name)
    route = _route(world, setting, product, specification, name)
    base = replace(base, plant=str(row["plant_id"]))
    link = _link(world, setting, product, base, specification, route)
    before_tax = price / (1 + jp.delivered.sales_tax)
    expected = float(world.hedonic.predict(characteristics((product,)))[0])
    residuals = world.hedonic.residuals + world.hedonic.shift
    residuals = residuals + evidence.parameter("entrant_shift_error_jp").value
    middle = float(np.median(residuals))
    return Entrant(
        market="JP",
        product=product,
        link=link,
        factory=factory * ratio,
        transfer_ratio=world.unit_values["JPN", "USA"],
        dealer=evidence.parameter("dealer_margin_jp").value * before_tax,
        importer_margin=evidence.parameter("importer_margin_jp").value * before_tax,
        local=_local(world, product.firm)
        + evidence.parameter("entrant_local_cost_share_jp").value * before_tax,
        delta=expected + middle,
        spread=tuple(float(value) for value in residuals - middle),
        penalty=price * _penalty_share(world, row, specification),
        fixed_cost_usd=_fixed_cost(world, setting, row, specification, route),
        steering=specification.steering,
        certification=str(route.route),
        unit_cap=route.unit_cap if np.isfinite(route.unit_cap) else None,
    )


@remembered
def _japanese(evidence: Evidence, table: str, key: str) -> Mapping[str, Row]:
    """Return the rows of a Japanese table by the text in one column."""
    return MappingProxyType(records(evidence, "jp", table, key))


def japanese_price(world: World, listed_usd: float) -> float:
    """Return what a car of a US list price would be listed at in Japan, before tax, JPY.

    Makers list the same nameplate lower in Japan: the ratio is the median over the nameplates
    that both markets have.
    """
    us, jp = world.observed.markets["US"], world.sides["JP"]
    american = dict(zip(us.ids, us.price, strict=True))
    ratios = [
        product.price / (1 + jp.delivered.sales_tax) / american[product.id]
        for product in jp.market.products
        if product.id in american and not product.aggregate
    ]
    return float(np.median(ratios)) * listed_usd


def _product(world: World, name: str, price: float) -> Product:
    """Return the entrant as a product of the Japanese market."""
    row = _japanese(world.evidence, "nameplates", "nameplate_id")[name]
    segment = _japanese(world.evidence, "segments", "segment")[row["segment"]]
    return Product(
        **nameplate(row, segment),
        aggregate=False,
        models=1.0,
        price=price,
        units=0.0,
        months_on_sale=MONTHS,
        entrant=True,
    )


def _origin(us: Side, source: int, name: str) -> tuple[Link, float]:
    """Return the US-built link of a nameplate with its factory cost, USD."""
    for index in np.flatnonzero(us.supply.product == source):
        link = us.supply.links[index]
        if link.country == "USA":
            return link, float(us.supply.factory[index])
    raise ScenarioError(
        where=f"enter {name}",
        what="the car it is taken from is not built in the United States.",
        fix="Name another source in jp/candidates.csv, column product_id.",
    )


def _link(
    world: World,
    setting: Setting,
    product: Product,
    base: Link,
    specification: Specification,
    route: Certification,
) -> Link:
    """Return the way from the US plant to the Japanese buyer."""
    evidence = world.evidence
    conversion = evidence.parameter("spec_adaptation_unit_cost").value
    if specification.steering == "right":
        conversion += evidence.parameter("rhd_unit_cost").value
    link = replace(
        base,
        product=product.id,
        share=1.0,
        conversion=conversion,
        certification=route.unit_jpy / setting.jpy_per_usd,
    )
    price_usd = product.price / world.observed.jpy_per_usd
    return with_way(link, product, "JPN", world.observed.freight, price_usd)


def _route(
    world: World, setting: Setting, product: Product, specification: Specification, name: str
) -> Certification:
    """Return the certification route asked for, which must be open on the day."""
    routes = certifications(
        setting.measures, "JPN", "USA", product.vehicle_class, setting.on,
        lambda parameter: world.evidence.parameter(parameter).value,
    ) or certifications(
        setting.measures, "JPN", "USA", "passenger_car", setting.on,
        lambda parameter: world.evidence.parameter(parameter).value,
    )  # fmt: skip
    if specification.certification == "cheapest":
        return cheapest(routes, FIRST_YEAR_UNITS)
    for route in routes:
        if str(route.route) == specification.certification:
            return route
    raise ScenarioError(
        where=f"enter {name}",
        what=f"certification by {specification.certification} is not open on {setting.on}.",
        fix=f"Take one of {', '.join(str(r.route) for r in routes)}, or another day."
        if routes
        else "Take another day: no route of the tables is open on this one.",
    )


def _local(world: World, firm: str) -> float:
    """Return the mean local cost of a firm's own imports in Japan, JPY; zero without any."""
    side = world.sides["JP"]
    imported = own_imports(world.evidence, side, world.observed.links["JP"])
    mine = imported & (np.array(side.market.firms) == firm)
    return float(side.supply.local[mine].mean()) if mine.any() else 0.0


def _penalty_share(world: World, row: Row, specification: Specification) -> float:
    """Return the share of its price that a buyer must be compensated."""
    badge = "known" if row["badge_known"] else "new"
    share = world.evidence.parameter(f"unfamiliarity_{badge}_badge").value
    if specification.steering == "left":
        kind = "enthusiast" if row["enthusiast"] else "mass_market"
        share += world.evidence.parameter(f"lhd_discount_{kind}_jp").value
    return share


def _fixed_cost(
    world: World,
    setting: Setting,
    row: Row,
    specification: Specification,
    route: Certification,
) -> float:
    """Return certification and engineering cost of one model per year of its life, USD."""
    evidence = world.evidence
    once = route.fixed_jpy / setting.jpy_per_usd
    if specification.steering == "right" and not row["rhd_exists"]:
        once += evidence.parameter("rhd_engineering_fixed_cost").value * 1e6
    return once / evidence.parameter("model_life_years").value
