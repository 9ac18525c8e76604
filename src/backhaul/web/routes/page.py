"""The page: files that were built into the package, each under a route of its own."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from backhaul.web.failure import NotFoundError

STATIC = Path(__file__).parents[1] / "static"
INDEX = "index.html"
UNBUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>backhaul</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>backhaul</h1>
<p>The server works; its page is not built in this copy. Build it with <code>make page</code>
(it needs Node and npm), then load this address again.</p>
<p>Without it: <a href="/docs">the REST interface</a>, for example
<a href="/api/v1/scenarios">the scenarios</a>.</p></main></body></html>
"""
FOREVER = "public, max-age=31536000, immutable"
"""For files whose name has a hash of what is in them."""

routes = APIRouter(include_in_schema=False)


def has_page() -> bool:
    """Return whether the page is built."""
    return (STATIC / INDEX).is_file()


@routes.get("/")
async def index() -> Response:
    """Return the page, or how to build it."""
    if not has_page():
        return Response(UNBUILT, media_type="text/html")
    return Response((STATIC / INDEX).read_bytes(), media_type="text/html", headers=_fresh())


@routes.get("/{name}")
async def top_file(name: str) -> Response:
    """Return a file beside the page, such as its icon."""
    return _file(name, lasting=False)


@routes.get("/assets/{name}")
async def asset(name: str) -> Response:
    """Return a script, style or picture of the page."""
    return _file(f"assets/{name}", lasting=True)


def _file(name: str, *, lasting: bool) -> Response:
    """Return a file by its name among those that were built; no other path is ever opened."""
    path = _built(_stamp()).get(name)
    if path is None or not path.is_file():
        raise NotFoundError("page", "there is no such file.", "Begin at the address /.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": FOREVER} if lasting else _fresh()
    return Response(path.read_bytes(), media_type=kind, headers=headers)


def _fresh() -> dict[str, str]:
    return {"Cache-Control": "no-cache"}


def _stamp() -> float:
    """Return when the page was built last, so that a new build is seen."""
    return (STATIC / INDEX).stat().st_mtime if has_page() else 0.0


@lru_cache(maxsize=1)
def _built(stamp: float) -> dict[str, Path]:
    """Return the files of the page by the name under which they are asked for."""
    return {
        path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file()
    }
