"""Calibration by moments: the tastes that have three known elasticities."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from backhaul.demand.consumers import Consumers
from backhaul.demand.invert import Question, check_shares, solve_delta
from backhaul.demand.shares import Choice, shares
from backhaul.demand.slopes import (
    market_response,
    nest_responses,
    own_elasticities,
    own_responses,
)
from backhaul.demand.taste import Taste
from backhaul.errors import CalibrationError
from backhaul.shapes import (
    FlagPerProduct,
    IndexPerProduct,
    PerProduct,
    read_only,
)

MOMENT_TOLERANCE = 1e-10
"""Largest accepted relative gap between a moment and its target."""

MAX_ROUNDS = 40
DIFFERENCE = 1e-5  # step of the first derivative, in logs
NEAR = 0.2  # trials this close (in logs) start their inversion from each other
LONGEST = 1.0  # longest step of the search, in logs
FAR = 1.0  # how far outside the bounds (in logs) the search may pass on its way
EDGE = 1e-9  # how far outside [0, sigma_seg] round-off may put sigma_in at a boundary solution


@dataclass(frozen=True)
class Moments:
    """Three facts about demand: targets of a calibration, or what was reached."""

    own_elasticity: float
    """Sales-weighted mean own-price elasticity, negative."""

    market_elasticity: float
    """Elasticity of all units to one common price change, negative."""

    segment_diversion: float
    """Part of lost sales that stays in the nest, no car counted as a loss; in (0, 1)."""


@dataclass(frozen=True, eq=False)
class Sales:
    """What was seen of one market in the base year."""

    names: tuple[str, ...]
    """Products. Length J."""

    price: PerProduct
    """Consumer price, tax included. Shape (J,), market currency per vehicle."""

    share: PerProduct
    """Share of households that bought each. Shape (J,), positive, sums to less than one."""

    nest: IndexPerProduct
    """Nest of each product, 0 ... G-1. Shape (J,)."""

    counted: FlagPerProduct
    """Products over which own elasticity and diversion are averaged. Shape (J,). Rows that stand
    for several models may be left out; all products count in the market elasticity."""

    def __post_init__(self) -> None:
        for name, kind in (("price", float), ("share", float), ("nest", int), ("counted", bool)):
            object.__setattr__(self, name, read_only(getattr(self, name), kind))


@dataclass(frozen=True, eq=False)
class Calibration:
    """Tastes that reproduce the base year, and the moments they have."""

    taste: Taste
    """The calibrated tastes; shares are the observed ones to 1e-12."""

    alpha: float
    """Price coefficient of a household of mean income, utility per unit of currency."""

    reached: Moments
    """The three moments at the result."""

    quintile_ratio: float
    """Sales-weighted own elasticity of the dearest fifth of units over the cheapest fifth."""


def calibrate_taste(*, sales: Sales, consumers: Consumers, targets: Moments) -> Calibration:
    """Return the tastes whose three moments are the targets and whose shares are those observed.

    The unknowns are `ln alpha`, `ln 1/(1 - sigma_in)` and `ln 1/(1 - sigma_seg)`, in which the
    logs of the moments are nearly linear: the market elasticity pins alpha almost alone, the own
    elasticity then sigma_seg, and the diversion sigma_in. Broyden's method, `delta` inverted
    anew at every trial.

    Args:
        sales: Prices, shares and nests of the base year.
        consumers: Incomes and how the price coefficient falls with them.
        targets: The three moments.

    Returns:
        Tastes, with the moments reached (to 1e-10 relative).

    Raises:
        CalibrationError: Shares or targets are impossible, or no `0 <= sigma_in <= sigma_seg < 1`
            has these moments; then it prints the interval of the moment that is feasible given
            the others.
    """
    check_shares(observed=sales.share, names=sales.names)
    _check_targets(targets)
    members = (sales.nest == np.arange(sales.nest.max() + 1)[:, None]).astype(float)
    problem = _Problem(sales=sales, consumers=consumers, targets=targets, members=members)
    found = _search(problem, directions=np.eye(3), wanted=[0, 1, 2])
    if found is None or not _inside(found):
        raise CalibrationError(
            where="calibration by moments",
            what=_feasible(problem),
            fix="Move the target into the interval, or change the other targets, eta or the "
            "market size.",
        )
    return _finish(problem, found)


def quintile_ratio(taste: Taste, price: PerProduct) -> float:
    """Return how much more price-elastic the dearest fifth of units is than the cheapest fifth.

    Products are ranked by price; one that lies across the border of a fifth counts in proportion
    to its units on either side. Elasticities are weighted by units.
    """
    units, elasticity = shares(taste, price), own_elasticities(taste, price)
    order = np.argsort(price, kind="stable")
    upper = np.cumsum(units[order]) / units.sum()
    lower = np.concatenate([[0.0], upper[:-1]])
    cheapest = np.clip(np.minimum(upper, 0.2) - lower, 0, None)
    dearest = np.clip(upper - np.maximum(lower, 0.8), 0, None)
    means = [np.average(elasticity[order], weights=part) for part in (dearest, cheapest)]
    return float(means[0] / means[1])


def log_slopes(
    *, sales: Sales, consumers: Consumers, targets: Moments, calibration: Calibration
) -> np.ndarray:
    """Return the slope of the log moments in (ln alpha, ln e, ln a) at a calibration. (3, 3).

    The moments are own elasticity, market elasticity and 1 - diversion, the moment first;
    e = 1 / (1 - sigma_in) and a = 1 / (1 - sigma_seg). By forward differences.
    """
    members = (sales.nest == np.arange(sales.nest.max() + 1)[:, None]).astype(float)
    problem = _Problem(sales=sales, consumers=consumers, targets=targets, members=members)
    taste = calibration.taste
    at = np.log([calibration.alpha, 1 / (1 - taste.sigma_in), 1 / (1 - taste.sigma_seg)])
    return _slope(problem, _try(problem, at, None), np.eye(3), [0, 1, 2])


@dataclass(frozen=True, eq=False)
class _Problem:
    """A calibration in arrays."""

    sales: Sales
    consumers: Consumers
    targets: Moments
    members: np.ndarray

    def question(self, alpha: float) -> Question:
        """Return the inversion at this price coefficient."""
        base = -alpha * self.sales.price[:, None] * self.consumers.sensitivity
        if self.consumers.mu is not None:
            base = base + self.consumers.mu
        return Question(
            base=base,
            weights=self.consumers.weights,
            nest=self.sales.nest,
            members=self.members,
            observed=self.sales.share,
        )


@dataclass(frozen=True, eq=False)
class _Trial:
    """One point of the search: (ln alpha, ln e, ln a), and what it gives."""

    at: np.ndarray
    delta: PerProduct
    moments: Moments
    gap: np.ndarray
    """Log of own elasticity, market elasticity and 1 - diversion, minus their targets. (3,)."""


def _try(problem: _Problem, at: np.ndarray, near: _Trial | None) -> _Trial:
    """Invert and measure the moments at one point, starting from a trial near by."""
    alpha, e, a = np.exp(at)
    question = problem.question(alpha)
    sigma = {"sigma_in": 1 - 1 / e, "sigma_seg": 1 - 1 / a}
    close = near is not None and np.abs(at - near.at).max() < NEAR
    delta = solve_delta(
        question,
        **sigma,
        start=near.delta if near is not None and close else None,
        names=problem.sales.names,
    )
    moments = _moments(problem, question.choice(delta, **sigma), at)
    gap = np.log(_positive(moments)) - np.log(_positive(problem.targets))
    return _Trial(at=at, delta=delta, moments=moments, gap=gap)


def _moments(problem: _Problem, chosen: Choice, at: np.ndarray) -> Moments:
    """Return the three moments of given choice probabilities."""
    alpha, e, a = np.exp(at)
    sales, consumers = problem.sales, problem.consumers
    weights = consumers.weights * consumers.sensitivity * alpha
    units = chosen.share @ consumers.weights
    own = own_responses(chosen, a=a, e=e) @ weights
    nest = nest_responses(chosen, members=problem.members, nest=sales.nest, e=e) @ weights
    counted = units * sales.counted
    return Moments(
        own_elasticity=float(np.average(-own * sales.price / units, weights=counted)),
        market_elasticity=float(-market_response(chosen, sales.price) @ weights / units.sum()),
        segment_diversion=float(1 - np.average(nest / own, weights=counted)),
    )


def _positive(moments: Moments) -> np.ndarray:
    """Return the moments as three positive numbers, nearly log-linear in the unknowns."""
    own, market, stays = astuple(moments)
    return np.maximum(np.array([-own, -market, 1 - stays]), np.finfo(float).tiny)


def _guess(problem: _Problem) -> np.ndarray:
    """Return (ln alpha, ln e, ln a), exact up to small terms for like consumers."""
    own, market, leaves = _positive(problem.targets)
    units, price = problem.sales.share, problem.sales.price
    mean_price = np.average(price, weights=units)
    alpha = market / (mean_price * (1 - units.sum()))
    a = 1.03 * max(own / (alpha * mean_price), 1.05)
    return np.log([alpha, max(min(a * leaves, 0.98 * a), 1.01), a])


def _search(problem: _Problem, *, directions: np.ndarray, wanted: list[int]) -> _Trial | None:
    """Return the trial that meets the wanted moments, moving along `directions` only.

    Args:
        problem: The calibration.
        directions: How (ln alpha, ln e, ln a) follow from the unknowns. Shape (3, unknowns).
        wanted: Which of the three moments are to be met; as many as there are unknowns.

    Returns:
        None where the search leads nowhere. Newton with a differenced first slope, then Broyden.
    """
    unknown = np.linalg.lstsq(directions, _guess(problem), rcond=None)[0]
    now = _try(problem, directions @ unknown, None)
    slope = _slope(problem, now, directions, wanted)
    for _ in range(MAX_ROUNDS):
        if np.abs(now.gap[wanted]).max() <= MOMENT_TOLERANCE:
            return now
        try:
            step = np.linalg.solve(slope, -now.gap[wanted])
            step *= min(1.0, LONGEST / np.abs(step).max())
            at = now.at + directions @ step
            if _hopeless(at):
                return None
            then = _try(problem, at, now)
        except (np.linalg.LinAlgError, CalibrationError):
            return None
        if np.abs(then.gap[wanted]).max() > 0.3 * np.abs(now.gap[wanted]).max():
            slope = _slope(problem, then, directions, wanted)
        else:
            change = then.gap[wanted] - now.gap[wanted] - slope @ step
            slope = slope + np.outer(change, step) / (step @ step)
        now = then
    return None


def _slope(problem: _Problem, at: _Trial, directions: np.ndarray, wanted: list[int]) -> np.ndarray:
    """Return the slope of the wanted moments in the unknowns, by forward differences."""
    columns = [
        (_try(problem, at.at + DIFFERENCE * direction, at).gap - at.gap)[wanted] / DIFFERENCE
        for direction in directions.T
    ]
    return np.array(columns).T


def _hopeless(at: np.ndarray) -> bool:
    """Say whether a point is too far outside the bounds to lie on the way to one inside."""
    _, e, a = at
    return bool(e < -FAR or a - e < -FAR)


def _inside(trial: _Trial) -> bool:
    """Say whether the nesting parameters are in 0 <= sigma_in <= sigma_seg < 1."""
    _, e, a = trial.at
    return bool(-EDGE <= e <= a + EDGE)


def _finish(problem: _Problem, trial: _Trial) -> Calibration:
    """Return the result; a sigma that round-off put just outside its bound is set to it."""
    alpha, e, a = np.exp(trial.at)
    sigma_seg = max(1 - 1 / a, 0.0)
    taste = Taste(
        delta=trial.delta,
        nest=problem.sales.nest,
        alpha=alpha * problem.consumers.sensitivity,
        weights=problem.consumers.weights,
        sigma_in=min(max(1 - 1 / e, 0.0), sigma_seg),
        sigma_seg=sigma_seg,
        penalty=np.zeros_like(problem.sales.price),
        mu=problem.consumers.mu,
    )
    return Calibration(
        taste=taste,
        alpha=float(alpha),
        reached=trial.moments,
        quintile_ratio=quintile_ratio(taste, problem.sales.price),
    )


def _feasible(problem: _Problem) -> str:
    """Return which moment cannot be had and between which values it could, given the others."""
    own, market, stays = astuple(problem.targets)
    alpha_only = np.array([[1.0], [0.0], [0.0]])
    strongest = _search(problem, directions=alpha_only, wanted=[0])
    if strongest is not None and strongest.moments.market_elasticity > market:
        weakest = _search(problem, directions=alpha_only, wanted=[1])
        beside = (
            f"a market elasticity of {market:g} needs one below "
            f"{weakest.moments.own_elasticity:.4g}"
            if weakest is not None
            else f"no own-price elasticity allows a market elasticity of {market:g}"
        )
        return (
            f"a market elasticity of {market:g} cannot be had with an own-price elasticity of "
            f"{own:g}: [{strongest.moments.market_elasticity:.4f}, 0) is feasible; {beside}."
        )
    untied = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    tied = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    most = _search(problem, directions=untied, wanted=[0, 1])
    least = _search(problem, directions=tied, wanted=[0, 1])
    low = f"{least.moments.segment_diversion:.4f}" if least is not None else "unknown"
    high = f"{most.moments.segment_diversion:.4f}" if most is not None else "unknown"
    return (
        f"a segment diversion of {stays:g} cannot be had with an own-price elasticity of {own:g} "
        f"and a market elasticity of {market:g}: [{low}, {high}] is feasible (from "
        "sigma_in = sigma_seg to sigma_in = 0)."
    )


def _check_targets(targets: Moments) -> None:
    """Raise where a target has the wrong sign or contradicts another."""
    own, market, stays = astuple(targets)
    wrong = []
    if not own < 0:
        wrong.append(f"the own-price elasticity is {own:g}; it is negative")
    if not market < 0:
        wrong.append(f"the market elasticity is {market:g}; it is negative")
    if not 0 < stays < 1:
        wrong.append(f"the segment diversion is {stays:g}; between 0 and 1 is allowed (a ratio)")
    if wrong:
        raise CalibrationError(
            where="calibration targets",
            what="; ".join(wrong) + ".",
            fix="Correct these rows of the parameter table.",
        )
