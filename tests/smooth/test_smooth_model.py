"""Laws of the whole model as one function: the certifying engine's figures, and exact slopes.

Tolerance of figures: 1e-7 of the change or 1e-13 of the level, whichever is larger: both engines
end at prices good to 1e-11. Tolerance of slopes: 1e-6 of the larger of the slope and 1e-4 of the
largest scaled slope, against central differences.
"""

from __future__ import annotations

import numpy as np
import pytest

from backhaul.baseline.calibrate import calibrate
from backhaul.evidence.catalogue import Evidence
from backhaul.scenario.file import load_scenario
from backhaul.smooth.model import Model
from backhaul.study.one_run import moved
from backhaul.study.run import baseline_setting

STEP = 1e-5
"""Of a difference, relative to the size of the input: small, as curvatures jump at some of them."""


@pytest.fixture(scope="module")
def model() -> Model:
    """The main job with entrants, plants within their capacity and a promise."""
    return of("reverse-imports")


def of(name: str) -> Model:
    """Return the model of a shipped question."""
    scenario = load_scenario(name)
    world = calibrate(Evidence.load())
    return Model.of(world, lambda other: baseline_setting(other, scenario), scenario.setting)


@pytest.fixture(scope="module")
def drawn(model: Model) -> np.ndarray:
    """The central inputs and six draws of all uncertain ones, inside the middle of their ranges."""
    random = np.random.default_rng(4)
    rows = np.repeat(model.centre()[None], 7, axis=0)
    for place, one in enumerate(model.inputs):
        if one.uncertain:
            rows[1:, place] += random.uniform(-0.3, 0.3, 6) * (one.high - one.low) / 2
    return rows


def test_all_headline_figures_are_those_of_the_certifying_engine(model, drawn):
    """At the central facts every figure is the one that `run` gives."""
    assert len(model.figures) > 60
    agree(model, drawn[:1])


def test_a_plant_that_only_the_scenario_founds_binds_nobody_before():
    """Its links are not there in the baseline, which is solved by the same program."""
    moved_output = of("invest-13bn")
    agree(moved_output, moved_output.centre()[None])


def agree(model: Model, centre: np.ndarray) -> None:
    """Hold all figures at the central facts (1, N) to those of the certifying engine."""
    found = model.solve(centre)
    assert found.ok.all(), found.reason
    for figure, value in zip(model.figures, found.figures[0], strict=True):
        change = moved(figure)
        slack = max(abs(change), 1e-6 * abs(figure.baseline or 0.0), 1e-6)
        assert abs(value - change) <= 1e-7 * slack, figure.name


def test_draws_are_solved_and_pass_the_whole_certificate(model, drawn):
    """Draws have both parts of their proof, and one of them all four by the other engine."""
    found = model.solve(drawn)
    assert found.ok.all(), found.reason
    assert found.worst.max() <= 1e-10
    assert found.complementarity.max() <= 1e-8
    assert found.concavity.max() < 0
    proofs = model.certify(drawn[3])
    assert len(proofs) == 6
    assert all(proof["passes"] for proof in proofs)


def test_a_draw_is_the_same_in_any_company(model, drawn):
    """Order and number of draws solved together change no digit."""
    whole = model.solve(drawn).figures
    np.testing.assert_array_equal(model.solve(drawn[::-1]).figures[::-1], whole)
    np.testing.assert_array_equal(model.solve(drawn[2:3]).figures, whole[2:3])


def test_inputs_stand_in_the_order_of_their_vector_and_say_where_they_come_from(model):
    """Every number has a name of its own, and what is uncertain has a source and a range."""
    keys = [one.key for one in model.inputs]
    assert len(set(keys)) == len(keys) == model.centre().size
    for one in model.inputs:
        assert one.low <= one.value <= one.high, one.key
        if one.uncertain:
            assert one.source_id, one.key
            assert one.place, one.key
    kinds = {one.kind for one in model.inputs}
    assert {"parameter", "units", "price", "share", "content", "freight", "capacity"} <= kinds


def test_slopes_are_those_of_central_differences(model, drawn):
    """By the input of each kind that moves the figure most, away from all kinks."""
    at, place = drawn[3], model.position("support_per_vehicle_usd")
    slope = model.gradient("support_per_vehicle_usd", at)
    size = np.array([max(abs(i.value), (i.high - i.low) / 2) or 1.0 for i in model.inputs])
    scaled = np.abs(slope) * size
    kinds = [one.kind for one in model.inputs]
    chosen = [
        max((k for k, one in enumerate(kinds) if one == kind), key=lambda k: scaled[k])
        for kind in dict.fromkeys(kinds)
    ]
    steps = np.repeat(at[None], 4 * len(chosen), axis=0)
    for row, k in enumerate(chosen):
        steps[4 * row : 4 * row + 4, k] += STEP * size[k] * np.array([1, -1, 2, -2])
    found = model.solve(steps)
    assert found.ok.all(), found.reason
    for row, k in enumerate(chosen):
        up, down, up2, down2 = found.figures[4 * row : 4 * row + 4, place]
        expected = (8 * (up - down) - (up2 - down2)) / (12 * STEP)
        slack = 1e-6 * max(scaled[k], 1e-4 * scaled.max())
        assert abs(slope[k] * size[k] - expected) <= slack, model.inputs[k].key
