"""Entrants: their sales without support as a distribution, and what a programme costs whom."""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.outcome.programme import entry_draws


def test_draws_are_seeded_and_never_a_mean(solved):
    """The same seed draws the same; the median lies near the state's own sales, below the mean."""
    free = solved("reverse-imports").free

    drawn = entry_draws(free, seed=3)

    assert drawn.shape == (256, 6)
    assert np.array_equal(drawn, entry_draws(free, seed=3))
    assert not np.array_equal(drawn, entry_draws(free, seed=4))
    central = free.sides["JP"].units[-6:]
    middle = np.median(drawn, axis=0)
    assert np.all(np.abs(np.log(middle / central)) < 0.15)  # 256 draws of errors near 0.6
    assert np.all(drawn.mean(axis=0) > middle)


def test_a_tariff_point_is_worth_money_to_who_ships_from_japan(answer):
    """One point less is worth about a hundredth of what Toyota ships, and less to the others.

    A carmaker that builds nearly all its US cars there loses by its rivals' lower duty; then
    there is no number of points that would pay for the programme.
    """
    outcome = answer("reverse-imports")
    table = outcome.tables["programme"].set_index("firm")
    worth = table["tariff_point_value_usd"]

    assert set(table.index) == {"toyota", "nissan", "honda"}
    assert worth["toyota"] == worth.max()
    assert 0.2e-2 < worth["toyota"] / -outcome["balance_us_jp_net_usd"].baseline < 1e-2
    pays = worth > 0
    assert table["ratio"].notna().equals(pays)
    known = table["loss_usd"][pays] / worth[pays]
    assert table["ratio"][pays].to_numpy() == pytest.approx(known.to_numpy())


def test_losses_and_support_are_two_sides_of_one_sum(answer):
    """What carmakers gain over the baseline is the support less what the programme would cost."""
    outcome = answer("reverse-imports")
    table = outcome.tables["programme"].set_index("firm")
    firms = outcome.tables["firms"].set_index("firm").loc[table.index]

    gained = firms["profit_usd_scenario"] - firms["profit_usd_baseline"]

    expected = firms["support_usd"] - table["loss_usd"]
    assert gained.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)


def test_the_interval_is_of_the_sales_of_all_entrants(answer):
    """Low, median and high of the draws stand in order around what is sold without support."""
    outcome = answer("reverse-imports-as-is")
    units, median = outcome["units_without_support"], outcome["units_without_support_median"]

    assert units.low < units.scenario < units.high
    assert units.low < median.scenario < units.high
    table = outcome.tables["entrants"]
    assert (table["low"] < table["median"]).all()
    assert (table["median"] < table["high"]).all()
    assert table["units_without_support"].sum() == pytest.approx(units.scenario)
