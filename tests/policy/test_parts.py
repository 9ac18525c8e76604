"""Duties on parts and the offset against them: by hand, at 1e-12."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from backhaul.policy.compile import Money, deliver
from backhaul.policy.parts import duty_left, net_parts_rates, ordinary_rates, parts_rates
from laws_of_the_tables import shipped_measures
from policy.toy_supply import car, link, supply

EXACT = 1e-12
LAWS = shipped_measures()
CALM, BUSY = date(2024, 7, 1), date(2025, 10, 20)
"""Days without and with the duties of 2025 and their offset."""

MIX = {"USA": 0.5, "CAN": 0.1, "MEX": 0.1, "JPN": 0.2, "ROW": 0.1}
CAMRY, PILOT = car("camry"), car("pilot", firm="honda")


def reckoned(toy, *, price=30_000.0, on=BUSY):
    units = np.full(len(toy.products), 100.0)
    return duty_left(
        supply=toy, factory=toy.factory, list_price=np.full(len(toy.products), price),
        units=units, measures=LAWS, on=on,
    )  # fmt: skip


def test_only_imported_parts_of_cars_assembled_behind_the_border_pay():
    """Own parts and USMCA parts are free; a car assembled abroad pays nothing on its parts."""
    toy = supply([CAMRY, PILOT], [link(CAMRY, "USA", parts=MIX), link(PILOT, "JPN", parts=MIX)])

    assert parts_rates(toy, LAWS, CALM) == pytest.approx([0.6 * (0.2 + 0.1) * 0.025, 0], rel=EXACT)


def test_the_rest_of_the_world_pays_the_general_rate_and_japan_its_deal():
    """In October 2025 Japanese parts pay 15 %, those of no deal 2.5 + 25 %."""
    toy = supply([CAMRY], [link(CAMRY, "USA", parts=MIX)])

    assert parts_rates(toy, LAWS, BUSY)[0] == pytest.approx(
        0.6 * (0.2 * 0.15 + 0.1 * 0.275), rel=EXACT
    )


def test_there_is_no_offset_before_the_law():
    """Before April 2025 nobody has an offset, and the gross duty stays."""
    toy = supply([CAMRY], [link(CAMRY, "USA", parts=MIX)])
    gross = parts_rates(toy, LAWS, CALM)

    assert reckoned(toy, on=CALM) == {}
    assert np.array_equal(net_parts_rates(toy, LAWS, CALM, {}), gross)


def test_net_duty_is_what_the_cap_leaves_of_the_firms_duty():
    """Net duty of a firm is max(0, duty - 3.75 % of its list prices): per firm, not per car."""
    rich, poor = {"ROW": 1.0}, {"USA": 1.0}
    accord = car("accord", firm="honda")
    toy = supply(
        [CAMRY, PILOT, accord],
        [
            link(CAMRY, "USA", parts=rich),
            link(PILOT, "USA", parts=rich),
            link(accord, "USA", parts=poor),
        ],
    )
    left = reckoned(toy)
    duty, cap = 0.6 * 0.25 * 20_000, 0.0375 * 30_000

    assert left["toyota"] == pytest.approx(1 - cap / duty, rel=EXACT)
    # the Accord pays no duty of its own, and its cap serves the Pilot
    assert left["honda"] == pytest.approx(1 - 2 * cap / duty, rel=EXACT)


def test_an_offset_above_the_duty_pays_nothing_out():
    """A cap larger than the added duty leaves the base duty alone, never a refund."""
    toy = supply([CAMRY], [link(CAMRY, "USA", parts=MIX)])

    assert reckoned(toy) == {"toyota": 0.0}
    net = net_parts_rates(toy, LAWS, BUSY, {"toyota": 0.0})
    assert net == pytest.approx(ordinary_rates(toy, LAWS, BUSY), rel=EXACT)
    assert net[0] == pytest.approx(0.6 * (0.2 + 0.1) * 0.025, rel=EXACT)


def test_cars_built_abroad_count_neither_for_the_duty_nor_for_the_cap():
    """Half the units from Japan: duty and cap both halve, the share left stays."""
    parts = {"ROW": 1.0}
    whole = supply([CAMRY], [link(CAMRY, "USA", parts=parts)])
    half = supply([CAMRY], [link(CAMRY, "USA", 0.5, parts=parts), link(CAMRY, "JPN", 0.5)])

    assert reckoned(half)["toyota"] == pytest.approx(reckoned(whole)["toyota"], rel=EXACT)


def test_a_us_built_car_pays_the_same_parts_duty_wherever_it_is_sold():
    """The offset follows the firm and the plant: a car shipped to Japan has it too."""
    one = link(CAMRY, "USA", parts=MIX)
    home, abroad = supply([CAMRY], [one]), supply([CAMRY], [one], importer="JPN")
    left = {"toyota": 0.4}
    sold = [
        deliver(s, LAWS, BUSY, Money(150, 150), currency=c, parts_duty_left=left).parts_duty[0]
        for s, c in ((home, "USD"), (abroad, "JPY"))
    ]

    gross, ordinary = parts_rates(home, LAWS, BUSY)[0], ordinary_rates(home, LAWS, BUSY)[0]
    owed = 20_000 * (ordinary + 0.4 * (gross - ordinary))
    assert sold[0] == sold[1] == pytest.approx(owed, rel=EXACT)
