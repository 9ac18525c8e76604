"""A server as people start it, and Chromium; for tests and for the pictures of the docs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; playwright's own is never fetched."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "there is no chromium: scripts/test installs it, or says how"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Served:
    """A server as people start it, with its store; it can be stopped and started again."""

    store: Path
    port: int = 0
    address: str = ""
    process: subprocess.Popen[str] | None = None
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=90, trust_env=False))

    def start(self) -> None:
        """Start it, on the port that it had before."""
        command = [sys.executable, "-m", "backhaul", "serve", "--no-browser", "--solvers", "1"]
        command += ["--port", str(self.port), "--store", str(self.store)]
        said = self.store.parent / "server.log"
        with said.open("a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.address = self.process.stdout.readline().strip().rstrip("/")
        assert self.address, said.read_text()
        self.port = httpx.URL(self.address).port

    def stop(self) -> None:
        """Interrupt it as Ctrl-C does and wait for its end."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=30)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def ask(self, method: str, path: str, **more) -> dict:
        """The result of a request to the API, as a script would send it."""
        told = self.client.request(method, f"{self.address}/api/v1{path}", **more).json()
        assert told["ok"], told
        return told["result"]
