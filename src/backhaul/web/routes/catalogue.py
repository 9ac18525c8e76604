"""What there is to ask about: health, worlds, scenarios, controls, claims, facts, sources."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from backhaul import __version__
from backhaul.baseline.world import BASE_DAY
from backhaul.scenario.scenario import Scenario
from backhaul.web import facts
from backhaul.web.answer import json_bytes, plain
from backhaul.web.controls import GROUPS
from backhaul.web.forms import CheckForm, FactsQuery
from backhaul.web.hall import Hall
from backhaul.web.kinds import offered
from backhaul.web.orders import Order
from backhaul.web.questions import Question
from backhaul.web.routes.page import has_page
from backhaul.web.routes.shared import (
    ACCEPTED,
    DONE,
    Asker,
    InHall,
    Limit,
    Offset,
    Word,
    found_response,
    responses,
    success,
)

routes = APIRouter(responses=responses(DONE))
WORLD = "us-jp-2024"


@routes.get("/health", summary="Whether the server can answer, and what it allows")
async def health(hall: InHall) -> Response:
    """Return the state of the server."""
    return success(
        "health",
        json_bytes(
            {
                "version": __version__,
                "base_day": BASE_DAY.isoformat(),
                "ready": hall.pool.ready.is_set(),
                "page": has_page(),
                "levels": ["slider", "certified"],
                "kinds": list(offered()),
                "solvers": hall.pool.size,
                "jobs": hall.book.counts(),
                "limits": hall.limits.as_dict(),
            }
        ),
    )


@routes.get("/worlds", summary="Calibrated worlds")
async def worlds(hall: InHall) -> Response:
    """Return the worlds that questions are asked of: one."""
    return success("worlds", json_bytes(await asyncio.to_thread(_worlds, hall)))


def _worlds(hall: Hall) -> list[dict[str, object]]:
    products = facts.rows_of(hall.evidence, "products")
    markets = []
    for code, country in (("US", "USA"), ("JP", "JPN")):
        mine = [row for row in products if row["market"] == code]
        markets.append(
            {
                "code": code,
                "country": country,
                "currency": mine[0]["currency"],
                "products": len(mine),
                "firms": len({row["firm"] for row in mine}),
                "units": sum(float(str(row["units"])) for row in mine),
                "households": hall.evidence.parameters[f"households_{code.lower()}"].value,
            }
        )
    return [
        {
            "id": WORLD,
            "base_day": BASE_DAY.isoformat(),
            "inputs": hashlib.sha256(json_bytes(hall.stamp["inputs"])).hexdigest()[:32],
            "jpy_per_usd": hall.evidence.parameters["fx_jpy_usd_2024"].value,
            "markets": markets,
        }
    ]


@routes.get("/scenarios", summary="The shipped scenarios")
async def scenarios(hall: InHall) -> Response:
    """Return every shipped scenario with its text and the values of all controls."""
    values = await hall.scenarios()
    rows = [
        described(hall.library.scenario(name), hall.library.text(name), values[name])
        for name in hall.library.names
    ]
    return success("list", json_bytes(rows))


@routes.get("/scenarios/{name}", summary="One shipped scenario")
async def scenario(hall: InHall, name: str) -> Response:
    """Return one shipped scenario."""
    if name not in hall.library.names:
        raise facts.unknown("scenario", name, hall.library.names)
    values = await hall.scenarios()
    found = described(hall.library.scenario(name), hall.library.text(name), values[name])
    return success("scenario", json_bytes(found))


@routes.post("/scenarios/check", summary="Check the text of a scenario")
async def check(hall: InHall, asker: Asker, form: CheckForm) -> Response:
    """Return the scenario of a text, or every problem of it with its line."""
    _, found = await asyncio.to_thread(hall.library.read, form.toml)
    reply = await hall.ask(asker.client, Order("check", text=form.toml))
    return success("check", json_bytes(described(found, form.toml, json.loads(reply.body))))


def described(found: Scenario, text: str, values: Mapping[str, Any]) -> dict[str, object]:
    """Return a scenario as clients see it."""
    return {
        "name": found.name,
        "asks": found.asks,
        "as_of": found.as_of.isoformat(),
        "baseline": found.baseline,
        "author": found.author,
        "sources": list(found.sources),
        "notes": list(found.notes),
        "toml": text,
        "controls": values["controls"],
        "moved": values["moved"],
    }


@routes.get("/controls", summary="What can be moved, and between which bounds")
async def controls(hall: InHall) -> Response:
    """Return the controls of the page."""
    groups = [{"id": id, "label": label} for id, label in GROUPS.items()]
    rows = [control.as_dict() for control in hall.controls.values()]
    return success("controls", json_bytes({"groups": groups, "controls": rows}))


@routes.get(
    "/claims",
    summary="What was said, held against the figures",
    responses=responses(DONE, ACCEPTED),
)
async def claims(
    hall: InHall,
    asker: Asker,
    every: Annotated[bool, Query(alias="all", description="Not the article's alone.")] = False,  # noqa: FBT002
    wait: Annotated[float, Query(ge=0, le=60, description="Seconds before 202.")] = 30.0,
) -> Response:
    """Return a verdict on each claim; the first time this takes some seconds."""
    found = await hall.by_job(asker, Question("claims", options={"all": True}), wait)
    if not found.ready:
        return found_response("claims", found)
    article = {name for name, claim in hall.evidence.claims().items() if claim.of_the_article}
    rows = json.loads(found.body)["claims"]
    chosen = [row for row in rows if every or row["claim_id"] in article]
    return success("claims", json_bytes(chosen), id=found.id)


@routes.get("/facts", summary="Kinds of facts")
async def fact_kinds(hall: InHall) -> Response:
    """Return which facts there are."""
    found = await asyncio.to_thread(facts.kinds_of_facts, hall.evidence)
    return success("facts", json_bytes(found))


@routes.get("/facts/{kind}", summary="Facts of one kind")
async def fact_rows(hall: InHall, kind: str, query: Annotated[FactsQuery, Query()]) -> Response:
    """Return the rows that have the values asked for."""
    rows = await asyncio.to_thread(facts.rows_of, hall.evidence, kind)
    wanted = query.model_dump(include=set(facts.FILTERS), exclude_none=True)
    found = facts.chosen(rows, kind, wanted, query.q)
    return success("facts", json_bytes({"kind": kind} | _page(found, query.limit, query.offset)))


@routes.get("/sources", summary="Where the facts come from")
async def source_rows(
    hall: InHall,
    q: Word = "",
    limit: Limit = 100,
    offset: Offset = 0,
    folder: Annotated[str, Query(max_length=20, description="jp, us, trade or policy")] = "",
) -> Response:
    """Return the sources whose texts contain a word."""
    rows = await asyncio.to_thread(facts.sources, hall.evidence)
    if folder:
        rows = [row for row in rows if folder in plain(row["folders"])]
    found = facts.chosen(rows, "sources", {}, q)
    return success("sources", json_bytes(_page(found, limit, offset)))


@routes.get("/sources/{id}", summary="One source, and what rests on it")
async def one_source(hall: InHall, id: str) -> Response:
    """Return one source."""
    found = await asyncio.to_thread(facts.source, hall.evidence, id)
    return success("show source", json_bytes(found))


def _page(rows: Sequence[object], limit: int, offset: int) -> dict[str, object]:
    """Return one page of rows."""
    return {
        "total": len(rows),
        "limit": limit,
        "offset": offset,
        "rows": rows[offset : offset + limit],
    }
