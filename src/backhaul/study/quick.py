"""The answer while a slider moves: the figures of a run, without what takes more solves."""

from __future__ import annotations

from collections.abc import Collection

from backhaul.baseline.solved import Solved
from backhaul.outcome.books import Books
from backhaul.outcome.figures import make_figures
from backhaul.outcome.identities import identity_gaps
from backhaul.outcome.outcome import Outcome
from backhaul.outcome.tables import make_tables
from backhaul.outcome.words import sentences
from backhaul.scenario.scenario import Scenario
from backhaul.study.run import (
    card_of,
    certificates_of,
    is_certified,
    manifest_of,
    named_states,
    sources_behind,
)


def quick_outcome(
    scenario: Scenario,
    baseline: Scenario | None,
    solved: Solved,
    *,
    before: Books,
    tables: Collection[str] = (),
) -> Outcome:
    """Return the outcome of solved states without the entrants' draws and their tables.

    Every figure that it has is the figure of `backhaul.study.run.make_outcome`, but for low and
    high; the median of the draws and the tables `entrants` and `programme` are missing.

    Args:
        scenario: What was asked.
        baseline: What it was compared with, where not its own.
        solved: The states.
        before: The books of the baseline, which many questions share.
        tables: Names of the tables that are wanted, "sources" among them; empty: none is made.

    Errors:
        EquilibriumError: an identity of the accounts does not hold.
    """
    after = Books(solved.scenario)
    free = after if solved.free is solved.scenario else Books(solved.free)
    gaps = identity_gaps(before, after)
    figures = make_figures(before, after, free)
    setting, world = solved.scenario.setting, solved.scenario.world
    made = make_tables(before, after, tables)
    if "sources" in tables:
        made["sources"] = sources_behind(world)
    states = named_states(solved)
    return Outcome(
        scenario=card_of(scenario, baseline, setting),
        figures=figures,
        sentences=sentences(figures, setting, world.evidence, None),
        tables=made,
        certificates=certificates_of(states),
        certified=is_certified(states),
        identities=gaps,
        manifest=manifest_of(world, scenario, baseline, 0),
    )
