"""Running the server: a port, its address on the first line, a browser, a clean end."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from backhaul.errors import ReportError
from backhaul.web.app import Settings, create_app, open_hall
from backhaul.web.guard import local_hosts
from backhaul.web.hall import Hall

BACKLOG = 512


class ServeError(ReportError):
    """The server cannot be started as it was asked."""

    code = "serve"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens."""

    host: str
    port: int
    """0: any free one."""

    public: tuple[str, ...] = ()
    """Names of a proxy in front."""

    proxies: tuple[str, ...] = ()
    """Addresses of proxies that are believed when they say for whom they ask; others are not."""


def serve(place: Place, settings: Settings, *, browser: bool) -> None:
    """Serve until interrupted. The first line on standard output is the address.

    Raises:
        ServeError: the port is in use or may not be taken; the host is none of this machine.
        ReportError: the store cannot be used.
    """
    listening = _listen(place)
    _log_to_standard_error()
    hall = open_hall(settings)
    address = _address(place.host, listening.getsockname()[1])
    print(address, flush=True)  # noqa: T201 - the contract of the command
    app = create_app(settings, hall)
    server = _Server(
        hall,
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=64 * 1024,
            limit_concurrency=2048,
            proxy_headers=bool(place.proxies),
            forwarded_allow_ips=list(place.proxies),
        ),
    )
    if browser:
        threading.Timer(0.5, webbrowser.open, args=(address,)).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service ends as Ctrl-C does
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:  # stopping it is how it ends
        return
    finally:
        hall.close()


class _Server(uvicorn.Server):
    """A server that tells those who wait for long answers that it is stopping."""

    def __init__(self, hall: Hall, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.hall = hall

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let go of everybody who waits, then stop."""
        self.hall.stopping = True
        super().handle_exit(sig, frame)


def default_store() -> Path:
    """Return the folder of the user's data for servers."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "backhaul"


def settings_of(store: Path | None, place: Place, solvers: int | None) -> Settings:
    """Return the settings of a server at a place."""
    return Settings(
        store=(store or default_store()).expanduser().absolute(),
        solvers=solvers or max(1, min(2, os.cpu_count() or 1)),
        hosts=local_hosts(place.host, place.public),
    )


def _listen(place: Place) -> socket.socket:
    """Return a socket that listens, so that the address is known before anything slow.

    Raises:
        ServeError: it cannot be had.
    """
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((place.host, place.port))
        found.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        found.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ServeError(
            where=f"{place.host}:{place.port}",
            what=f"it cannot be listened on: {reason}.",
            fix="Choose another port with --port, 0 for any free one, or another --host.",
        ) from error
    found.set_inheritable(True)
    return found


def _address(host: str, port: int) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, bracketed)
    return f"http://{shown}:{port}/"


def _log_to_standard_error() -> None:
    """Send warnings and errors to standard error; standard output has the address."""
    logging.basicConfig(
        level=logging.WARNING,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
