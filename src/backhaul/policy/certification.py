"""Ways to have a foreign car certified, and what each costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from backhaul.errors import EvidenceError, ScenarioError
from backhaul.market.measure import Kind, Measure, Route
from backhaul.policy.in_force import Measures, in_force

JPY_PER_MILLION = 1e6
"""The fixed costs of the parameter table are in million JPY."""

FIXED_COST = {
    Route.TYPE_DESIGNATION: "jp_type_approval_cost",
    Route.PREFERENTIAL_HANDLING: "jp_php_cost",
    Route.US_SCHEME: "jp_us_scheme_cost",
}
"""Parameter with the cost per model or type of each route, million JPY."""

UNIT_COST = {Route.PREFERENTIAL_HANDLING: "jp_php_unit_cost"}
"""Parameter with the cost per vehicle of each route, JPY; a route that is not here has none."""

_FOR_IMPORTS_ONLY = (Route.PREFERENTIAL_HANDLING,)


@dataclass(frozen=True, slots=True)
class Certification:
    """One route that is open to a car, with its costs."""

    route: Route

    fixed_jpy: float
    """Cost per model (per type under preferential handling), JPY."""

    unit_jpy: float
    """Cost per vehicle, JPY."""

    unit_cap: float
    """Vehicles that one type may sell in a year this way; infinite where there is no cap."""

    measure: Measure

    def cost(self, units: float) -> float:
        """Return what certifying one model costs at so many units in its first year, JPY.

        Raises:
            ScenarioError: The units exceed the cap.
        """
        if units > self.unit_cap:
            raise ScenarioError(
                where=f"certification by {self.route}",
                what=f"{units:,.0f} units a year are more than the cap of {self.unit_cap:,.0f}.",
                fix="Take another route, or fewer units.",
            )
        return self.fixed_jpy + self.unit_jpy * units


def certifications(
    measures: Measures,
    importer: str,
    exporter: str,
    product_class: str,
    on: date,
    parameter: Callable[[str], float],
) -> tuple[Certification, ...]:
    """Return the certification routes that are open to cars of one origin on one day.

    Args:
        measures: All measures.
        importer: Country where the car is to be registered, ISO alpha-3.
        exporter: Country where it was built, ISO alpha-3.
        product_class: "passenger_car" or "light_truck".
        on: The day.
        parameter: Looks a parameter up by its name and returns its value in the unit of its table
            (million JPY for fixed costs, JPY for costs per vehicle).

    Returns:
        The routes, cheapest fixed cost first; empty where the country asks for none in the table.

    Raises:
        ScenarioError: Unknown country or class.
        EvidenceError: Two measures describe one route on one day, or a cost is negative.
    """
    found = [
        measure
        for measure in in_force(measures, importer, exporter, product_class, on)
        if measure.kind is Kind.CERTIFICATION
        and not (importer == exporter and measure.route in _FOR_IMPORTS_ONLY)
    ]
    routes = [_certification(measure, parameter) for measure in found]
    names = [certification.route for certification in routes]
    if len(set(names)) < len(names):
        raise EvidenceError(
            where=f"certification in {importer} on {on.isoformat()}",
            what=f"a route is there twice: {', '.join(m.measure_id for m in found)}.",
            fix="End one of the measures before the other starts.",
        )
    return tuple(sorted(routes, key=lambda certification: certification.fixed_jpy))


def cheapest(routes: tuple[Certification, ...], units: float) -> Certification:
    """Return the route that certifies one model at so many units a year for the least money.

    Raises:
        ScenarioError: No route is open to so many units.
    """
    able = [route for route in routes if units <= route.unit_cap]
    if not able:
        raise ScenarioError(
            where="certification",
            what=f"no route is open to {units:,.0f} units a year of one type.",
            fix="Ask for fewer units, or for a day on which another route is open.",
        )
    return min(able, key=lambda route: (route.cost(units), route.route))


def _certification(measure: Measure, parameter: Callable[[str], float]) -> Certification:
    route = measure.route
    if route is None:  # Measure refuses a certification without a route
        raise AssertionError(measure.measure_id)
    fixed = parameter(FIXED_COST[route]) * JPY_PER_MILLION
    unit = parameter(UNIT_COST[route]) if route in UNIT_COST else 0.0
    if not (math.isfinite(fixed) and math.isfinite(unit) and fixed >= 0 and unit >= 0):
        raise EvidenceError(
            where=f"measure {measure.measure_id}",
            what=f"certification costs {fixed} JPY per model and {unit} JPY per vehicle.",
            fix="Correct the parameters of this route: neither can be negative.",
        )
    return Certification(route, fixed, unit, _unit_cap(measure), measure)


def _unit_cap(measure: Measure) -> float:
    """Read the cap of a measure whose quantity counts vehicles; other quantities cap nothing."""
    if measure.quantity is not None and measure.quantity_unit.startswith("vehicles per type"):
        return measure.quantity
    return math.inf
