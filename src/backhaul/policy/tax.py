"""Sales taxes and purchase subsidies in force for a car in a market."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from backhaul.errors import EvidenceError, ScenarioError
from backhaul.ground.remember import remembered
from backhaul.market.measure import Kind, Measure
from backhaul.policy.in_force import Measures, in_force


@dataclass(frozen=True, slots=True)
class Subsidy:
    """A sum that the treasury pays to the buyer of one car."""

    amount: float
    """Money per vehicle."""

    currency: str
    """ISO 4217 code of the amount."""

    measure: Measure


@remembered
def sales_tax(
    measures: Measures, importer: str, on: date, product_class: str = "passenger_car"
) -> float:
    """Return the sales or consumption tax on a car in one country on one day.

    It is the same for every origin, so none is asked for. Several taxes add up.

    Args:
        measures: All measures.
        importer: Country of the market, ISO alpha-3.
        on: The day.
        product_class: "passenger_car" or "light_truck".

    Returns:
        A ratio of the price before tax; rate / (1 + rate) is the share of the consumer price.

    Raises:
        ScenarioError: Unknown country or class, or no such tax is in force on that day: a tax of
            zero has to be a row that says so.
    """
    found = in_force(measures, importer, importer, product_class, on)
    rates = [m.rate for m in found if m.kind is Kind.SALES_TAX and m.rate is not None]
    if not rates:
        raise _no_sales_tax(measures, importer, on)
    return math.fsum(rates)


def purchase_subsidies(
    measures: Measures, importer: str, on: date, traits: Mapping[str, str]
) -> tuple[Subsidy, ...]:
    """Return the purchase subsidies that the buyer of a car can have on one day.

    Args:
        measures: All measures.
        importer: Country of the market, ISO alpha-3.
        on: The day.
        traits: The car's `vehicle_class` and `assembly` (ISO alpha-3), and whatever a measure's
            `applies_when` asks about, such as `powertrain`.

    Raises:
        ScenarioError: Unknown country, class or place of assembly.
        EvidenceError: A trait is missing, or an amount is not money per vehicle.
    """
    for trait in ("vehicle_class", "assembly"):
        if trait not in traits:
            raise EvidenceError(
                where=f"purchase subsidies of {importer}",
                what=f"the car's {trait} is not given.",
                fix="Give the traits vehicle_class and assembly, such as passenger_car and USA.",
            )
    found = in_force(measures, importer, traits["assembly"], traits["vehicle_class"], on)
    return tuple(
        _subsidy(measure)
        for measure in found
        if measure.kind is Kind.PURCHASE_SUBSIDY and measure.applies_to(traits)
    )


def purchase_subsidy(
    measures: Measures, importer: str, on: date, traits: Mapping[str, str]
) -> float:
    """Return the sum of the purchase subsidies for a car on one day, in the market's currency.

    Args:
        measures: All measures.
        importer: Country of the market, ISO alpha-3.
        on: The day.
        traits: As in `purchase_subsidies`.

    Returns:
        Money per vehicle; 0 where none applies.

    Raises:
        ScenarioError: Unknown country, class or place of assembly.
        EvidenceError: A trait is missing, or the subsidies are in several currencies.
    """
    found = purchase_subsidies(measures, importer, on, traits)
    currencies = sorted({subsidy.currency for subsidy in found})
    if len(currencies) > 1:
        raise EvidenceError(
            where=f"purchase subsidies of {importer} on {on.isoformat()}",
            what=f"they are in several currencies: {', '.join(currencies)}.",
            fix="Write every subsidy of one country in its own currency.",
        )
    return math.fsum(subsidy.amount for subsidy in found)


def _subsidy(measure: Measure) -> Subsidy:
    currency, _, rest = measure.quantity_unit.partition(" ")
    if measure.quantity is None or rest != "per vehicle":
        raise EvidenceError(
            where=f"measure {measure.measure_id}",
            what=f"a purchase subsidy is in '{measure.quantity_unit}'.",
            fix="Write it as a sum with a unit such as 'USD per vehicle'.",
        )
    return Subsidy(measure.quantity, currency, measure)


def _no_sales_tax(measures: Measures, importer: str, on: date) -> ScenarioError:
    starts = sorted(
        measure.validity.start.isoformat()
        for measure in measures
        if measure.kind is Kind.SALES_TAX and measure.importer == importer
    )
    first = f" The first one in the table begins on {starts[0]}." if starts else ""
    return ScenarioError(
        where=f"sales tax of {importer} on {on.isoformat()}",
        what=f"no sales tax is in force.{first}",
        fix="Ask for a later day, or add the tax of that day to policy/measures.csv.",
    )
