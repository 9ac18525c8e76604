"""A measure: what one law says at one border, for which cars, and when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from backhaul.errors import EvidenceError, Problem
from backhaul.ground.calendar import Validity, day_of
from backhaul.ground.table import LINE
from backhaul.market.measure_words import (
    MEASURES_TABLE,
    Condition,
    Kind,
    ProductClass,
    Relation,
    Route,
    Trait,
    Valuation,
    cell_fault,
    conditions_from,
    nearest,
    word_of,
)

__all__ = [
    "EARLIEST",
    "HIGHEST_RATE",
    "Condition",
    "Kind",
    "Measure",
    "ProductClass",
    "Relation",
    "Route",
    "Trait",
    "Valuation",
    "conditions_from",
    "measures_from",
    "nearest",
]

HIGHEST_RATE = 2.0
"""Highest plausible rate, a ratio: above it somebody wrote per cent."""

_TABLE = MEASURES_TABLE
EARLIEST = date.min
"""Start of a measure that was always in force."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One dated measure, with its countries written out.

    Immutable: a scenario makes a new measure (`dataclasses.replace`) and never edits this one.
    """

    measure_id: str
    """Name of the measure, unique in its table."""

    importer: str
    """Country whose law it is, ISO alpha-3."""

    exporter: str
    """Origin as written: ISO alpha-3 or a group of countries."""

    exporters: frozenset[str]
    """Origins it covers, ISO alpha-3."""

    product_class: ProductClass
    kind: Kind
    relation: Relation

    rate: float | None
    """A ratio (0.15 for 15 per cent), or None for a measure without one."""

    validity: Validity
    """Days on which it is in force: from the start, up to but without the end."""

    source_id: str
    """Where it was read."""

    grade: str
    """A official, B reported, C estimated."""

    quantity: float | None = None
    """An amount of money, vehicles or size in `quantity_unit`; never a rate."""

    quantity_unit: str = ""
    """Unit of `quantity`, such as "USD per vehicle"."""

    stacks_on: tuple[str, ...] = ()
    """Measures that it adds to or stands in for."""

    applies_when: tuple[Condition, ...] = ()
    """Tests on a product; all must hold."""

    valuation: Valuation | None = None
    """What a tariff's rate is multiplied with; None for what is no tariff."""

    route: Route | None = None
    """Certification route; None for what is no certification."""

    modelled: bool = True
    """Whether the engine reads it. If not, `left_out_because` says why."""

    left_out_because: str = ""
    instrument: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise EvidenceError(
                where=f"measure {self.measure_id}",
                what=" ".join(what for _, _, what, _ in faults),
                fix=faults[0][3],
                problems=tuple(
                    Problem(_TABLE, None, column, value, what, fix)
                    for column, value, what, fix in faults
                ),
            )

    @property
    def is_old(self) -> bool:
        """Whether it has always been in force, as far as the table knows."""
        return self.validity.start == EARLIEST

    def covers(self, product_class: ProductClass) -> bool:
        """Return whether the measure is about this class (`vehicle` covers both car classes)."""
        cars = (ProductClass.PASSENGER_CAR, ProductClass.LIGHT_TRUCK)
        both = self.product_class is ProductClass.VEHICLE and product_class in cars
        return both or self.product_class is product_class

    def applies_to(self, traits: Mapping[str, str]) -> bool:
        """Return whether a product with these traits meets every test of `applies_when`.

        Args:
            traits: Value of each trait that the tests ask about, such as
                `{"powertrain": "bev", "assembly": "USA"}`. More keys do no harm.

        Raises:
            EvidenceError: A trait that a test asks about is missing.
        """
        for condition in self.applies_when:
            if condition.trait.value not in traits:
                raise EvidenceError(
                    where=f"measure {self.measure_id}",
                    what=f"it applies when {condition}; the product says nothing of "
                    f"{condition.trait}, only of {', '.join(sorted(traits)) or 'nothing'}.",
                    fix=f"Give the product's {condition.trait}.",
                )
        return all(traits[c.trait.value] in c.allowed for c in self.applies_when)

    def as_dict(self) -> dict[str, object]:
        """Return the measure as it appears in JSON."""
        return {
            "measure_id": self.measure_id,
            "importer": self.importer,
            "exporter": self.exporter,
            "product": self.product_class.value,
            "kind": self.kind.value,
            "relation": self.relation.value,
            "rate": self.rate,
            "quantity": self.quantity,
            "quantity_unit": self.quantity_unit,
            "start": None if self.is_old else self.validity.start.isoformat(),
            "end": self.validity.end.isoformat() if self.validity.end else None,
            "stacks_on": list(self.stacks_on),
            "applies_when": "; ".join(str(condition) for condition in self.applies_when),
            "valuation": self.valuation.value if self.valuation else None,
            "route": self.route.value if self.route else None,
            "modelled": self.modelled,
            "left_out_because": self.left_out_because,
            "instrument": self.instrument,
            "source_id": self.source_id,
            "grade": self.grade,
            "note": self.note,
        }


def measures_from(table: pd.DataFrame, groups: pd.DataFrame) -> tuple[Measure, ...]:
    """Return the measures of a table, in its order, with groups of countries written out.

    Args:
        table: Columns of the schema `policy_measures`.
        groups: Columns `group_id` and `country`: which countries a group stands for.

    Raises:
        EvidenceError: All faults of the table at once: a rate that is none, an unknown word or
            country, a measure twice, a stack on a measure that is not there.
    """
    members = _members(groups)
    measures: list[Measure] = []
    problems: list[Problem] = []
    for position, (_, row) in enumerate(table.iterrows()):
        line = int(row.get(LINE, position + 2))  # the header is line 1
        try:
            measures.append(_measure(row, members))
        except EvidenceError as error:
            found = error.problems or (Problem(_TABLE, line, "", "", error.what, error.fix),)
            problems += [Problem(_TABLE, line, *_rest(problem)) for problem in found]
    problems += _unknown_stacks(measures)
    if problems:
        raise EvidenceError(
            where=_TABLE,
            what=f"{len(problems)} fault(s) in the measures.",
            fix="Correct the rows named here.",
            problems=tuple(problems),
        )
    return tuple(measures)


def _measure(row: pd.Series, members: Mapping[str, frozenset[str]]) -> Measure:
    exporter = _text(row, "exporter")
    if exporter not in members:
        raise cell_fault("exporter", exporter, "neither a country nor a group.")
    if _text(row, "importer") not in members["ALL"]:
        raise cell_fault("importer", _text(row, "importer"), "not a country of the group ALL.")
    valuation, route = _text(row, "valuation"), _text(row, "route")
    return Measure(
        measure_id=_text(row, "measure_id"),
        importer=_text(row, "importer"),
        exporter=exporter,
        exporters=members[exporter],
        product_class=word_of(ProductClass, "product_class", _text(row, "product_class")),
        kind=word_of(Kind, "kind", _text(row, "kind")),
        relation=word_of(Relation, "relation", _text(row, "relation")),
        rate=_number(row, "rate"),
        validity=Validity(_day(row, "start") or EARLIEST, _day(row, "end")),
        source_id=_text(row, "source_id"),
        grade=_text(row, "grade"),
        quantity=_number(row, "quantity"),
        quantity_unit=_text(row, "quantity_unit"),
        stacks_on=tuple(filter(None, (s.strip() for s in _text(row, "stacks_on").split(";")))),
        applies_when=conditions_from(_text(row, "applies_when")),
        valuation=word_of(Valuation, "valuation", valuation) if valuation else None,
        route=word_of(Route, "route", route) if route else None,
        modelled=_flag(row, "modelled"),
        left_out_because=_text(row, "left_out_because"),
        instrument=_text(row, "instrument"),
        note=_text(row, "note"),
    )


_Fault = tuple[str, str, str, str]


def _faults(measure: Measure) -> list[_Fault]:
    """List what contradicts itself in one measure: column, value, what, fix."""
    needs_rate = measure.kind in (Kind.TARIFF, Kind.SALES_TAX)
    rate = measure.rate
    known = rate is not None and math.isfinite(rate)
    tests = (
        ("rate", rate is not None and not known, "the rate is not a number.", "Write a ratio."),
        (
            "rate",
            known and not 0 <= (rate or 0.0) <= HIGHEST_RATE,
            f"the rate is {rate}; 0 to {HIGHEST_RATE} (200 per cent) is plausible.",
            "Write rates as ratios: 0.15 for 15 per cent.",
        ),
        ("rate", needs_rate and rate is None, f"a {measure.kind} has no rate.", "Give its rate."),
        (
            "relation",
            (measure.kind is Kind.TARIFF) == (measure.relation is Relation.NONE),
            f"the relation is {measure.relation}; tariffs stack and nothing else does.",
            "Write how the tariff stacks, or none for what is no tariff.",
        ),
        (
            "stacks_on",
            measure.relation in (Relation.REPLACES, Relation.ON_CONTENT) and not measure.stacks_on,
            f"the relation is {measure.relation}, and no measure is named that it stands in for.",
            "Name the measures that it stands in for.",
        ),
        (
            "valuation",
            (measure.kind is Kind.TARIFF and measure.relation is not Relation.OFFSET)
            == (measure.valuation is None),
            "tariffs have a valuation, and nothing else has one.",
            "Write transfer_price for a tariff, nothing for the rest.",
        ),
        (
            "route",
            measure.kind is Kind.CERTIFICATION and measure.route is None,
            "a certification names no route.",
            f"Write one of: {', '.join(Route)}.",
        ),
        (
            "exporter",
            measure.kind is Kind.SALES_TAX and measure.importer not in measure.exporters,
            "a sales tax leaves out cars built at home; it is the same for every origin.",
            "Write ALL, or call it a tariff.",
        ),
        (
            "quantity_unit",
            (measure.quantity is None) != (not measure.quantity_unit),
            "quantity and quantity_unit come together.",
            "Give both or neither.",
        ),
        (
            "left_out_because",
            measure.modelled == bool(measure.left_out_because),
            "a measure is either modelled or left out for a stated reason.",
            "Give the reason, or set modelled to 1.",
        ),
    )
    return [
        (column, str(getattr(measure, column)), what, fix)
        for column, wrong, what, fix in tests
        if wrong
    ]


def _unknown_stacks(measures: list[Measure]) -> list[Problem]:
    """List measures that appear twice, and stacks on measures that are not there."""
    ids = [measure.measure_id for measure in measures]
    problems = [
        Problem(_TABLE, None, "measure_id", i, f"'{i}' appears twice.", "Keep one of the rows.")
        for i in sorted({i for i in ids if ids.count(i) > 1})
    ]
    for measure in measures:
        for other in sorted(set(measure.stacks_on) - set(ids)):
            what = f"{measure.measure_id} stacks on '{other}', which is no measure of this table."
            problems.append(Problem(_TABLE, None, "stacks_on", other, what, nearest(other, ids)))
    return problems


def _members(groups: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the countries of each group, and each country as a group of its own."""
    members = {
        str(group): frozenset(rows["country"].astype(str))
        for group, rows in groups.groupby("group_id")
    }
    if "ALL" not in members:
        raise EvidenceError(
            where="policy/country_groups.csv",
            what="there is no group ALL, which lists every country that the tables know.",
            fix="Add the group ALL.",
        )
    return members | {country: frozenset({country}) for country in members["ALL"]}


def _text(row: pd.Series, column: str) -> str:
    value = row.get(column, "")
    return "" if pd.isna(value) else str(value).strip()


def _number(row: pd.Series, column: str) -> float | None:
    text = _text(row, column)
    try:
        return float(text) if text else None
    except ValueError:
        raise cell_fault(column, text, f"'{text}' is not a number.") from None


def _day(row: pd.Series, column: str) -> date | None:
    text = _text(row, column)
    try:
        return day_of(text) if text else None
    except ValueError:
        what = f"'{text}' is not a day of the calendar."
        raise cell_fault(column, text, what, "Write days as 2025-04-03.") from None


def _flag(row: pd.Series, column: str) -> bool:
    text = _text(row, column)
    if text not in ("0", "1", "True", "False"):
        raise cell_fault(column, text, f"'{text}' is not 0 or 1.")
    return text in ("1", "True")


def _rest(problem: Problem) -> tuple[str, str, str, str]:
    return problem.column, problem.value, problem.what, problem.fix
