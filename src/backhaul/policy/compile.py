"""Laws into money: every measure in force on a day becomes a keep and a delivered cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from backhaul.errors import ScenarioError
from backhaul.ground.remember import remembered
from backhaul.market.measure import Kind, Measure, Valuation
from backhaul.market.supply import Supply
from backhaul.policy.customs import dutiable_value
from backhaul.policy.duty import specific_duty, tariff
from backhaul.policy.parts import net_parts_rates
from backhaul.policy.tax import purchase_subsidy, sales_tax
from backhaul.shapes import PerLink, PerProduct, read_only


@dataclass(frozen=True, slots=True)
class Money:
    """Exchange rates of a state, against the base year's."""

    jpy_per_usd: float
    base_jpy_per_usd: float

    def per_usd(self, currency: str) -> float:
        """Return units of a market's currency per USD."""
        return {"USD": 1.0, "JPY": self.jpy_per_usd}[currency]

    @property
    def yen_appreciation(self) -> float:
        """Value of a yen over its base-year value."""
        return self.base_jpy_per_usd / self.jpy_per_usd


@dataclass(frozen=True, eq=False)
class Delivered:
    """What a unit costs on each link and what is kept of a price, under the laws of a day.

    Link amounts are USD per vehicle, product amounts market currency per vehicle.
    """

    keep: PerProduct
    """What is left of a consumer price after taxes and price-based duties. Shape (J,)."""

    sales_tax: float
    """Consumption or sales tax as a share of the price before tax."""

    credit: PerProduct
    """Purchase subsidy paid to the buyer. Shape (J,), market currency."""

    price_duty: PerProduct
    """Duty as a share of the price before tax, where a border price is the base. Shape (J,)."""

    factory: PerLink
    parts_rate: PerLink
    """Duty on parts net of any offset, as a share of the factory cost. Shape (L,)."""

    parts_duty: PerLink
    free_on_board: PerLink
    """Customs value at the exporter's border."""

    duty_rate: PerLink
    """Ad valorem rate, also where a border price is the base. Shape (L,)."""

    specific_duty: PerLink
    """Duty per vehicle whatever its value, a part of `duty`. Shape (L,)."""

    duty: PerLink
    """Duty paid on the link; without that on a border price, which is in `price_duty`."""

    ocean_freight: PerLink
    inland: PerLink
    insurance: PerLink
    pre_delivery: PerLink
    conversion: PerLink
    certification: PerLink
    per_usd: float
    """Market currency per USD."""

    unit: PerLink = field(init=False)
    """Delivered cost of one unit on the link. Shape (L,), market currency."""

    def __post_init__(self) -> None:
        for name in (
            "keep",
            "credit",
            "price_duty",
            *LINK_ITEMS,
            *("free_on_board", "duty_rate", "specific_duty", "parts_rate"),
        ):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        total = sum(getattr(self, name) for name in LINK_ITEMS)
        object.__setattr__(self, "unit", read_only(total * self.per_usd))

    def carried(self, supply: Supply) -> PerProduct:
        """Return what a product costs beside its links. Shape (J,), market currency.

        The buyer's credit lowers the price that the buyer pays, not the one the seller keeps.
        """
        margins = supply.dealer + supply.importer_margin + supply.local
        return margins - supply.support - self.keep * self.credit


LINK_ITEMS = (
    "factory",
    "parts_duty",
    "duty",
    "ocean_freight",
    "inland",
    "insurance",
    "pre_delivery",
    "conversion",
    "certification",
)
"""The parts of a link's delivered cost, each received by somebody."""


def deliver(  # noqa: PLR0913  (what is carried, under which laws, in which money)
    supply: Supply,
    measures: tuple[Measure, ...],
    on: date,
    money: Money,
    *,
    currency: str,
    parts_duty_left: Mapping[str, float] | None = None,
    border_share: float | None = None,
) -> Delivered:
    """Return delivered costs and keeps under the measures in force on a day.

    Args:
        supply: Links and products of one market.
        measures: All measures; those in force are picked.
        on: Day.
        money: Exchange rates.
        currency: Currency of the market.
        parts_duty_left: Share of its added duty on parts that each firm still pays after the
            offset (`backhaul.policy.parts.duty_left`); None where there is no offset.
        border_share: Where given, duties are charged on this share of the price before tax
            (valuation by border price) and move `keep`; else on the transfer price.

    Errors:
        ScenarioError: duties and taxes leave nothing of a price; or a measure is charged on the
            border price and no share is given.
    """
    factory = factory_cost(supply, money)
    parts = net_parts_rates(supply, measures, on, parts_duty_left or {})
    rates = _duty_rates(supply, measures, on)
    fob = supply.transfer_ratio * factory
    ocean, insurance = supply.per_link("ocean_freight"), supply.per_link("insurance")
    base = dutiable_value(
        importer=supply.importer, free_on_board=fob, freight=ocean, insurance=insurance
    )
    if border_share is None:
        _refuse_border_price(measures, supply.importer, on)
    price_duty = np.zeros(len(supply.products))
    if border_share is not None:
        price_duty, rates_on_value = supply.total(supply.share * rates) * border_share, 0 * rates
    else:
        rates_on_value = rates
    specific = _specific_duties(supply, measures, on, currency) / money.per_usd(currency)
    tax = sales_tax(measures, supply.importer, on)
    keep = (1 - price_duty) / (1 + tax)
    if not np.all(keep > 0):
        worst = supply.products[int(np.argmin(keep))].id
        raise ScenarioError(
            where=f"{worst} in {supply.importer}",
            what="duties on its price take all of it.",
            fix="Lower the rate or the share of the price on which it is charged.",
        )
    return Delivered(
        keep=keep,
        sales_tax=tax,
        credit=credits(supply, measures, on),
        price_duty=price_duty,
        factory=factory,
        parts_rate=parts,
        parts_duty=factory * parts,
        free_on_board=fob,
        duty_rate=rates,
        specific_duty=specific,
        duty=base * rates_on_value + specific,
        ocean_freight=ocean,
        inland=supply.per_link("inland"),
        insurance=insurance,
        pre_delivery=supply.per_link("pre_delivery"),
        conversion=supply.per_link("conversion"),
        certification=supply.per_link("certification"),
        per_usd=money.per_usd(currency),
    )


def _refuse_border_price(measures: tuple[Measure, ...], importer: str, on: date) -> None:
    """Raise where a tariff is to be charged on the price, and nobody says on which share of it."""
    for measure in measures:
        if (
            measure.modelled
            and measure.importer == importer
            and measure.kind is Kind.TARIFF
            and measure.valuation is Valuation.BORDER_PRICE
            and on in measure.validity
        ):
            raise ScenarioError(
                where=f"measure {measure.measure_id}",
                what="it is charged on the border price; the share of the consumer price that "
                "is declared there is not given.",
                fix="Add border_price = { share_of_price = ... } to the scenario, or write "
                "transfer_price.",
            )


def factory_cost(supply: Supply, money: Money) -> PerLink:
    """Return the factory cost when the yen moves: only yen content moves. Shape (L,), USD."""
    yen = supply.content("JPN")
    cost: PerLink = supply.factory * (1 - yen + yen * money.yen_appreciation)
    return cost


def _duty_rates(supply: Supply, measures: tuple[Measure, ...], on: date) -> PerLink:
    """Return the ad valorem duty of each link, with its own US content. Shape (L,)."""
    cells, index = supply.cells
    answers = [
        None if origin == supply.importer else tariff(measures, supply.importer, origin, kind, on)
        for origin, kind in cells
    ]
    on_value = np.array([0.0 if a is None else a.rate_on_value for a in answers])
    on_content = np.array([0.0 if a is None else a.rate_on_content for a in answers])
    return on_value[index] + on_content[index] * (1.0 - supply.content("USA"))


def _specific_duties(
    supply: Supply, measures: tuple[Measure, ...], on: date, currency: str
) -> PerLink:
    """Return the duty per vehicle of each link. Shape (L,), market currency."""
    cells, index = supply.cells
    amounts = [
        0.0
        if origin == supply.importer
        else specific_duty(measures, supply.importer, origin, kind, on, currency)
        for origin, kind in cells
    ]
    return np.array(amounts)[index]


def credits(supply: Supply, measures: tuple[Measure, ...], on: date) -> PerProduct:
    """Return the purchase subsidy of each product, weighted by the origins that qualify.

    Shape (J,), market currency per vehicle.
    """
    return supply.total(supply.share * credits_by_link(supply, measures, on))


def credits_by_link(supply: Supply, measures: tuple[Measure, ...], on: date) -> PerLink:
    """Return the purchase subsidy that a car of each link carries. Shape (L,), market currency."""
    distinct, index = supply.traits
    amounts = [_credit(measures, supply.importer, on, traits) for traits in distinct]
    return np.array(amounts)[index]


@remembered
def _credit(
    measures: tuple[Measure, ...], importer: str, on: date, traits: tuple[tuple[str, str], ...]
) -> float:
    """Return the purchase subsidy for a car with these traits, market currency per vehicle."""
    return purchase_subsidy(measures, importer, on, dict(traits))
