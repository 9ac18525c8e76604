"""From observed shares back to mean utilities: the unique delta that explains what was sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.special import logsumexp

from backhaul.demand.shares import Choice, nested_choice
from backhaul.demand.slopes import nested_slopes
from backhaul.demand.taste import Taste
from backhaul.errors import CalibrationError
from backhaul.shapes import IndexPerProduct, PerConsumer, PerProduct, ProductByConsumer

SHARE_TOLERANCE = 1e-12
"""Largest accepted gap between log modelled and log observed share (MODEL section 8)."""

ROOM = 100.0  # steps go on while they help, down to this part of the tolerance
MAX_STEPS = 1000
MAX_NEWTON_MOVE = 50.0  # a longer step is no step but a sign of a flat place


def invert(
    taste: Taste,
    *,
    price: PerProduct,
    observed: PerProduct,
    names: tuple[str, ...] = (),
) -> PerProduct:
    """Return the delta at which modelled shares equal the observed ones.

    Newton's method on log shares. A step that does not lessen the gap is dropped for damped
    contraction steps `delta += (1 - sigma_seg) (log observed - log modelled)`, which converge from
    anywhere, slowly.

    Args:
        taste: What buyers want; its `delta` is not read.
        price: Observed consumer prices. Shape (J,), market currency per vehicle.
        observed: Observed share of households that bought each product. Shape (J,), positive,
            summing to less than one.
        names: Products, for messages. Length J, or empty.

    Returns:
        Mean utility without price. Shape (J,).

    Raises:
        CalibrationError: A share is not positive, shares leave no one without a car, or the gap
            cannot be brought below `SHARE_TOLERANCE`; it names the product.

    Source:
        Berry (1994), RAND Journal of Economics 25(2), and Grigolon and Verboven (2014), Review of
        Economics and Statistics 96(5), for the damping. Ours: Newton, with the closed-form slope.
    """
    check_shares(observed=observed, names=names)
    base = -(price + taste.penalty)[:, None] * taste.alpha
    if taste.mu is not None:
        base = base + taste.mu
    question = Question(
        base=base, weights=taste.weights, nest=taste.nest, members=taste.members, observed=observed
    )
    return solve_delta(
        question, sigma_in=taste.sigma_in, sigma_seg=taste.sigma_seg, start=None, names=names
    )


@dataclass(frozen=True, eq=False)
class Question:
    """What an inversion needs to know besides the nesting parameters."""

    base: ProductByConsumer
    """Utility without delta. Shape (J, I)."""

    weights: PerConsumer
    """Share of households that each consumer stands for. Shape (I,)."""

    nest: IndexPerProduct
    """Nest of each product. Shape (J,)."""

    members: np.ndarray
    """Which product is in which nest. Shape (G, J)."""

    observed: PerProduct
    """Observed shares, checked. Shape (J,)."""

    def choice(self, delta: PerProduct, *, sigma_in: float, sigma_seg: float) -> Choice:
        """Return the choice probabilities at these mean utilities."""
        return nested_choice(
            value=delta[:, None] + self.base,
            nest=self.nest,
            members=self.members,
            sigma_in=sigma_in,
            sigma_seg=sigma_seg,
        )


def check_shares(*, observed: PerProduct, names: tuple[str, ...] = ()) -> None:
    """Raise a CalibrationError, naming products, unless shares are positive and sum below one."""
    bad = np.flatnonzero(~(np.isfinite(observed) & (observed > 0)))
    if bad.size:
        listed = ", ".join(f"{_name(names, j)} ({observed[j]:g})" for j in bad[:5].tolist())
        raise CalibrationError(
            where="observed shares",
            what=f"{bad.size} are not positive numbers: {listed}.",
            fix="Leave out products without sales; they enter as new products.",
        )
    if observed.sum() >= 1:
        raise CalibrationError(
            where="observed shares",
            what=f"they sum to {observed.sum():.4g}; below 1 is needed, or nobody buys no car.",
            fix="Raise the market size (households times replacement rate), or check the units.",
        )


def solve_delta(
    question: Question,
    *,
    sigma_in: float,
    sigma_seg: float,
    start: PerProduct | None,
    names: tuple[str, ...] = (),
) -> PerProduct:
    """Return the delta of `question`, from `start` or from a closed form for like consumers."""
    delta = _closed_form(question, sigma_in, sigma_seg) if start is None else start
    target = np.log(question.observed)
    chosen = question.choice(delta, sigma_in=sigma_in, sigma_seg=sigma_seg)
    gap = _gap(chosen, question, target)
    best, patience, steps = np.abs(gap).max(), 1, 0
    while steps < MAX_STEPS:
        if best <= SHARE_TOLERANCE / ROOM:
            return delta
        steps += 1
        trial = delta + _newton_step(question, chosen, gap, sigma_in, sigma_seg)
        trial_chosen = question.choice(trial, sigma_in=sigma_in, sigma_seg=sigma_seg)
        trial_gap = _gap(trial_chosen, question, target)
        if np.abs(trial_gap).max() < 0.9 * best:
            delta, chosen, gap = trial, trial_chosen, trial_gap
        elif best <= SHARE_TOLERANCE:
            return delta
        else:
            for _ in range(patience):
                delta = delta + (1 - sigma_seg) * np.clip(gap, -MAX_NEWTON_MOVE, MAX_NEWTON_MOVE)
                chosen = question.choice(delta, sigma_in=sigma_in, sigma_seg=sigma_seg)
                gap = _gap(chosen, question, target)
            steps += patience
            patience = min(2 * patience, 64)
        best = np.abs(gap).max()
    worst = int(np.abs(gap).argmax())
    raise CalibrationError(
        where=f"share inversion, {_name(names, worst)}",
        what=f"after {MAX_STEPS} steps its modelled share is still off by {best:.1e} of itself; "
        f"{SHARE_TOLERANCE:.0e} is accepted.",
        fix="Check this product's price and units, or lower sigma_seg: a value close to 1 makes "
        "shares jump.",
    )


def _gap(chosen: Choice, question: Question, target: PerProduct) -> PerProduct:
    """Return log observed minus log modelled shares. Shape (J,)."""
    modelled = np.maximum(chosen.share @ question.weights, np.finfo(float).tiny)
    return target - np.log(modelled)


def _newton_step(
    question: Question, chosen: Choice, gap: PerProduct, sigma_in: float, sigma_seg: float
) -> PerProduct:
    """Return the step that solves the linearised share equations; 0 where none exists."""
    slope = nested_slopes(
        chosen,
        members=question.members,
        a=1 / (1 - sigma_seg),
        e=1 / (1 - sigma_in),
        weights=question.weights,
    )
    modelled = chosen.share @ question.weights
    scale = 1 / np.sqrt(np.maximum(modelled, np.finfo(float).tiny))
    try:
        factor = scipy.linalg.cho_factor(scale[:, None] * slope * scale)
    except (np.linalg.LinAlgError, ValueError):
        return np.zeros_like(gap)
    step = scale * scipy.linalg.cho_solve(factor, scale * modelled * gap)
    return step if np.abs(step).max() < MAX_NEWTON_MOVE else np.zeros_like(gap)


def _closed_form(question: Question, sigma_in: float, sigma_seg: float) -> PerProduct:
    """Return the delta that is exact for like consumers, and near where most buy no car."""
    observed, weights = question.observed, question.weights
    nest_share = (question.members @ observed)[question.nest]
    inside = observed.sum()
    value = (
        (1 - sigma_seg) * np.log(observed / nest_share)
        + (1 - sigma_in) * np.log(nest_share / inside)
        + np.log(inside / (1 - inside))
    )
    return value - logsumexp(question.base, axis=1, b=weights / weights.sum())


def _name(names: tuple[str, ...], product: int) -> str:
    """Return how the user knows a product."""
    return names[product] if names else f"product {product}"
