"""The one shape of failure: what went wrong as a status and a body, for every kind of fault."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from starlette.responses import Response

from backhaul.errors import BackhaulError, Problem

LOG = logging.getLogger("backhaul.web")

LONGEST_VALUE = 80
"""Characters of a value that a message repeats."""


class RequestError(BackhaulError):
    """The request itself is wrong."""

    code = "request"
    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY


class NotFoundError(RequestError):
    """There is no such thing, or it is somebody else's."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND


class ForeignPageError(RequestError):
    """A page of another site, or another name of this server, asks."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class TooLargeError(RequestError):
    """The request is larger than is allowed."""

    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class MediaTypeError(RequestError):
    """The body is not JSON."""

    code = "media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class BusyError(RequestError):
    """A limit of the client or of the whole server is reached."""

    code = "busy"
    status = HTTPStatus.TOO_MANY_REQUESTS


class TimeLimitError(RequestError):
    """An answer took longer than is allowed."""

    code = "time_limit"


class StoppingError(RequestError):
    """The server stops, or a process of it died; asking again helps."""

    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class UnexpectedError(RequestError):
    """A fault of ours."""

    code = "internal"
    status = HTTPStatus.INTERNAL_SERVER_ERROR


class ToldError(RequestError):
    """A failure that a process or a job has told, passed on as it is."""

    def __init__(self, body: Mapping[str, Any], status: int) -> None:
        error = body["error"]
        rows = tuple(Problem(**row) for row in body["problems"])
        super().__init__(error["where"], error["what"], error["fix"], rows)
        self.told, self.told_status = error["code"], status

    def as_dict(self) -> dict[str, str]:
        """Return the error under the code that was told."""
        return super().as_dict() | {"code": self.told}


def failure(error: BackhaulError) -> dict[str, object]:
    """Return the body of a failure, as `--json` prints it."""
    return {
        "ok": False,
        "error": error.as_dict(),
        "problems": [problem.as_dict() for problem in error.problems],
    }


def status_of(error: BackhaulError) -> int:
    """Return the HTTP status of an error: what is no fault of the request's form is 422."""
    if isinstance(error, ToldError):
        return error.told_status
    return error.status if isinstance(error, RequestError) else HTTPStatus.UNPROCESSABLE_ENTITY


def failure_response(error: BackhaulError) -> Response:
    """Return the response of an error."""
    headers = {"Retry-After": "2"} if isinstance(error, BusyError | StoppingError) else None
    return json_response(failure(error), status=status_of(error), headers=headers)


def json_response(
    content: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return content as JSON; what is not a number is refused rather than sent."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    body = text.encode("utf-8", errors="replace")
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def unexpected(error: BaseException) -> UnexpectedError:
    """Return what a client hears of a fault of ours; the log has the rest."""
    LOG.error("unexpected %s", type(error).__name__, exc_info=error)
    return UnexpectedError(
        where="server",
        what="something went wrong here that should not.",
        fix="Try again; if it stays, tell whoever runs this server the time of day.",
    )


def malformed(faults: Sequence[Mapping[str, Any]]) -> RequestError:
    """Return the refusal of a body or query, with every fault of it as a problem.

    Args:
        faults: As pydantic lists them: loc, type, msg, input.
    """
    problems = tuple(_problem(fault) for fault in faults)
    count = len(problems)
    return RequestError(
        where="request",
        what=f"{count} entr{'y is' if count == 1 else 'ies are'} not as allowed.",
        fix="Correct the entries listed; /openapi.json has what is allowed.",
        problems=problems,
    )


def shown(value: object) -> str:
    """Return a value for a message, cut to what fits a line."""
    try:
        text = str(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, a bottomless list
        return ""
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _problem(fault: Mapping[str, Any]) -> Problem:
    """Return one fault of a request as a row."""
    place = [str(step) for step in fault["loc"]]
    what = str(fault["msg"])
    what = what[:1].lower() + what[1:].rstrip(".") + "."
    return Problem(
        file=place[0] if place else "body",
        row=None,
        column=shown(".".join(place[1:])),
        value="" if fault["type"] == "missing" else shown(fault.get("input")),
        what=shown(what) if len(what) > 4 * LONGEST_VALUE else what,
        fix=_fix(str(fault["type"])),
    )


def _fix(kind: str) -> str:
    """Return what to do about a kind of fault."""
    fixes = {
        "missing": "Add it.",
        "extra_forbidden": "Leave it out, or mend its spelling.",
        "json_invalid": "Send one JSON object.",
        "model_attributes_type": "Send one JSON object.",
    }
    return fixes.get(kind, "Give a value that is allowed.")
