"""The supply side as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from policy.toy_supply import car, link, supply

CAMRY, RAV4 = car("camry"), car("rav4")


def test_links_sum_by_product():
    """A product's total is the sum over its links, zero where it has none in the values."""
    toy = supply(
        [CAMRY, RAV4], [link(RAV4, "JPN", 0.3), link(CAMRY, "USA"), link(RAV4, "CAN", 0.7)]
    )

    assert toy.total(np.array([1.0, 10.0, 100.0])) == pytest.approx([10, 101])
    assert toy.total(toy.share) == pytest.approx([1, 1])


def test_content_is_assembly_and_parts():
    """A Canadian car with half its parts from Japan is 30 % Japanese when parts are 60 %."""
    toy = supply([CAMRY], [link(CAMRY, "CAN", parts={"JPN": 0.5, "CAN": 0.5})])

    assert toy.content("JPN") == pytest.approx([0.3])
    assert toy.content("CAN") == pytest.approx([0.7])
    assert toy.content("USA") == pytest.approx([0.0])


def test_joined_supplies_keep_links_with_their_products():
    """Entrants stand behind the products on sale, each with its own link and amounts."""
    first = supply([CAMRY], [link(CAMRY, "USA")])
    both = first.extended(supply([RAV4], [link(RAV4, "JPN")], factory=7_000.0))

    assert [p.id for p in both.products] == ["camry", "rav4"]
    assert list(both.product) == [0, 1]
    assert both.factory == pytest.approx([20_000, 7_000])
    assert both.dealer.shape == (2,)


def test_arrays_cannot_be_written_to():
    """A frozen supply holds frozen arrays."""
    toy = supply([CAMRY], [link(CAMRY, "USA")])
    with pytest.raises(ValueError, match="read-only"):
        toy.factory[0] = 1.0
