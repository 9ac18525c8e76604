"""New tables of law from old ones: each function returns other measures and edits none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from backhaul.errors import EvidenceError, ScenarioError
from backhaul.ground.calendar import Validity
from backhaul.market.measure import (
    EARLIEST,
    Kind,
    Measure,
    ProductClass,
    Relation,
    Valuation,
    nearest,
)
from backhaul.policy.in_force import Measures, find_measure

SCENARIO_SOURCE = "scenario"
"""Source of a measure that no law contains."""

ALWAYS = Validity(EARLIEST)
"""In force on every day."""


def with_rate(measures: Measures, measure_id: str, rate: float) -> Measures:
    """Return the measures with another rate for one of them (a ratio; 0.15 is 15 per cent).

    Raises:
        ScenarioError: There is no such measure, it has no rate to set, or it is left out of the
            model, so that setting its rate would move nothing; or the rate is implausible.
    """
    old = _modelled(measures, measure_id)
    if old.rate is None:
        raise ScenarioError(
            where=f"measure {measure_id}",
            what="it has no rate; its amount is a quantity.",
            fix="Change a measure that has a rate.",
        )
    return _swap(measures, old, _valid(old, rate=rate))


def with_total_duty(
    measures: Measures,
    importer: str,
    exporter: str,
    product_class: str,
    rate: float,
    during: Validity = ALWAYS,
) -> Measures:
    """Return the measures with one total duty for an importer, an origin and a class.

    A scenario measure replaces every tariff that stands in `measures` for that cell; what is
    added later, such as points on all origins, comes on top.

    Args:
        measures: All measures.
        importer: ISO alpha-3.
        exporter: ISO alpha-3, or a group of countries that some measure names.
        product_class: "passenger_car", "light_truck", "parts", or "vehicle" for both car classes.
        rate: The whole duty, a ratio of customs value.
        during: Days on which it holds; every day unless given.

    Raises:
        ScenarioError: Unknown importer, exporter or class; an implausible rate.
    """
    origins = _origins(measures, exporter)
    wanted = _class_or_vehicle(product_class)
    replaced = tuple(
        measure.measure_id
        for measure in _tariffs_of(measures, importer)
        if origins & measure.exporters and _overlap(measure.product_class, wanted)
    )
    return _with_new(
        measures,
        measure_id=f"scenario_total_{importer}_{exporter}_{wanted}",
        importer=importer,
        exporter=exporter,
        exporters=origins,
        product_class=wanted,
        relation=Relation.REPLACES,
        rate=rate,
        validity=during,
        stacks_on=replaced,
        note="Set by the scenario in place of every tariff of its cell.",
    )


def with_added_duty(
    measures: Measures,
    importer: str,
    product_class: str,
    rate: float,
    during: Validity = ALWAYS,
) -> Measures:
    """Return the measures with points added to the duty on every origin, on full customs value.

    Args:
        measures: All measures.
        importer: ISO alpha-3.
        product_class: "passenger_car", "light_truck", "parts", or "vehicle" for both car classes.
        rate: What is added, a ratio: 0.25 for 25 points.
        during: Days on which it holds; every day unless given.

    Raises:
        ScenarioError: Unknown importer or class; an implausible rate.
    """
    wanted = _class_or_vehicle(product_class)
    _tariffs_of(measures, importer)
    return _with_new(
        measures,
        measure_id=f"scenario_added_{importer}_ALL_{wanted}",
        importer=importer,
        exporter="ALL",
        exporters=_origins(measures, "ALL"),
        product_class=wanted,
        relation=Relation.ADDS,
        rate=rate,
        validity=during,
        stacks_on=(),
        note="Added by the scenario to the duty on every origin.",
    )


def with_span(
    measures: Measures, measure_id: str, *, start: date | None = None, end: date | None = None
) -> Measures:
    """Return the measures with one that begins or ends on another day.

    Args:
        measures: All measures.
        measure_id: Which one.
        start: First day in force; None keeps the old one.
        end: First day no longer in force; None keeps the old one.

    Raises:
        ScenarioError: There is no such measure, it is left out of the model, neither day is
            given, or it would end before it begins.
    """
    old = _modelled(measures, measure_id)
    if start is None and end is None:
        raise ScenarioError(
            where=f"measure {measure_id}",
            what="neither a start nor an end is given.",
            fix="Give the day on which it begins, or the first day without it.",
        )
    span = _span(measure_id, start or old.validity.start, end or old.validity.end)
    return _swap(measures, old, replace(old, validity=span))


def switched_on(measures: Measures, measure_id: str) -> Measures:
    """Return the measures with one that the tables leave out of the model taken into it.

    Raises:
        ScenarioError: There is no such measure, or it is none that the model can read.
    """
    old = find_measure(measures, measure_id)
    if old.kind in (Kind.RULE, Kind.OTHER_TAX):
        raise ScenarioError(
            where=f"measure {measure_id}",
            what=f"it is a {old.kind}, which the model cannot read: {old.left_out_because}",
            fix="Write what it does as a tariff, a tax or a subsidy.",
        )
    return _swap(measures, old, replace(old, modelled=True, left_out_because=""))


def _with_new(measures: Measures, **fields: object) -> Measures:
    """Append a scenario measure under a name that is still free."""
    name = str(fields.pop("measure_id"))
    taken = {measure.measure_id for measure in measures}
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    rest = {
        "kind": Kind.TARIFF,
        "valuation": Valuation.TRANSFER_PRICE,
        "source_id": SCENARIO_SOURCE,
        "grade": "C",
        "instrument": "scenario",
    }
    try:
        new = Measure(measure_id=f"{name}_{number}", **rest, **fields)  # type: ignore[arg-type]
    except EvidenceError as error:
        raise ScenarioError(where=name, what=error.what, fix=error.fix) from error
    return (*measures, new)


def _swap(measures: Measures, old: Measure, new: Measure) -> Measures:
    return tuple(new if measure is old else measure for measure in measures)


def _valid(old: Measure, rate: float) -> Measure:
    try:
        return replace(old, rate=rate)
    except EvidenceError as error:
        raise ScenarioError(where=error.where, what=error.what, fix=error.fix) from error


def _span(measure_id: str, start: date, end: date | None) -> Validity:
    if end is not None and end <= start:
        raise ScenarioError(
            where=f"measure {measure_id}",
            what=f"it would begin on {start.isoformat()} and end before {end.isoformat()}.",
            fix="Let it end after it begins.",
        )
    return Validity(start, end)


def _modelled(measures: Measures, measure_id: str) -> Measure:
    measure = find_measure(measures, measure_id)
    if not measure.modelled:
        raise ScenarioError(
            where=f"measure {measure_id}",
            what=f"it is left out of the model: {measure.left_out_because}",
            fix="Change another measure, or switch this one on first.",
        )
    return measure


def _tariffs_of(measures: Measures, importer: str) -> list[Measure]:
    tariffs = [m for m in measures if m.kind is Kind.TARIFF and m.relation is not Relation.OFFSET]
    found = [measure for measure in tariffs if measure.importer == importer and measure.modelled]
    if not found:
        raise ScenarioError(
            where=f"importer {importer}",
            what=f"no modelled tariff is {importer}'s.",
            fix=nearest(importer, (measure.importer for measure in tariffs if measure.modelled)),
        )
    return found


def _origins(measures: Measures, exporter: str) -> frozenset[str]:
    groups = {measure.exporter: measure.exporters for measure in measures}
    everybody = frozenset().union(*groups.values())
    if exporter in everybody:
        return frozenset({exporter})
    if exporter not in groups:
        raise ScenarioError(
            where=f"exporter {exporter}",
            what=f"'{exporter}' is neither a country nor a group that a measure names.",
            fix=nearest(exporter, everybody | set(groups)),
        )
    return groups[exporter]


def _class_or_vehicle(product_class: str) -> ProductClass:
    names = [c.value for c in ProductClass if c is not ProductClass.MEDIUM_HEAVY]
    if product_class not in names:
        raise ScenarioError(
            where=f"class {product_class}",
            what=f"'{product_class}' is no class of products; those are {', '.join(names)}.",
            fix=nearest(str(product_class), names),
        )
    return ProductClass(product_class)


def _overlap(one: ProductClass, other: ProductClass) -> bool:
    cars = {ProductClass.VEHICLE, ProductClass.PASSENGER_CAR, ProductClass.LIGHT_TRUCK}
    return one is other or (ProductClass.VEHICLE in (one, other) and {one, other} <= cars)
