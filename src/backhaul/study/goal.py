"""What a design must reach and what it costs, read from words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backhaul.errors import ScenarioError
from backhaul.ground.names import did_you_mean
from backhaul.study.whole import FigureName, figure_place

EXAMPLE = "balance US-JP by +1e9 USD"

BALANCE = "balance_us_jp_net_usd"

WORDS = {
    "balance us-jp": (BALANCE,),
    "net balance us-jp": (BALANCE,),
    "gross balance us-jp": ("balance_us_jp_gross_usd",),
    "content balance us-jp": ("balance_us_jp_content_usd",),
    "units jp entrants": ("units_entrants_JP", "units_without_support"),
}
"""What goals may be called, and the figures that are meant: the first that there is.

A design's scenario has neither promise nor support of its own, so that the units without such
support are what sells with the instruments.
"""

LABELS = {"units jp entrants": "Entrants sold in Japan"}
"""Names for people of goals whose figure is called otherwise."""

LEVELS = frozenset(
    {"units_entrants_JP", "units_committed", "units_without_support"}
    | {"support_per_vehicle_usd", "support_outlay_usd", "demand_shift_usd"}
)
"""Figures without a baseline: they are brought `to` a level, all others moved `by` a change."""

COSTS: dict[str, tuple[tuple[str, float], ...]] = {
    "welfare cost": (("welfare_US_usd", -1.0), ("welfare_JP_usd", -1.0)),
    "welfare cost US": (("welfare_US_usd", -1.0),),
    "welfare cost JP": (("welfare_JP_usd", -1.0),),
    "welfare cost world": (("welfare_world_usd", -1.0),),
    "outlay": (),
    "treasury cost": (("government_US_usd", -1.0), ("government_JP_usd", -1.0)),
}
"""What may be made small, as sums of figures; the outlay is support times units."""

SUPPORT = "support"
"""The instrument that the outlay pays."""

SIZES = {"": 1.0, "thousand": 1e3, "million": 1e6, "bn": 1e9, "billion": 1e9, "trillion": 1e12}

UNITS = {"usd": "USD", "dollars": "USD", "vehicles": "vehicles", "cars": "vehicles"}

_FORM = re.compile(
    r"^\s*(?P<what>.+?)\s+(?P<how>by|to)\s+(?P<amount>[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)"
    r"\s*(?P<size>thousand|million|bn|billion|trillion)?\s*(?P<unit>[A-Za-z]*)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that must be at least, or at most, an amount."""

    text: str
    figure: str
    label: str
    unit: str
    amount: float
    """In the figure's own unit; of its change, or of its level where it has no baseline."""

    @property
    def sign(self) -> float:
        """1 where the figure must be at least the amount, -1 where at most."""
        return -1.0 if self.amount < 0 else 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """A weighted sum of figures that is made small."""

    text: str
    parts: tuple[tuple[str, float], ...]
    unit: str
    paid_on: str = ""
    """Figure with the units on which the support is paid; empty where it is no part of the cost."""


def parse_goal(text: str, figures: Sequence[FigureName]) -> Goal:
    """Return what a text such as "balance US-JP by +1e9 USD" asks for.

    Errors:
        ScenarioError: it cannot be read, names no figure, or its unit is not the figure's.
    """
    match = _FORM.match(text)
    if match is None:
        raise ScenarioError(
            where=f"goal {text!r}",
            what="it is not of the form WHAT by AMOUNT UNIT, or WHAT to AMOUNT UNIT.",
            fix=f'Write, for example: "{EXAMPLE}".',
        )
    figure = figures[_meant(text, match["what"], figures)]
    how, level = match["how"].lower(), figure.name in LEVELS
    if (how == "to") != level:
        raise ScenarioError(
            where=f"goal {text!r}",
            what=f"{figure.name} {'has no baseline' if level else 'is a change'}.",
            fix=f"Write {'to' if level else 'by'} in place of {how}.",
        )
    amount = float(match["amount"].replace(",", "")) * SIZES[(match["size"] or "").lower()]
    if amount == 0:
        raise ScenarioError(
            where=f"goal {text!r}",
            what="an amount of nothing is reached by doing nothing.",
            fix="Give an amount above or below zero.",
        )
    _check_unit(text, match["unit"], figure)
    label = LABELS.get(_words(match["what"]), figure.label or figure.name)
    return Goal(text, figure.name, label, figure.unit, amount)


def parse_cost(text: str, figures: Sequence[FigureName]) -> Cost:
    """Return what a text such as "welfare cost" means.

    Errors:
        ScenarioError: it is no cost that is known, or a figure of it is missing.
    """
    known = {name.lower(): name for name in COSTS}
    name = known.get(_words(text))
    if name is None:
        raise ScenarioError(
            where=f"cost {text!r}",
            what=f"there is no such cost; there are {', '.join(COSTS)}.",
            fix=did_you_mean(text, COSTS, otherwise="Take one of these."),
        )
    if not COSTS[name]:
        units = figures[_meant(text, "units JP entrants", figures)]
        return Cost(name, (), "USD", paid_on=units.name)
    places = [figure_place(figures, figure) for figure, _ in COSTS[name]]
    return Cost(name, COSTS[name], figures[places[0]].unit)


def _meant(text: str, what: str, figures: Sequence[FigureName]) -> int:
    """Return the place of the figure that a goal is about."""
    known = [figure.name for figure in figures]
    for name in WORDS.get(_words(what), (what,)):
        if name in known:
            return known.index(name)
    raise ScenarioError(
        where=f"goal {text!r}",
        what=f"{what!r} names no figure of this question.",
        fix=did_you_mean(
            what, [*WORDS, *known], otherwise=f"Take {', '.join(WORDS)}, or a headline figure."
        ),
    )


def _words(what: str) -> str:
    """Return words without capitals, one blank between them."""
    return " ".join(what.lower().split())


def _check_unit(text: str, unit: str, figure: FigureName) -> None:
    """Refuse a goal in another unit than its figure's."""
    meant = UNITS.get(unit.lower(), unit)
    if unit and meant != figure.unit:
        raise ScenarioError(
            where=f"goal {text!r}",
            what=f"{figure.name} is in {figure.unit}, not in {unit}.",
            fix=f"Give the amount in {figure.unit}.",
        )
