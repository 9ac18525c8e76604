"""The certificate: it passes what is an equilibrium, and refuses what only looks like one.

The bounds are those of MODEL section 8: 1e-10 of a price, 1e-8 of a payoff.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from backhaul.demand.taste import Taste
from backhaul.equilibrium.certificate import certify, require_certificate
from backhaul.equilibrium.deviations import scan_single_prices
from backhaul.equilibrium.game import Game
from backhaul.equilibrium.iterate import find
from backhaul.equilibrium.pricing import conditions
from backhaul.equilibrium.response import best_joint_gain
from backhaul.equilibrium.solve import Equilibrium, solve
from backhaul.errors import EquilibriumError
from backhaul.market.conduct import merged, single_product
from backhaul.market.wedge import Wedge
from equilibrium.toy_games import plain_payoff, toy, with_conduct


def false_equilibrium(cap: float) -> tuple[Game, np.ndarray]:
    """Return two cars, many buyers with alpha = 4 / income and a few whose income is `cap`.

    At these prices the conditions hold. With a cap of 1000 the few pay so much for the first car
    that its maker would rather sell to them alone.
    """
    income = np.array([20.0, cap])
    taste = Taste(
        delta=np.array([3.0, 4.0]),
        nest=np.array([0, 0]),
        alpha=4.0 / income,
        weights=np.array([0.95, 0.05]),
        sigma_in=0.0,
        sigma_seg=0.0,
        penalty=np.zeros(2),
    )
    wedge = Wedge(keep=np.ones(2), cost=np.array([10.0, 10.0]))
    game = Game(taste, wedge, single_product(["maker one", "maker two"]), "Toyland", ("one", "two"))
    return game, find(game, np.array([18.0, 18.0])).price


def certified(game: Game, start: np.ndarray, **how: object) -> Equilibrium:
    """Solve a game as its parts."""
    names = (game.market, game.products)
    return solve(game.taste, game.wedge, game.conduct, start=start, names=names, **how)


def test_a_true_equilibrium_passes_all_four_parts() -> None:
    """A regular game passes, says so in JSON, and five other starts find the same answer."""
    game, price = toy(20, 6)
    found = certified(game, price)
    said = found.certificate.as_dict()
    assert found.certified
    assert said["first_order"]["value"] <= 1e-12
    assert said["second_order"]["value"] < 0
    assert said["best_response"]["value"] <= 1e-12
    assert said["starts"] == {"tried": 6, "different": 1, "unsolved": 0, "answers": []}


def test_a_second_peak_is_caught() -> None:
    """With an uncapped income the conditions hold and payoffs are concave, yet somebody gains."""
    game, price = false_equilibrium(1000.0)
    proof = certify(game, conditions(game, price))
    assert proof.first_order.passes
    assert proof.second_order.passes
    assert not proof.best_response.passes
    assert not proof.passes
    seller = game.sellers.index(proof.best_response.seller)
    base = float(plain_payoff(game, price, seller).real)
    after = float(plain_payoff(game, np.array(proof.best_response.deviation), seller).real)
    assert after / base - 1 == pytest.approx(proof.best_response.gain, rel=1e-9)
    with pytest.raises(EquilibriumError, match="of its payoff by moving") as caught:
        certified(game, price)
    assert caught.value.where.startswith("market Toyland, seller maker")
    assert certified(game, price, require="first_order").certified is False


def test_a_capped_income_restores_the_equilibrium() -> None:
    """The same cars with a cap of 60 instead of 1000 pass the whole certificate."""
    game, price = false_equilibrium(60.0)
    assert certified(game, price).certified


def test_the_deviation_is_a_place_to_start_from() -> None:
    """From the prices after the gain the solver reaches an equilibrium that passes."""
    game, price = false_equilibrium(1000.0)
    for _ in range(3):
        proof = certify(game, conditions(game, price))
        if proof.passes:
            break
        price = find(game, np.array(proof.best_response.deviation)).price
    assert proof.passes
    assert proof.starts.several
    assert len(proof.starts.as_dict()["answers"]) == proof.starts.different


def test_a_stationary_point_that_is_no_maximum_is_caught() -> None:
    """Between two peaks of a payoff lies a minimum: its conditions hold, part 2 refuses it."""
    game, _ = false_equilibrium(1000.0)
    taste = replace(game.taste, delta=np.array([3.0]), nest=np.array([0]), penalty=np.zeros(1))
    wedge = Wedge(keep=np.ones(1), cost=np.array([10.0]))
    alone = Game(taste, wedge, single_product(["maker one"]), "Toyland")

    def gap(price: float) -> float:
        return float(conditions(alone, np.array([price])).gap[0])

    low = float(find(alone, np.array([18.0])).price[0])
    trial = np.geomspace(1.01 * low, 300.0, 200)
    turn = int(np.flatnonzero(np.diff(np.sign([gap(p) for p in trial])) > 0)[0])
    middle = brentq(gap, trial[turn], trial[turn + 1], xtol=1e-13)
    proof = certify(alone, conditions(alone, np.array([middle])), level="slider")
    assert proof.first_order.passes
    assert not proof.second_order.passes
    with pytest.raises(EquilibriumError, match="not concave"):
        require_certificate(alone, proof)


def test_scan_agrees_with_a_fine_grid_by_definition() -> None:
    """The best single deviation equals that of 400 prices tried by plain code, off equilibrium."""
    game, price = toy(5, 3, firms=2, nests=2)
    game = with_conduct(game, merged(game.conduct, "firm 0", "firm 1", 0.4))
    price = price * np.array([1.3, 0.8, 1.0, 1.5, 0.9])
    scan = scan_single_prices(game, conditions(game, price))
    for j in range(5):
        firm = int(game.conduct.firm[j])
        base = float(plain_payoff(game, price, firm).real)
        payoffs = []
        for trial in np.geomspace(0.4 * price[j], 3 * price[j], 400):
            moved = price.copy()
            moved[j] = trial
            payoffs.append(float(plain_payoff(game, moved, firm).real))
        moved = price.copy()
        moved[j] = scan.best[j]
        assert float(plain_payoff(game, moved, firm).real) / base - 1 == pytest.approx(scan.gain[j])
        assert scan.gain[j] >= max(payoffs) / base - 1 - 1e-6


def test_a_product_of_no_weight_is_scanned_as_sharply_as_any() -> None:
    """A price 20 % off gains its seller millionths if hardly anybody buys: found to the digit."""
    game, price = toy(9, 4, firms=3, nests=2)
    delta = game.taste.delta - np.where(np.arange(9) == 4, 4.0, 0.0)
    game = Game(replace(game.taste, delta=delta), game.wedge, game.conduct)
    right = find(game, price).price
    off = np.where(np.arange(9) == 4, 1.2 * right, right)
    scan = scan_single_prices(game, conditions(game, off))
    assert 1e-8 < scan.gain[4] < 1e-4
    assert scan.best[4] == pytest.approx(right[4], rel=1e-4)
    firm = int(game.conduct.firm[4])
    base, best = (
        float(plain_payoff(game, np.where(np.arange(9) == 4, at, off), firm).real)
        for at in (off, scan.best[4])
    )
    assert best / base - 1 == pytest.approx(scan.gain[4], rel=1e-6)
    assert scan_single_prices(game, conditions(game, right)).gain.max() <= 1e-12


@pytest.mark.parametrize("sigma", [(0.0, 0.0), (0.3, 0.6)], ids=str)
def test_the_number_of_threads_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, sigma: tuple[float, float]
) -> None:
    """One thread or three, large blocks: every digit of the certificate is the same."""
    game, price = toy(40, 600, sigma=sigma, firms=8)
    game = game.with_cost(1.1 * game.wedge.cost)
    proofs = []
    for cores in (1, 3):
        monkeypatch.setattr("backhaul.equilibrium.blocks.LARGE", 1000)
        monkeypatch.setattr("backhaul.equilibrium.blocks._cores", lambda cores=cores: cores)
        fresh = Game(game.taste, game.wedge, game.conduct)
        proofs.append(certify(fresh, find(fresh, price).now))
    assert proofs[0].passes
    assert proofs[0].as_dict() == proofs[1].as_dict()


def test_joint_reoptimisation_finds_what_a_single_price_cannot() -> None:
    """Off equilibrium a firm gains more with all its prices than with one, by plain code too."""
    game, price = toy(8, 3, firms=2, nests=2)
    moved = 1.3 * price
    now = conditions(game, moved)
    gain, best = best_joint_gain(game, now, (moved, 0.8 * moved))
    single = scan_single_prices(game, now).gain
    for firm in range(2):
        own = game.conduct.firm == firm
        assert gain[firm] > single[own].max()
        after = np.where(own, best, moved)
        base = float(plain_payoff(game, moved, firm).real)
        assert float(plain_payoff(game, after, firm).real) / base - 1 == pytest.approx(gain[firm])


def test_joint_reoptimisation_by_gradient_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no zeta steps at all the general optimiser finds the same gain."""
    game, price = toy(8, 3, firms=2, nests=2)
    now = conditions(game, 1.3 * price)
    wanted, _ = best_joint_gain(game, now, (1.3 * price,))
    monkeypatch.setattr("backhaul.equilibrium.response.STEPS", 1)
    found, _ = best_joint_gain(game, now, (1.3 * price,))
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_unique_by_theorem_needs_no_scan() -> None:
    """One type, no nests, one keep per firm: the certificate names the theorem; else it scans."""
    game, price = toy(8, 1, sigma=(0.0, 0.0), firms=2)
    keep = np.where(game.conduct.firm == 0, 1.0, 0.8)
    plain = Game(game.taste, Wedge(keep, game.wedge.cost), game.conduct)
    said = certified(plain, price).certificate.as_dict()
    assert said["starts"]["by_theorem"] == "unique (Nocke and Schutz 2018)"
    assert said["best_response"]["by_theorem"] == "unique (Nocke and Schutz 2018)"
    assert not game.is_unique_by_theorem  # keep differs inside a firm
    partial = with_conduct(plain, merged(plain.conduct, "firm 0", "firm 1", 0.5))
    assert not partial.is_unique_by_theorem
    active = certify(plain, find(plain, price).now, complementarity=(0.0, True))
    assert active.starts.tried == 6


def test_levels_say_what_was_not_tried() -> None:
    """A slider move carries parts 1 and 2, a draw a second start, first_order part 1 only."""
    game, price = toy()
    slider = certified(game, price, require="slider")
    assert slider.certificate.as_dict()["starts"] == "not tried"
    assert slider.certificate.second_order is not None
    assert not slider.certified
    draw = certified(game, price, require="draw").certificate
    assert draw.starts.tried == 2
    assert draw.best_response is None
    assert not draw.starts.several
    first = certified(game, price, require="first_order")
    assert first.certificate.as_dict()["second_order"] == "not tried"
    assert not first.certified


def test_prices_that_break_the_conditions_do_not_pass() -> None:
    """A price off by one part in a million fails part 1 and is named."""
    game, price = toy()
    off = np.where(np.arange(12) == 4, price * (1 + 1e-6), price)
    proof = certify(game, conditions(game, off), level="slider")
    assert not proof.first_order.passes
    assert proof.first_order.product == "no. 5"
    with pytest.raises(EquilibriumError, match=r"no\. 5: its price is off by"):
        require_certificate(game, proof)
