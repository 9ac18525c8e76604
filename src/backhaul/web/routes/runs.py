"""Questions and their answers: runs, comparisons, timelines, tables, downloads."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from backhaul.web.answer import json_bytes
from backhaul.web.exports import exported
from backhaul.web.forms import CompareNow, RunNow, TimelineNow
from backhaul.web.hall import Hall, unknown_run
from backhaul.web.requests import question_of
from backhaul.web.routes.shared import (
    ACCEPTED,
    DONE,
    Asker,
    InHall,
    found_response,
    responses,
    success,
)
from backhaul.web.store import Stored

routes = APIRouter(responses=responses(DONE, ACCEPTED))

Address = Annotated[str, Path(description="Content address of an answer.", max_length=64)]
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (
                "application/zip",
                "text/csv",
                "application/vnd.apache.parquet",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "text/html",
            )
        },
    }
}


@routes.post("/runs", summary="Ask one question")
async def run(hall: InHall, asker: Asker, form: RunNow) -> Response:
    """Answer one question: at once for a slider, with the whole certificate otherwise."""
    question = await asyncio.to_thread(question_of, hall.library, "run", form, form.level)
    if form.level == "slider":
        return found_response("run", await hall.slider(asker, question, form.tables))
    found = await hall.by_job(asker, question, form.wait)
    if found.ready and form.tables:
        found = await hall.stored(found.id, form.tables)
    return found_response("run", found)


@routes.post("/compare", summary="Put questions side by side")
async def compare(hall: InHall, asker: Asker, form: CompareNow) -> Response:
    """Compare two to eight questions, each against its own baseline."""
    question = await asyncio.to_thread(question_of, hall.library, "compare", form, form.level)
    if form.level == "slider":
        return found_response("compare", await hall.slider(asker, question, ()))
    return found_response("compare", await hall.by_job(asker, question, form.wait))


@routes.post("/timeline", summary="Follow the months")
async def timeline(hall: InHall, asker: Asker, form: TimelineNow) -> Response:
    """Follow one question over months under the law of each day."""
    question = await asyncio.to_thread(question_of, hall.library, "timeline", form, "certified")
    return found_response("timeline", await hall.by_job(asker, question, form.wait))


@routes.get("/runs/{id}", summary="A stored answer")
async def stored(
    hall: InHall,
    id: Address,
    tables: Annotated[
        str, Query(max_length=500, description="Names with commas between them, or all.")
    ] = "",
) -> Response:
    """Return an answer by its address, with tables where they are asked for."""
    names = [name for name in tables.split(",") if name]
    found = await hall.stored(id, names)
    return found_response(json.loads(found.body).get("kind", "run"), found)


@routes.get("/runs/{id}/tables/{name}", summary="One table of an answer")
async def table(hall: InHall, id: Address, name: str) -> Response:
    """Return one table of a stored answer."""
    found = await hall.stored(id, [name])
    if not found.ready:
        return found_response("table", found)
    data = json.loads(found.body)["tables"][name]
    return success("table", json_bytes({"id": id, "table": name, **data}), id=id)


@routes.get(
    "/runs/{id}/export",
    summary="An answer to download",
    response_class=Response,
    responses=responses(FILES),
)
async def export(
    hall: InHall,
    id: Address,
    format: Literal["csv", "xlsx", "parquet", "html"],
    table: Annotated[str | None, Query(max_length=80, description="One table alone.")] = None,
    bom: Annotated[bool, Query(description="A byte-order mark for Excel.")] = False,  # noqa: FBT002
) -> Response:
    """Return tables or the report of an answer as a file."""
    kept = _kept(hall, id)
    folder = await hall.folder(kept)
    report = await hall.report(kept) if format == "html" else b""
    made = await asyncio.to_thread(
        exported, folder, kept, format=format, table=table, bom=bom, report=report
    )
    disposition = f'attachment; filename="{made.name}"'
    return Response(made.body, media_type=made.kind, headers={"Content-Disposition": disposition})


def _kept(hall: Hall, id: str) -> Stored:
    """Return a stored answer.

    Raises:
        NotFoundError: there is none.
    """
    found = hall.store.get(id)
    if found is None:
        raise unknown_run()
    return found
