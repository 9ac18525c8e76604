"""The report in a browser: phone, desktop, light, dark, paper; nothing fetched, nothing hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from backhaul.report.html import report_html
from report import invented

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
EVIL = "<img src=x onerror=alert(1)>"

# WCAG 2.2 AA asks 4.5 for text; bars and lines are graphics and need 3.
TEXT_CONTRAST = 4.5
GRAPHIC_CONTRAST = 3.0

FAINT = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (rgb) => rgb.map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = getComputedStyle(document.body).backgroundColor;
  const contrast = (colour) => {
    const pair = [light(parse(colour)), light(parse(paper))].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const drawn = element.closest("svg");
    if (!own || ["STYLE", "TITLE", "DESC"].includes(element.tagName.toUpperCase())) continue;
    const style = getComputedStyle(element);
    const found = contrast(drawn ? style.fill : style.color);
    if (found < TEXT) faint.push([element.tagName, element.textContent.slice(0, 40), found]);
  }
  const root = getComputedStyle(document.documentElement);
  const probe = document.createElement("i");
  document.body.append(probe);
  for (const token of ["more", "less", "sum", "other"]) {
    probe.style.color = root.getPropertyValue("--" + token);
    const found = contrast(getComputedStyle(probe).color);
    if (found < GRAPHIC) faint.push(["token", token, found]);
  }
  probe.remove();
  return faint;
}""".replace("TEXT)", f"{TEXT_CONTRAST})").replace("GRAPHIC)", f"{GRAPHIC_CONTRAST})")


@pytest.fixture(scope="module")
def browser():
    """Return Debian's chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the address of a report with HTML in its names."""
    outcome = invented.with_products(invented.outcome(), label=EVIL, units_scenario=9e6)
    path = Path(tmp_path_factory.mktemp("report")) / "report.html"
    path.write_text(report_html(outcome), encoding="utf-8")
    return path.as_uri()


def opened(browser, address, *, width=1280, scheme="light"):
    """Return the page; any request that is not for a file, and any message, is kept as a fault."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    faults = []

    def guard(route):
        if route.request.url.startswith(("file:", "data:")):
            route.continue_()
        else:
            faults.append(route.request.url)
            route.abort()

    page.route("**/*", guard)
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    return page, faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_nothing_sticks_out_and_nothing_is_fetched(browser, report, width, scheme):
    """At any width, tables open, the page does not scroll sideways; no request, no message."""
    page, faults = opened(browser, report, width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_and_all_bars_stand_out(browser, report, scheme):
    """Every text has the contrast that WCAG AA asks for, every bar that of a graphic."""
    page, _ = opened(browser, report, scheme=scheme)
    assert page.evaluate(FAINT) == []
    page.close()


def test_dark_is_dark_and_paper_is_white(browser, report):
    """Dark follows the reader's setting; on paper the ground is white whatever the setting."""
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    page, _ = opened(browser, report, scheme="dark")
    assert max(page.evaluate(ground)) < 50
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ground) == [255, 255, 255]
    assert page.evaluate(FAINT) == []
    page.close()


def test_html_in_a_name_is_shown_as_text(browser, report):
    """A product called like a tag appears with its angle brackets, and no such element exists."""
    page, faults = opened(browser, report)
    assert page.locator("main img").count() == 0
    assert page.get_by_text(EVIL).count() > 0
    assert faults == []
    page.close()


@pytest.mark.parametrize(
    ("width", "seen", "hidden"), [(1280, "wide", "narrow"), (360, "narrow", "wide")]
)
def test_each_width_has_its_own_picture(browser, report, width, seen, hidden):
    """A phone shows the narrow picture at a readable size, a desk the wide one, never both."""
    page, _ = opened(browser, report, width=width)
    assert all(box.is_visible() for box in page.locator(f"figure .{seen}").all())
    assert not any(box.is_visible() for box in page.locator(f"figure .{hidden}").all())
    smallest = page.evaluate(
        f"""Math.min(...[...document.querySelectorAll("figure .{seen} svg")].map(
          (svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))"""
    )
    assert smallest * 11 >= 9.9  # the smallest letters are drawn at 11 pixels
    page.close()


def test_text_in_a_picture_stays_inside_it(browser, report):
    """With the browser's own fonts no label is cut off at an edge of the page or picture."""
    for width in (360, 1280):
        page, _ = opened(browser, report, width=width)
        outside = page.evaluate(
            """[...document.querySelectorAll("figure svg text")].filter((text) => {
              const own = text.getBoundingClientRect();
              const svg = text.closest("svg").getBoundingClientRect();
              return own.width && (own.left < svg.left - 12 || own.right > svg.right + 12);
            }).map((text) => text.textContent)"""
        )
        assert outside == []
        page.close()


def test_the_keyboard_reaches_answer_and_tables(browser, report):
    """The first stop is the link to the answer, and every scrolling table can be focused."""
    page, _ = opened(browser, report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
    assert page.locator(".scroll:not([tabindex])").count() == 0
    page.close()
