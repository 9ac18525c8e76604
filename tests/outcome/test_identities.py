"""The identities of the accounts hold, and each of them notices when a book is broken.

Gaps are relative; 1e-9 is the model's own standard, and books that balance stay below 1e-12.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.errors import EquilibriumError
from backhaul.market.wedge import Wedge
from backhaul.outcome.accounts import RESOURCE_ITEMS
from backhaul.outcome.books import Books
from backhaul.outcome.identities import identity_gaps
from backhaul.outcome.trade import flows

QUESTIONS = ("reverse-imports", "us-tariff-15-regime", "f150-for-japan", "yen-120", "invest-13bn")


def broken_side(state, code, **changes):
    """Return the state with one market's books changed and nothing else."""
    return replace(state, sides=state.sides | {code: replace(state.sides[code], **changes)})


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_books_of_every_kind_of_question_balance(name, solved):
    """Entry, duties, purchases, exchange rates and moves all keep the five identities."""
    found = solved(name)

    gaps = identity_gaps(Books(found.baseline), Books(found.scenario))

    assert len(gaps) == 5
    assert all(0 <= gap <= 1e-12 for gap in gaps.values()), gaps


def test_a_link_that_delivers_too_much_is_noticed(solved):
    """Units by link must add up to units by product."""
    state = solved("us-tariff-15-regime").scenario
    share = np.array(state.sides["US"].link_share)
    share[0] *= 1.01

    with pytest.raises(EquilibriumError, match="units by link add up"):
        identity_gaps(Books(state), Books(broken_side(state, "US", link_share=share)))


def test_a_dollar_that_nobody_receives_is_noticed(solved):
    """A unit cost above what factories, carriers and treasuries receive loses money on the way."""
    state = solved("us-tariff-15-regime").scenario
    wedge = state.sides["JP"].wedge
    dearer = Wedge(keep=wedge.keep, cost=1.0001 * wedge.cost)

    with pytest.raises(EquilibriumError, match="every dollar paid is received"):
        identity_gaps(Books(state), Books(broken_side(state, "JP", wedge=dearer)))


def test_a_support_that_nobody_pays_is_noticed(solved):
    """What firms receive must come from a payer."""
    found = solved("reverse-imports")
    unpaid = replace(found.scenario, setting=found.scenario.setting.without_promise())

    with pytest.raises(EquilibriumError, match="support paid is support received"):
        identity_gaps(Books(found.baseline), Books(unpaid))


def test_freight_that_only_one_side_knows_is_noticed(solved, monkeypatch):
    """A flow that forgets the insurance does not meet the importer's c.i.f. value."""
    found = solved("f150-for-japan")

    def uninsured(state):
        return tuple(replace(flow, freight=0.9 * flow.freight) for flow in flows(state))

    monkeypatch.setattr("backhaul.outcome.books.flows", uninsured)
    with pytest.raises(EquilibriumError, match="imports c"):
        identity_gaps(Books(found.baseline), Books(found.scenario))


def test_a_resource_that_is_nobodys_cost_is_noticed(solved, monkeypatch):
    """World welfare by recipients must be surplus and spending less every resource used."""
    found = solved("us-tariff-15-regime")
    forgetful = tuple(item for item in RESOURCE_ITEMS if item != "factories")

    monkeypatch.setattr("backhaul.outcome.accounts.RESOURCE_ITEMS", forgetful)
    with pytest.raises(EquilibriumError, match="change of world welfare"):
        identity_gaps(Books(found.baseline), Books(found.scenario))
