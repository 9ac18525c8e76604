"""Evidence that loads is complete and checked; look-ups by a wrong name suggest the right one."""

from __future__ import annotations

import hashlib
import pickle
import time

import pytest

from backhaul.errors import EvidenceError
from backhaul.evidence import reading
from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.check import check


@pytest.fixture(scope="module")
def evidence():
    return Evidence.load()


def test_the_shipped_tables_have_no_problem():
    """What ships passes its own checks."""
    assert check() == []


def test_loading_from_cold_takes_less_than_the_budget():
    """All tables read and checked in well under a second (0.4 s on a quiet machine)."""
    reading._shipped.cache_clear()
    reading.shipped_schemas.cache_clear()
    start = time.process_time()
    Evidence.load()
    assert time.process_time() - start < 1.5  # the runners are slow and shared


def test_tables_know_their_lines_and_cannot_be_spoilt(evidence):
    """Line 2 is the first row, and a change in one's hands does not reach the evidence."""
    prices = evidence.table("us", "prices")
    assert prices["_line"].iloc[0] == 2
    prices.loc[0, "price"] = -1.0
    assert evidence.table("us", "prices")["price"].min() > 0


def test_a_parameter_has_its_range_source_and_role(evidence):
    """A parameter carries everything that a report must print beside it."""
    found = evidence.parameter("market_price_elasticity_us")
    assert (found.low, found.value, found.high) == (-1.2, -0.8, -0.4)
    assert found.role == "engine"
    assert evidence.source(found.source_id, "policy").id == found.source_id


@pytest.mark.parametrize(
    ("look_up", "where", "suggests"),
    [
        (lambda e: e.parameter("eta_uss"), "parameter 'eta_uss'", "eta_us"),
        (lambda e: e.table("us", "price"), "table 'us/price.csv'", "us/prices.csv"),
        (lambda e: e.source("recaled"), "source 'recaled'", "recalled"),
        (lambda e: e.sources("uss"), "table 'uss/sources.csv'", "us/sources.csv"),
    ],
)
def test_a_wrong_name_suggests_the_right_one(evidence, look_up, where, suggests):
    """Look-ups never return nothing: they raise and name the nearest."""
    with pytest.raises(EvidenceError) as caught:
        look_up(evidence)
    assert caught.value.where == where
    assert f"'{suggests}'" in caught.value.fix


def test_a_replaced_parameter_shows_everywhere_and_leaves_the_original(evidence):
    """The new evidence has the value in its parameters and table; the old one is as it was."""
    changed = evidence.replace_parameter("eta_us", 2.0)
    table = changed.table("policy", "parameters").set_index("parameter")

    assert changed.parameter("eta_us").value == table.loc["eta_us", "value"] == 2.0
    assert changed.parameter("eta_us").high == 2.0  # the range holds the value
    assert dict(changed.replaced) == {"eta_us": 2.0}
    assert evidence.parameter("eta_us").value == 0.6
    with pytest.raises(EvidenceError, match="finite"):
        evidence.replace_parameter("eta_us", float("nan"))


def test_hashes_are_those_of_the_files(evidence):
    """The manifest of a result can be checked against the files."""
    for file, found in evidence.hashes.items():
        assert found == hashlib.sha256((reading.DATA / file).read_bytes()).hexdigest()


def test_claims_keep_who_what_and_figure(evidence):
    """A claim with a figure has it as a number; one without has None."""
    claims = evidence.claims()
    assert claims["c004"].quantity == 20000
    assert claims["c001"].quantity is None
    assert claims["c103"].clarifies == "c102"
    assert sum(claim.of_the_article for claim in claims.values()) == 20


def test_an_evidence_error_survives_pickling(tmp_path):
    """Problems travel from a worker process to the one that prints them."""
    with pytest.raises(EvidenceError) as caught:
        Evidence.load(tmp_path / "nowhere")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    assert "no such folder" in again.problems[0].what
