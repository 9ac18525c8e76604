"""The answer in three sentences: right verbs, no false digits, nothing said that is not there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backhaul.outcome.figure import Figure
from backhaul.outcome.words import deficit, sentences

QUESTIONS = (
    "reverse-imports", "reverse-imports-as-is", "us-tariff-15", "us-tariff-15-regime",
    "f150-for-japan", "yen-120", "invest-13bn", "hybrid-surge", "us-tariff-2.5",
)  # fmt: skip


def with_changes(answer, **changes):
    """Return figures of a real outcome with other changes."""
    return tuple(
        replace(f, scenario=(f.baseline or 0.0) + changes[f.name]) if f.name in changes else f
        for f in answer("us-tariff-2.5").figures
    )


@pytest.mark.parametrize("name", QUESTIONS)
def test_three_sentences_of_clean_english(name, answer):
    """Three, each with a head and a full stop; no signed nought, no more than three digits."""
    said = answer(name).sentences

    assert len(said) == 3
    for sentence in said:
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")
        assert not re.search(r"[+-]0(\.0)? ?%|nan|inf|None|_", sentence), sentence
        assert "treasury lose " not in sentence
        for number in re.findall(r"[\d,.]*\d", sentence.replace("US-", "")):
            digits = number.replace(",", "").replace(".", "").strip("0")
            assert len(digits) <= 3, (number, sentence)


def test_the_scale_comes_first(answer, world):
    """The first sentence says what 20,000 cars are worth beside the deficit."""
    assert deficit(world.evidence) == pytest.approx(68.5e9, rel=1e-9)
    first = answer("reverse-imports").sentences[0]

    assert re.match(r"20,000 cars are about \d{3} million USD a year, about 0\.9 % of the", first)
    assert "68.5 billion USD" in first
    assert "90 % interval" in first


def test_nothing_that_moves_is_said_so(answer):
    """Without any change there is no gain, no loss and no sign."""
    assert answer("us-tariff-2.5").sentences == (
        "Neither prices nor units move in either market.",
        "Nobody gains or loses half a million USD a year.",
        "The US-Japan car balance does not move.",
    )


def test_verbs_follow_who_and_which_way(answer, solved):
    """One treasury loses, several lose; a deficit shrinks or grows."""
    figures = with_changes(
        answer,
        government_JP_usd=-2e6,
        government_US_usd=3e9,
        balance_us_jp_net_usd=-5e6,
        balance_us_jp_gross_usd=7e6,
    )
    setting = solved("us-tariff-2.5").scenario.setting
    evidence = solved("us-tariff-2.5").scenario.world.evidence

    _, people, balance = sentences(figures, setting, evidence, None)

    assert (
        people
        == "US treasuries gain 3 billion USD and Japan's treasury loses 2 million USD a year."
    )
    assert "grows by 5 million USD net" in balance
    assert "+7 million USD gross, about nothing in direct content" in balance


def test_a_promise_that_keeps_itself_takes_no_support(answer, solved):
    """With a multiplier of nought the sentence says so."""
    found = solved("reverse-imports").scenario
    figures = tuple(
        replace(f, scenario=0.0) if f.name.startswith("support_") else f
        for f in answer("reverse-imports").figures
    )

    first, *_ = sentences(figures, found.setting, found.world.evidence, None)

    assert first.endswith("and the promise is kept without support.")
    assert isinstance(figures[0], Figure)
