"""`show tariff`, `show measure`, `show source`: what a law says on a day, and who says so."""

from __future__ import annotations

import json

import pytest

from backhaul.cli.main import main


def result(words: list[str], capsys) -> dict:
    assert main([*words, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is True
    assert body["command"] == " ".join(words[:2])
    return body["result"]


@pytest.mark.parametrize(
    ("product", "on", "rate"),
    [
        ("passenger_car", "2024-12-31", 0.025),
        ("passenger_car", "2025-06-01", 0.275),
        ("passenger_car", "2025-10-01", 0.15),
        ("light_truck", "2025-06-01", 0.50),
        ("light_truck", "2025-10-01", 0.25),
    ],
)
def test_the_us_duty_on_japanese_cars_by_day(product, on, rate, capsys):
    """2.5 % before 2025, 27.5 % in June 2025, 15 % from the deal; pick-ups 50 % and 25 %."""
    found = result(["show", "tariff", "USA", "JPN", product, "--on", on], capsys)

    assert found["rate"] == pytest.approx(rate, abs=1e-15)
    assert {"importer", "exporter", "product", "on", "rate", "measures"} <= found.keys()
    assert sum(part["contribution"] for part in found["measures"]) == pytest.approx(rate, abs=1e-15)
    assert all(
        {"measure_id", "relation", "rate", "source_id"} <= p.keys() for p in found["measures"]
    )


def test_the_day_of_the_base_year_is_the_default(capsys):
    """Without --on the duty is that of 2024-07-01."""
    found = result(["show", "tariff", "USA", "JPN", "passenger_car"], capsys)

    assert found["on"] == "2024-07-01"
    assert found["rate"] == 0.025


def test_a_person_reads_the_rate_and_the_measures_that_make_it_up(capsys):
    """27.5 % is 2.5 % of the base duty and 25 % of section 232."""
    assert main(["show", "tariff", "USA", "JPN", "passenger_car", "--on", "2025-06-01"]) == 0

    text = capsys.readouterr().out
    assert text.startswith("27.5 % of customs value")
    assert "us_mfn_car" in text
    assert "us_232_car" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "tariff", "USA", "JPX", "passenger_car"], "JPN"),
        (["show", "tariff", "USA", "JPN", "passenger_cars"], "passenger_car"),
        (["show", "measure", "us_mfn_cr"], "us_mfn_car"),
        (["show", "source", "fr_1090"], "fr_10908"),
        (["show", "market", "USA"], "US"),
        (["show", "product", "toyota_camri"], "toyota_camry"),
        (["show", "plant", "toyota_tmk"], "toyota_tmmk"),
        (["show", "plant", "toyota_georgetown"], "toyota_tmmk"),
        (["show", "plant", "Georgetown"], "toyota_tmmk"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(words, says, capsys):
    """A typing error is met with the name that was probably meant, exit 2."""
    assert main(words) == 2
    assert says in capsys.readouterr().err


def test_a_measure_names_its_source(capsys):
    """A measure comes with its rate as a ratio, its span and the title of its source."""
    found = result(["show", "measure", "us_232_car"], capsys)

    assert found["rate"] == 0.25
    assert found["start"] == "2025-04-03"
    assert found["source"]["title"]


def test_a_source_says_what_rests_on_it(capsys):
    """A source lists how many rows of which tables cite it."""
    found = result(["show", "source", "wh_10908"], capsys)

    assert found["rows"]["policy/measures.csv"] >= 1
    assert found["url"].startswith("http")
