"""The closed lists of a measure: every word that the table of laws may use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from backhaul.errors import EvidenceError, Problem
from backhaul.ground.names import did_you_mean, listed

MEASURES_TABLE = "policy/measures.csv"
"""The table, as the user knows it."""

Word = TypeVar("Word", bound=StrEnum)


class ProductClass(StrEnum):
    """What a customs officer or a registration office distinguishes."""

    PASSENGER_CAR = "passenger_car"
    LIGHT_TRUCK = "light_truck"
    PARTS = "parts"
    VEHICLE = "vehicle"
    """Passenger cars and light trucks alike."""
    MEDIUM_HEAVY = "medium_heavy"
    """Outside the model; named so that a measure on it is not mistaken for one on cars."""


class Kind(StrEnum):
    """What sort of law a measure is."""

    TARIFF = "tariff"
    SPECIFIC_DUTY = "specific_duty"
    QUOTA = "quota"
    SALES_TAX = "sales_tax"
    PURCHASE_SUBSIDY = "purchase_subsidy"
    CERTIFICATION = "certification"
    RULE = "rule"
    OTHER_TAX = "other_tax"


class Relation(StrEnum):
    """How a measure stacks on others."""

    BASE = "base"
    """The base duty (column 1 of the tariff schedule)."""
    ADDS = "adds"
    """Comes on top of the base duty."""
    ALL_IN = "all_in"
    """The larger of the base duty and the rate; the measures it names no longer add."""
    REPLACES = "replaces"
    """Stands in for the measures it names: a preference."""
    ON_CONTENT = "on_content"
    """Stands in for an added duty, on the share of the value that is not US content."""
    OFFSET = "offset"
    """A refund capped by another base; never part of a rate."""
    NONE = "none"
    """Does not stack."""


class Valuation(StrEnum):
    """What a rate is multiplied with."""

    TRANSFER_PRICE = "transfer_price"
    """The customs value declared between the carmaker's own companies."""
    BORDER_PRICE = "border_price"
    """A share of the consumer price."""


class Route(StrEnum):
    """Ways to have a foreign car certified in Japan."""

    TYPE_DESIGNATION = "type_designation"
    PREFERENTIAL_HANDLING = "preferential_handling"
    US_SCHEME = "us_scheme"


class Trait(StrEnum):
    """Characteristics that `applies_when` may ask about."""

    POWERTRAIN = "powertrain"
    ASSEMBLY = "assembly"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of `applies_when`: the trait is one of the allowed values."""

    trait: Trait
    allowed: frozenset[str]

    def __str__(self) -> str:
        return f"{self.trait}={'|'.join(sorted(self.allowed))}"


def conditions_from(text: str) -> tuple[Condition, ...]:
    """Read `applies_when`, such as "powertrain=bev|phev; assembly=USA|CAN|MEX".

    Raises:
        EvidenceError: A part is not `trait=value|value`, or the trait is unknown or named twice.
    """
    conditions = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        match = re.fullmatch(r"(\w+)\s*=\s*(\w+(?:\s*\|\s*\w+)*)", part)
        if match is None:
            raise cell_fault("applies_when", part, f"'{part}' is not trait=value|value.")
        trait = word_of(Trait, "applies_when", match.group(1))
        allowed = frozenset(value.strip() for value in match.group(2).split("|"))
        conditions.append(Condition(trait, allowed))
    if len({condition.trait for condition in conditions}) < len(conditions):
        raise cell_fault("applies_when", text, "a trait is tested twice.")
    return tuple(conditions)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown name: the nearest known one, or all of them."""
    names = sorted(set(known))
    stem = name.strip().lower().rstrip("s")
    within = [candidate for candidate in names if stem and stem in candidate.lower()]
    if len(within) == 1:
        return f"Write '{within[0]}', if that is what you mean."
    return did_you_mean(name, names, otherwise=f"Use one of: {listed(names, most=40)}.")


def word_of(closed: type[Word], column: str, value: str) -> Word:
    """Return the word of a closed list, or raise and point to the nearest one."""
    try:
        return closed(value)
    except ValueError:
        allowed = [member.value for member in closed]
        what = f"'{value}' is none of: {', '.join(allowed)}."
        raise cell_fault(column, value, what, nearest(value, allowed)) from None


def cell_fault(
    column: str, value: str, what: str, fix: str = "Correct this cell."
) -> EvidenceError:
    """Return the error of one cell, to be raised by the reader."""
    problem = Problem(MEASURES_TABLE, None, column, value, what, fix)
    return EvidenceError(where=MEASURES_TABLE, what=what, fix=fix, problems=(problem,))
