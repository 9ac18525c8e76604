"""The short run beside the long run: a question about laws solved at both horizons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from backhaul.baseline.settle import settle
from backhaul.baseline.solved import Solved, free_of_support
from backhaul.baseline.state import State
from backhaul.equilibrium.certificate import Level
from backhaul.outcome.books import books_of
from backhaul.outcome.figures import make_figures
from backhaul.outcome.horizons import horizons_table, law_moves
from backhaul.outcome.identities import identity_gaps

SHORT_RUN = "short_run_adjustment"
"""Parameter with the part of the way that prices go in a short run."""


@dataclass(frozen=True, eq=False)
class Horizons:
    """A question in the short and in the long run, against the same baseline."""

    table: pd.DataFrame
    """Change of each figure in both; see `backhaul.outcome.horizons`."""

    states: dict[str, State]
    """What was solved for it beyond the question's own states, by name."""

    identities: dict[str, float]
    """Largest relative gap of each identity of the accounts over both."""


def at_both_horizons(solved: Solved, say: Callable[[str], None] | None = None) -> Horizons | None:
    """Return a question in the short and in the long run; None where no law moves anything.

    Short: prices have gone the part of the way that the parameter `short_run_adjustment` says.
    Long: all of it. Plants, declared values and everything else are those of the question.

    Args:
        solved: The question's states; the baseline is in the long run.
        say: Called with a word on what is being done.

    Errors:
        EquilibriumError, ScenarioError: as `backhaul.baseline.settle.settle`.
    """
    if not law_moves(solved.baseline, solved.scenario):
        return None
    (say or (lambda _: None))("solving the short run and the long run")
    adjustment = solved.baseline.world.evidence.parameter(SHORT_RUN).value
    both = {
        "short run": _at(solved, adjustment),
        "long run": _at(solved, 1.0),
    }
    figures, gaps = {}, []
    for name, one in both.items():
        before, after, free = books_of(one)
        gaps.append(identity_gaps(before, after))
        figures[name] = make_figures(before, after, free)
    return Horizons(
        table=horizons_table(figures["short run"], figures["long run"]),
        states=_beyond(solved, both),
        identities={name: max(gap[name] for gap in gaps) for name in gaps[0]},
    )


def _at(solved: Solved, adjustment: float) -> Solved:
    """Return the question with prices gone this part of the way; itself where they have."""
    setting, base = solved.scenario.setting, solved.baseline
    if setting.adjustment == adjustment:
        return solved
    after = settle(
        base.world,
        replace(setting, adjustment=adjustment),
        level=_level(solved.scenario),
        near=solved.scenario,
        base=base,
    )
    return Solved(base, after, free_of_support(after, base=base, level=_level(solved.scenario)))


def _level(state: State) -> Level:
    """Return how far a state is proven."""
    return next(iter(state.sides.values())).equilibrium.certificate.level


def _beyond(solved: Solved, both: dict[str, Solved]) -> dict[str, State]:
    """Return the states of both horizons that are not the question's own, by name."""
    states = {}
    for name, one in both.items():
        if one is not solved:
            states[name] = one.scenario
            if one.free is not one.scenario:
                states[f"{name} without support"] = one.free
    return states
