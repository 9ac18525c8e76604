"""Ensembles: the same draws whatever the workers or the interruptions, nothing dropped in silence.

Equal means bit for bit; medians of n balanced draws lie within 3 / n of a quantile.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from backhaul.errors import EquilibriumError, ScenarioError
from backhaul.study.draws import CHUNK
from backhaul.study.ensemble import Plan, ensemble
from backhaul.study.whole import Cancelled
from closed_form import FIGURES, ClosedForm, FigureName, asked

PLAN = Plan(n=256, seed=1, workers=1)


@pytest.fixture(scope="module")
def whole():
    return ensemble(ClosedForm(), PLAN, asked())


def same(one, other):
    """Assert that two ensembles wrote the same down."""
    assert one.as_dict() == other.as_dict()
    for name, table in one.tables().items():
        np.testing.assert_array_equal(
            table.to_numpy(dtype=object).astype(str),
            other.tables()[name].to_numpy(dtype=object).astype(str),
        )


@pytest.mark.parametrize("workers", [2, 5])
def test_the_answer_does_not_depend_on_the_workers(whole, workers):
    """Any number of threads gives the same draws, intervals and failures."""
    same(whole, ensemble(ClosedForm(), replace(PLAN, workers=workers), asked()))


def test_chunks_may_come_in_any_order(whole):
    """A slow first chunk ends last and its draws still stand first."""

    class Slow(ClosedForm):
        def solve(self, values):
            first = len(self.calls) == 1  # the call before was that of the centre
            found = super().solve(values)
            if first:
                threading.Event().wait(0.05)
            return found

    same(whole, ensemble(Slow(), replace(PLAN, workers=4), asked()))


def test_intervals_are_quantiles_of_the_draws(whole):
    """Low, median and high are the 5, 50 and 95 % points; no mean is told."""
    moving = [
        i for i in whole.intervals if i.name in ("balance_us_jp_net_usd", "units_entrants_JP")
    ]
    assert len(moving) == 2
    for interval in moving:
        values = whole.values(interval.name)
        assert interval.low <= interval.median <= interval.high
        assert np.mean(values < interval.low) == pytest.approx(0.05, abs=3 / 256)
        assert np.mean(values < interval.median) == pytest.approx(0.5, abs=3 / 256)
    assert "mean" not in whole.intervals[0].as_dict()


def test_a_figure_of_one_input_has_the_quantiles_of_that_input(whole):
    """Entrants sell 1000 exp(luck): their median is that of the median luck."""
    (found,) = [i for i in whole.intervals if i.name == "units_entrants_JP"]
    assert found.median == pytest.approx(1000, rel=0.02)
    assert found.central == 1000


def test_a_figure_that_does_not_apply_is_said_to(whole):
    """What is no number at the centre is named as not applicable, and fails no draw."""
    assert whole.idle == ("support_per_usd_of_net_balance",)
    assert whole.rows.ok.all()
    assert whole.as_dict()["not_applicable"] == ["support_per_usd_of_net_balance"]


class WithRatio(ClosedForm):
    """One figure more, which is no number beyond an eta."""

    def solve(self, values):
        found = super().solve(values)
        ratio = np.where(values[:, 0] > 0.75, np.nan, values[:, 0])
        return replace(found, figures=np.column_stack([found.figures, ratio]))


def with_ratio(unit):
    return WithRatio(figures=(*FIGURES, FigureName("cost_per_dollar", unit, "Cost per dollar")))


def test_a_ratio_may_have_no_value_where_nothing_moves():
    """A ratio that divides by nothing in some draws has the interval of the others."""
    found = ensemble(with_ratio("USD per USD"), PLAN, asked())
    (ratio,) = [i for i in found.intervals if i.name == "cost_per_dollar"]
    assert found.rows.ok.all()
    assert ratio.draws == pytest.approx(0.75 * 256, abs=2)
    assert (ratio.low, ratio.high) == pytest.approx((0.05 * 0.75, 0.95 * 0.75), abs=0.02)
    assert any("1 ratio divides by nothing" in sentence for sentence in found.sentences)


def test_any_other_figure_must_be_a_number():
    """A draw with an amount that is none is a failure, and the reason names the figure."""
    found = ensemble(with_ratio("USD"), PLAN, asked())
    assert {reason for _, reason in found.failures} == {"cost_per_dollar is no number"}
    assert len(found.failures) == pytest.approx(0.25 * 256, abs=2)


def test_failures_are_listed_and_in_no_interval():
    """A draw without an answer has its number and reason, and NaN where its figures were."""
    found = ensemble(ClosedForm(fails_above=0.8), PLAN, asked())
    failed = {draw for draw, _ in found.failures}
    assert len(failed) == pytest.approx(0.2 * 256, abs=2)
    assert {reason for _, reason in found.failures} == {"market JP did not converge"}
    assert np.isnan(found.rows.figures[sorted(failed)]).all()
    assert found.intervals[0].draws == 256 - len(failed)
    assert f"{len(failed):,} without an answer" in found.sentences[1]


def test_a_model_that_calls_a_bad_draw_good_is_not_believed():
    """What lies outside the standard is a failure, whatever the model says of it."""

    class Careless(ClosedForm):
        def solve(self, values):
            found = super().solve(values)
            worst = np.where(values[:, 0] > 0.9, 1e-6, found.worst)
            concavity = np.where(values[:, 0] < 0.1, np.nan, found.concavity)
            return replace(found, worst=worst, concavity=concavity)

    found = ensemble(Careless(), PLAN, asked())
    reasons = {reason.split(";")[0].split(":")[0] for _, reason in found.failures}
    assert {reason[:18] for reason in reasons} == {"a price is off by ", "a firm's profit is"}
    assert len(found.failures) == pytest.approx(0.2 * 256, abs=3)


def test_a_share_of_the_draws_gets_the_whole_certificate(whole):
    """Every hundredth draw, at least, by a seeded choice."""
    assert len(whole.proofs) == 3
    assert whole.as_dict()["certificates"]["hold"] == 3
    other = ensemble(ClosedForm(), replace(PLAN, seed=2), asked())
    assert [p.draw for p in whole.proofs] != [p.draw for p in other.proofs]


def test_every_flagged_draw_gets_the_whole_certificate():
    """Draws far from the first-order prediction are flagged, counted and looked at."""
    model = ClosedForm(far_above=0.9)
    found = ensemble(model, PLAN, asked())
    assert len(found.flagged) == pytest.approx(0.1 * 256, abs=2)
    assert set(map(int, found.flagged)) <= {proof.draw for proof in found.proofs}
    far = [eta for eta in model.certified if eta > 0.9]
    assert len(far) == len(found.flagged)
    assert any("another branch" in sentence for sentence in found.sentences)


def test_a_draw_whose_whole_certificate_fails_is_no_answer():
    """A firm that gains by deviating makes its draw a failure, out of every interval."""
    found = ensemble(ClosedForm(far_above=0.9, cheats_above=0.9), PLAN, asked())
    faults = [reason for _, reason in found.failures]
    assert len(faults) == len(found.flagged)
    assert faults[0] == "whole certificate: JP scenario: best response fails"


def test_a_certificate_that_is_refused_says_why():
    """Where the whole solve refuses, its words are the reason."""
    found = ensemble(ClosedForm(refuses=True), PLAN, asked())
    assert {reason for _, reason in found.failures} == {
        "whole certificate: market JP: it did not converge."
    }


def test_certificates_can_be_left_out():
    """Without them the answer says that no draw has one."""
    model = ClosedForm()
    found = ensemble(model, replace(PLAN, certify=False), asked())
    assert model.certified == []
    assert "No draw was given the whole certificate" in found.sentences[-1]


def test_rounding_up_is_said():
    """Asked for 200, 256 are made, and the answer says so."""
    found = ensemble(ClosedForm(), replace(PLAN, n=200), asked())
    assert "200 asked for, rounded up" in found.sentences[1]
    assert found.n == 256


def test_progress_counts_draws():
    """Who watches is told of every chunk, up to the last draw."""
    told = []
    ensemble(ClosedForm(), PLAN, asked(), progress=lambda *words: told.append(words))
    draws = [words[0] for words in told if words[2] == "solving draws"]
    assert draws == [64, 128, 192, 256]
    assert told[-1] == (3, 3, "whole certificates")


def stopping_after(chunks):
    """Return a model and what asks it to stop after so many chunks."""
    model = ClosedForm()
    return model, lambda: len(model.calls) > chunks  # one call is that of the centre


def test_an_interrupted_ensemble_goes_on_and_ends_the_same(whole, tmp_path):
    """What was kept is not solved again, and the result is that of an uninterrupted run."""
    model, stop = stopping_after(2)
    with pytest.raises(Cancelled):
        ensemble(model, PLAN, asked(), keep=tmp_path / "kept", is_cancelled=stop)
    kept = len(list((tmp_path / "kept").glob("chunk_*.npz")))
    assert 0 < kept < 256 // CHUNK

    again = ClosedForm()
    found = ensemble(again, PLAN, asked(), keep=tmp_path / "kept")
    assert len(again.calls) == 1 + 256 // CHUNK - kept
    same(whole, found)


def test_a_keyboard_interrupt_keeps_what_was_solved(whole, tmp_path):
    """Ctrl-C in the middle leaves whole chunks that the next run takes up."""

    def interrupt(done, total, text):
        if done >= 2 * CHUNK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensemble(ClosedForm(), PLAN, asked(), keep=tmp_path / "kept", progress=interrupt)
    assert len(list((tmp_path / "kept").glob("chunk_*.npz"))) >= 2
    assert not list((tmp_path / "kept").glob("*.draft*"))
    same(whole, ensemble(ClosedForm(), PLAN, asked(), keep=tmp_path / "kept"))


def test_certificates_are_kept_too(tmp_path):
    """A finished run taken up again solves nothing but its centre."""
    first, again = ClosedForm(), ClosedForm()
    one = ensemble(first, PLAN, asked(), keep=tmp_path)
    other = ensemble(again, PLAN, asked(), keep=tmp_path)
    assert (len(again.calls), again.certified) == (1, [])
    same(one, other)


@pytest.mark.parametrize(
    ("model", "plan", "question", "says"),
    [
        (ClosedForm(), replace(PLAN, seed=2), asked(), "the seed (1 there, 2 here)"),
        (ClosedForm(), replace(PLAN, n=512), asked(), "the number of draws (256 there, 512 here)"),
        (ClosedForm(), PLAN, asked(scenario={"name": "other"}), "the scenario"),
        (ClosedForm(), PLAN, asked(versions={"backhaul": "1"}), "versions of the packages"),
        (ClosedForm().with_input("parameter.eta_us", high=0.9), PLAN, asked(), "their ranges"),
    ],
)
def test_another_question_is_not_taken_up(tmp_path, model, plan, question, says):
    """A folder of another question is refused, with what differs."""
    ensemble(ClosedForm(), replace(PLAN, certify=False), asked(), keep=tmp_path)
    with pytest.raises(ScenarioError) as caught:
        ensemble(model, plan, question, keep=tmp_path)
    assert says in caught.value.what


@pytest.mark.parametrize("spoilt", [b"PK broken", 0.5, 0.95])
def test_a_chunk_that_cannot_be_read_is_named(tmp_path, spoilt):
    """A broken file, or one that was cut short, is told with the remedy."""
    ensemble(ClosedForm(), replace(PLAN, certify=False), asked(), keep=tmp_path)
    chunk = next(iter(tmp_path.glob("chunk_*.npz")))
    whole = chunk.read_bytes()
    chunk.write_bytes(spoilt if isinstance(spoilt, bytes) else whole[: int(spoilt * len(whole))])
    with pytest.raises(ScenarioError) as caught:
        ensemble(ClosedForm(), PLAN, asked(), keep=tmp_path)
    assert caught.value.fix.startswith("Remove the file")


def test_no_answer_at_the_centre_is_an_error():
    """A question that has no answer has no interval either."""
    with pytest.raises(EquilibriumError) as caught:
        ensemble(ClosedForm(fails_above=0.1), PLAN, asked())
    assert "did not converge" in caught.value.what


def test_a_fault_in_a_thread_is_raised():
    """Whatever breaks in a worker comes out here, and no further chunk begins."""

    class Broken(ClosedForm):
        def solve(self, values):
            if len(self.calls) >= 2:
                raise ZeroDivisionError("in a worker")
            return super().solve(values)

    with pytest.raises(ZeroDivisionError):
        ensemble(Broken(), replace(PLAN, n=4096), asked())
