"""Influence: gradient times half width, checked against differences; Sobol' indices.

Gradients are complex-step derivatives, exact to rounding; extrapolated differences are good to
1e-9 of a smooth figure and to 1e-6 from one side. Indices of 1024 base points are good to 0.05.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.study.indices import GlobalPlan, indices
from backhaul.study.influence import influence
from backhaul.study.whole import Cancelled, preferred
from closed_form import FIGURES, INPUTS, KEYS, ClosedForm, FigureName, asked

BALANCE = "balance_us_jp_net_usd"
PRICE = "price.US.toyota_camry"
CHECK = 1e-9


@pytest.fixture(scope="module")
def found():
    return influence(ClosedForm(), BALANCE, asked())


def test_effects_are_gradients_times_half_widths(found):
    """The balance moves by 2 eta units per eta, over nine tenths of half the range of eta."""
    (bar,) = [bar for bar in found.bars if bar.key == "parameter.eta_us"]
    assert bar.gradient == pytest.approx(1e6 * 2 * 0.5 * 100, rel=1e-12)
    assert bar.effect == pytest.approx(bar.gradient * 0.45, rel=1e-12)
    assert (bar.source_id, bar.grade, bar.place) == ("estimate", "C", "jp/sales.csv:12")


def test_the_strongest_stand_first_and_nobody_is_left_out(found):
    """Bars fall in size; every uncertain input has one, and every other number a gradient."""
    sizes = [abs(bar.effect) for bar in found.bars]
    assert sizes == sorted(sizes, reverse=True)
    assert {bar.key for bar in found.bars} == {one.key for one in INPUTS[:5]}
    assert {bar.key for bar in (*found.bars, *found.chosen)} == {one.key for one in INPUTS}
    assert all(bar.effect == 0 for bar in found.chosen)


def test_kinds_add_as_roots_of_squares(found):
    """The total of a kind is the root of its squared effects, and so is the total of totals."""
    parameters = [bar.effect for bar in found.bars if bar.kind == "parameter"]
    assert found.by_kind["parameter"] == pytest.approx(np.hypot(*parameters), rel=1e-12)
    assert found.total == pytest.approx(np.linalg.norm(list(found.by_kind.values())), rel=1e-12)


def test_utilities_are_counted_by_market(found):
    """Every pair of product and buyer counts: twelve at 2 in the US, four at -1 in Japan."""
    us, jp = found.utilities
    assert (us.market, us.count, us.rss, us.largest) == ("US", 12, pytest.approx(12**0.5 * 2), 2.0)
    assert (jp.market, jp.count, jp.rss, jp.largest) == ("JP", 4, pytest.approx(2.0), 1.0)


def test_the_strongest_are_checked_against_differences(found):
    """Gradients agree with differences of solves from both sides, and none stands at a kink."""
    assert {one.key for one in found.check} == {bar.key for bar in found.bars}
    assert found.worst_check < CHECK
    assert found.kinks == 0
    for one in found.check:
        assert one.left == pytest.approx(one.right, rel=1e-5)


class Bent(ClosedForm):
    """The balance gets a kink at a place of its own in the price of a car."""

    at = 30.0
    slopes = (1e6, 4e6)

    def solve(self, values):
        batch = super().solve(values)
        off = values[:, KEYS.index(PRICE)] - self.at
        batch.figures[:, 0] += np.where(off < 0, *self.slopes) * off
        return batch

    def gradient(self, figure, values=None):
        found = super().gradient(figure, values)
        found[KEYS.index(PRICE)] += self.slopes[int(self.centre()[KEYS.index(PRICE)] >= self.at)]
        return found


def test_a_kink_at_the_centre_is_told_with_both_slopes():
    """Where the sides differ each slope is told, and a gradient of one side is no error."""
    found = influence(Bent(), BALANCE, asked())
    (one,) = [one for one in found.check if one.key == PRICE]
    assert (one.verdict, one.difference, found.kinks) == ("kink", None, 1)
    assert one.left == pytest.approx(1e6 + 0.5e6, rel=1e-6)
    assert one.right == pytest.approx(4e6 + 0.5e6, rel=1e-6)
    assert found.worst_check < 1e-6


def test_a_gradient_outside_both_sides_of_a_kink_is_an_error():
    """Neither slope, nor between them: the distance to the nearer one is the error."""

    class Outside(Bent):
        def gradient(self, figure, values=None):
            found = super().gradient(figure, values)
            found[KEYS.index(PRICE)] = 9e6
            return found

    found = influence(Outside(), BALANCE, asked())
    (one,) = [one for one in found.check if one.key == PRICE]
    assert one.error == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("off", [-0.3, 0.02, 0.1])
def test_a_kink_beside_the_centre_is_not_crossed(off):
    """Where wide steps cross a kink, narrower ones are believed."""

    class Beside(Bent):
        at = 30.0 + off

    found = influence(Beside(), BALANCE, asked())
    (one,) = [one for one in found.check if one.key == PRICE]
    assert one.verdict == "smooth"
    assert found.worst_check < 1e-6


def test_others_than_the_strongest_are_checked_too():
    """Of many inputs the strongest are checked and some others, each once."""
    many = tuple(
        replace(INPUTS[3], key=f"price.US.{k}", value=1.0, low=1.0 - 0.01 * k, high=1.0 + 0.01 * k)
        for k in range(1, 61)
    )

    class Many(ClosedForm):
        def solve(self, values):
            batch = super().solve(values[:, : len(INPUTS)])
            batch.figures[:, 0] += 1e6 * (values[:, len(INPUTS) :] ** 2).sum(axis=1)
            return batch

        def gradient(self, figure, values=None):
            at = self.centre()
            own = super().gradient(figure, at[: len(INPUTS)])
            return np.concatenate([own, 2e6 * at[len(INPUTS) :]])

    found = influence(Many(inputs=(*INPUTS, *many)), BALANCE, asked())
    keys = [one.key for one in found.check]
    assert keys[:24] == [bar.key for bar in found.bars[:24]]
    assert len(set(keys)) == len(keys) == 32
    assert found.worst_check < CHECK


def test_the_time_of_the_gradient_is_told_in_solves(found):
    """How many numbers, and how many solves the gradient by all of them takes."""
    assert found.numbers == len(INPUTS) + 16
    assert found.ratio == found.seconds["gradient"] / found.seconds["solve"] > 0
    assert "seconds" not in found.as_dict()


def test_a_wrong_gradient_is_found_out():
    """A gradient that is off by a thousandth shows as an error of a thousandth."""

    class Wrong(ClosedForm):
        def gradient(self, figure, values=None):
            return 1.001 * super().gradient(figure, values)

    found = influence(Wrong(), BALANCE, asked())
    assert found.worst_check == pytest.approx(1e-3, rel=1e-2)


def test_a_check_that_has_no_answer_is_no_agreement():
    """Where a solve beside the centre fails, the check is infinite and null in JSON."""
    found = influence(ClosedForm(fails_above=0.5), BALANCE, asked())
    assert found.worst_check == np.inf
    assert found.as_dict()["check"]["largest_error"] is None


def test_an_unknown_figure_suggests_the_nearest():
    """A slip in the name of a figure is told with the name that was meant."""
    with pytest.raises(ScenarioError) as caught:
        influence(ClosedForm(), "balance_us_jp_net", asked())
    assert BALANCE in caught.value.fix


def test_a_figure_that_does_not_apply_is_refused():
    """What is no number at the centre has no gradient."""
    with pytest.raises(ScenarioError) as caught:
        influence(ClosedForm(), "support_per_usd_of_net_balance", asked())
    assert "does not apply" in caught.value.what


def test_a_gradient_that_is_no_number_is_an_error():
    """A kink is told, not drawn as nothing."""

    class Kinked(ClosedForm):
        def gradient(self, figure, values=None):
            return np.where(np.arange(len(self.inputs)) == 2, np.nan, 1.0)

    with pytest.raises(EquilibriumError):
        influence(Kinked(), BALANCE, asked())


def test_the_support_is_asked_about_where_there_is_one():
    """Without a name the support per vehicle comes first, else the net balance."""
    support = FigureName("support_per_vehicle_usd", "USD per vehicle", "Support")
    assert preferred((*FIGURES, support)) == "support_per_vehicle_usd"
    assert preferred(FIGURES) == BALANCE


def test_influence_stops_when_asked():
    """A wish to stop is granted between the steps."""
    with pytest.raises(Cancelled):
        influence(ClosedForm(), BALANCE, asked(), is_cancelled=lambda: True)


@pytest.fixture(scope="module")
def shared():
    return indices(ClosedForm(), BALANCE, GlobalPlan(n=1024, workers=1), asked())


def test_indices_share_the_variance_out(shared):
    """With all else at the centre the balance is 100 eta^2 + 30 / freight: no interplay."""
    from scipy import stats

    eta = 100**2 * (1 / 5 - 1 / 9)
    freight = stats.triang(1 / 3, loc=1, scale=3)
    mean, square = freight.expect(lambda f: 30 / f), freight.expect(lambda f: 900 / f**2)
    other = square - mean**2
    first = {row.key: row.first for row in shared.rows}
    total = {row.key: row.total for row in shared.rows}
    assert first["parameter.eta_us"] == pytest.approx(eta / (eta + other), abs=0.05)
    assert total["parameter.freight"] == pytest.approx(other / (eta + other), abs=0.05)
    assert [row.key for row in shared.rows] == ["parameter.eta_us", "parameter.freight"]
    assert shared.variance == pytest.approx(1e12 * (eta + other), rel=0.05)


def test_indices_come_with_intervals(shared):
    """Each index lies within its interval, and the interval has a width."""
    for row in shared.rows:
        assert row.first_low <= row.first <= row.first_high
        assert row.total_low < row.total_high


def test_indices_are_the_same_for_any_workers_and_seeded(shared):
    """Threads do not change an index; a seed is a seed."""
    again = indices(ClosedForm(), BALANCE, GlobalPlan(n=1024, workers=3), asked())
    assert again.as_dict() == shared.as_dict()
    other = indices(ClosedForm(), BALANCE, GlobalPlan(n=1024, seed=2, workers=1), asked())
    assert other.as_dict() != shared.as_dict()


def test_points_without_an_answer_are_replaced_and_counted():
    """A base point with a solve that fails is passed over; the others are as many as asked for."""
    found = indices(ClosedForm(fails_above=0.9), BALANCE, GlobalPlan(n=64, workers=1), asked())
    assert 0 < found.replaced < 32
    assert found.solves == (64 + found.replaced) * 4


def test_too_many_failures_end_the_indices():
    """Indices of the half that solves would be an answer to another question."""
    with pytest.raises(EquilibriumError) as caught:
        indices(ClosedForm(fails_above=0.3), BALANCE, GlobalPlan(n=64, workers=1), asked())
    assert "of 64 base points" in caught.value.what


def test_a_figure_that_nothing_moves_has_no_indices():
    """A variance of nothing cannot be shared out."""
    with pytest.raises(EquilibriumError):
        indices(ClosedForm(), "welfare_US_usd", GlobalPlan(n=8, workers=1), asked())


def test_one_parameter_alone_has_no_indices():
    """There is nothing to share out between one and itself."""
    model = ClosedForm().with_input("parameter.freight", low=2.0, high=2.0)
    with pytest.raises(ScenarioError):
        indices(model, BALANCE, GlobalPlan(n=8, workers=1), asked())


def test_progress_of_indices_counts_solves():
    """Who watches is told of solves done, of all."""
    told = []
    indices(
        ClosedForm(), BALANCE, replace(GlobalPlan(), n=64, workers=1), asked(),
        progress=lambda *words: told.append(words),
    )  # fmt: skip
    assert told[-1][:2] == (256, 256)
