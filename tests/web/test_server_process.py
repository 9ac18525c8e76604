"""The server as people start it: an address on the first line, a clean end, a store that lasts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
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


def children_of(pid: int) -> list[int]:
    """Processes that a process has started, where the system tells."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in listed.read_text().split()] if listed.exists() else []


def is_alive(pid: int) -> bool:
    """Whether a process is there, and not only its entry."""
    entry = Path(f"/proc/{pid}/stat")
    try:
        return entry.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_service_that_is_told_to_end_leaves_nothing_behind(tmp_path):
    """SIGTERM ends it as Ctrl-C does: exit 0, nothing said, no process left, the store free."""
    with served(tmp_path) as (process, client):
        assert client.get("/api/v1/health").status_code == 200
        started = children_of(process.pid)
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
    until = time.monotonic() + 10
    while any(map(is_alive, started)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in started if is_alive(pid)]
    with served(tmp_path) as (_, client):
        assert client.get("/api/v1/health").status_code == 200


def test_only_a_named_proxy_says_for_whom_it_asks(tmp_path):
    """Jobs without a token belong to an address; a header that claims one is believed from
    proxies alone that the server was told of."""
    for words, is_believed in (((), False), (("--proxy", "127.0.0.1"), True)):
        with served(tmp_path, *words) as (_, client):
            body = {"kind": "ranges", "scenario": "us-tariff-15"}
            one, other = ({"X-Forwarded-For": f"192.0.2.{number}"} for number in (1, 2))
            job = client.post("/api/v1/jobs", json=body, headers=one).json()["id"]
            assert client.get(f"/api/v1/jobs/{job}", headers=one).status_code == 200
            seen = client.get(f"/api/v1/jobs/{job}", headers=other).status_code
            assert seen == (404 if is_believed else 200)
            client.delete(f"/api/v1/jobs/{job}", headers=one)
