"""The whole model as one smooth function of all its numbers: draws, gradients, instruments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from backhaul.baseline.settle import settle
from backhaul.baseline.state import State
from backhaul.baseline.world import World
from backhaul.demand.moments import Sales, log_slopes
from backhaul.demand.shares import choice
from backhaul.demand.slopes import nested_slopes
from backhaul.errors import ScenarioError
from backhaul.evidence.parameter import NOT_VARIED
from backhaul.ground.names import suggestion
from backhaul.market.observe import observe
from backhaul.outcome.books import Books
from backhaul.outcome.figure import Figure
from backhaul.outcome.figures import make_figures
from backhaul.smooth.answer import Answer, Played, Proof
from backhaul.smooth.base import Year
from backhaul.smooth.choice import Frame
from backhaul.smooth.config import Array
from backhaul.smooth.entrants import Hedonics
from backhaul.smooth.equilibrium import Near
from backhaul.smooth.facts import Facts, central_facts, flattened, no_utilities
from backhaul.smooth.inputs import Input, inputs_of
from backhaul.smooth.inversion import closed_form
from backhaul.smooth.layout import Layout, lay_out
from backhaul.smooth.nearby import certificate_of, near_of
from backhaul.smooth.response import Ask, observe_response
from backhaul.smooth.state import FREE, Composer
from backhaul.smooth.tastes import Start

EXPLICIT = (
    "dealer_gross_margin_us", "dealer_margin_jp", "entrant_local_cost_share_jp",
    "entrant_shift_error_jp", "eta_jp", "eta_us", "gini_jp", "gini_us", "hm_theta_sourcing",
    "households_jp", "households_us", "importer_margin_jp", "income_cap_quantile",
    "insurance_share_of_value", "market_price_elasticity_jp", "market_price_elasticity_us",
    "mean_income_jp", "mean_income_us", "model_life_years", "own_price_elasticity_jp_model",
    "own_price_elasticity_us_model", "plant_cost_premium_us_vs_japan", "plant_life_years",
    "profit_share_domestic_jp", "profit_share_domestic_us", "profit_share_jp_in_us",
    "profit_share_us_in_jp", "replacement_rate", "segment_diversion_jp", "segment_diversion_us",
    "transfer_price_response", "us_sales_tax",
)  # fmt: skip
"""Parameters that the equations of this room read. Mean incomes are among them for they move
nothing: price coefficients depend on income over its mean."""

BOTH = ("insurance_share_of_value",)
"""Read by the equations and by the rules behind the links."""

CHUNK = 64
"""Draws that are solved in one call."""

ACCEPTED = 1e-10
"""Largest relative gap of a price that is accepted. Source: MODEL section 8."""

SLACK = 1e-8
"""Largest violation of complementarity that is accepted."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Draws, solved."""

    figures: np.ndarray
    """Every figure of every draw; NaN where it was not solved. Shape (n, F)."""

    worst: np.ndarray
    """Largest relative gap of a price, over all states. Shape (n,)."""

    complementarity: np.ndarray
    concavity: np.ndarray
    """Negative where all payoffs are locally concave. Shape (n,)."""

    distance: np.ndarray
    """Largest relative distance of a price from its first-order prediction. Shape (n,)."""

    ok: np.ndarray
    reason: tuple[str, ...]
    """Why a draw counts as failed; empty where it does not."""


@dataclass(frozen=True, eq=False)
class Model:
    """One question in one world as a function of every number behind it."""

    answer: Answer
    states: dict[str, State]
    """The central states, solved by the engine that certifies."""

    inputs: tuple[Input, ...]
    figures: tuple[Figure, ...]
    """Headline figures at the central facts, from the engine that certifies."""

    consumers: int
    _unravel: Callable[[Any], Any] = field(repr=False)

    @classmethod
    def of(
        cls,
        world: World,
        before: Ask,
        after: Ask,
        *,
        recalibrate: bool = True,
        varied: Callable[[str], bool] = lambda _: True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Model:
        """Return the model of a question.

        Args:
            world: The calibrated world.
            before: Makes the setting of the baseline in a world.
            after: Makes the setting of the scenario in a world.
            recalibrate: Whether tastes meet their target moments in each draw; else price
                coefficients and nesting parameters keep their central values.
            varied: Whether a parameter may vary; those that a scenario sets may not.
            progress: Called with how many of the parameters behind the links are observed.

        Errors:
            BackhaulError: as `backhaul.baseline.settle.settle`.
        """
        states = _central_states(world, before, after)
        layout = lay_out(world, states)
        names, followed = _names(world, before, after, varied)
        asks: dict[str, Ask] = {"baseline": before, "scenario": after}
        if FREE in states:
            asks[FREE] = lambda world: after(world).without_support()
        response = observe_response(world, asks, names, followed, progress)
        year = Year(
            layout=layout,
            names=names,
            response=response,
            held={code: _held(world, code) for code in world.sides},
            recalibrate=recalibrate,
            consumers=int(world.evidence.parameter("consumers").value),
        )
        enters = any(side.sources for plan in layout.plans.values() for side in plan.sides.values())
        composer = Composer(year, Hedonics.of(world) if enters else None)
        figures = _figures(states)
        facts = central_facts(layout, names)
        _, unravel = flattened(facts)
        return cls(
            answer=Answer(year, composer, tuple(figure.name for figure in figures)),
            states=states,
            inputs=inputs_of(layout, names, facts),
            figures=figures,
            consumers=year.consumers,
            _unravel=unravel,
        )

    @property
    def layout(self) -> Layout:
        """What does not move from draw to draw."""
        return self.answer.year.layout

    def centre(self) -> np.ndarray:
        """Return the central values of the inputs. Shape (N,)."""
        return np.array([number.value for number in self.inputs])

    def position(self, figure: str) -> int:
        """Return where a figure stands.

        Errors:
            ScenarioError: there is no such figure; suggests the nearest.
        """
        if figure not in self.answer.names:
            raise ScenarioError(
                where="figure",
                what=f"this question has no figure {figure!r}.",
                fix=suggestion(figure, self.answer.names),
            )
        return self.answer.names.index(figure)

    def solve(self, values: np.ndarray) -> Batch:
        """Return draws solved one by one; each is the same in any company.

        Args:
            values: Inputs of each draw. Shape (n, N).
        """
        rows = np.atleast_2d(np.asarray(values, dtype=float))
        parts = [self._chunk(rows[k : k + CHUNK]) for k in range(0, len(rows), CHUNK)]
        figures = np.concatenate([part[0] for part in parts])
        return _batch(
            figures, Proof(*map(np.concatenate, zip(*(p[1] for p in parts), strict=True)))
        )

    def certify(self, values: np.ndarray) -> list[dict[str, object]]:
        """Return the whole certificate of every state and market of one draw.

        Args:
            values: Inputs. Shape (N,).
        """
        _, proof, played = self._chunk(np.atleast_2d(values))
        return [
            {"state": state, "market": code}
            | certificate_of(
                self.layout.plans[state].sides[code],
                Played(*(leaf[0] for leaf in one)),
                float(proof.complementarity[0]),
            )
            for state, sides in played.items()
            for code, one in sides.items()
        ]

    def _chunk(self, rows: np.ndarray) -> Any:  # noqa: ANN401  (a tree of arrays)
        """Return figures, proof and what was played of at most `CHUNK` draws."""
        padded = np.zeros((CHUNK, rows.shape[1]))
        padded[: len(rows)] = rows
        found = self._many(padded, np.arange(CHUNK) < len(rows), self.near)
        found = jax.block_until_ready(found)  # lets other threads go on meanwhile; reading does not
        return jax.tree.map(lambda leaf: np.asarray(leaf)[: len(rows)], found)

    def gradient(self, figure: str, values: np.ndarray | None = None) -> np.ndarray:
        """Return the slope of a figure in every input, by the adjoint of all equilibria. (N,)."""
        at = self.centre() if values is None else values
        return np.asarray(self._slopes_at(at, figure)[0])

    def utilities(self, figure: str) -> dict[str, np.ndarray]:
        """Return the slope of a figure in every consumer's utility from every product.

        By market; each of shape (J, I), entrants last.
        """
        return self.everything(figure)[1]

    def everything(self, figure: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return the slopes in every input and in every utility, in one sweep."""
        slopes, further = self._slopes_at(self.centre(), figure)
        return np.asarray(slopes), {
            name.removeprefix("utility."): np.asarray(value) for name, value in further.items()
        }

    def _slopes_at(self, values: np.ndarray, figure: str) -> Any:  # noqa: ANN401  (trees of arrays)
        """Return slopes in inputs and utilities; one program for every question about slopes."""
        zeros = no_utilities(self.layout, self.consumers)
        found = self._all_slopes(jnp.asarray(values), zeros, self.near, self.position(figure))
        return jax.block_until_ready(found)

    @cached_property
    def near(self) -> tuple[Near, ...]:
        """Central solutions, from which every draw starts, by group of states."""
        found = {name: near_of(state, self.layout) for name, state in self.states.items()}
        return jax.device_put(self.answer.near(found))

    def facts(self, values: Array) -> Facts:
        """Return inputs as facts."""
        return dict(self._unravel(values))

    @cached_property
    def _many(self) -> Callable[..., Any]:
        """The compiled answer to a chunk of draws; one program, whatever their number."""

        def one(row: Array, near: tuple[Near, ...]) -> Any:  # noqa: ANN401  (a tree of arrays)
            return self.answer(self.facts(row), near)

        def chunk(rows: Array, wanted: Array, near: tuple[Near, ...]) -> Any:  # noqa: ANN401
            shapes = jax.eval_shape(one, rows[0], near)
            nothing = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
            return lax.map(
                lambda x: lax.cond(x[1], lambda: one(x[0], near), lambda: nothing), (rows, wanted)
            )

        return jax.jit(chunk)

    @cached_property
    def _all_slopes(self) -> Callable[..., Any]:
        def figure(values: Array, utilities: Facts, near: tuple[Near, ...], which: Array) -> Array:
            return self.answer(self.facts(values) | utilities, near)[0][which]

        return jax.jit(jax.grad(figure, argnums=(0, 1)))


def _central_states(world: World, before: Ask, after: Ask) -> dict[str, State]:
    """Return the central states, solved to first and second order."""
    states = {"baseline": settle(world, before(world), level="slider")}
    setting = after(world)
    states["scenario"] = settle(world, setting, level="slider", near=states["baseline"])
    if setting.promise is not None or setting.supports:
        near_by = states["scenario"]
        states[FREE] = settle(world, setting.without_support(), level="slider", near=near_by)
    return states


def _figures(states: dict[str, State]) -> tuple[Figure, ...]:
    """Return the central figures, from the engine that certifies."""
    books = {name: Books(state) for name, state in states.items()}
    free = books.get(FREE, books["scenario"])
    return make_figures(books["baseline"], books["scenario"], free)


def _held(world: World, code: str) -> Start:
    """Return a market's calibrated tastes, and how their moments answer."""
    side = world.sides[code]
    taste, calibration = side.taste, side.calibration
    at = [calibration.alpha, 1 / (1 - taste.sigma_in), 1 / (1 - taste.sigma_seg)]
    sales = Sales(
        names=side.market.ids,
        price=side.market.price,
        share=side.market.shares,
        nest=side.market.nest,
        counted=~side.market.aggregate,
    )
    slopes = log_slopes(
        sales=sales,
        consumers=side.consumers,
        targets=calibration.reached,
        calibration=calibration,
    )
    mean = calibration.alpha * float(side.consumers.sensitivity @ side.consumers.weights)
    frame, seen = Frame.of(taste.nest, side.conduct), (sales.price, sales.share)
    shares = nested_slopes(
        choice(taste, sales.price), members=taste.members, a=at[2], e=at[1], weights=taste.weights
    )
    return Start(
        at=np.log(at),
        delta=np.array(taste.delta),
        closed=np.asarray(closed_form(frame, seen, mean, (at[2], at[1]))),
        inverse=np.linalg.inv(slopes),
        answer=np.linalg.inv(shares / sales.share[:, None]),
    )


def _names(
    world: World, before: Ask, after: Ask, varied: Callable[[str], bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the parameters that may vary, and those of them that the rules behind links read.

    Errors:
        AssertionError: a parameter is read by a rule that this room does not follow.
    """
    diary = world.evidence.with_new_diary()
    observed = replace(world.observed, evidence=diary, freight=observe(diary).freight)
    asked = replace(world, observed=observed)
    for ask in (before, after):
        ask(asked)
    free = [
        name
        for name, p in world.evidence.parameters.items()
        if p.role == "engine" and p.low < p.high and name not in NOT_VARIED and varied(name)
    ]
    followed = [n for n in free if n in diary.asked and (n not in EXPLICIT or n in BOTH)]
    known = [name for name in free if name in EXPLICIT or name in followed]
    return tuple(known), tuple(followed)


def _batch(figures: np.ndarray, proof: Proof) -> Batch:
    """Return draws with the reason of each that failed."""
    reasons = tuple(_reason(*(float(part[k]) for part in proof)) for k in range(len(figures)))
    ok = np.array([not reason for reason in reasons])
    finite = np.where(ok[:, None], figures, np.nan)
    return Batch(
        figures=finite,
        worst=proof.worst,
        complementarity=proof.complementarity,
        concavity=proof.concavity,
        distance=proof.distance,
        ok=ok,
        reason=reasons,
    )


def _reason(  # noqa: PLR0913  (the parts of a proof)
    worst: float,
    complementarity: float,
    bend: float,
    distance: float,
    fits: float,
    implausible: float,
    over_cap: float,
) -> str:
    """Return why a draw failed; empty where it did not."""
    del distance
    failures = (
        (not fits, "no tastes have the target elasticities of this draw"),
        (implausible > 0, "a factory cost is negative or implausible"),
        (not worst <= ACCEPTED, f"a price is off by {worst:.1e} of itself"),
        (not complementarity <= SLACK, f"a limit or promise is missed by {complementarity:.1e}"),
        (not bend < 0, "a firm's profit is not concave in its own prices"),
        (over_cap > 0, f"an entrant sells {over_cap:,.0f} more than its certification allows"),
    )
    return next((text for failed, text in failures if failed), "")
