"""Which measures are in force for one origin, one class and one day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NoReturn

from backhaul.errors import ScenarioError
from backhaul.ground.remember import remembered
from backhaul.market.measure import Kind, Measure, ProductClass, nearest

QUERY_CLASSES = (ProductClass.PASSENGER_CAR, ProductClass.LIGHT_TRUCK, ProductClass.PARTS)
"""Classes that a product can be of."""

_AT_THE_BORDER = (Kind.TARIFF, Kind.SPECIFIC_DUTY, Kind.QUOTA)

Measures = tuple[Measure, ...]


def in_force(
    measures: Measures, importer: str, exporter: str, product_class: str, on: date
) -> Measures:
    """Return the modelled measures in force for goods of one origin on one day.

    A duty or a quota needs a border: where importer and exporter are one country, only taxes,
    subsidies and the like are returned. What is left out of the model is never returned.

    Args:
        measures: All measures; their order does not matter.
        importer: Country whose laws are meant, ISO alpha-3.
        exporter: Country where the good was built, ISO alpha-3.
        product_class: "passenger_car", "light_truck" or "parts".
        on: The day. Spans are half-open: a measure is in force on its start, not on its end.

    Returns:
        The measures, sorted by name.

    Raises:
        ScenarioError: The importer, the exporter or the class is unknown.
    """
    wanted = the_class(product_class)
    check_countries(measures, importer, exporter)
    at_home = importer == exporter
    return tuple(
        measure
        for measure in _of_the_day(measures, importer, on)
        if exporter in measure.exporters
        and measure.covers(wanted)
        and not (at_home and measure.kind in _AT_THE_BORDER)
    )


@remembered
def _of_the_day(measures: Measures, importer: str, on: date) -> Measures:
    """Return the modelled measures of one country that are in force on a day, sorted by name."""
    found = (
        measure
        for measure in measures
        if measure.modelled and measure.importer == importer and on in measure.validity
    )
    return tuple(sorted(found, key=lambda measure: measure.measure_id))


def the_class(product_class: str) -> ProductClass:
    """Return the class of a product, or raise and name the nearest one.

    Raises:
        ScenarioError: A product cannot be of this class.
    """
    names = [allowed.value for allowed in QUERY_CLASSES]
    if product_class not in names:
        raise ScenarioError(
            where=f"class {product_class}",
            what=f"'{product_class}' is no class of products; those are {', '.join(names)}.",
            fix=nearest(str(product_class), names),
        )
    return ProductClass(product_class)


def check_countries(measures: Measures, importer: str, exporter: str) -> None:
    """Raise if no measure speaks of the importer, or of the exporter as an origin.

    Raises:
        ScenarioError: A country is unknown; the nearest known name is given.
    """
    importers, exporters = _countries(measures)
    if importer not in importers:
        _refuse_name("importer", importer, importers)
    if exporter not in exporters:
        _refuse_name("exporter", exporter, exporters)


@remembered
def _countries(measures: Measures) -> tuple[frozenset[str], frozenset[str]]:
    """Return the countries with modelled measures of their own, and all origins named."""
    return (
        frozenset(measure.importer for measure in measures if measure.modelled),
        frozenset(country for measure in measures for country in measure.exporters),
    )


def find_measure(measures: Measures, measure_id: str) -> Measure:
    """Return the measure with a name.

    Raises:
        ScenarioError: There is none; the nearest name is given.
    """
    for measure in measures:
        if measure.measure_id == measure_id:
            return measure
    raise ScenarioError(
        where=f"measure {measure_id}",
        what=f"this world has no measure '{measure_id}'.",
        fix=nearest(measure_id, (measure.measure_id for measure in measures)),
    )


def _refuse_name(role: str, name: str, known: Iterable[str]) -> NoReturn:
    names = set(known)
    raise ScenarioError(
        where=f"{role} {name}",
        what=f"'{name}' is not known as {role}; countries are ISO alpha-3 codes, "
        f"{len(names)} are known.",
        fix=nearest(name, names),
    )
