"""One cell: from text to a typed value, or to what is wrong with the text and how to mend it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from backhaul.ground.calendar import day_of
from backhaul.ground.names import did_you_mean, listed
from backhaul.ground.schema import PARTIAL_DATE, Column

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
GROUPED = re.compile(r"[+-]?\d{1,3}([,'’ \u00a0\u202f]\d{3})+(\.\d+)?")
PERCENT = re.compile(r"([+-]?\d+(\.\d+)?) ?(%|％|per ?cent)")
PARTIAL = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
COUNTRY_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, and the remedy."""

    what: str
    fix: str


def parse(text: str, column: Column) -> object | Fault:
    """Return the typed value of a cell, or its fault.

    Args:
        text: The cell, blanks at its ends removed.
        column: What the schema says of the column.

    Returns:
        text, choice, country: str. number: float, NaN where blank. integer: int, NaN where
        blank. flag: bool. date: `datetime.date`, None where blank; text for partial dates.
    """
    text = text or column.default
    if not text:
        return _blank(column)
    return PARSERS[column.type](text, column)


def _blank(column: Column) -> object | Fault:
    if column.required or column.type == "flag":
        kind = {"number": "a number", "integer": "a whole number", "flag": "0 or 1"}
        return Fault(
            what=f"the cell is blank; {kind.get(column.type, 'a value')} is required"
            f"{f' ({column.unit})' if column.unit else ''}.",
            fix="Fill it in with its source, or take the row out where it is unknown.",
        )
    if column.type in ("number", "integer"):
        return math.nan
    return None if column.type == "date" and column.unit != PARTIAL_DATE else ""


def _text(text: str, column: Column) -> object | Fault:
    return text


def _country(text: str, column: Column) -> object | Fault:
    if COUNTRY_CODE.fullmatch(text):
        return text
    return Fault(
        what=f"'{text}' is not a country code; it takes three capital letters such as JPN.",
        fix="Write the ISO 3166 alpha-3 code of the country.",
    )


def _choice(text: str, column: Column) -> object | Fault:
    if any(fnmatchcase(text, choice) for choice in column.choices):
        return text
    return Fault(
        what=f"'{text}' is not allowed; it is one of {listed(column.choices, most=20)}.",
        fix=did_you_mean(text, column.choices, otherwise="Write one of the allowed values."),
    )


def _flag(text: str, column: Column) -> object | Fault:
    if text in ("0", "1"):
        return text == "1"
    return Fault(
        what=f"'{text}' is not a flag; it is 1 (yes) or 0 (no).", fix="Write 1 for yes, 0 for no."
    )


def _date(text: str, column: Column) -> object | Fault:
    partial = column.unit == PARTIAL_DATE
    if partial and PARTIAL.fullmatch(text):
        return text
    try:
        day = day_of(text)
    except ValueError:
        form = "2024, 2024-07 or 2024-07-01" if partial else "2024-07-01"
        return Fault(
            what=f"'{text}' is not a date; a date reads {form}.",
            fix="Write year, month and day as YYYY-MM-DD, a day that the calendar has.",
        )
    return text if partial else day


def _number(text: str, column: Column) -> object | Fault:
    if not NUMBER.fullmatch(text):
        return _not_a_number(text, column)
    value = float(text)
    if not math.isfinite(value):
        return Fault(what=f"'{text}' is too large for a number.", fix="Write a smaller number.")
    if column.lower is not None and value < column.lower:
        return _below(text, value, column)
    if column.upper is not None and value > column.upper:
        return _above(text, value, column)
    return value


def _integer(text: str, column: Column) -> object | Fault:
    value = _number(text, column)
    if not isinstance(value, float):
        return value
    if value != round(value):
        return Fault(what=f"{text} is not a whole number.", fix="Write a whole number.")
    return int(value)


def _not_a_number(text: str, column: Column) -> Fault:
    percent = PERCENT.fullmatch(text)
    if GROUPED.fullmatch(text):
        plain = re.sub(r"[,'’ \u00a0\u202f]", "", text)
        return Fault(
            what=f"'{text}' has separators between thousands; a number has digits and a point.",
            fix=f"Write {plain}.",
        )
    if percent and _is_ratio(column):
        return Fault(
            what=f"'{text}' is per cent; a ratio is wanted.",
            fix=f"Write rates as ratios: {float(percent[1]) / 100:g} for {text}.",
        )
    unit = f" ({column.unit})" if column.unit else ""
    return Fault(
        what=f"'{text}' is not a number{unit}.", fix="Write digits with a decimal point, no unit."
    )


def _below(text: str, value: float, column: Column) -> Fault:
    what = f"{text} is below {column.lower:,.6g}, the smallest value allowed{_unit(column)}."
    if value < 0 and column.lower == 0:
        return Fault(what=what, fix="Write a number that is not negative.")
    return Fault(what=what, fix=f"Check the unit{_unit(column)} and the digits.")


def _above(text: str, value: float, column: Column) -> Fault:
    what = f"{text} is above {column.upper:,.6g}, the largest value allowed{_unit(column)}."
    if _is_ratio(column):
        what = (
            f"the rate is {text}, that is {100 * value:,.6g}%; "
            f"{100 * (column.lower or 0):g} to {100 * (column.upper or 0):g}% is plausible."
        )
        remedy = f"Write rates as ratios: {value / 100:g} for {text} per cent."
        return Fault(what=what, fix=remedy)
    return Fault(what=what, fix=f"Check the unit{_unit(column)} and the digits.")


def _unit(column: Column) -> str:
    return f" ({column.unit})" if column.unit else ""


def _is_ratio(column: Column) -> bool:
    return column.unit.startswith(("ratio", "share"))


PARSERS: dict[str, Callable[[str, Column], object | Fault]] = {
    "text": _text,
    "choice": _choice,
    "country": _country,
    "flag": _flag,
    "date": _date,
    "number": _number,
    "integer": _integer,
}
