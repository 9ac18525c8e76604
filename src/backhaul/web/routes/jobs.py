"""Jobs: start, look, follow, cancel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response, StreamingResponse

from backhaul.web.answer import json_bytes
from backhaul.web.failure import BusyError
from backhaul.web.hall import Hall
from backhaul.web.jobs import ENDED, Owner
from backhaul.web.kinds import KINDS
from backhaul.web.requests import question_of
from backhaul.web.routes.shared import (
    ACCEPTED,
    DONE,
    Asker,
    InHall,
    responses,
    success,
)

routes = APIRouter(responses=responses(DONE))

JobId = Annotated[str, Path(description="Id of a job of yours.", max_length=64)]
PACE = 0.25
"""Seconds between two looks at a job that is followed."""

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives."""

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events: progress, then done, failed or cancelled.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class Wanted(BaseModel):
    """A form of any kind that is offered, as the type checker sees it."""

    kind: str


def _form(kind: str, base: type[BaseModel]) -> type[BaseModel]:
    """Return the body that asks for a job of a kind: its form, with the kind in it."""
    named: Any = Literal[kind]
    made: Any = create_model(
        f"{kind.capitalize()}Job", __base__=base, kind=(named, Field(description="Kind."))
    )
    return cast("type[BaseModel]", made)


def _any_form() -> Any:  # noqa: ANN401 - a union that is known at run time only
    """Return what POST jobs takes: the form of any kind that is offered."""
    forms = [_form(name, kind.form) for name, kind in sorted(KINDS.items()) if kind.form]
    return Union[tuple(forms)]  # noqa: UP007 - made at run time


if TYPE_CHECKING:
    AnyForm = Wanted
else:
    AnyForm = _any_form()


@routes.post("/jobs", summary="Start a job", status_code=202, responses=responses(ACCEPTED))
async def start(
    hall: InHall, asker: Asker, form: Annotated[AnyForm, Body(discriminator="kind")]
) -> Response:
    """Queue a question that takes longer; the answer will be at the address that is returned."""
    question = await asyncio.to_thread(question_of, hall.library, form.kind, form, "certified")
    job = hall.start_job(asker, question)
    return success("job", json_bytes(job), id=job["id"], status=202)


@routes.get("/jobs", summary="Your jobs")
async def mine(hall: InHall, asker: Asker) -> Response:
    """Return the latest jobs of this client."""
    return success("jobs", json_bytes(hall.book.of(asker)))


@routes.get("/jobs/{id}", summary="One job")
async def job(hall: InHall, asker: Asker, id: JobId) -> Response:
    """Return a job of this client."""
    return success("job", json_bytes(hall.book.get(asker, id)), id=id)


@routes.delete("/jobs/{id}", summary="Cancel a job")
async def cancel(hall: InHall, asker: Asker, id: JobId) -> Response:
    """Cancel a job of this client; one that has ended stays as it is."""
    return success("job", json_bytes(hall.book.cancel(asker, id)), id=id)


@routes.get(
    "/jobs/{id}/events",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses=responses(STREAM),
)
async def events(hall: InHall, asker: Asker, id: JobId) -> Response:
    """Stream the progress of a job until it ends."""
    first = hall.book.get(asker, id)
    if hall.streams >= hall.limits.streams:
        raise BusyError(
            where="events",
            what=f"{hall.streams} streams are open; no more are allowed.",
            fix="Ask for the job itself now and then.",
        )
    return StreamingResponse(
        _follow(hall, asker, id, first),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _follow(
    hall: Hall, asker: Owner, id: str, job: Mapping[str, Any]
) -> AsyncIterator[bytes]:
    """Yield the job now, and after every change, until it has ended."""
    hall.streams += 1
    try:
        said, at = None, 0.0
        while True:
            seen = {key: value for key, value in job.items() if key not in ("seconds", "left")}
            if seen != said:
                said, at = seen, time.monotonic()
                yield _event(job)
            elif time.monotonic() - at > HEARTBEAT:
                at = time.monotonic()
                yield b": still here\n\n"
            if job["state"] in ENDED or hall.stopping:
                return
            await asyncio.sleep(PACE)
            job = hall.book.get(asker, id)
    finally:
        hall.streams -= 1


def _event(job: Mapping[str, Any]) -> bytes:
    """Return a job as one server-sent event; JSON has no line breaks of its own."""
    name = job["state"] if job["state"] in ENDED else "progress"
    return f"event: {name}\ndata: ".encode() + json_bytes(job) + b"\n\n"
