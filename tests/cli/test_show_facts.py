"""`show market`, `show product`, `show plant`: the observed base year."""

from __future__ import annotations

import json

import pytest

from backhaul.cli.main import main

ROUND = 1e-9  # sums of shares times units: rounding of floats only


def result(words: list[str], capsys) -> dict:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["result"]


@pytest.mark.parametrize("code", ["US", "JP"])
def test_a_market_adds_up_by_firm_segment_and_origin(code, capsys):
    """The units of all firms, of all segments and of all origins are the market's units."""
    found = result(["show", "market", code], capsys)

    for by in ("firms", "segments", "origins"):
        assert sum(row["units"] for row in found[by]) == pytest.approx(found["units"], rel=ROUND)
    assert found["units"] < found["potential_buyers"] < found["households"]


def test_a_product_adds_up_by_origin_and_names_its_sources(capsys):
    """Each market's row of a product has sources, grades and origins that add up to its units."""
    found = result(["show", "product", "toyota_rav4"], capsys)

    assert [row["market"] for row in found["markets"]] == ["US", "JP"]
    for row in found["markets"]:
        assert sum(o["share"] for o in row["origins"]) == pytest.approx(1, rel=ROUND)
        assert sum(o["units"] for o in row["origins"]) == pytest.approx(row["units"], rel=ROUND)
        assert row["price_grade"] in {"A", "B", "C"}
        assert row["price_source_id"]
        assert row["units_source_id"]


def test_a_product_announced_for_japan_says_so(capsys):
    """The Camry stands in the US market and among the cars announced for Japan."""
    found = result(["show", "product", "toyota_camry"], capsys)

    assert [row["market"] for row in found["markets"]] == ["US"]
    assert found["announced"][0]["market"] == "JP"
    assert found["announced"][0]["status"].startswith("announced")


def test_a_plant_lists_what_it_builds_for_whom(capsys):
    """Georgetown builds the Camry for the US; numbers are in vehicles."""
    found = result(["show", "plant", "toyota_tmmk"], capsys)

    assert {"market": "US", "product": "toyota_camry"}.items() <= found["builds"][0].items()
    assert found["capacity"] >= found["output"] > 0


@pytest.mark.parametrize(
    "words", [["market", "JP"], ["product", "toyota_rav4"], ["plant", "toyota_tmmk"]]
)
def test_a_person_reads_numbers_with_units(words, capsys):
    """Plain text has units behind its numbers and no brackets of Python."""
    assert main(["show", *words]) == 0

    text = capsys.readouterr().out
    assert "vehicles" in text
    assert "{" not in text
    assert "nan" not in text
