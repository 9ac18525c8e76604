"""Shipped scenarios give the figures that lie beside them, with their whole proof.

Figures are compared to 1e-8 relative (`ALLOWED`): prices are solved to 1e-10, and demand magnifies
that some tenfold. Identities are held to 1e-9, as the model demands.
"""

from __future__ import annotations

import pytest

from backhaul.errors import EvidenceError
from backhaul.scenario.library import shipped
from backhaul.study.expected import ALLOWED, as_csv, differences, expected_rows, headline

NAMES = tuple(shipped())

WANTED = {
    "reverse-imports", "reverse-imports-as-is", "reverse-imports-rhd", "us-tariff-2.5",
    "us-tariff-15", "us-tariff-27.5", "us-tariff-15-regime", "us-tariff-27.5-regime",
    "f150-for-japan", "invest-13bn", "hybrid-surge", "yen-120",
}  # fmt: skip


def test_every_question_of_the_article_is_shipped():
    """The twelve questions have a file each, and nothing else lies there."""
    assert set(NAMES) == WANTED


@pytest.mark.parametrize("name", NAMES)
def test_the_headline_figures_are_those_beside_the_scenario(name, answer):
    """A run reproduces its file to 1e-8; else the message says what moved, and by how much."""
    moved = differences(answer(name), expected_rows(name))

    assert moved == [], "\n".join([f"{name}; to accept: python -m backhaul.study.expected", *moved])


@pytest.mark.parametrize("name", NAMES)
def test_the_books_balance(name, answer):
    """Units, dollars, trade and welfare add up to 1e-9 of themselves."""
    gaps = answer(name).identities

    assert len(gaps) >= 4
    assert all(0 <= gap <= 1e-9 for gap in gaps.values()), gaps


@pytest.mark.parametrize("name", NAMES)
def test_every_solve_has_its_whole_certificate(name, answer):
    """Baseline and scenario, both markets: four parts, all passed, every start at one answer."""
    outcome = answer(name)

    states = {state for state in outcome.certificates}
    assert {f"{m} {s}" for m in ("US", "JP") for s in ("baseline", "scenario")} <= states
    for state, proof in outcome.certificates.items():
        assert set(proof) >= {"first_order", "second_order", "best_response", "starts"}, state
        assert all(proof[part]["passes"] for part in ("first_order", "second_order")), state
        assert proof["best_response"]["passes"], state
        assert proof["first_order"]["value"] <= 1e-10
        assert proof["starts"]["tried"] >= 2
        assert proof["starts"]["different"] == 1
    assert outcome.certified


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_figures_are_those_that_matter(name, answer):
    """25 to 50 figures, those with fixed names among them, none that is no number."""
    figures = {figure.name: figure for figure in headline(answer(name))}

    assert 25 <= len(figures) <= 50
    assert {
        "balance_us_jp_gross_usd", "balance_us_jp_net_usd", "balance_us_jp_content_usd",
        "consumer_surplus_JP_usd", "consumer_surplus_US_usd", "government_JP_usd",
        "government_US_usd", "profit_toyota_usd", "profit_nissan_usd", "units_JPN_to_US",
        "units_USA_to_JP", "price_mean_US", "price_mean_JP", "units_total_US", "units_total_JP",
    } <= set(figures)  # fmt: skip
    assert all(figure.scenario == figure.scenario for figure in figures.values())


def test_what_moved_is_told_with_its_size(answer):
    """A figure off by a millionth, one that is new and one that is gone are each named."""
    outcome = answer("us-tariff-15")
    rows = expected_rows("us-tariff-15")
    name, unit, before, after = rows["units_JPN_to_US"]
    rows["units_JPN_to_US"] = (name, unit, before, after * (1 + 1e-6))
    rows["nothing"] = rows.pop("price_mean_US")

    said = differences(outcome, rows)

    assert [line.split()[0].strip(":,") for line in said] == [
        "nothing", "price_mean_US", "units_JPN_to_US",
    ]  # fmt: skip
    assert "-1.000e-06" in said[-1]


def test_the_files_hold_every_digit(answer):
    """Written and read again, a figure is the same number, bit for bit."""
    outcome = answer("us-tariff-15")
    text = as_csv(outcome).splitlines()

    assert text[0] == "name,unit,baseline,scenario"
    assert [float(line.rsplit(",", 1)[1]) for line in text[1:]] == [
        figure.scenario for figure in headline(outcome)
    ]
    assert ALLOWED == 1e-8


def test_a_scenario_without_expected_figures_is_named():
    """There is no silent pass for a scenario whose file is missing."""
    with pytest.raises(EvidenceError, match="no expected figures"):
        expected_rows("not-shipped")
