"""Figures: names that are fixed and documented, signs, and numbers that JSON can hold."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from backhaul.errors import ScenarioError
from backhaul.outcome.figure import Figure

MANUAL = Path(__file__).parents[2] / "docs" / "figures.md"
QUESTIONS = (
    "reverse-imports", "reverse-imports-as-is", "us-tariff-15", "us-tariff-15-regime",
    "f150-for-japan", "yen-120", "invest-13bn", "hybrid-surge", "us-tariff-2.5",
)  # fmt: skip


def documented() -> dict[str, tuple[str, re.Pattern[str]]]:
    """Return unit and pattern of each documented name; `<...>` stands for an identifier."""
    found = {}
    for line in MANUAL.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| `([^`]+)` \| ([^|]+) \|", line)
        if row:
            pattern = re.sub(r"<\w+>", r"[A-Za-z]\\w*?", row[1])
            found[row[1]] = (row[2].strip(), re.compile(pattern))
    return found


def test_every_figure_is_in_the_manual_with_its_unit(answer):
    """docs/figures.md has one row for each figure that a run may give, and none that none gives."""
    manual, used = documented(), set()
    for name in QUESTIONS:
        for figure in answer(name).figures:
            fits = [n for n, (_, pattern) in manual.items() if pattern.fullmatch(figure.name)]
            assert fits, f"{figure.name} is not in docs/figures.md"
            best = min(fits, key=lambda n: (n.count("<"), -len(n)))
            units = re.sub(r"<\w+>", r"(USD|JPY)", re.escape(manual[best][0]).replace(r"\ ", " "))
            assert re.fullmatch(units, figure.unit), (figure.name, figure.unit)
            used.add(best)

    assert used == set(manual)


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_outcome_is_json_without_infinities(name, answer):
    """Every figure is a finite number or null, every name stands there once."""
    outcome = answer(name)
    text = json.dumps(outcome.as_dict(), allow_nan=False)

    names = [figure["name"] for figure in json.loads(text)["figures"]]
    assert len(set(names)) == len(names)
    assert {"balance_us_jp_net_usd", "profit_toyota_usd", "units_JPN_to_US"} <= set(names)
    assert any("without a stated capacity" in line for line in outcome.not_modelled)


def test_gross_is_the_programme_before_what_it_displaces(answer):
    """Gross is larger than net by what the entrants displace; equal where nothing enters."""
    outcome = answer("reverse-imports")
    gross, net = outcome["balance_us_jp_gross_usd"], outcome["balance_us_jp_net_usd"]

    assert gross.change > net.change > 0
    plain = answer("us-tariff-15")
    assert plain["balance_us_jp_gross_usd"].scenario == plain["balance_us_jp_net_usd"].scenario
    moved = answer("invest-13bn")
    assert 0 < moved["balance_us_jp_content_usd"].change < moved["balance_us_jp_net_usd"].change


def test_support_is_counted_once(answer):
    """Outlay is support per vehicle times vehicles; what would have sold anyway is a part of it."""
    outcome = answer("reverse-imports")
    each, outlay = outcome["support_per_vehicle_usd"], outcome["support_outlay_usd"]

    assert outlay.scenario == pytest.approx(20_000 * each.scenario, rel=1e-6)
    anyway = outcome["support_outlay_sold_anyway_usd"].scenario
    assert anyway == pytest.approx(
        each.scenario * outcome["units_without_support"].scenario, rel=1e-6
    )
    assert outcome["support_outlay_with_fixed_costs_usd"].scenario > outlay.scenario
    assert -outcome["government_JP_usd"].change < outlay.scenario  # sales tax comes back


def test_every_instrument_has_its_cost_per_dollar_on_one_footing(answer):
    """Welfare lost over balance won, for duty, support, purchase, investment and exchange rate."""
    for name in ("us-tariff-15", "reverse-imports", "f150-for-japan", "invest-13bn", "yen-120"):
        outcome = answer(name)
        cost = outcome["welfare_cost_world_per_usd_of_net_balance"].scenario
        known = -outcome["welfare_world_usd"].change / outcome["balance_us_jp_net_usd"].change
        assert cost == pytest.approx(known, rel=1e-6), name
    names = {figure.name for figure in answer("hybrid-surge").figures}
    assert "welfare_cost_world_per_usd_of_net_balance" not in names
    assert "demand_shift_usd" in names


def test_nothing_changed_is_nought(answer):
    """A scenario that is its own baseline changes no figure."""
    for figure in answer("us-tariff-2.5").figures:
        assert figure.change in (0.0, None), figure


def test_a_figure_that_is_none_is_named_with_the_nearest(answer):
    """Asking for a figure by a wrong name suggests the right one."""
    with pytest.raises(ScenarioError, match="balance_us_jp_net_usd"):
        answer("us-tariff-15")["balance_us_jp_nett_usd"]


def test_a_change_in_per_cent_is_of_the_size_of_the_baseline():
    """From -100 to -80 is +20 %; from nothing there is none; what is no number is null."""
    figure = Figure("x", "USD", -100.0, -80.0)

    assert (figure.change, figure.percent) == (20.0, 20.0)
    assert Figure("x", "USD", 0.0, 5.0).percent is None
    assert Figure("x", "USD", None, 5.0).change is None
    assert Figure("x", "USD", 1.0, math.nan).as_dict()["scenario"] is None
