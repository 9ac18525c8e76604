"""What every route uses: who asks, the hall, and the one shape for success."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from backhaul.web.answer import json_bytes
from backhaul.web.failure import RequestError
from backhaul.web.hall import Found, Hall
from backhaul.web.jobs import Owner

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")

Token = Annotated[
    str | None,
    Header(description="Random token of the client: 16 to 64 of A-Z a-z 0-9 _ -."),
]


def hall_of(request: Request) -> Hall:
    """Return the hall of the server that a request came to."""
    found: Hall = request.app.state.hall
    return found


def owner_of(
    request: Request,
    x_client: Token = None,
    client: Annotated[
        str | None, Query(description="The same, where no header can be sent.")
    ] = None,
) -> Owner:
    """Return who asks: the token, or the remote address where there is none.

    Raises:
        RequestError: the token is not of the form.
    """
    address = request.client.host if request.client else "unknown"
    token = x_client if x_client is not None else client
    if token is None:
        return Owner(f"address {address}", address)
    if not TOKEN.fullmatch(token):
        raise RequestError(
            where="X-Client",
            what="it is no token: 16 to 64 of the signs A-Z a-z 0-9 _ - are allowed.",
            fix="Make one at random, once, and keep it.",
        )
    return Owner(f"token {token}", address)


InHall = Annotated[Hall, Depends(hall_of)]
Asker = Annotated[Owner, Depends(owner_of)]
Limit = Annotated[int, Query(ge=1, le=1000, description="Most rows.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Rows to pass by.")]
Word = Annotated[str, Query(max_length=100, description="Rows whose texts contain this.")]


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str
    where: str
    what: str
    fix: str


class ProblemBody(BaseModel):
    """One fault of a table, a file or a request."""

    file: str
    row: int | None
    column: str
    value: str
    what: str
    fix: str


class Failure(BaseModel):
    """The one shape of failure."""

    model_config = ConfigDict(json_schema_extra={"required": ["ok", "error", "problems"]})

    ok: bool = Field(default=False, json_schema_extra={"const": False})
    error: ErrorBody
    problems: list[ProblemBody]


class Success(BaseModel):
    """The one shape of success; what `result` holds is in docs/lookup/rest.md."""

    ok: bool = Field(json_schema_extra={"const": True})
    command: str
    id: str | None = None
    result: Any


FAILURES: Mapping[int | str, dict[str, Any]] = {
    status: {"model": Failure, "description": said}
    for status, said in {
        400: "Malformed.",
        403: "A page of another site asks.",
        404: "No such thing.",
        405: "Wrong method.",
        413: "Too large.",
        415: "Not JSON.",
        422: "Not allowed, or without an answer.",
        429: "Too much at once.",
        503: "The server is stopping.",
    }.items()
}
"""Failures that any route may answer with."""

DONE: Mapping[int | str, dict[str, Any]] = {200: {"model": Success, "description": "The answer."}}
ACCEPTED: Mapping[int | str, dict[str, Any]] = {
    202: {"model": Success, "description": "Accepted; the answer is being made."}
}


def responses(*which: Mapping[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """Return what a route may answer with, failures included."""
    found: dict[int | str, dict[str, Any]] = {}
    for part in (*which, FAILURES):
        found.update(part)
    return found


def success(command: str, body: bytes, *, id: str | None = None, status: int = 200) -> Response:
    """Return a result in the one shape of success.

    Args:
        command: What was done, as the command line calls it.
        body: The result as JSON.
        id: Its address, where it has one.
        status: HTTP status.
    """
    head = json_bytes({"ok": True, "command": command} | ({} if id is None else {"id": id}))
    return Response(
        head[:-1] + b',"result":' + body + b"}", status_code=status, media_type="application/json"
    )


def found_response(command: str, found: Found) -> Response:
    """Return an answer with 200, or with 202 that it is being made."""
    return success(command, found.body, id=found.id, status=200 if found.ready else 202)
