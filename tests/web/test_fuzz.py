"""Whatever is sent: no 5xx, no answer that the interface does not describe, no word of the inside.

schemathesis makes requests from the OpenAPI description, with a fixed seed and few examples for
each route; what costs much to solve is asked with short waits.
"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backhaul.web.app import Settings, create_app
from web.conftest import ALICE

API = "/api/v1"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
SECRETS = ("Traceback", "site-packages", "/src/", "sqlite", "/tmp", ".py", "0x7f")
"""Words that would tell of the machine or the program."""

DESCRIBED = schemathesis.openapi.from_dict(create_app(Settings(Path("nowhere"))).openapi())
ROUTES = {found.ok().label: found.ok() for found in DESCRIBED.get_all_operations()}


CLAIMS = "GET /api/v1/claims"
WAITING = (CLAIMS, "POST /api/v1/runs", "POST /api/v1/compare", "POST /api/v1/timeline")
"""Routes that can be told how long to wait for an answer."""


def is_wait(value: object) -> bool:
    """Whether a request would wait for that many seconds."""
    return isinstance(value, int | float) and 0 <= value <= 60


# The server runs in a thread of this process, and may use chance while requests are made up.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("label", ROUTES)
def test_every_route_keeps_its_description(web, label):
    """Made-up requests, right and wrong, get answers of the described shapes, and never a 5xx."""

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(ROUTES[label].as_strategy())
    def keeps(case):
        asked = case.query if label == CLAIMS else case.body
        waits = label in WAITING and isinstance(asked, dict) and is_wait(asked.get("wait", 1))
        if waits:
            asked["wait"] = 0
        response = case.call(base_url=str(web.base_url), headers=ALICE, timeout=60)
        case.validate_response(response, checks=list(CHECKS))
        if response.status_code >= 400:
            assert not [word for word in SECRETS if word in response.text]

    keeps()
    for job in web.get(API + "/jobs").json()["result"]:
        web.delete(f"{API}/jobs/{job['id']}")


HOSTILE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"NaN",
    b'{"scenario": NaN}',
    b"\xff\xfe",
    b'{"scenario": "\\ud800"}',
    b'{"toml": "\\ud800"}',
    b"[" * 100_000,
    b'{"scenario": "us-tariff-15", "wait": 1e999}',
    b'{"scenario": "us-tariff-15", "changes": {"exchange_rate": NaN}}',
    b'{"scenario": "us-tariff-15", "changes": {"exchange_rate": 1e400}}',
    b'{"scenario": "us-tariff-15", "changes": {"exchange_rate": ' + b"9" * 5_000 + b"}}",
    b'{"scenario": "<script>alert(1)</script>"}',
    b'{"scenario": "../../../etc/passwd"}',
    b'{"scenario": "us-tariff-15", "level": "free"}',
    b'{"scenario": "us-tariff-15", "tables": ["../../x"], "level": "certified", "wait": 99}',
    b'{"scenario": "us-tariff-15", "admin": true}',
    b'{"scenario": "us-tariff-15", "scenario": "yen-120", "toml": ""}',
]


@pytest.mark.parametrize("path", ["/runs", "/compare", "/timeline", "/jobs", "/scenarios/check"])
def test_hostile_bodies_are_refused(web, path):
    """Unreadable, bottomless, not numbers, not text, not allowed: 4xx in the shape of failure."""
    for body in HOSTILE:
        found = web.post(API + path, content=body, headers={"Content-Type": "application/json"})
        assert 400 <= found.status_code < 500, body[:60]
        told = found.json()
        assert told["ok"] is False
        assert not [word for word in SECRETS if word in found.text], body[:60]


def test_bodies_have_a_size_and_a_kind(web):
    """Too large is 413, stated or not; anything but JSON is 415."""
    large = b'{"toml": "' + b"x" * 300_000 + b'"}'
    json_kind = {"Content-Type": "application/json"}
    assert web.post(API + "/runs", content=large, headers=json_kind).status_code == 413
    chunks = (large[i : i + 10_000] for i in range(0, len(large), 10_000))
    assert web.post(API + "/runs", content=chunks, headers=json_kind).status_code == 413
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        refused = web.post(API + "/runs", content=b"{}", headers={"Content-Type": kind})
        assert refused.status_code == 415


def test_html_in_names_stays_text(web):
    """What a client writes comes back as the same text, in JSON that no browser renders."""
    asks = "<img src=x onerror=alert(1)> & <b>"
    text = f"asks = {json.dumps(asks)}\nas_of = 2026-03-01\n"
    found = web.post(API + "/runs", json={"toml": text, "level": "slider"})
    assert found.json()["result"]["asks"] == asks
    assert found.headers["content-type"] == "application/json"
    assert found.headers["x-content-type-options"] == "nosniff"
    report = web.get(f"{API}/runs/{found.json()['id']}/export", params={"format": "html"})
    assert "<img src=x" not in report.text
    assert "&lt;img src=x" in report.text


def test_every_response_is_dressed(web):
    """Nothing from elsewhere may run or frame us, and no cookie is ever set."""
    for path in ("/", "/docs", API + "/health", "/nowhere", API + "/runs/x"):
        headers = web.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "http:" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers
        assert "server" not in headers or "uvicorn" in headers["server"]
    assert "unsafe-inline' 'unsafe" not in web.get("/").headers["content-security-policy"]


def test_pages_of_other_sites_may_not_ask(web):
    """A POST from another origin is refused; one from our own page is not."""
    body = {"toml": "x"}
    other = web.post(API + "/scenarios/check", json=body, headers={"Origin": "http://evil.example"})
    assert other.status_code == 403
    own = str(web.base_url).rstrip("/")
    mine = web.post(API + "/scenarios/check", json=body, headers={"Origin": own})
    assert mine.status_code == 422


def test_tokens_that_are_none_are_refused(web):
    """A client's name is a token or nothing."""
    for token in ("short", "x" * 65, "spaces are not allowed here", "semi;colon" * 3):
        assert web.get(API + "/jobs", headers={"X-Client": token}).status_code == 422
    assert web.get(API + "/jobs", params={"client": "b" * 20}, headers=bare(web)).json()["ok"]


def bare(web: httpx.Client) -> dict[str, str]:
    """Headers without a token, as a browser's event source sends them."""
    return {name: value for name, value in web.headers.items() if name.lower() != "x-client"}


def test_one_client_cannot_fill_the_server(web):
    """One job too many is 429, with a hint when to come back."""
    headers = {"X-Client": "greedy-" + "g" * 20}
    made = []
    for number in range(9):
        body = {"kind": "ranges", "scenario": "yen-120", "changes": {"exchange_rate": 100 + number}}
        found = web.post(API + "/jobs", json=body, headers=headers)
        if found.status_code == 429:
            break
        made.append(found.json()["id"])
    assert found.status_code == 429
    assert found.headers["retry-after"]
    assert found.json()["error"]["code"] == "busy"
    for id in made:
        web.delete(f"{API}/jobs/{id}", headers=headers)
