"""The server as people start it: an address on the first line, a clean end, a store that lasts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

SERVE = [sys.executable, "-m", "backhaul", "serve", "--no-browser", "--solvers", "1"]


@contextmanager
def served(store: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Start a server on any free port, and give it with a client of it."""
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    command = [*SERVE, "--port", "0", "--store", str(store), *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            address = process.stdout.readline().strip()
            with httpx.Client(base_url=address, timeout=90, trust_env=False) as client:
                yield process, client
        finally:
            process.kill()


def stop(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Interrupt a server as Ctrl-C does; its exit code and what it said."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_answers_and_jobs_outlive_a_restart(tmp_path):
    """A run, its address and a job under way are there when the server starts again."""
    body = {"scenario": "us-tariff-15", "level": "slider", "tables": ["flows"]}
    mine = {"X-Client": "m" * 20}
    with served(tmp_path / "store") as (process, client):
        assert client.get("/api/v1/health").json()["result"]["solvers"] == 1
        first = client.post("/api/v1/runs", json=body).json()["result"]
        asked = {"kind": "ranges", "scenario": "us-tariff-15"}
        job = client.post("/api/v1/jobs", json=asked, headers=mine).json()["id"]
        code, out, err = stop(process)
    assert (code, out) == (0, "")
    assert "Traceback" not in err

    with served(tmp_path / "store") as (process, client):
        found = client.get(first["address"]).json()["result"]
        assert found["figures"] == first["figures"]
        assert found["certificates"] == first["certificates"]
        again = client.get(f"/api/v1/jobs/{job}", headers=mine).json()["result"]
        assert again["state"] in ("queued", "running")
        assert client.delete(f"/api/v1/jobs/{job}", headers=mine).status_code == 200
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 403
        process.terminate()
        process.communicate(timeout=60)


def test_a_port_in_use_is_bad_input(tmp_path):
    """Exit 2, with what to do; nothing on standard output."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [*SERVE, "--port", port, "--store", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "--port" in done.stderr


def test_a_store_in_use_is_bad_input(tmp_path):
    """Two servers on one store would undo each other's work: the second one is refused."""
    with served(tmp_path) as (_, client):
        assert client.get("/api/v1/health").status_code == 200
        command = [*SERVE, "--port", "0", "--store", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "another server is using it" in done.stderr
