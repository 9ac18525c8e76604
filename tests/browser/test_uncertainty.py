"""How sure an answer is: an ensemble that is watched to its end, and one that is cancelled.

An ensemble compiles the whole model first: half a minute of both cores before the first draw.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.acts import answered, go

LONG = 240_000
QUESTION = "s=us-tariff-15&l=en"


def start(page: Page, seed: int) -> None:
    """Start an ensemble of the fewest draws."""
    page.get_by_label("Draws").select_option("256")
    page.get_by_label("Seed").fill(str(seed))
    page.get_by_label("Seed").press("Tab")
    page.get_by_role("button", name="Start the ensemble").click()


def test_an_ensemble_is_watched_and_its_intervals_arrive(visit, served):
    """Draws are counted while they come; then the figures have the intervals of the answer."""
    page = visit(f"#{QUESTION}&v=uncertainty")
    answered(page)
    start(page, 1)
    said = page.locator(".job").get_by_role("status")
    expect(said).to_contain_text(re.compile(r"[1-9]\d* of 256"), timeout=LONG)
    heading = page.get_by_role("heading", name="Intervals of the key figures")
    expect(heading).to_be_visible(timeout=LONG)
    address = page.locator("main a[data-format='xlsx']").last.get_attribute("href")
    run = re.search(r"runs/(\w+)/", address).group(1)
    found = served.ask("GET", f"/runs/{run}")
    assert found["draws"]["made"] == 256
    net = next(one for one in found["figures"] if one["name"] == "balance_us_jp_net_usd")
    assert net["low"] < net["median"] < net["high"]

    go(page, "Answer")
    card = page.get_by_role("article").filter(has_text="US–Japan car balance, net")
    band = card.get_by_text("90 % interval").locator("..").inner_text()
    low, high = (float(part) for part in re.findall(r"\+([\d.]+) billion", band))
    assert low == pytest.approx(net["low"] / 1e9, rel=5e-3)
    assert high == pytest.approx(net["high"] / 1e9, rel=5e-3)

    page.get_by_role("slider", name="US duty on cars from Japan").press("ArrowRight")
    answered(page)
    expect(card.get_by_text("90 % interval")).to_have_count(0)


def test_an_ensemble_is_cancelled(visit, served):
    """Cancel ends the work; nothing of it is kept, and the server has no job under way."""
    page = visit(f"#{QUESTION}&v=uncertainty")
    answered(page)
    start(page, 2)
    bar = page.locator(".job")
    expect(bar).to_have_attribute("data-state", "running", timeout=LONG)
    expect(bar.get_by_role("progressbar")).to_be_visible()
    bar.get_by_role("button", name="Cancel").click()
    expect(bar.get_by_role("status")).to_have_text("Cancelled. Nothing was kept.", timeout=LONG)
    client = page.evaluate("localStorage.getItem('backhaul.client')")
    jobs = served.ask("GET", "/jobs", headers={"X-Client": client})
    assert {job["state"] for job in jobs if job["kind"] == "ensemble"} == {"cancelled"}
