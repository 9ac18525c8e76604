"""Draws: each input by its own distribution, the same points for the same seed.

Quantiles are closed forms: 1e-12. Sample quantiles of n balanced points lie within 2 / n of theirs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from backhaul.errors import ScenarioError
from backhaul.study.draws import (
    CHUNK,
    Points,
    drawn,
    half_width,
    quantile,
    quantiles,
    rounded_up,
)
from closed_form import INPUTS, Input

RTOL = 1e-12
LEVELS = np.array([0.001, 0.05, 0.3, 0.5, 0.8, 0.95, 0.999])


def column(one):
    return quantiles((one,), LEVELS[:, None])[:, 0]


def test_a_triangle_is_scipys():
    """The triangular input has its top at the central value and its ends at low and high."""
    one = Input("x", "parameter", 2.0, 1.0, 4.0, "triangular")
    reference = stats.triang(1 / 3, loc=1, scale=3).ppf(LEVELS)
    np.testing.assert_allclose(column(one), reference, rtol=RTOL)


@pytest.mark.parametrize("centre", [1.0, 4.0])
def test_a_triangle_may_have_its_top_at_an_end(centre):
    """A central value at the end of its range is drawn too."""
    one = Input("x", "parameter", centre, 1.0, 4.0, "triangular")
    reference = stats.triang((centre - 1) / 3, loc=1, scale=3).ppf(LEVELS)
    np.testing.assert_allclose(column(one), reference, rtol=RTOL)


def test_low_and_high_of_a_normal_input_are_its_outer_points():
    """5 % lie below low, 95 % below high, half below the centre, however uneven the range."""
    one = Input("x", "price", 30.0, 27.0, 39.0, "normal")
    found = quantiles((one,), np.array([[0.05], [0.5], [0.95]]))[:, 0]
    np.testing.assert_allclose(found, [27.0, 30.0, 39.0], rtol=RTOL)


def test_a_lognormal_input_is_normal_in_logarithms():
    """Its logarithm has the same quantiles as a normal input between the logarithms."""
    one = Input("x", "units", 100.0, 80.0, 125.0, "lognormal")
    sigma = np.log(1.25) / stats.norm.ppf(0.95)
    reference = stats.lognorm(s=sigma, scale=100).ppf(LEVELS)
    np.testing.assert_allclose(column(one), reference, rtol=RTOL)


def test_an_empirical_input_takes_the_quantiles_of_its_values():
    """What was seen is what is drawn; between two values the quantile is between them."""
    one = Input("x", "quality", 0.0, -1.0, 1.0, "empirical", support=(1.0, -1.0, 0.0))
    assert quantile(one, 0.5) == 0.0
    assert quantile(one, 0.25) == -0.5


@pytest.mark.parametrize(
    "change",
    [
        {"distribution": "cauchy"},
        {"distribution": "lognormal", "low": -1.0},
        {"distribution": "normal", "value": 9.0},
        {"distribution": "empirical"},
    ],
)
def test_what_cannot_be_drawn_is_named(change):
    """An unknown distribution, or one that does not fit its range, is refused with its key."""
    one = replace(Input("units.JP.x", "units", 2.0, 1.0, 4.0), **change)
    with pytest.raises(ScenarioError) as caught:
        quantile(one, 0.5)
    assert caught.value.where == "input units.JP.x"
    assert caught.value.fix.startswith("Take")


def test_only_what_is_uncertain_is_drawn():
    """What has no range, and what is chosen by law or policy, stays where it is."""
    keys = [INPUTS[place].key for place in drawn(INPUTS)]
    assert keys == [one.key for one in INPUTS[:5]]


def test_tastes_can_be_held():
    """Holding tastes leaves out the targets of demand and nothing else."""
    every, held = drawn(INPUTS), drawn(INPUTS, hold_tastes=True)
    assert [INPUTS[p].key for p in set(every) - set(held)] == ["parameter.eta_us"]


def test_half_a_width_is_half_a_90_per_cent_interval():
    """A uniform input has nine tenths of half its range; a certain or chosen one has none."""
    assert half_width(INPUTS[0]) == pytest.approx(0.45, rel=RTOL)
    assert half_width(INPUTS[3]) == pytest.approx(3.0, rel=RTOL)
    assert half_width(INPUTS[5]) == half_width(INPUTS[6]) == half_width(INPUTS[7]) == 0.0


def test_chunks_are_the_rows_of_one_sequence():
    """In whatever pieces they are taken, the points of a seed are the same points."""
    places, centre = drawn(INPUTS), np.array([one.value for one in INPUTS])
    whole = np.vstack(list(Points(INPUTS, places, seed=3).chunks(4 * CHUNK, centre)))
    other = Points(INPUTS, places, seed=3)
    pieces = np.vstack([other.next(CHUNK // 2, centre) for _ in range(8)])
    np.testing.assert_array_equal(whole, pieces)


def test_a_seed_is_a_seed():
    """The same seed gives the same draws, another seed others."""
    places, centre = drawn(INPUTS), np.array([one.value for one in INPUTS])
    first, again, other = (
        next(Points(INPUTS, places, seed=seed).chunks(CHUNK, centre)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_draws_have_the_quantiles_of_their_inputs():
    """Sample quantiles of every drawn input are those of its distribution; the rest is central."""
    n, places = 1024, drawn(INPUTS)
    centre = np.array([one.value for one in INPUTS])
    values = np.vstack(list(Points(INPUTS, places, seed=1).chunks(n, centre)))
    for place, one in enumerate(INPUTS):
        if place not in places:
            assert (values[:, place] == one.value).all()
            continue
        ranks = np.sort(values[:, place])[[51, 511, 972]]
        for level, found in zip((52 / n, 512 / n, 973 / n), ranks, strict=True):
            assert quantile(one, level - 2 / n) <= found <= quantile(one, level + 2 / n)


@pytest.mark.parametrize(("asked", "made"), [(2, 2), (3, 4), (1000, 1024), (1024, 1024)])
def test_numbers_of_draws_are_rounded_up(asked, made):
    """Sobol' points are balanced at powers of two, so that many are made."""
    assert rounded_up(asked) == made


@pytest.mark.parametrize("asked", [-5, 0, 1, 2**20 + 1])
def test_numbers_that_make_no_ensemble_are_refused(asked):
    """Fewer than two draws have no interval; more than a million are a slip."""
    with pytest.raises(ScenarioError) as caught:
        rounded_up(asked)
    assert f"{asked} draws" in caught.value.what
