"""The application: routes, guards, and one shape for whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.responses import Response

from backhaul import __version__
from backhaul.errors import BackhaulError
from backhaul.web.failure import (
    NotFoundError,
    RequestError,
    failure_response,
    malformed,
    unexpected,
)
from backhaul.web.guard import Guard
from backhaul.web.hall import Hall
from backhaul.web.limits import Limits
from backhaul.web.routes import catalogue, jobs, page, runs, tables

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with."""

    store: Path
    """Folder that outlives it."""

    solvers: int = 2
    """Processes that answer sliders; a further one does the jobs."""

    hosts: frozenset[str] | None = None
    """Names under which it may be asked; None: any."""

    limits: Limits = field(default_factory=Limits)


class MethodError(RequestError):
    """The route is there, but not for this method."""

    code = "method"
    status: ClassVar[int] = HTTPStatus.METHOD_NOT_ALLOWED


class MalformedError(RequestError):
    """What was sent cannot be read."""

    status: ClassVar[int] = HTTPStatus.BAD_REQUEST


def open_hall(settings: Settings) -> Hall:
    """Return the store and the processes of a server.

    Raises:
        ReportError: the store cannot be used.
    """
    return Hall.open(settings.store, settings.limits, solvers=settings.solvers)


def create_app(settings: Settings, hall: Hall | None = None) -> FastAPI:
    """Return the application.

    Args:
        settings: What the server is started with.
        hall: Its store and processes, where they are open already; they end with its lifespan.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.hall = hall or open_hall(settings)
        try:
            yield
        finally:
            await asyncio.to_thread(app.state.hall.close)

    app = FastAPIOffline(
        title="backhaul",
        version=__version__,
        summary="What trade policy does to who builds which car where.",
        description="One shape for success and one for failure; see docs/lookup/rest.md.",
        license_info={"name": "MIT", "identifier": "MIT"},
        docs_url="/docs",
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    for part in (catalogue.routes, runs.routes, jobs.routes, tables.routes):
        app.include_router(part, prefix=PREFIX)
    app.include_router(page.routes)
    app.add_exception_handler(BackhaulError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(
        Guard,
        body_bytes=settings.limits.body_bytes,
        larger={f"{PREFIX}/tables": settings.limits.tables_bytes},
        hosts=settings.hosts,
    )
    return app


async def _ours(request: Request, error: Exception) -> Response:
    """Answer an error of ours: it says where, what and how to mend it."""
    if not isinstance(error, BackhaulError):
        raise TypeError(type(error).__name__)
    return failure_response(error)


async def _malformed(request: Request, error: Exception) -> Response:
    """Answer a body or a query that is not as the interface says."""
    if not isinstance(error, RequestValidationError):
        raise TypeError(type(error).__name__)
    return failure_response(malformed(error.errors()))


async def _http(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: unknown routes, wrong methods, unreadable bodies."""
    if not isinstance(error, HTTPException):
        raise TypeError(type(error).__name__)
    response = failure_response(_refusal(error.status_code, request.method))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _refusal(status: int, method: str) -> RequestError:
    """Return a refusal of the framework in our words."""
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError(
            where="address",
            what="there is nothing at this address.",
            fix="See /openapi.json for what there is.",
        )
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return MethodError(
            where="address",
            what=f"{method[:10]} is not for this address.",
            fix="See /openapi.json for the methods that it has.",
        )
    return MalformedError(
        where="request", what="it cannot be read.", fix="Send one JSON object in UTF-8."
    )


async def _unexpected(request: Request, error: Exception) -> Response:
    """Answer a fault of ours without a word on its inside; the log has it."""
    return failure_response(unexpected(error))
