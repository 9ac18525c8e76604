"""How the duties on one good stack up to one rate, and which laws make it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from backhaul.errors import EvidenceError, ScenarioError
from backhaul.ground.calendar import Validity
from backhaul.ground.remember import remembered
from backhaul.market.measure import Kind, Measure, ProductClass, Relation
from backhaul.policy.in_force import Measures, in_force, the_class


@dataclass(frozen=True, slots=True)
class TariffPart:
    """One measure's share in a rate."""

    measure: Measure
    contribution: float
    """What it puts into the rate: a ratio of customs value. An all-in rate puts in its excess."""

    def as_dict(self) -> dict[str, object]:
        """Return the part as it appears in JSON."""
        return {
            "measure_id": self.measure.measure_id,
            "relation": self.measure.relation.value,
            "rate": self.measure.rate,
            "source_id": self.measure.source_id,
            "contribution": self.contribution,
        }


@dataclass(frozen=True, slots=True)
class TariffAnswer:
    """The duty on one good on one day: its rate and the measures that make it up."""

    importer: str
    exporter: str
    product_class: ProductClass
    on: date

    rate: float
    """Duty per unit of customs value, a ratio: `rate_on_value` plus the part on content."""

    rate_on_value: float
    """Part that falls on the whole customs value, a ratio."""

    rate_on_content: float
    """Rate that falls only on value that is not US content, a ratio; 0 where there is none."""

    us_content: float | None
    """US share of the value that was used; None: not given, and the content rate taken in full."""

    parts: tuple[TariffPart, ...]
    """The measures that make up the rate: base duty first."""

    quotas: Measures
    """Quotas in force within which the rate holds."""

    def rate_at(self, us_content: float) -> float:
        """Return the rate of a good whose value is US content to this share."""
        _check_share(us_content)
        return self.rate_on_value + self.rate_on_content * (1.0 - us_content)

    def as_dict(self) -> dict[str, object]:
        """Return the answer as it appears in JSON."""
        return {
            "importer": self.importer,
            "exporter": self.exporter,
            "product": self.product_class.value,
            "on": self.on.isoformat(),
            "rate": self.rate,
            "measures": [part.as_dict() for part in self.parts],
            "rate_on_value": self.rate_on_value,
            "rate_on_content": self.rate_on_content,
            "us_content": self.us_content,
            "content_rate_in_full": self.rate_on_content > 0 and self.us_content is None,
            "quotas": [
                {
                    "measure_id": quota.measure_id,
                    "quantity": quota.quantity,
                    "quantity_unit": quota.quantity_unit,
                    "source_id": quota.source_id,
                }
                for quota in self.quotas
            ],
        }


@remembered
def tariff(
    measures: Measures,
    importer: str,
    exporter: str,
    product_class: str,
    on: date,
    us_content: float | None = None,
) -> TariffAnswer:
    """Return the duty on goods of one origin and class on one day, as a ratio of customs value.

    Measures stack by their relation. One that `replaces` others stands in for them, as base duty
    where it stands in for one. Then

        rate = max(base, all_in) + sum of adds + on_content * (1 - us_content)

    where an all-in or an on-content measure silences the added duties that it names. Offsets are
    refunds on another base and no part of the rate (see `parts_offset`).

    Args:
        measures: All measures; their order does not matter.
        importer: ISO alpha-3.
        exporter: ISO alpha-3; the importer itself gives a rate of zero.
        product_class: "passenger_car", "light_truck" or "parts".
        on: The day.
        us_content: US share of the value, in [0, 1]; only duties on content read it. Without it
            they count in full, and the answer says so.

    Raises:
        ScenarioError: Unknown importer, exporter or class; no base duty on that day; a share
            outside [0, 1].
        EvidenceError: Two measures both claim to be the base duty, or the all-in rate.
    """
    if us_content is not None:
        _check_share(us_content)
    found = in_force(measures, importer, exporter, product_class, on)
    quotas = tuple(measure for measure in found if measure.kind is Kind.QUOTA)
    duties = [m for m in found if m.kind is Kind.TARIFF and m.relation is not Relation.OFFSET]
    wanted = the_class(product_class)
    if importer == exporter:
        return TariffAnswer(importer, exporter, wanted, on, 0.0, 0.0, 0.0, us_content, (), ())
    bases = _base_duties(measures)
    silenced = {name for measure in duties for name in _stands_in_for(measure, bases)}
    live = [measure for measure in duties if measure.measure_id not in silenced]
    cell = f"tariff of {importer} on {product_class} from {exporter} on {on.isoformat()}"

    base = _only([m for m in live if m.measure_id in bases], cell, "base duty")
    if base is None:
        raise _no_base_duty(measures, importer, wanted, cell)
    top = _only([m for m in live if m.relation is Relation.ALL_IN], cell, "all-in rate")
    added = [m for m in live if m not in (base, top) and m.relation is not Relation.ON_CONTENT]
    content = [m for m in live if m.relation is Relation.ON_CONTENT]

    taxed_share = 1.0 - (us_content or 0.0)
    floor = _rate(base) if top is None else max(_rate(base), _rate(top))
    on_value = math.fsum([floor, *map(_rate, added)])
    on_content = math.fsum(map(_rate, content))
    parts = [TariffPart(base, _rate(base))]
    parts += [] if top is None else [TariffPart(top, floor - _rate(base))]
    parts += [TariffPart(measure, _rate(measure)) for measure in added]
    parts += [TariffPart(measure, _rate(measure) * taxed_share) for measure in content]
    return TariffAnswer(
        importer=importer,
        exporter=exporter,
        product_class=wanted,
        on=on,
        rate=on_value + on_content * taxed_share,
        rate_on_value=on_value,
        rate_on_content=on_content,
        us_content=us_content,
        parts=tuple(parts),
        quotas=quotas,
    )


def day_weighted_tariff(
    measures: Measures,
    importer: str,
    exporter: str,
    product_class: str,
    span: Validity,
    us_content: float | None = None,
) -> float:
    """Return the mean over the days of a span, such as a month, of the duty of each day, a ratio.

    Args:
        measures: All measures.
        importer: ISO alpha-3.
        exporter: ISO alpha-3.
        product_class: "passenger_car", "light_truck" or "parts".
        span: Days to take the mean over; it has an end.
        us_content: As in `tariff`.

    Raises:
        ScenarioError: As in `tariff`; or the span has no end.
    """
    if span.end is None:
        raise ScenarioError(
            where=f"span {span}",
            what="it has no end, so there is no mean over its days.",
            fix="Give the first day after it.",
        )
    changes = {
        day
        for measure in measures
        for day in (measure.validity.start, measure.validity.end)
        if day is not None and day in span
    }
    days = sorted({span.start} | changes)
    return math.fsum(
        tariff(measures, importer, exporter, product_class, day, us_content).rate
        * ((until - day).days / (span.end - span.start).days)
        for day, until in zip(days, [*days[1:], span.end], strict=True)
    )


@remembered
def specific_duty(
    measures: Measures,
    importer: str,
    exporter: str,
    product_class: str,
    on: date,
    currency: str,
) -> float:
    """Return the duties per vehicle in force on one day, in the market's currency.

    Raises:
        ScenarioError: Unknown importer, exporter or class.
        EvidenceError: A specific duty is in another unit than `currency` per vehicle.
    """
    unit = f"{currency} per vehicle"
    amounts = []
    for measure in in_force(measures, importer, exporter, product_class, on):
        if measure.kind is not Kind.SPECIFIC_DUTY:
            continue
        if measure.quantity is None or measure.quantity_unit != unit:
            raise EvidenceError(
                where=f"measure {measure.measure_id}",
                what=f"a specific duty of {importer} is in '{measure.quantity_unit}'.",
                fix=f"Write its quantity in {unit}.",
            )
        amounts.append(measure.quantity)
    return math.fsum(amounts)


@remembered
def parts_offset(measures: Measures, on: date, importer: str = "USA") -> float:
    """Return the offset against duties on parts in force on one day.

    Returns:
        A ratio of the aggregate list price of the cars that a firm assembles in the importer:
        the cap up to which its duties on parts are refunded. 0 where no offset is in force.

    Raises:
        EvidenceError: Two offsets are in force at once.
    """
    found = [
        measure
        for measure in measures
        if measure.modelled
        and measure.relation is Relation.OFFSET
        and measure.importer == importer
        and on in measure.validity
    ]
    only = _only(found, f"offset of {importer} on {on.isoformat()}", "offset")
    return 0.0 if only is None else _rate(only)


@remembered
def _base_duties(measures: Measures) -> frozenset[str]:
    """Name the measures that are a base duty, or stand in for one at any remove."""
    bases = {m.measure_id for m in measures if m.relation is Relation.BASE}
    preferences = [m for m in measures if m.relation is Relation.REPLACES]
    grown = True
    while grown:
        more = {m.measure_id for m in preferences if bases.intersection(m.stacks_on)} - bases
        bases |= more
        grown = bool(more)
    return frozenset(bases)


def _stands_in_for(measure: Measure, bases: frozenset[str]) -> frozenset[str]:
    """Name the measures that this one silences while it is in force."""
    if measure.relation in (Relation.REPLACES, Relation.ON_CONTENT):
        return frozenset(measure.stacks_on)
    if measure.relation is Relation.ALL_IN:
        return frozenset(measure.stacks_on) - bases
    return frozenset()


def _only(found: list[Measure], cell: str, role: str) -> Measure | None:
    if len(found) > 1:
        raise EvidenceError(
            where=cell,
            what=f"more than one {role}: {', '.join(m.measure_id for m in found)}.",
            fix="Let one of them replace the other, or end it before the other starts.",
        )
    return found[0] if found else None


def _rate(measure: Measure) -> float:
    if measure.rate is None:  # Measure refuses a tariff without a rate
        raise AssertionError(measure.measure_id)
    return measure.rate


def _no_base_duty(
    measures: Measures, importer: str, product_class: ProductClass, cell: str
) -> ScenarioError:
    starts = [
        measure.validity.start
        for measure in measures
        if measure.relation is Relation.BASE
        and measure.importer == importer
        and measure.covers(product_class)
    ]
    first = f" The first one begins on {min(starts).isoformat()}." if starts else ""
    return ScenarioError(
        where=cell,
        what=f"no base duty is in force.{first}",
        fix="Ask for a later day, or add the base duty of that day to policy/measures.csv.",
    )


def _check_share(us_content: float) -> None:
    if not 0.0 <= us_content <= 1.0:
        raise ScenarioError(
            where="us_content",
            what=f"the US share of the value is {us_content}; it lies between 0 and 1.",
            fix="Write a ratio: 0.5 for 50 per cent.",
        )
