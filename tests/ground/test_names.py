"""The nearest name, and markets by name."""

from __future__ import annotations

import pytest

from backhaul.errors import EvidenceError
from backhaul.ground.money import country_of, currency_of
from backhaul.ground.names import did_you_mean, listed, nearest


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("toyota_camri", "toyota_camry"),
        ("Toyota Camry", "toyota_camry"),
        ("toyota-camry", "toyota_camry"),
        ("honda_accrd", "honda_accord"),
        ("xyzzy", None),
    ],
)
def test_the_nearest_name_is_found(written, meant):
    """Case, blanks, hyphens and one wrong letter do not hide what was meant."""
    assert nearest(written, ["toyota_camry", "honda_accord"]) == meant


def test_the_remedy_names_the_nearest_or_says_otherwise():
    """A remedy starts with a verb, with and without a near name."""
    assert did_you_mean("ab", ["abc"], otherwise="Stop.").startswith("Write 'abc'")
    assert did_you_mean("q", ["abc"], otherwise="Stop.") == "Stop."


def test_long_lists_are_cut_and_say_how_much_is_left():
    """Nothing is left out in silence."""
    assert listed("abcd", most=2) == "a, b and 2 more"
    assert listed("ab", most=2) == "a, b"


def test_markets_have_a_country_and_a_currency():
    """US counts in dollars and JP in yen; another market is unknown."""
    assert (country_of("US"), currency_of("JP")) == ("USA", "JPY")
    with pytest.raises(EvidenceError) as caught:
        currency_of("us")
    assert caught.value.fix.startswith("Write 'US'")
