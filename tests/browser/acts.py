"""What a reader does with the page and sees on it, in the words of the tests."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def answered(page: Page) -> None:
    """Wait until the answer that is shown is that of the question as it stands."""
    expect(page.locator(".status")).to_have_attribute("data-phase", "idle")


def shown(page: Page, figure: str) -> float:
    """The value behind a figure that is shown."""
    return float(page.locator(f"data[data-figure='{figure}']").get_attribute("value"))


def go(page: Page, view: str) -> None:
    """Open a view by its name in the row of views."""
    page.locator("nav").get_by_role("link", name=view, exact=True).click()
