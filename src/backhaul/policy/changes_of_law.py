"""On which days the law changes within a span, and what each step is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backhaul.errors import ScenarioError
from backhaul.ground.calendar import Validity
from backhaul.market.measure import Kind, Measure, ProductClass, Relation
from backhaul.policy.duty import tariff
from backhaul.policy.in_force import QUERY_CLASSES, Measures

BEGINS, ENDS = "begins", "ends"

_RATES = {
    Relation.BASE: "base duty of {rate}",
    Relation.ADDS: "{rate} on top of the base duty",
    Relation.ALL_IN: "{rate} in all, or the base duty where that is higher",
    Relation.REPLACES: "{rate} in place of {others}",
    Relation.ON_CONTENT: "{rate} on the value that is not US content",
    Relation.OFFSET: "refund of duties on parts up to {rate} of the list price of cars built there",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One measure that begins or ends on a day."""

    on: date
    """First day in force, or first day out of force."""

    event: str
    """"begins" or "ends"."""

    measure: Measure
    what: str
    """What the measure says; with the whole duty before and after where it has one origin."""

    def as_dict(self) -> dict[str, object]:
        """Return the step as it appears in JSON and in a table."""
        return {
            "date": self.on.isoformat(),
            "event": self.event,
            "measure_id": self.measure.measure_id,
            "importer": self.measure.importer,
            "exporter": self.measure.exporter,
            "product": self.measure.product_class.value,
            "instrument": self.measure.instrument,
            "what": self.what,
            "source_id": self.measure.source_id,
            "grade": self.measure.grade,
        }


def spans_of_one_law(measures: Measures, span: Validity) -> tuple[Validity, ...]:
    """Return a span cut at each day on which a modelled measure begins or ends.

    Raises:
        ScenarioError: The span has no end.
    """
    end = _end_of(span)
    cuts = sorted({step.on for step in steps_of_law(measures, span)})
    starts = [span.start, *cuts]
    return tuple(Validity(start, until) for start, until in zip(starts, [*cuts, end], strict=True))


def steps_of_law(measures: Measures, span: Validity) -> tuple[Step, ...]:
    """Return what begins and ends within a span, by day, then ends before beginnings, by name.

    What begins on the first day of the span is in force on all of it and is no step within it.

    Raises:
        ScenarioError: The span has no end.
    """
    end = _end_of(span)
    found = [
        Step(day, event, measure, _what(measures, measure, day))
        for measure in measures
        if measure.modelled
        for event, day in ((BEGINS, measure.validity.start), (ENDS, measure.validity.end))
        if day is not None and span.start < day < end
    ]
    return tuple(
        sorted(found, key=lambda step: (step.on, step.event == BEGINS, step.measure.measure_id))
    )


def _end_of(span: Validity) -> date:
    if span.end is None:
        raise ScenarioError(
            where=f"span {span}",
            what="it has no end, so its changes of law cannot be listed.",
            fix="Give the first day after it.",
        )
    return span.end


def _what(measures: Measures, measure: Measure, day: date) -> str:
    """Return what a measure says in a few words."""
    if measure.kind is Kind.TARIFF and measure.rate is not None:
        text = _RATES.get(measure.relation, "{rate}").format(
            rate=_percent(measure.rate), others=", ".join(measure.stacks_on)
        )
        return text + _whole_duty(measures, measure, day)
    if measure.kind in (Kind.SALES_TAX, Kind.PURCHASE_SUBSIDY) and measure.rate is not None:
        return f"{_words(measure.kind)} of {_percent(measure.rate)}"
    if measure.kind is Kind.CERTIFICATION:
        return f"route of certification: {measure.route}"
    if measure.quantity is not None:
        return f"{_words(measure.kind)} of {measure.quantity:,.0f} {measure.quantity_unit}"
    return _words(measure.kind)


def _whole_duty(measures: Measures, measure: Measure, day: date) -> str:
    """Return the duty before and after, where the measure is about one origin and one class."""
    one_class = measure.product_class in QUERY_CLASSES
    if len(measure.exporters) != 1 or not one_class or measure.relation is Relation.OFFSET:
        return ""
    (origin,) = measure.exporters
    before, after = (
        tariff(measures, measure.importer, origin, measure.product_class.value, on).rate
        for on in (date.fromordinal(day.toordinal() - 1), day)
    )
    goods = "parts" if measure.product_class is ProductClass.PARTS else "cars"
    kind = "light trucks" if measure.product_class is ProductClass.LIGHT_TRUCK else goods
    return f"; the whole duty on {kind} from {origin}: {_percent(before)} -> {_percent(after)}"


def _percent(rate: float) -> str:
    """Return a ratio as per cent: 0.15 is "15 %", 0.0375 is "3.75 %"."""
    return f"{100 * rate:.4g} %"


def _words(text: str) -> str:
    return text.replace("_", " ")
