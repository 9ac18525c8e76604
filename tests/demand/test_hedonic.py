"""The hedonic value of new products: exact leave-one-out, pooling, and honest refusals.

Tolerance 1e-9: linear algebra of some sixty products; leave-one-out residuals are compared with
refitting at the same variances. 1e-5 where variances are searched for twice: the likelihood is
flat at its top.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.demand.entry_check import leave_one_out_entry
from backhaul.demand.hedonic import LIGHT, Characteristics, fit_hedonic
from backhaul.demand.invert import invert
from backhaul.demand.shares import shares
from backhaul.demand.taste import Taste
from backhaul.errors import CalibrationError, MarketError

RTOL = 1e-9
NESTS = ("compact", "kei", "minivan", "pickup", "suv")
BRANDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def cars(count=60, seed=11):
    """Invented products with every power train; the last nest is thin."""
    rng = np.random.default_rng(seed)
    train = np.array(["ice", "hybrid", "phev", "bev"])[rng.choice(4, count, p=[0.5, 0.3, 0.1, 0.1])]
    nest = rng.choice(5, count, p=[0.3, 0.3, 0.2, 0.05, 0.15])
    return Characteristics(
        names=tuple(f"car_{j}" for j in range(count)),
        length_mm=rng.uniform(3400, 5200, count),
        engine_cc=np.where(train == "bev", 0.0, rng.uniform(650, 3500, count)),
        powertrain=tuple(train.tolist()),
        luxury=rng.uniform(size=count) < 0.2,
        nest=tuple(NESTS[k] for k in nest),
        brand=tuple(BRANDS[k] for k in rng.choice(6, count)),
    )


def utilities(known, *, seed=12, nest_sd=0.5, brand_sd=0.3, noise=0.2):
    """Mean utilities from a truth of the assumed form."""
    rng = np.random.default_rng(seed)
    nest = dict(zip(NESTS, rng.normal(0, nest_sd, 5), strict=True))
    brand = dict(zip(BRANDS, rng.normal(0, brand_sd, 6), strict=True))
    electric = np.array([train == "bev" for train in known.powertrain])
    return (
        2 * np.log(known.length_mm / 1000)
        + 0.4 * known.luxury
        - 0.5 * electric
        + np.array([nest[name] for name in known.nest])
        + np.array([brand[name] for name in known.brand])
        + rng.normal(0, noise, len(known.names))
        - 4
    )


def fitted(known, delta, flagged=()):
    flag = np.array([name in flagged for name in known.names])
    return fit_hedonic(delta=delta, characteristics=known, own_import=flag)


def test_leave_one_out_is_refitting_without_the_product():
    """Each residual is what a ridge regression on the other products misses this one by."""
    known = cars()
    delta = utilities(known)
    found = fitted(known, delta)
    nest_sd, brand_sd, noise = found.deviations
    x = np.column_stack(
        [
            np.log(known.length_mm / 1000),
            np.log(np.where(known.engine_cc == 0, 1000, known.engine_cc) / 1000),
            *[[train == t for train in known.powertrain] for t in ("hybrid", "phev", "bev")],
            known.luxury,
        ]
    ).astype(float)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    nests = np.array([[a == b for b in NESTS] for a in known.nest], dtype=float)
    brands = np.array([[a == b for b in BRANDS] for a in known.brand], dtype=float)
    design = np.column_stack([np.ones(60), x, nests, brands])
    ridge = np.concatenate(
        [
            [0.0],
            np.full(6, 1 / LIGHT),
            np.full(5, noise**2 / nest_sd**2),
            np.full(6, noise**2 / brand_sd**2),
        ]
    )
    missed = []
    for j in range(60):
        keep = np.arange(60) != j
        normal = design[keep].T @ design[keep] + np.diag(ridge)
        beta = np.linalg.solve(normal, design[keep].T @ delta[keep])
        missed.append(delta[j] - design[j] @ beta)
    np.testing.assert_allclose(found.residuals, missed, rtol=RTOL, atol=1e-10)


def test_the_fit_is_close_to_a_truth_of_its_own_form():
    """Residuals are about as large as the noise, and variances about those of the truth."""
    known = cars(count=400)
    found = fitted(known, utilities(known, noise=0.2))
    assert found.deviations[2] == pytest.approx(0.2, rel=0.15)
    assert np.std(found.residuals) == pytest.approx(0.2, rel=0.15)


def test_variance_ratios_do_not_hang_on_the_last_digit_of_utilities():
    """The likelihood is solved to round-off: noise of 1e-13 in delta moves no ratio by 1e-10."""
    known = cars()
    delta = utilities(known)
    noise = 1e-13 * np.random.default_rng(5).normal(size=delta.size)

    found, again = fitted(known, delta), fitted(known, delta + noise)

    np.testing.assert_allclose(found.deviations, again.deviations, rtol=1e-10)


def test_a_brand_never_seen_gets_the_pooled_mean():
    """Two products that differ by an unknown badge differ by exactly the known badge's effect."""
    known = cars()
    found = fitted(known, utilities(known))
    two = cars(count=2)
    stranger = replace(two, brand=("never_seen", "never_seen"))
    effect = np.array([found.brand_effects[name] for name in two.brand])
    np.testing.assert_allclose(found.predict(two) - found.predict(stranger), effect, atol=1e-12)


def test_a_thin_nest_is_pulled_to_the_rest():
    """One product alone in its nest moves its nest effect by less than half of its surprise."""
    known = cars()
    alone = replace(
        known, nest=("sports", *("suv" if n == "pickup" else n for n in known.nest[1:]))
    )
    delta = utilities(known, nest_sd=0.2)
    calm, wild = fitted(alone, delta), fitted(alone, delta + 0.4 * (np.arange(60) == 0))
    moved = wild.nest_effects["sports"] - calm.nest_effects["sports"]
    assert 0 < moved < 0.2


def test_the_constant_of_utility_does_not_matter():
    """Adding a number to every utility moves every prediction by it and no residual."""
    known = cars()
    delta = utilities(known)
    first, second = fitted(known, delta), fitted(known, delta + 7.0)
    np.testing.assert_allclose(second.residuals, first.residuals, atol=1e-5)
    np.testing.assert_allclose(second.predict(known), first.predict(known) + 7.0, atol=1e-5)


def test_the_shift_is_the_mean_surprise_of_own_imports():
    """Entrants move by what the carmakers' own imports differ by; other products do not."""
    known = cars()
    found = fitted(known, utilities(known), flagged=("car_3", "car_17"))
    expected = found.residuals[[3, 17]].mean()
    assert found.shift == pytest.approx(expected, rel=1e-12)
    gap = found.quantile(0.5, entrant=True) - found.quantile(0.5, entrant=False)
    assert gap == pytest.approx(expected, rel=1e-9)
    assert fitted(known, utilities(known)).shift == 0.0


def test_draws_are_residuals_and_repeat_with_their_seed():
    """The same seed gives the same draws; each is a residual (plus the shift)."""
    known = cars()
    found = fitted(known, utilities(known), flagged=("car_3",))
    first, again = (found.draws(50, seed=4, entrant=True) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    nearest = np.abs(first[:, None] - found.shift - found.residuals).min(axis=1)
    np.testing.assert_allclose(nearest, 0, atol=1e-12)


def test_the_grade_price_says_what_equipment_says():
    """Where utility follows the grade, knowing it makes the residuals smaller."""
    known = cars()
    grade = np.exp(np.random.default_rng(9).normal(1, 0.4, 60))
    delta = utilities(known) + 0.8 * np.log(grade)
    plain, graded = fitted(known, delta), fitted(replace(known, grade_price=grade), delta)
    assert np.std(graded.residuals) < 0.8 * np.std(plain.residuals)
    with pytest.raises(MarketError, match="grade price"):
        graded.predict(known)


def test_subset_keeps_products_with_their_own_characteristics():
    """Rows stay together when some are left out."""
    known = replace(cars(), grade_price=np.arange(1.0, 61.0))
    part = known.subset(np.arange(60) % 7 == 2)
    places = [int(name.removeprefix("car_")) for name in part.names]
    assert places == list(range(2, 60, 7))
    np.testing.assert_array_equal(part.grade_price, np.array(places) + 1.0)
    assert part.brand == tuple(known.brand[j] for j in places)


def test_what_the_fit_cannot_value_is_refused_by_name():
    """A nest or power train without a product on sale has no hedonic value."""
    known = cars()
    few = known.subset(np.array([train != "bev" for train in known.powertrain]))
    found = fitted(few, utilities(known)[[train != "bev" for train in known.powertrain]])
    odd = replace(cars(count=1), nest=("airship",), powertrain=("bev",), engine_cc=np.zeros(1))
    with pytest.raises(MarketError) as caught:
        found.predict(odd)
    assert "car_0: no fitted product is in nest 'airship'" in caught.value.what
    assert "power train 'bev'" in caught.value.what
    assert caught.value.fix.startswith("Use one of the nests compact")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"length_mm": np.array([4500.0, -1.0])}, "car_1: length is not positive"),
        ({"powertrain": ("steam", "ice")}, "car_0: power train is not one of"),
        ({"powertrain": ("bev", "bev")}, "battery-electric with a displacement"),
        ({"engine_cc": np.zeros(2), "powertrain": ("ice", "ice")}, "without displacement"),
        ({"grade_price": np.array([0.0, 1.0])}, "car_0: grade price is not positive"),
    ],
)
def test_impossible_characteristics_are_refused_by_name(change, says):
    """Each faulty product is named with what is wrong."""
    good = replace(cars(count=2), powertrain=("ice", "ice"), engine_cc=np.array([1500.0, 2000.0]))
    with pytest.raises(MarketError) as caught:
        replace(good, **change)
    assert says in caught.value.what


def test_a_handful_of_products_is_no_regression():
    """Below a dozen products nothing is fitted."""
    known = cars(count=8)
    with pytest.raises(CalibrationError, match="8 products"):
        fitted(known, utilities(known))


def market_of(known, seed=21):
    """A market in which the utilities of these products are drawn from the hedonic's own form."""
    rng = np.random.default_rng(seed)
    count = len(known.names)
    return Taste(
        delta=utilities(known) - 2,
        nest=np.array([NESTS.index(name) for name in known.nest]),
        alpha=np.array([0.03, 0.05]),
        weights=np.array([0.5, 0.5]),
        sigma_in=0.2,
        sigma_seg=0.5,
        penalty=np.zeros(count),
    ), rng.uniform(15, 60, count)


def test_left_out_products_are_mostly_inside_their_interval():
    """A 90 % interval covers 80 to 97 % of a hundred products that obey the model."""
    known = cars(count=100)
    taste, price = market_of(known)
    found = fitted(known, taste.delta)
    check = leave_one_out_entry(
        taste=taste, price=price, households=1e6, names=known.names, hedonic=found
    )
    assert 0.80 <= check.coverage <= 0.97
    assert np.all((check.low < check.median) & (check.median < check.high))
    np.testing.assert_allclose(check.units, shares(taste, price) * 1e6, rtol=1e-12)


def test_the_entry_of_one_product_is_its_own_market_solved_again():
    """The median is the sales at the delta predicted from the others; theirs stay as they are."""
    known = cars()
    taste, price = market_of(known)
    found = fitted(known, taste.delta)
    check = leave_one_out_entry(
        taste=taste, price=price, households=1.0, names=known.names, hedonic=found
    )
    moved = shares(taste, price).copy()
    moved[7] = check.median[7]
    others = np.delete(found.residuals, 7)
    at = np.array(taste.delta)
    at[7] += np.median(others) - found.residuals[7]
    expected = shares(replace(taste, delta=at), price)
    assert check.median[7] == pytest.approx(expected[7], rel=1e-12)
    back = invert(taste, price=price, observed=expected)
    np.testing.assert_allclose(back, at, atol=1e-9)
    assert check.log_error[7] == pytest.approx(np.log(expected[7] / check.units[7]), rel=1e-9)


def test_as_entrants_products_are_moved_by_the_shift_of_the_other_imports():
    """The check of a known entry uses what the other entries teach, never its own surprise."""
    known = cars()
    taste, price = market_of(known)
    found = fitted(known, taste.delta, flagged=("car_3", "car_17"))
    plain, moved = (
        leave_one_out_entry(
            taste=taste,
            price=price,
            households=1.0,
            names=known.names,
            hedonic=found,
            as_entrants=flag,
        )
        for flag in (False, True)
    )
    at = np.array(taste.delta)
    at[3] += found.residuals[17] - found.residuals[3] + np.median(np.delete(found.residuals, 3))
    expected = shares(replace(taste, delta=at), price)[3]
    assert moved.median[3] == pytest.approx(expected, rel=1e-12)
    direction = np.sign(moved.median - plain.median)[[j for j in range(60) if j not in (3, 17)]]
    np.testing.assert_array_equal(direction, np.sign(found.shift))


def test_a_hedonic_of_another_market_is_refused():
    """Products are matched by name."""
    known = cars()
    taste, price = market_of(known)
    strangers = tuple(f"other_{j}" for j in range(60))
    with pytest.raises(MarketError, match="the market does not"):
        leave_one_out_entry(
            taste=taste,
            price=price,
            households=1.0,
            names=strangers,
            hedonic=fitted(known, taste.delta),
        )
