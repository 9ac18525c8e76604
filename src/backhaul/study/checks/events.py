"""Checks of what happened: announcements, investments, rules; and of what nobody can measure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from backhaul.evidence.claim import Claim
from backhaul.market.measure import Measure
from backhaul.policy.certification import Certification, certifications
from backhaul.study.checks.bench import (
    Bench,
    Finding,
    day_of,
    quantity,
    sources,
    supported_if,
    usd,
)

SCHEME = "us_scheme"

FULL = 0.8
"""A plant has room to fill below this share of its capacity."""


def event(bench: Bench, claim: Claim) -> Finding:
    """Report an event that no row of the tables records."""
    return Finding(
        "not_checkable",
        "An event: it was reported, and no other row of the tables records it.",
    )


def opinion(bench: Bench, claim: Claim) -> Finding:
    """Report an opinion, with the sales that it depends on."""
    units = bench.outcome("reverse-imports")["units_without_support"]
    return Finding(
        "not_checkable",
        f"An opinion. What it depends on: without support buyers would take {units.scenario:,.0f} "
        f"of the six cars a year (90 % interval {units.low:,.0f} to {units.high:,.0f}).",
        units.scenario,
        "vehicles a year",
    )


def announcement(bench: Bench, claim: Claim) -> Finding:
    """Hold plans of US-built cars for Japan against what their makers announced later.

    The makers are those named in the claim, or its speaker's.
    """
    rows = _announced(bench)
    named = f"{claim.speaker} {claim.statement_short}".lower()
    mine = rows[[firm in named or model in named for firm, model in _names(rows)]]
    firms = set(mine["firm"])
    wanted = {firm for firm in set(bench.evidence.table("jp", "candidates")["firm"])
              if firm in named}  # fmt: skip
    held = bool(firms) and wanted <= firms
    listed = ", ".join(
        f"{row.nameplate_id} ({row.announced_date})" for row in mine.itertuples(index=False)
    )
    return Finding(
        "supported" if held else "not_checkable",
        f"Announced since: {listed}." if held else "No row of the tables confirms it.",
        float(len(mine)),
        "models announced",
        sources(mine),
    )


def announcement_in_part(bench: Bench, claim: Claim) -> Finding:
    """Report a plan of which one half was announced later and the other is on no row."""
    found = announcement(bench, claim)
    return replace(
        found,
        verdict="not_checkable",
        reason=f"The cars: {found.reason[:1].lower()}{found.reason[1:]} For the rest of the plan "
        "the tables have no row.",
    )


def candidates_for_use(bench: Bench, claim: Claim) -> Finding:
    """Hold "to raise plant use" against the plant's use and what the cars would add."""
    table = bench.evidence.table("jp", "candidates")
    named = claim.statement_short.lower()
    mine = table[[str(row).split("_", 1)[1] in named for row in table["nameplate_id"]]]
    plants = bench.rows("plants", firm="nissan", country="USA")
    built = bench.rows("production_annual", firm="nissan", region="usa", period="2024")
    use = float(built["units"].iloc[0]) / float(plants["capacity_per_year"].sum())
    entrants = bench.outcome("reverse-imports").tables["entrants"].set_index("product")
    sold = entrants["units_without_support"].reindex(mine["nameplate_id"]).dropna()
    added = float(sold.sum()) / float(plants["capacity_per_year"].sum())
    on_record = ", ".join(f"{r.nameplate_id}: {r.status}" for r in mine.itertuples(index=False))
    return Finding(
        supported_if(not mine.empty and use < FULL),
        f"On record ({on_record}). Nissan's US plants ran at {use:.0%} of their capacity in 2024; "
        f"{', '.join(sold.index)} would add {100 * added:.2f} points without support.",
        100 * use,
        "per cent of capacity used",
        sources(mine, built),
    )


def driving_side(bench: Bench, claim: Claim) -> Finding:
    """Hold the side of the steering wheel against announced cars and the buyers' compensation."""
    rows = _announced(bench)
    left = rows[rows["steering"].astype(str).str.upper() == "LHD"]
    discount = bench.evidence.parameter("lhd_discount_mass_market_jp")
    return Finding(
        supported_if(len(left) == len(rows) and discount.value > 0),
        f"{len(left)} of the {len(rows)} announced US-built cars have the wheel on the left; a "
        f"Japanese family is taken to want {discount.value:.0%} off for that, as all importers of "
        "size sell cars with the wheel on the right.",
        f"{len(left)} of {len(rows)}",
        "US-built cars with the wheel on the left",
        (*sources(left), discount.source_id),
    )


def papers(bench: Bench, claim: Claim) -> Finding:
    """Hold "cannot be brought unchanged" against the routes of certification on that day."""
    on = day_of(claim)
    routes = {str(route.route) for route in _routes(bench, on)}
    scheme = _scheme(bench)
    return Finding(
        supported_if(SCHEME not in routes),
        f"On {on} Japan's routes were {' and '.join(sorted(routes))}, and none took US papers. "
        f"From {scheme.validity.start} the US scheme does, after a review of documents, so the "
        "remark has been overtaken.",
        str(scheme.validity.start),
        "first day of the US scheme",
        (scheme.source_id,),
    )


def scheme_came(bench: Bench, claim: Claim) -> Finding:
    """Hold an intention to accept US papers against the rule that came of it."""
    scheme = _scheme(bench)
    start = scheme.validity.start
    said = day_of(claim)
    without = bench.outcome("reverse-imports-as-is")["units_without_support"].scenario
    with_it = bench.outcome("reverse-imports")["units_without_support"].scenario
    return Finding(
        supported_if(start > said),
        f"The rule is in force since {start}. By itself it moves little: the six cars sell "
        f"{without:,.0f} a year on the old papers and {with_it:,.0f} on the new.",
        str(start),
        "first day of the US scheme",
        (scheme.source_id,),
    )


def promise_denied(bench: Bench, claim: Claim) -> Finding:
    """Hold "did not promise" against pledges on record: none so large before or after."""
    claimed = quantity(claim) * 1e9
    rows = bench.rows("investments", firm="toyota")
    denied = rows[rows["status"].str.contains("denied by Toyota")]
    pledged = _since(rows, "2025-01").query("status.str.startswith('confirmed')")
    largest = float(pledged["amount_usd"].max())
    return Finding(
        supported_if(not denied.empty and largest < claimed),
        f"Toyota's denial of a promise is on record, of {usd(float(denied['amount_usd'].max()))}; "
        f"the largest pledge that it has confirmed since is of {usd(largest)}, below the "
        f"{usd(claimed)} of the report.",
        largest,
        "USD, largest confirmed pledge",
        sources(denied, pledged),
    )


def first_term_investment(bench: Bench, claim: Claim) -> Finding:
    """Hold what Toyota invested in 2017-2021 against its pledge and the completion."""
    claimed = quantity(claim) * 1e9
    rows = bench.rows("investments", firm="toyota", horizon="2017-2021")
    done = rows[rows["status"].str.startswith("completed")]
    amount = float(done["amount_usd"].iloc[0])
    raised = rows[rows["status"].str.startswith("raised")]
    return Finding(
        supported_if(abs(amount - claimed) <= 0.05 * claimed),
        f"The pledge for 2017 to 2021 was {usd(float(raised['amount_usd'].iloc[0]))}, raised to "
        f"{usd(amount)} and met a year early; the claim says {usd(claimed)}.",
        amount,
        "USD, 2017 to 2021",
        sources(done, raised),
    )


def denial_and_first_term(bench: Bench, claim: Claim) -> Finding:
    """Hold a denial together with the sum that it names for 2017-2021; the sum decides."""
    found = first_term_investment(bench, claim)
    rows = bench.rows("investments", firm="toyota")
    denied = rows[rows["status"].str.contains("denied by Toyota")]
    record = "That no promise was made is on record. " if len(denied) else ""
    return replace(
        found,
        reason=f"{record}{found.reason}",
        source_ids=(*sources(denied), *found.source_ids),
    )


def pledge_denied(bench: Bench, claim: Claim) -> Finding:
    """Hold a pledge that somebody else announced against the maker's own words on it."""
    claimed = quantity(claim) * 1e9
    rows = _since(bench.rows("investments", firm="toyota"), "2025-01")
    denied = rows[rows["status"].str.contains("denied by Toyota")]
    later = rows[rows["status"].str.startswith("confirmed") & (rows["amount_usd"] >= claimed)]
    after = _pledges(later)
    return Finding(
        supported_if(denied.empty and not later.empty),
        f"Toyota denied having promised it. Since then it has confirmed {after}.",
        float(later["amount_usd"].max()) if not later.empty else 0.0,
        "USD, confirmed since",
        sources(denied, later),
    )


def pledge_confirmed(bench: Bench, claim: Claim) -> Finding:
    """Hold a pledge against what Toyota itself confirmed from the day of the claim on."""
    claimed = quantity(claim) * 1e9
    rows = _since(bench.rows("investments", firm="toyota"), claim.date[:7])
    later = rows[rows["status"].str.startswith("confirmed") & (rows["amount_usd"] >= claimed)]
    after = _pledges(later)
    return Finding(
        supported_if(not later.empty),
        f"Confirmed by Toyota: {after}; the claim says {usd(claimed)}.",
        float(later["amount_usd"].max()) if not later.empty else 0.0,
        "USD, confirmed",
        sources(later),
    )


def _announced(bench: Bench) -> pd.DataFrame:
    """Return the US-built cars that their makers have announced for Japan."""
    table = bench.evidence.table("jp", "candidates")
    return table[table["status"].astype(str).str.startswith("announced")]


def _names(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the firm and the model name of each row."""
    return [(str(r.firm), str(r.nameplate_id).split("_", 1)[1]) for r in rows.itertuples()]


def _routes(bench: Bench, on: date) -> tuple[Certification, ...]:
    """Return the routes of certification that are open to US-built cars on a day."""
    return certifications(
        bench.world.observed.measures, "JPN", "USA", "passenger_car", on,
        lambda name: bench.evidence.parameter(name).value,
    )  # fmt: skip


def _scheme(bench: Bench) -> Measure:
    """Return the measure by which Japan takes US papers."""
    return next(m for m in bench.world.observed.measures if str(m.route) == SCHEME)


def _since(rows: pd.DataFrame, month: str) -> pd.DataFrame:
    """Return the rows announced in a month or after."""
    return rows[rows["announced_date"].astype(str) >= month]


def _pledges(rows: pd.DataFrame) -> str:
    """Return pledges in words."""
    told = [
        f"up to {usd(amount)} over {horizon} ({day})"
        for amount, horizon, day in zip(
            rows["amount_usd"].astype(float), rows["horizon"], rows["announced_date"], strict=True
        )
    ]
    return ", ".join(told) or "nothing so large"
