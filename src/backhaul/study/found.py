"""What an ensemble found: intervals, failures, flags, proofs, and what was drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backhaul.errors import BackhaulError
from backhaul.study.amount import amount
from backhaul.study.draws import ENDS, half_width, quantile
from backhaul.study.rows import Rows
from backhaul.study.whole import Asked, FigureName, Input, WholeModel, figure_place, preferred

PARTS = ("first_order", "second_order", "best_response")
"""Parts of a certificate that pass or fail."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Median and 90 % interval of one figure: of its change, or of its level without baseline."""

    name: str
    label: str
    unit: str
    central: float
    """Value with every input at its centre."""

    low: float
    """5 % point of the draws."""

    median: float
    high: float
    """95 % point."""

    draws: int
    """How many draws gave a number: a ratio has none where nothing moved."""

    def as_dict(self) -> dict[str, object]:
        """Return the interval as ensemble.json has it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, eq=False)
class Proof:
    """The whole certificates of one draw."""

    draw: int
    parts: tuple[Mapping[str, Any], ...]
    """One per state and market; where a solve was refused, one with the reason as "refused"."""

    @property
    def fault(self) -> str:
        """What fails; empty where all holds."""
        faults = [fault for part in self.parts if (fault := _fault(part))]
        return "; ".join(dict.fromkeys(faults))


def proof_of(draw: int, model: WholeModel, values: np.ndarray) -> Proof:
    """Return the whole certificates of a draw; a refusal is a result too."""
    try:
        parts = [_plain(part) for part in model.certify(values)]
    except BackhaulError as error:
        parts = [{"refused": f"{error.where}: {error.what}"}]
    return Proof(draw, tuple(parts))


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The answers of all draws of one question."""

    asked: Asked
    plan: Mapping[str, Any]
    """Everything that decides what the draws are."""

    figures: tuple[FigureName, ...]
    """Those that apply to the question."""

    idle: tuple[str, ...]
    """Names of those that do not: they are no number at the centre."""

    inputs: tuple[Input, ...]
    places: tuple[int, ...]
    """Which inputs were drawn."""

    centre: np.ndarray
    """Figures with every input at its centre. Shape (F,)."""

    rows: Rows
    flagged: np.ndarray
    """Numbers of the draws that may lie on another branch."""

    proofs: tuple[Proof, ...]
    """Whole certificates of the sample."""

    seconds: Mapping[str, float]
    """How long draws and certificates took; no part of what is written down."""

    asked_n: int
    n: int

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """Median and 90 % interval of every figure, over the draws with an answer."""
        found = []
        for k, figure in enumerate(self.figures):
            values = self._values(k)
            if not len(values):
                continue
            low, median, high = np.quantile(values, (ENDS[0], 0.5, ENDS[1]))
            interval = Interval(
                name=figure.name,
                label=figure.label or figure.name.replace("_", " "),
                unit=figure.unit,
                central=float(self.centre[k]),
                low=float(low),
                median=float(median),
                high=float(high),
                draws=len(values),
            )
            found.append(interval)
        return tuple(found)

    @property
    def failures(self) -> tuple[tuple[int, str], ...]:
        """Number and reason of each draw without an answer."""
        return tuple(
            (int(draw), str(self.rows.reason[draw])) for draw in np.flatnonzero(~self.rows.ok)
        )

    @property
    def drawn(self) -> tuple[Input, ...]:
        """The inputs that were drawn."""
        return tuple(self.inputs[place] for place in self.places)

    def values(self, name: str) -> np.ndarray:
        """Return a figure's value in every draw with an answer, less where a ratio has none.

        Errors:
            ScenarioError: there is no such figure.
        """
        return self._values(figure_place(self.figures, name))

    def _values(self, place: int) -> np.ndarray:
        """Return the numbers of a figure."""
        values = self.rows.figures[self.rows.ok, place]
        return np.asarray(values[np.isfinite(values)])

    @property
    def sentences(self) -> tuple[str, ...]:
        """The interval of the preferred figure, how many draws there are, what became of them."""
        solved, failed = int(self.rows.ok.sum()), len(self.failures)
        more = (
            f" ({self.asked_n:,} asked for, rounded up to a power of two)"
            if self.n != self.asked_n
            else ""
        )
        said = [
            f"{self.n:,} draws{more} of {len(self.places):,} uncertain inputs: {solved:,} solved "
            f"to first and second order, {failed:,} without an answer."
        ]
        if failed:
            said.append(
                "Draws without an answer are listed with their reason and are in no interval."
            )
        fewer = [i for i in self.intervals if i.draws < solved]
        if fewer:
            ratios = "1 ratio divides" if len(fewer) == 1 else f"{len(fewer):,} ratios divide"
            said.append(
                f"{ratios} by nothing in some draws, where nothing moved; the interval is that of "
                "the other draws."
            )
        if len(self.flagged):
            said.append(
                f"{_draws(len(self.flagged), 'lies', 'lie')} far from the first-order prediction "
                "and may be on another branch"
                + ("; each was looked at with the whole certificate." if self.proofs else ".")
            )
        return (*self._first_sentence(), *said, self._proof_sentence())

    def _first_sentence(self) -> tuple[str, ...]:
        """Return median and interval of the preferred figure."""
        name = preferred(self.figures)
        return tuple(
            f"{i.label}: median {amount(i.median, i.unit)}, 90 % of the draws between "
            f"{amount(i.low, i.unit)} and {amount(i.high, i.unit)}."
            for i in self.intervals
            if i.name == name
        )

    def _proof_sentence(self) -> str:
        """Return how many draws carry the whole certificate."""
        if not self.proofs:
            return "No draw was given the whole certificate (best responses, other starts)."
        held = sum(not proof.fault for proof in self.proofs)
        return (
            f"{_draws(len(self.proofs), 'was', 'were')} given the whole certificate, with best "
            f"responses and other starts: it holds for {held:,} of them."
        )

    def as_dict(self) -> dict[str, object]:
        """Return the ensemble as ensemble.json has it; the same whatever the workers."""
        return {
            "scenario": self.asked.name,
            "asks": self.asked.asks,
            "as_of": self.asked.as_of.isoformat(),
            "baseline": self.asked.baseline,
            "answer": list(self.sentences),
            "draws": {
                "asked": self.asked_n,
                "made": self.n,
                "solved": int(self.rows.ok.sum()),
                "failed": len(self.failures),
                "flagged": [int(draw) for draw in self.flagged],
                "seed": self.plan["seed"],
                "inputs": len(self.places),
            },
            "figures": [interval.as_dict() for interval in self.intervals],
            "not_applicable": list(self.idle),
            "failures": [{"draw": draw, "reason": reason} for draw, reason in self.failures],
            "certificates": {
                "checked": len(self.proofs),
                "hold": sum(not proof.fault for proof in self.proofs),
                "draws": [{"draw": proof.draw, "fault": proof.fault} for proof in self.proofs],
            },
            "not_modelled": list(self.asked.not_modelled),
            "manifest": dict(self.plan),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return intervals, draws, failures and inputs as tables."""
        draws = pd.DataFrame(self.rows.figures, columns=[f.name for f in self.figures])
        draws.insert(0, "draw", np.arange(self.n))
        draws.insert(1, "solved", self.rows.ok)
        draws["residual"] = self.rows.worst
        draws["distance"] = self.rows.distance
        return {
            "intervals": pd.DataFrame(
                [interval.as_dict() for interval in self.intervals],
                columns=list(Interval.__slots__),
            ),
            "draws": draws,
            "failures": pd.DataFrame(list(self.failures), columns=["draw", "reason"]),
            "inputs": inputs_table(self.drawn),
        }


def _draws(count: int, one: str, several: str) -> str:
    """Return so many draws with the verb that fits."""
    return f"1 draw {one}" if count == 1 else f"{count:,} draws {several}"


def inputs_table(inputs: Sequence[Input]) -> pd.DataFrame:
    """Return inputs with centre, range, 90 % interval, distribution, grade, source and place."""
    rows = [
        {
            "key": one.key,
            "label": one.label,
            "kind": one.kind,
            "unit": one.unit,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "p05": quantile(one, ENDS[0]),
            "p95": quantile(one, ENDS[1]),
            "half_width": half_width(one),
            "distribution": one.distribution,
            "grade": one.grade,
            "source_id": one.source_id,
            "place": one.place,
        }
        for one in inputs
    ]
    columns = (
        *("key", "label", "kind", "unit", "value", "low", "high", "p05", "p95", "half_width"),
        *("distribution", "grade", "source_id", "place"),
    )
    return pd.DataFrame(rows, columns=list(columns))


def _fault(part: Mapping[str, Any]) -> str:
    """Return what fails in one certificate, or an empty text."""
    if "refused" in part:
        return str(part["refused"])
    where = " ".join(str(part[key]) for key in ("market", "state") if key in part)
    failed = [
        name.replace("_", " ")
        for name in PARTS
        if isinstance(part.get(name), Mapping) and not part[name].get("passes", False)
    ]
    missing = [name.replace("_", " ") for name in PARTS if not isinstance(part.get(name), Mapping)]
    said = [f"{name} fails" for name in failed] + [f"{name} not tried" for name in missing]
    return f"{where}: {', '.join(said)}".removeprefix(": ") if said else ""


def _plain(value: Any) -> Any:  # noqa: ANN401 - a tree of anything
    """Return a certificate made of what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return value
