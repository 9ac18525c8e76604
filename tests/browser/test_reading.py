"""Reading: axe's rules in both themes, the width of a phone, calm motion, paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.acts import answered, go
from browser.conftest import AXE

VIEWS = {
    "answer": "Answer",
    "compare": "Side by side",
    "trade": "Flows, map",
    "prices": "Prices",
    "welfare": "Who gains",
    "timeline": "Months",
    "uncertainty": "Uncertainty",
    "claims": "Claims",
    "share": "Share",
}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
QUESTION = "s=reverse-imports&k=us-tariff-15"


def open_all(page: Page) -> None:
    """Open everything that is folded, so that it is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")


def ready(page: Page, view: str) -> None:
    """Wait until a view has all that it loads."""
    answered(page)
    if view == "compare":
        expect(page.get_by_role("heading", name="Key figures of each scenario")).to_be_visible()
    if view == "claims":
        expect(page.locator("main article").first).to_be_visible(timeout=120_000)
    if view == "trade":
        expect(page.locator("main circle").first).to_be_attached()


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody out."""
    found = page.evaluate(
        "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
    )
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, theme):
    """In every view, everything unfolded, nothing that axe calls serious or critical."""
    page = visit(f"#{QUESTION}&v=answer&l=en", color_scheme=theme)
    answered(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    wrong = {}
    for view, name in VIEWS.items():
        go(page, name)
        ready(page, view)
        open_all(page)
        wrong[view] = serious(page)
    go(page, "Answer")
    page.get_by_role("button", name="Where Support per vehicle comes from").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("table").first).to_contain_text("estimate")
    wrong["drawer"] = serious(page)
    assert {view: found for view, found in wrong.items() if found} == {}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_phone_never_scrolls_sideways(visit, lang):
    """At 390 pixels every view fits; what is wider scrolls inside its own frame."""
    page = visit(f"#{QUESTION}&v=answer&l={lang}", **PHONE)
    answered(page)
    wide = {}
    for view in VIEWS:
        page.evaluate("(hash) => (location.hash = hash)", f"{QUESTION}&v={view}&l={lang}")
        expect(page.locator(f"nav a[href*='v={view}']")).to_have_attribute("aria-current", "page")
        answered(page)
        open_all(page)
        wide[view] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {view: more for view, more in wide.items() if more > 0} == {}


def test_two_figures_stay_in_sight_on_a_phone(visit):
    """While a control is moved at the foot of a phone's screen, the answer moves in sight."""
    page = visit("#s=us-tariff-15&v=answer&l=en", **PHONE)
    answered(page)
    page.get_by_text("Change the question").click()
    slider = page.get_by_role("slider", name="US duty on cars from Japan")
    slider.scroll_into_view_if_needed()
    live = page.locator(".live")
    expect(live).to_be_in_viewport()
    before = live.inner_text()
    slider.press("End")
    answered(page)
    expect(live).not_to_have_text(before)
    expect(live).to_be_in_viewport()


def test_nothing_turns_for_who_wants_no_motion(visit):
    """With reduced motion asked for, no element is animated while the page solves."""
    page = visit("#s=us-tariff-15&v=answer&l=en", reduced_motion="reduce")
    answered(page)
    page.get_by_role("slider", name="US duty on cars from Japan").press("End")
    assert page.evaluate("document.getAnimations().length") == 0


def test_paper_has_the_answer_and_no_buttons(visit):
    """Printed from the dark theme: ink on white, the figures, none of the controls."""
    page = visit("#s=us-tariff-15&v=answer&l=en", color_scheme="dark")
    answered(page)
    page.emulate_media(media="print")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("data[data-figure='balance_us_jp_net_usd']")).to_be_visible()
    expect(page.locator("nav")).to_be_hidden()
    expect(page.get_by_role("slider").first).to_be_hidden()
    assert page.pdf()[:5] == b"%PDF-"
