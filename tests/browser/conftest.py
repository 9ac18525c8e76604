"""The real server in a real Chromium: one of each for a file of tests, and nothing off loopback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.acts import answered
from browser.served import Served, chromium

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "backhaul" / "web" / "static" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
LOOPBACK = re.compile(r"^(http://127\.0\.0\.1[:/]|data:|blob:|about:)")
OFF_LOOPBACK = re.compile(r"^(?!http://127\.0\.0\.1[:/]|data:|blob:|about:)")
PATIENCE = 30_000
"""Milliseconds that a test waits for the page: an answer takes a tenth of a second, on a machine
that does nothing else."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with an empty store, its world calibrated."""
    assert STATIC.is_file(), "the page is not built: run scripts/page"
    server = Served(tmp_path_factory.mktemp("browser") / "store")
    server.start()
    try:
        server.ask("POST", "/runs", json={"scenario": "us-tariff-2.5", "level": "slider"})
        yield server
    finally:
        server.client.close()
        server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file of tests."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def visit(served: Served, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the page in a browser that has kept nothing, as many times as a test likes.

    The test fails when any page asks for anything off loopback or throws.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def stop(route) -> None:
        wrong.append(f"asks for {route.request.url}")
        route.abort()

    def note(url: str) -> None:
        if not LOOPBACK.match(url):
            wrong.append(f"asks for {url}")

    def open_page(address: str = "", **settings) -> Page:
        wanted = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}} | settings
        context = browser.new_context(**wanted)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.route(OFF_LOOPBACK, stop)
        page = context.new_page()
        page.on("request", lambda request: note(request.url))
        page.on("websocket", lambda socket: note(socket.url))
        page.on("pageerror", lambda error: wrong.append(f"throws {error}"))
        page.goto(address if address.startswith("http") else f"{served.address}/{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, f"the page {'; '.join(wrong)}"


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    """The page as it opens, with its first answer."""
    opened = visit()
    answered(opened)
    return opened
