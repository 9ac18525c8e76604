"""A client's own tables: sent, checked, kept for questions that name them."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from backhaul.web.answer import json_bytes
from backhaul.web.forms import TablesForm
from backhaul.web.routes.shared import DONE, Asker, InHall, responses, success

routes = APIRouter(responses=responses(DONE))

TablesId = Annotated[str, Path(description="Content address of tables of yours.", max_length=64)]


@routes.post("/tables", summary="Check your own tables, and keep them")
async def send(hall: InHall, asker: Asker, form: TablesForm) -> Response:
    """Check tables against their schemas, each other and the model; keep them if all is well."""
    found = await hall.take_tables(asker, form.tables)
    return success("tables", json_bytes(found), id=found["id"])


@routes.get("/tables", summary="Your own tables")
async def mine(hall: InHall, asker: Asker) -> Response:
    """Return the sets of tables of this client that are kept."""
    found = await asyncio.to_thread(hall.shelf.of, asker)
    return success("tables", json_bytes(found))


@routes.get("/tables/{id}", summary="One set of your own tables")
async def one(hall: InHall, asker: Asker, id: TablesId) -> Response:
    """Return what is told of a set of this client."""
    return success("tables", json_bytes(hall.shelf.one(asker, id)), id=id)


@routes.delete("/tables/{id}", summary="Take a set of your own tables away")
async def remove(hall: InHall, asker: Asker, id: TablesId) -> Response:
    """Take a set away; answers that rest on it stay, new questions cannot name it."""
    return success("tables", json_bytes(hall.shelf.remove(asker, id)), id=id)
