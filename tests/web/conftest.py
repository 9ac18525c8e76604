"""One server for a whole file of tests, warm and on a store of its own; and no server at all."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from backhaul.evidence.catalogue import Evidence
from backhaul.web.app import Settings, create_app
from backhaul.web.controls import make_controls
from backhaul.web.hall import Hall
from backhaul.web.limits import Limits
from backhaul.web.questions import Library
from backhaul.web.store import Store

ALICE, BOB = {"X-Client": "alice-" + "a" * 20}, {"X-Client": "bob-" + "b" * 20}


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[httpx.Client, FastAPI]]:
    """Run a server in a thread of this process, and give a client of it and itself."""
    app = create_app(settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=3)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=address, headers=ALICE, timeout=90, trust_env=False) as client:
            try:
                yield client, app
            finally:
                server.should_exit = True
                thread.join()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, FastAPI]]:
    """A server that runs in this process; what solves is a process of its own."""
    with serving(Settings(tmp_path_factory.mktemp("store"), solvers=1)) as found:
        yield found


@pytest.fixture(scope="session")
def web(served: tuple[httpx.Client, FastAPI]) -> httpx.Client:
    """A client of the server."""
    return served[0]


@pytest.fixture(scope="session")
def hall(web: httpx.Client, served: tuple[httpx.Client, FastAPI]) -> Hall:
    """The inside of the server."""
    found: Hall = served[1].state.hall
    return found


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped scenarios with the ordinary limits."""
    evidence = Evidence.load()
    return Library(evidence, make_controls(evidence), Limits())


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    """An empty store."""
    opened = Store.open(tmp_path / "store", Limits())
    yield opened
    opened.close()
