"""Figures as text: sensible magnitudes, few digits, signs, ranges.

Text for the page uses a no-break space before a unit and a true minus sign; `plain` turns it into
what any terminal shows. Thousands are set apart by commas everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable

GAP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
ARROW = "\N{RIGHTWARDS ARROW}"
NONE = "\N{EN DASH}"

_MAGNITUDES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def number(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, such as "12,300" or "15.9 million".

    Args:
        value: Any finite number.
        digits: Significant digits kept; digits before the point are never cut into words' size.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number; a report prints none.")
    kept = _rounded(value, digits)
    sign = MINUS if kept < 0 else ""
    for size, word in _MAGNITUDES:
        if abs(kept) >= size:
            return f"{sign}{_digits(abs(kept) / size, digits)}{GAP}{word}"
    return sign + _digits(abs(kept), digits)


def units(value: float, digits: int = 3) -> str:
    """Return a count of vehicles as text: whole below a hundred, three digits above."""
    if 0 < abs(value) < 0.5:
        return "less than one"
    if abs(value) < 99.5:
        return f"{MINUS if value < 0 else ''}{abs(round(value))}"
    return number(round(value), digits)


def price(value: float, digits: int = 4) -> str:
    """Return a sum per vehicle as text, with its noughts: "2,912,000", not "2.912 million"."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number; a report prints none.")
    kept = _rounded(value, digits)
    return (MINUS if kept < 0 else "") + _digits(abs(kept), digits)


def setting(value: float) -> str:
    """Return the value of an input: up to four digits, no idle noughts."""
    text = number(value, 4)
    figure, gap, word = text.partition(GAP)
    return (figure.rstrip("0").rstrip(".") if "." in figure else figure) + gap + word


def millions(value: float) -> str:
    """Return a change of money in millions with its sign; below 5,000 it is about nought."""
    if 0 < abs(value) < 5e3:
        return "about 0"
    return signed(number(value / 1e6))


def column(values: list[float], digits: int = 3, *, signs: bool = False) -> list[str]:
    """Return numbers with the same decimals: as many as the largest of them needs."""
    largest = max((abs(value) for value in values), default=0.0)
    places = 0
    if largest:
        places = max(0, digits - 1 - math.floor(math.log10(largest)))
    told = []
    for value in values:
        kept = round(value, places)
        text = f"{MINUS if kept < 0 else ''}{abs(kept):,.{places}f}"
        told.append(signed(text) if signs else text)
    return told


def percent(ratio: float, digits: int = 2) -> str:
    """Return a ratio as per cent: 0.0634 is "6.3 %", 0.00012 is "0.01 %"."""
    scaled = 100 * ratio
    if scaled == 0:
        return f"0{GAP}%"
    if abs(scaled) < 0.005:
        return f"less than 0.01{GAP}%" if scaled > 0 else f"more than {MINUS}0.01{GAP}%"
    kept = round(_rounded(scaled, digits), 2)
    whole = 1 if abs(kept) < 10 else 0
    places = 2 if abs(kept) < 1 else whole
    return f"{MINUS if kept < 0 else ''}{abs(kept):,.{places}f}{GAP}%"


def signed(text: str) -> str:
    """Put a plus before a text that is neither negative nor nothing."""
    if text.startswith((MINUS, "more than", "less than")) or not any(
        c in "123456789" for c in text
    ):
        return text
    return "+" + text


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """Return a value with its unit, such as "0.6 billion USD" or "12,300 USD per vehicle"."""
    return f"{bare(value, unit, digits)}{GAP}{unit}" if unit else bare(value, unit, digits)


def bare(value: float | None, unit: str, digits: int = 3) -> str:
    """Return a value as text without its unit, with the digits that the unit deserves."""
    if value is None:
        return NONE
    if is_count(unit):
        return units(value, digits)
    return price(value, max(digits, 4)) if _is_price(unit) else number(value, digits)


def _is_price(unit: str) -> bool:
    """Return whether the unit is money per vehicle."""
    return "per vehicle" in unit


def is_count(unit: str) -> bool:
    """Return whether the unit counts whole things: vehicles, units, jobs."""
    return unit.split(" ")[0] in {"vehicles", "vehicle", "units", "cars", "jobs"}


def before_after(baseline: float | None, scenario: float, unit: str = "") -> tuple[str, str]:
    """Return two levels with just enough digits that their difference can be seen.

    At least three and at most five significant digits (four and six for a price per vehicle); a
    smaller difference is left to the column that shows the change. A baseline without meaning
    (None) is a dash.
    """
    if baseline is None:
        return NONE, bare(scenario, unit)
    difference, size = abs(scenario - baseline), max(abs(scenario), abs(baseline))
    least, most = (4, 6) if _is_price(unit) else (3, 5)
    digits = least
    if difference > 0:
        needed = 2 + math.floor(math.log10(size)) - math.floor(math.log10(difference))
        digits = min(most, max(least, needed))
    return bare(baseline, unit, digits), bare(scenario, unit, digits)


def relative(baseline: float | None, scenario: float) -> str:
    """Return the signed change in per cent, or nothing where the baseline is none or zero."""
    if not baseline or not math.isfinite(baseline) or not math.isfinite(scenario):
        return ""
    if scenario == baseline:
        return f"0{GAP}%"
    return signed(percent((scenario - baseline) / abs(baseline)))


def interval(low: float | None, high: float | None, unit: str = "", kind: str = "range") -> str:
    """Return "(range: a to b)", or an empty text where there is no interval.

    Args:
        low: Lower end, or None.
        high: Upper end, or None.
        unit: Unit of both ends.
        kind: What the interval is, such as "90 %".
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    if low > high:
        raise ValueError(f"The lower end {low} of an interval is above its upper end {high}.")
    return f"({kind}: {' to '.join(before_after(low, high, unit))})"


def cell(value: float | None, style: Callable[[float], str] = number) -> str:
    """Return a table's cell; what does not apply (None or not a number) is a dash."""
    if value is None or math.isnan(value):
        return NONE
    return style(value)


def day(value: object) -> str:
    """Return a date as "1 March 2026"; a text that is no date is given back as it is."""
    from datetime import date

    try:
        found = date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value)
    return f"{found.day} {found:%B %Y}"


def plain(text: str) -> str:
    """Return text for a terminal or a log: ordinary spaces, hyphens and arrows."""
    for fancy, simple in ((GAP, " "), (MINUS, "-"), (ARROW, "->"), ("\N{EN DASH}", "-")):
        text = text.replace(fancy, simple)
    return text


def listed(names: list[str]) -> str:
    """Return "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _rounded(value: float, digits: int) -> float:
    """Return the value rounded to so many significant digits."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _digits(value: float, digits: int) -> str:
    """Return a number of at least zero with its significant digits and commas."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(value)))
    return f"{value:,.{places}f}"
