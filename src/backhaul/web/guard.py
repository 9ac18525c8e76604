"""What stands before every request: names of this server, sizes, kinds of bodies, headers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backhaul.web.failure import (
    ForeignPageError,
    MediaTypeError,
    RequestError,
    TooLargeError,
    failure_response,
)

WITH_BODY = ("POST", "PUT", "PATCH")
BODY_SECONDS = 20.0
"""Longest that a client may take to send its body."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from another origin, and no script that is not a file of ours."""

DOCS_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
"""The page of the interface starts with a line of script in it; nothing of a client is on it."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
DOCS = "/docs"


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses what no route should see, and dresses every response."""

    app: ASGIApp
    body_bytes: int
    larger: Mapping[str, int] = field(default_factory=dict)
    """Largest body by the end of a path, where it is another one."""

    hosts: frozenset[str] | None = None
    """Names under which this server may be asked; None: any (a proxy in front knows them)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        dressed = _dressed(send, docs=scope["path"].startswith(DOCS))
        try:
            self._refuse_strangers(headers, scope["method"])
            if scope["method"] in WITH_BODY:
                body = await self._body(headers, receive, self._most(scope["path"]))
                await self.app(scope, _replayed(body, receive), dressed)
                return
        except RequestError as error:
            await failure_response(error)(scope, receive, dressed)
            return
        await self.app(scope, receive, dressed)

    def _refuse_strangers(self, headers: Headers, method: str) -> None:
        """Refuse other names of this server, and pages of other sites that would change things."""
        host = headers.get("host", "")
        if self.hosts is not None and _name(host) not in self.hosts:
            raise ForeignPageError(
                where="Host",
                what="this server is not known by the name that was asked.",
                fix="Use the address that it printed, or start it with --public-host NAME.",
            )
        origin = headers.get("origin")
        if method not in ("GET", "HEAD") and origin and urlsplit(origin).netloc != host:
            raise ForeignPageError(
                where="Origin",
                what="a page of another site may not ask here.",
                fix="Use this server's own page, or a program.",
            )

    def _most(self, path: str) -> int:
        """Return the largest body of a path."""
        return next(
            (most for end, most in self.larger.items() if path.endswith(end)), self.body_bytes
        )

    async def _body(self, headers: Headers, receive: Receive, most: int) -> bytes:
        """Return the body, read as a whole so that nobody else need count."""
        stated = headers.get("content-length", "")
        if stated.isdecimal() and (len(stated) > 12 or int(stated) > most):
            raise _too_large(most)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise MediaTypeError(
                where="Content-Type",
                what=f"{kind[:60] or 'nothing'!r} was sent; application/json is allowed.",
                fix="Send one JSON object as application/json.",
            )
        try:
            return await asyncio.wait_for(_read(receive, most), BODY_SECONDS)
        except TimeoutError as error:
            raise RequestError(
                where="body",
                what=f"it did not arrive within {BODY_SECONDS:g} seconds.",
                fix="Send it again.",
            ) from error


async def _read(receive: Receive, most: int) -> bytes:
    """Return a body that is no larger than is allowed."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(
        where="body", what=f"it is larger than {most:,} bytes.", fix="Ask for less at once."
    )


def local_hosts(host: str, more: Iterable[str] = ()) -> frozenset[str] | None:
    """Return the names under which a server may be asked; None where any will do.

    A server on loopback answers to loopback names alone, so that no page of another site can reach
    it under a name that it has made to point here.

    Args:
        host: The address it listens on.
        more: Further names, such as the public one of a proxy in front.
    """
    named = frozenset(name.lower() for name in more)
    local = {"127.0.0.1", "localhost", "::1"}
    if host.lower() in local:
        return named | local
    return named | local if named else None


def _name(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, and then whatever follows."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _dressed(send: Send, *, docs: bool) -> Send:
    """Return what sends responses with the headers that all of them have."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers["Content-Security-Policy"] = DOCS_POLICY if docs else POLICY
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return dressed
