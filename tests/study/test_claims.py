"""Claims: every verdict follows from facts and outcomes, and turns when they turn.

Figures are compared to 1e-5: they are printed with six significant digits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pandas as pd
import pytest

from backhaul.baseline.calibrate import calibrate
from backhaul.baseline.world import World
from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.claim import Claim
from backhaul.study.checks import bench as benches
from backhaul.study.checks.bench import Bench, Finding
from backhaul.study.claims import CHECKS, evaluate, verdicts

VERDICTS = {"supported", "inconsistent", "not_checkable"}

SHIPPED = {
    "supported": "c001 c005 c006 c008 c010 c011 c014 c016 c017 c018",
    "inconsistent": "c004 c009 c020",
    "not_checkable": "c002 c003 c007 c012 c013 c015 c019",
}
"""A verdict on the article moves only on purpose: change it here, and say why in the changelog."""


@pytest.fixture(scope="module")
def world() -> World:
    return calibrate(Evidence.load())


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def bench(world, said) -> Bench:
    """Outcomes are solved once for the module; the facts of a bench may be edited."""
    return Bench(world, said.append)


@pytest.fixture(scope="module")
def rows(bench) -> list[dict]:
    return verdicts(bench, every=True)


Edit = Callable[[pd.DataFrame], pd.DataFrame]


def edited(bench: Bench, table: str, edit: Edit) -> Bench:
    """The same outcomes over facts of which one table is edited."""
    world, evidence = bench.world, bench.evidence
    tables = {**evidence.tables, table: edit(evidence.tables[table].copy())}
    evidence = replace(evidence, tables=MappingProxyType(tables))
    observed = replace(world.observed, evidence=evidence)
    return replace(bench, world=replace(world, observed=observed))


def checked(bench: Bench, claim_id: str, **changes: object) -> Finding:
    claim: Claim = replace(bench.evidence.claims()[claim_id], **changes)
    return CHECKS[claim.check](bench, claim)


def test_the_article_has_twenty_claims_in_order(world):
    """c001 to c020 each get a row; without `every` no other claim does."""
    ids = [c.claim_id for c in world.evidence.claims().values() if c.of_the_article]

    assert ids == [f"c{number:03d}" for number in range(1, 21)]


def test_every_claim_gets_a_row_of_one_shape(rows, world):
    """Seven keys, in the order of the table; verdicts are of three kinds; fit for JSON."""
    assert [row["claim_id"] for row in rows] == list(world.evidence.claims())
    for row in rows:
        assert list(row) == [
            "claim_id", "statement", "verdict", "figure", "unit", "reason", "source_ids",
        ]  # fmt: skip
        assert row["verdict"] in VERDICTS
        assert row["figure"] is None or isinstance(row["figure"], float | str)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


def test_the_verdicts_on_the_article_move_only_on_purpose(rows):
    """The verdicts of c001 to c020 are those written above."""
    found = {row["claim_id"]: row["verdict"] for row in rows if row["claim_id"] < "c100"}

    assert found == {id: verdict for verdict, ids in SHIPPED.items() for id in ids.split()}


def test_every_reason_is_a_sentence_and_a_verdict_has_a_figure(rows):
    """Reasons end with a full stop; what is judged has a figure, its unit, and figures in words."""
    for row in rows:
        assert row["reason"].endswith("."), row
        assert "  " not in row["reason"]
        assert "nan" not in row["reason"]
        if row["verdict"] != "not_checkable":
            assert row["figure"] is not None, row
            assert re.search(r"\d", row["reason"]), row


def test_every_source_exists(rows, world):
    """A claim names its own source first, then those of the rows used; each can be looked up."""
    for row in rows:
        assert row["source_ids"][0] == world.evidence.claims()[row["claim_id"]].source_id
        for id in row["source_ids"]:
            assert world.evidence.source(id).id == id


def test_each_scenario_is_solved_once(rows, said):
    """Progress names each scenario that the checks need, once."""
    assert len(said) == len(set(said)) >= 6
    assert "claims: solving reverse-imports" in said


def test_the_first_three_carry_the_profit_of_the_programme(rows):
    """c001 to c003: profit without help and loss of the promise stand in the reason."""
    for row in rows[:3]:
        assert "carmakers' profit" in row["reason"]
        assert "without the support" in row["reason"]
    assert rows[1]["figure"] > 0


def test_the_figures_are_those_of_the_outcomes(rows, bench):
    """c004, c005, c009, c019 and c020 repeat what the shipped scenarios answer."""
    left, right = bench.outcome("reverse-imports"), bench.outcome("reverse-imports-rhd")
    support = left["support_per_vehicle_usd"].scenario
    wanted = {
        "c004": left["units_without_support"].scenario,
        "c005": support,
        "c009": 100 * (1 - right["support_per_vehicle_usd"].scenario / support),
        "c019": bench.outcome("f150-for-japan")["balance_us_jp_net_usd"].change / 10,
        "c020": 100 * left["balance_us_jp_net_usd"].change / 68.5e9,
    }

    found = {row["claim_id"]: row["figure"] for row in rows}

    assert {id: found[id] for id in wanted} == pytest.approx(wanted, rel=1e-5)


TURNED_BY_THE_CLAIM = {
    "fewer cars a year": ("c004", {"quantity": 1500.0}, "supported"),
    "the remark after the rule": ("c006", {"date": "2026-03-01"}, "inconsistent"),
    "another weekday": ("c018", {"statement_short": "It appeared on Friday"}, "inconsistent"),
    "another ticker": ("c017", {"statement_short": "Toyota is NYSE:TYT"}, "inconsistent"),
    "another growth": ("c014", {"quantity": 10.1}, "inconsistent"),
    "three months": ("c015", {"quantity": 3.0}, "supported"),
    "a smaller promise": ("c010", {"quantity": 9.0}, "inconsistent"),
    "another sum": ("c011", {"quantity": 10.0}, "inconsistent"),
    "a smaller deficit": ("c123", {"quantity": 70.0}, "supported"),
    "a larger deficit": ("c107", {"quantity": 90.0}, "inconsistent"),
    "twice the exports": ("c108", {"quantity": 2.8e6}, "inconsistent"),
    "half the output": ("c109", {"quantity": 1.6e6}, "inconsistent"),
    "a smaller share": ("c115", {"quantity": 0.3}, "inconsistent"),
    "twice the Toyotas": ("c117", {"quantity": 1e6}, "inconsistent"),
    "a tenth of the bill": ("c118", {"quantity": 140.0}, "inconsistent"),
    "ten times the bill": ("c119", {"quantity": 27000.0}, "inconsistent"),
    "a larger pledge": ("c124", {"quantity": 20.0}, "inconsistent"),
    "more Mazdas": ("c126", {"quantity": 900_000.0}, "inconsistent"),
    "more Toyotas at home": ("c127", {"quantity": 4e6}, "inconsistent"),
    "a plan after the rule": ("c116", {"date": "2026-03-01"}, "inconsistent"),
    "a maker without a plan": ("c106", {"speaker": "Somebody (Subaru)",
                                        "statement_short": "We look at it"}, "not_checkable"),
}  # fmt: skip


@pytest.mark.parametrize("case", TURNED_BY_THE_CLAIM)
def test_another_claim_gets_another_verdict(case, bench):
    """No verdict belongs to a claim's name: with another figure, day or word it turns."""
    claim_id, changes, verdict = TURNED_BY_THE_CLAIM[case]

    assert checked(bench, claim_id).verdict != verdict
    assert checked(bench, claim_id, **changes).verdict == verdict


def cell(column: str, value: object, **where: object) -> Edit:
    """Edit one column of the rows that have some values."""

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        rows = pd.Series(data=True, index=frame.index)
        for name, wanted in where.items():
            rows &= frame[name].astype(str) == str(wanted)
        assert rows.any()
        frame[column] = frame[column].mask(rows, value)
        return frame

    return edit


TURNED_BY_A_FACT = {
    "a month of decline": (
        "c014", "trade/production_monthly.csv",
        cell("yoy_pct", -2.0, firm="toyota", region="global", month="2025-09"), "inconsistent",
    ),
    "a decline in August": (
        "c015", "trade/production_monthly.csv",
        cell("yoy_pct", -2.0, firm="toyota", region="global", month="2025-08"), "inconsistent",
    ),
    "slow US plants": (
        "c016", "trade/production_monthly.csv",
        cell("yoy_pct", 1.0, firm="toyota", region="usa", month="2025-09"), "inconsistent",
    ),
    "a pledge not met": (
        "c011", "trade/investments.csv",
        cell("amount_usd", 7e9, firm="toyota", horizon="2017-2021"), "inconsistent",
    ),
    "a confirmed promise": (
        "c010", "trade/investments.csv",
        cell("amount_usd", 14e9, firm="toyota", announced_date="2025-11-12"), "inconsistent",
    ),
    "nothing confirmed": (
        "c125", "trade/investments.csv",
        cell("status", "rumoured", firm="toyota", announced_date="2025-11-12"), "inconsistent",
    ),
    "no announcement": (
        "c001", "jp/candidates.csv", cell("status", "mooted", firm="nissan"), "not_checkable",
    ),
    "a wheel on the right": (
        "c008", "jp/candidates.csv",
        cell("steering", "RHD", nameplate_id="toyota_camry"), "inconsistent",
    ),
    "a steadier deficit": (
        "c020", "trade/trade_flows.csv",
        cell("value", -68.5e9, product="goods_balance"), "supported",
    ),
    "no American cars": (
        "c122", "trade/trade_flows.csv",
        cell("value", 0.0, exporter="USA", importer="JPN", product="motor_vehicles"), "supported",
    ),
    "another ticker": (
        "c017", "trade/firms.csv", cell("ticker_us", "OTC:NSAN", firm="nissan"), "inconsistent",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TURNED_BY_A_FACT)
def test_another_fact_turns_the_verdict(case, bench):
    """Verdicts are read from the tables: edit the fact, and the verdict follows."""
    claim_id, table, edit, verdict = TURNED_BY_A_FACT[case]

    assert checked(bench, claim_id).verdict != verdict
    assert checked(edited(bench, table, edit), claim_id).verdict == verdict


@pytest.mark.parametrize(
    ("claim_id", "name", "value", "verdict"),
    [
        ("c009", "MAJOR", 0.01, "supported"),
        ("c110", "EXPENSIVE", 3.0, "inconsistent"),
        ("c113", "SOME", 0.5, "inconsistent"),
        ("c121", "NICHE", 1e-9, "inconsistent"),
    ],
)
def test_a_bar_decides(claim_id, name, value, verdict, bench, monkeypatch):
    """Where a word needs a bar ("major", "expensive"), the bar is one named number."""
    from backhaul.study.checks import programme

    assert checked(bench, claim_id).verdict != verdict
    monkeypatch.setattr(programme, name, value)
    assert checked(bench, claim_id).verdict == verdict


def test_a_claim_without_a_check_is_not_checkable(bench):
    """Somebody's own claim may leave the column empty: that is said, and nothing is made up."""
    (row, *_) = evaluate(
        edited(bench, "trade/claims.csv", lambda f: f.assign(check="").head(2)).world
    )

    assert row["verdict"] == "not_checkable"
    assert row["figure"] is None
    assert "No check" in row["reason"]


def test_a_check_that_there_is_none_of_is_refused(bench):
    """An unknown name is an error that suggests the nearest, before anything is solved."""
    spoilt = edited(bench, "trade/claims.csv", cell("check", "goods_defcit", claim_id="c001")).world

    with pytest.raises(EvidenceError, match="'goods_deficit'"):
        evaluate(spoilt, progress=lambda word: pytest.fail(word))


def test_a_check_of_figures_needs_one(bench):
    """A comparison with an empty quantity is an error that names the claim."""
    with pytest.raises(EvidenceError, match="c107"):
        checked(bench, "c107", quantity=None)


def test_every_check_is_used(world):
    """The column `check` of the shipped table names checks that exist, and every one of them."""
    assert {claim.check for claim in world.evidence.claims().values()} == set(CHECKS)


def test_dollars_are_readable():
    """A billion is a billion, a million a million, and less is counted in dollars."""
    assert benches.usd(1.5e9) == "1.50 billion USD"
    assert benches.usd(-2.4e6) == "-2 million USD"
    assert benches.usd(19_952.1) == "19,952 USD"
