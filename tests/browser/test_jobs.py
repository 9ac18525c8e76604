"""Work in the background: progress, cancel, and a server that is started again in between."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from browser.acts import answered, go

MONTHS = "v=timeline&l=en"
RANGES = "s=us-tariff-15&v=uncertainty&l=en"


def tokens(page: Page) -> dict[str, str]:
    """The header that says whose jobs are asked about: those of this browser."""
    return {"X-Client": page.evaluate("localStorage.getItem('backhaul.client')")}


def months(page: Page) -> None:
    """Ask for two months and wait for them."""
    page.locator("#months-from").fill("2025-03")
    page.locator("#months-to").fill("2025-04")
    page.get_by_role("button", name="Compute the months").click()
    expect(page.get_by_role("heading", name="What begins and ends")).to_be_visible(timeout=120_000)


def test_a_job_shows_its_progress_and_is_cancelled(visit, served):
    """Steps done rise while it runs; after Cancel nothing of it is left, on the server too."""
    page = visit(f"#{RANGES}")
    answered(page)
    page.get_by_role("button", name="Start the low and high runs").click()
    bar = page.locator(".job")
    expect(bar).to_have_attribute("data-state", "running", timeout=120_000)
    expect(bar.get_by_role("progressbar")).to_be_visible()
    expect(bar.get_by_role("status")).to_contain_text(re.compile(r"\d+ of \d+"), timeout=120_000)
    first = bar.get_by_role("status").inner_text()
    expect(bar.get_by_role("status")).not_to_have_text(first)
    bar.get_by_role("button", name="Cancel").click()
    expect(bar.get_by_role("status")).to_have_text("Cancelled. Nothing was kept.")
    jobs = served.ask("GET", "/jobs", headers=tokens(page))
    assert [job["state"] for job in jobs if job["kind"] == "ranges"] == ["cancelled"]
    assert served.ask("GET", "/jobs", headers={"X-Client": "someone-else-" + "x" * 8}) == []


def test_a_finished_run_is_found_after_a_restart(visit, served):
    """The page waits while the server is away; what it finished before is there, not made again."""
    page = visit(f"#{MONTHS}")
    answered(page)
    months(page)
    rows = page.get_by_role("table", name="What begins and ends").locator("tbody tr")
    laws = rows.all_inner_texts()
    assert any("April 3, 2025" in law for law in laws)
    made = served.ask("GET", "/jobs", headers=tokens(page))

    served.stop()
    page.get_by_role("slider", name="US duty on cars from Japan").press("ArrowRight")
    expect(page.locator(".status")).to_contain_text("The server does not answer")
    served.start()
    answered(page)
    expect(page.locator(".status")).not_to_contain_text("The server does not answer")

    page.reload()
    answered(page)
    page.locator("#months-from").fill("2025-03")
    page.locator("#months-to").fill("2025-04")
    expect(rows.first).to_be_visible()
    assert rows.all_inner_texts() == laws
    again = served.ask("GET", "/jobs", headers=tokens(page))
    assert [job["id"] for job in again if job["kind"] == "timeline"] == [
        job["id"] for job in made if job["kind"] == "timeline"
    ]


def test_a_table_that_is_on_its_way_is_waited_for(visit):
    """A table that the server has yet to make again (202) is asked for until it is there."""
    page = visit("#s=us-tariff-15&v=claims&l=en")
    answered(page)
    asked = []

    def not_yet(route) -> None:
        asked.append(route.request.url)
        if len(asked) > 2:
            route.continue_()
            return
        told = {"ok": True, "command": "table", "result": {"kind": "run", "state": "queued"}}
        route.fulfill(status=202, json=told)

    page.route("**/tables/flows", not_yet)
    go(page, "Answer")
    expect(
        page.get_by_role("img", name=re.compile("Japan.*United States.*vehicles"))
    ).to_be_visible()
    assert len(asked) >= 3
