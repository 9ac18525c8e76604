"""A whole model that is solved by hand: the same face as the real one, in microseconds.

Its figures are smooth closed forms of a few inputs, so that quantiles, gradients, indices and
cheapest mixes are known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from backhaul.errors import EquilibriumError
from backhaul.study.whole import Asked

GOAL_SLOPES = {"support": 2e9, "certification": 0.5e9, "tariff": 4e9, "purchase": 1e9}
"""Balance won by each instrument at the top of its range, USD."""

COST_SLOPES = {"support": 0.2e9, "certification": 0.0, "tariff": 1.2e9, "purchase": 0.1e9}
COST_CURVES = {"support": 1e9, "certification": 1e9, "tariff": 3e9, "purchase": 4e9}
"""Welfare lost at share x of the range: slope * x + curve * x**2 / 2, USD."""

TOPS = {"support": 20_000.0, "certification": 1.0, "tariff": 20.0, "purchase": 20_000.0}
FULL = {
    "support": "support_usd",
    "certification": "certification",
    "tariff": "tariff_points",
    "purchase": "purchase_units",
}


@dataclass(frozen=True, slots=True)
class Input:
    key: str
    kind: str
    value: float
    low: float
    high: float
    distribution: str = "uniform"
    label: str = "label"
    unit: str = "unit"
    grade: str = "C"
    source_id: str = "estimate"
    place: str = "jp/sales.csv:12"
    support: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureName:
    name: str
    unit: str
    label: str


@dataclass(frozen=True, eq=False)
class Batch:
    figures: np.ndarray
    worst: np.ndarray
    complementarity: np.ndarray
    concavity: np.ndarray
    distance: np.ndarray
    ok: np.ndarray
    reason: tuple[str, ...]


INPUTS = (
    Input("parameter.eta_us", "parameter", 0.5, 0.0, 1.0),
    Input("parameter.freight", "parameter", 2.0, 1.0, 4.0, "triangular"),
    Input("units.JP.toyota_yaris", "units", 100.0, 80.0, 125.0, "lognormal", grade="B"),
    Input("price.US.toyota_camry", "price", 30.0, 27.0, 33.0, "normal", grade="A"),
    Input(
        "quality.JP.toyota_camry_us", "quality", 0.0, -1.0, 1.0, "empirical",
        support=(-1.0, 0.0, 1.0),
    ),
    Input("parameter.certain", "parameter", 7.0, 7.0, 7.0),
    Input("duty.USA.JPN.passenger_car", "law", 0.025, 0.0, 0.5),
    *(
        Input(f"instrument.{FULL[name]}", "instrument", 0.0, 0.0, TOPS[name], label=name)
        for name in FULL
    ),
)  # fmt: skip

FIGURES = (
    FigureName("balance_us_jp_net_usd", "USD", "US-Japan car balance"),
    FigureName("welfare_US_usd", "USD", "National welfare, United States"),
    FigureName("welfare_JP_usd", "USD", "National welfare, Japan"),
    FigureName("welfare_world_usd", "USD", "World welfare"),
    FigureName("units_entrants_JP", "vehicles", "Units of entrants in Japan"),
    FigureName("support_per_usd_of_net_balance", "USD per USD", "Does not apply"),
)
KEYS = [one.key for one in INPUTS]


def formulas(x: np.ndarray) -> np.ndarray:
    """Return the figures of one vector of inputs; also for complex ones."""
    at = dict(zip(KEYS, x, strict=True))
    eta, freight = at["parameter.eta_us"], at["parameter.freight"]
    units, price = at["units.JP.toyota_yaris"], at["price.US.toyota_camry"]
    share = {name: at[f"instrument.{FULL[name]}"] / TOPS[name] for name in FULL}
    luck = at["quality.JP.toyota_camry_us"]
    balance = 1e6 * (units * eta**2 + price / freight + 10 * luck) - 1e6 * (100 / 4 + 15)
    balance = balance + sum(GOAL_SLOPES[name] * s for name, s in share.items())
    lost = sum(COST_SLOPES[name] * s + COST_CURVES[name] * s**2 / 2 for name, s in share.items())
    entrants = 1000 * np.exp(luck) + 30_000 * share["support"]
    return np.array([balance, -0.75 * lost, -0.25 * lost, -lost, entrants, np.nan + 0 * balance])


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """The model; `fails_above` is the eta beyond which a draw has no answer."""

    inputs: tuple[Input, ...] = INPUTS
    figures: tuple[FigureName, ...] = FIGURES
    fails_above: float = np.inf
    far_above: float = np.inf
    """The eta beyond which prices lie far from the first-order prediction."""

    cheats_above: float = np.inf
    """The eta beyond which a firm gains by deviating, which only the whole certificate sees."""

    refuses: bool = False
    """Whether the whole certificate refuses to solve."""

    calls: list[int] = field(default_factory=list)
    """Rows of each batch."""

    certified: list[float] = field(default_factory=list)
    """Eta of each draw that was given the whole certificate."""

    def centre(self) -> np.ndarray:
        return np.array([one.value for one in self.inputs])

    def solve(self, values: np.ndarray) -> Batch:
        self.calls.append(len(values))
        eta = values[:, 0]
        ok = eta <= self.fails_above
        n = len(values)
        return Batch(
            figures=np.array([formulas(row) for row in values]),
            worst=np.full(n, 1e-13),
            complementarity=np.zeros(n),
            concavity=np.full(n, -0.1),
            distance=np.where(eta > self.far_above, 0.9, 0.01),
            ok=ok,
            reason=tuple("" if good else "market JP did not converge" for good in ok),
        )

    def gradient(self, figure: str, values: np.ndarray | None = None) -> np.ndarray:
        place = [one.name for one in self.figures].index(figure)
        at = (self.centre() if values is None else np.asarray(values)).astype(complex)
        found = np.empty(len(at))
        for k in range(len(at)):
            moved = at.copy()
            moved[k] += 1e-30j
            found[k] = formulas(moved)[place].imag / 1e-30
        return found

    def everything(self, figure: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return self.gradient(figure), {"US": np.full((3, 4), 2.0), "JP": np.full((2, 2), -1.0)}

    def certify(self, values: np.ndarray) -> list[dict[str, object]]:
        self.certified.append(float(values[0]))
        if self.refuses:
            raise EquilibriumError("market JP", "it did not converge.", "Start elsewhere.")
        good = {"value": 0.0, "passes": True}
        best = {"value": 1.0, "passes": bool(values[0] <= self.cheats_above)}
        return [
            {
                "market": "JP",
                "state": "scenario",
                "first_order": good,
                "second_order": good,
                "best_response": best,
                "starts": {"tried": 1, "different": 1},
            }
        ]

    def with_input(self, key: str, **changes: object) -> ClosedForm:
        """Return the model with one input changed."""
        inputs = tuple(
            replace(one, **changes) if one.key == key else one  # type: ignore[arg-type]
            for one in self.inputs
        )
        return replace(self, inputs=inputs, calls=[], certified=[])


def asked(**changes: object) -> Asked:
    """Return a question."""
    manifest = {"scenario": {"name": "toy"}, "versions": {"backhaul": "0"}, "inputs": {}}
    return Asked(
        "toy", "What <b>if</b>?", date(2026, 3, 1), "the law of the day", manifest | changes,
        ("third markets",),
    )  # fmt: skip
