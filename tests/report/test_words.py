"""Figures as text: no false precision, signs, ranges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.report import names, words

# Three significant digits are kept, so a text may be off by half of the third: 0.5 % of the value.
KEPT = 0.005

SIZES = {"million": 1e6, "billion": 1e9, "trillion": 1e12}


def read(text):
    """Return the number that a text says."""
    figure, *size = words.plain(text).split(" ")
    return float(figure.replace(",", "")) * (SIZES[size[0]] if size else 1)


@given(st.floats(1e-6, 1e14), st.sampled_from([1, -1]))
def test_a_number_as_text_reads_back_within_its_digits(size, sign):
    """Rounding for people never moves a figure by more than half of its third digit."""
    assert read(words.number(sign * size)) == pytest.approx(sign * size, rel=KEPT)


@given(st.floats(1e-6, 1e11))
def test_a_number_has_no_more_than_three_digits_that_mean_something(size):
    """No false precision: after the third significant digit there are only noughts."""
    figure = words.plain(words.number(size)).split(" ")[0].replace(",", "").replace(".", "")
    assert len(figure.strip("0")) <= 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12_345, "12,300"),
        (999_600, "1.00 million"),
        (6e8, "600 million"),
        (6.21e8 * 1000, "621 billion"),
        (-0.1234, "-0.123"),
        (0, "0"),
    ],
)
def test_numbers_have_sensible_magnitudes(value, text):
    """Thousands are set apart by commas, millions and more are words, rounding comes first."""
    assert words.plain(words.number(value)) == text


def test_what_is_not_a_number_is_never_printed_as_one():
    """A report refuses NaN and infinity; a table's cell that does not apply is a dash."""
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="not a finite number"):
            words.number(value)
        with pytest.raises(ValueError, match="not a finite number"):
            words.price(value)
    assert words.cell(math.nan) == words.cell(None) == words.NONE


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2, "less than one"), (4.0, "4"), (-4.4, "-4"), (60.2, "60"), (5123, "5,120"), (0, "0")],
)
def test_cars_are_whole(value, text):
    """Nobody buys a tenth of a car."""
    assert words.plain(words.units(value)) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.0634, "6.3 %"),
        (-0.0091, "-0.91 %"),
        (0.00012, "0.01 %"),
        (0.000001, "less than 0.01 %"),
        (0.6012, "60 %"),
        (0.09996, "10 %"),
        (12.0, "1,200 %"),
    ],
)
def test_per_cent_is_two_digits(ratio, text):
    """A ratio is printed as per cent with two digits and never finer than a hundredth."""
    assert words.plain(words.percent(ratio)) == text


@given(st.floats(1, 1e9), st.floats(1e-3, 1).map(lambda r: 1 + r))
def test_a_change_can_be_seen_in_its_levels(before, factor):
    """Two levels that differ by more than a thousandth are printed differently."""
    texts = words.before_after(before, before * factor)
    assert texts[0] != texts[1]


def test_equal_levels_read_the_same():
    """What does not change is printed with three digits, twice the same."""
    assert words.before_after(48_310.0, 48_310.0) == ("48,300", "48,300")


def test_a_price_per_vehicle_is_written_out():
    """Prices keep their noughts: 2,912,000 yen, not 2.912 million; values of trade do not."""
    before, after = words.before_after(2_912_000, 2_911_400, "JPY per vehicle")
    assert (before, after) == ("2,912,000", "2,911,400")
    assert words.plain(words.quantity(6.1e8, "USD")) == "610 million USD"
    assert words.plain(words.quantity(12_341, "USD per vehicle")) == "12,340 USD per vehicle"


def test_a_baseline_without_meaning_is_a_dash_and_has_no_change_in_per_cent():
    """A support per vehicle has no value before it exists; nothing is made up for it."""
    assert words.before_after(None, 9_412, "USD per vehicle") == (words.NONE, "9,412")
    assert words.relative(None, 9_412) == words.relative(0, 9_412) == ""
    assert words.bare(None, "USD") == words.NONE


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_an_interval_names_both_ends_or_says_nothing(low, width):
    """An interval has two ends in order; without both of them there is no text."""
    text = words.interval(low, low + width, "USD", "90 %")
    assert text.startswith("(90 %: ")
    assert " to " in text
    assert words.interval(None, low) == words.interval(low, None) == ""


def test_an_interval_that_is_upside_down_is_refused():
    """A lower end above the upper one is a mistake, not an interval."""
    with pytest.raises(ValueError, match="above its upper end"):
        words.interval(2.0, 1.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_a_column_has_one_number_of_decimals(values):
    """Figures that stand under one another have their points under one another."""
    decimals = {len(text.partition(".")[2]) for text in words.column(values)}
    assert len(decimals) == 1


def test_signs_are_shown_where_asked():
    """A rise has a plus, a fall a minus, nothing has neither, and words have no sign."""
    texts = [words.signed(words.number(value)) for value in (5, -5, 0)]
    assert [words.plain(text) for text in texts] == ["+5.00", "-5.00", "0"]
    assert words.signed("less than one") == "less than one"
    assert words.signed(words.NONE) == words.NONE


def test_text_for_a_terminal_is_plain():
    """Whatever prints ASCII can print it."""
    fancy = " ".join((words.number(-1.5e9), words.percent(0.05), words.ARROW, words.NONE))
    assert words.plain(fancy).isascii()


def test_names_are_readable():
    """Identifiers become words; what is a name already stays."""
    assert names.readable("compact_suv") == "Compact SUV"
    assert names.readable("own_japan_built") == "Own Japan-built"
    assert names.readable("Toyota Camry") == "Toyota Camry"
    assert names.inside("ocean_freight") == "ocean freight"
    assert names.inside("us_sales_tax") == "US sales tax"
    assert names.firm("bmw") == "BMW"
    assert names.party("consumers_JP") == "Consumers, Japan"
    assert names.party("dealers") == "Dealers"
    assert names.country("XYZ") == "XYZ"
    assert words.day("2026-03-01") == "1 March 2026"
    assert words.day("soon") == "soon"
