"""Asking: a scenario is picked, a control is moved, and the answer is the command line's."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from browser.acts import answered, go, shown

DUTY = "US duty on cars from Japan"
DUTY_ID = "duty.USA.JPN.passenger_car"


def from_command_line(toml: str, folder) -> dict[str, dict]:
    """What `backhaul run` says of a question."""
    question = folder / "question.toml"
    question.write_text(toml, encoding="utf-8")
    command = [sys.executable, "-m", "backhaul", "run", str(question), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)["result"]
    return {figure["name"]: figure for figure in told["figures"]}


def test_a_moved_slider_gives_the_figure_of_the_command_line(page, tmp_path):
    """The text under Share, given to `backhaul run`, has the very figure that is shown."""
    page.get_by_label("Scenario", exact=True).select_option("us-tariff-15")
    answered(page)
    before = shown(page, "balance_us_jp_net_usd")

    slider = page.get_by_role("slider", name=DUTY)
    expect(slider).to_have_value("15")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    expect(slider).to_have_value("20")
    answered(page)
    after = shown(page, "balance_us_jp_net_usd")
    assert abs(after) > abs(before) > 0

    go(page, "Share")
    toml = page.locator("#question-toml").inner_text()
    figure = from_command_line(toml, tmp_path)["balance_us_jp_net_usd"]
    assert after == pytest.approx(figure["change"], rel=1e-12)


def test_the_proof_follows_by_itself(visit):
    """When the reader rests the whole proof is made, and each of its parts is shown to hold."""
    page = visit("#s=reverse-imports&v=answer&l=en")
    answered(page)
    before = shown(page, "support_per_vehicle_usd")
    status = page.locator(".status")
    expect(status).to_have_attribute("data-level", "certified", timeout=120_000)
    expect(page.locator("main .trouble")).to_have_count(0)
    status.get_by_text("Certified equilibrium").click()
    for part in status.get_by_role("row").all():
        expect(part).to_contain_text("✓")
    expect(page.locator("main article", has_text="Units without any support")).to_contain_text(
        "90 % interval"
    )
    assert shown(page, "support_per_vehicle_usd") == pytest.approx(before, rel=1e-9)

    another = visit("#s=reverse-imports&v=answer&l=en")
    expect(another.locator(".status")).to_have_attribute("data-level", "certified")
    expect(another.locator("main .trouble")).to_have_count(0)


def test_a_proof_made_in_a_view_without_tables_is_shown_in_another(visit):
    """The whole proof comes while the view of shares is open; the answer then has all it shows."""
    page = visit("#s=us-tariff-15&v=share&l=en")
    answered(page)
    expect(page.locator(".status")).to_have_attribute("data-level", "certified", timeout=120_000)
    go(page, "Answer")
    expect(page.get_by_role("heading", name="Short run beside long run")).to_be_visible()
    expect(page.get_by_role("heading", name="Who gains and who loses")).to_be_visible()


def test_a_link_gives_the_same_view_in_another_browser(visit):
    """Scenario, moved controls, view, language: a link opened elsewhere shows the very same."""
    here = visit("#s=us-tariff-15&v=answer&l=en")
    answered(here)
    number = here.get_by_role("spinbutton", name="Exchange rate, as a number")
    here.get_by_text("Trade, money and demand").click()
    number.fill("140.25")
    number.press("Enter")
    answered(here)
    net = shown(here, "balance_us_jp_net_usd")
    go(here, "Share")
    link = here.get_by_label("Link to this view").input_value()

    there = visit(link, locale="ja-JP")
    answered(there)
    expect(there.get_by_role("link", name="Share")).to_have_attribute("aria-current", "page")
    assert (
        there.locator("#question-toml").inner_text() == here.locator("#question-toml").inner_text()
    )
    go(there, "Answer")
    expect(there.get_by_label("Scenario", exact=True)).to_have_value("us-tariff-15")
    assert shown(there, "balance_us_jp_net_usd") == net


def test_an_older_answer_never_follows_a_newer_one(visit):
    """While a slider runs there is one question under way, and the last one asked is the one shown.

    The server's answers are held back by a different time each, the first the longest.
    """
    page = visit("#s=us-tariff-15&v=answer&l=en")
    answered(page)
    under_way, most, asked = [], [], []

    def hold(route) -> None:
        under_way.append(route)
        most.append(len(under_way))
        asked.append(route.request.post_data_json["changes"][DUTY_ID])
        response = route.fetch()
        page.wait_for_timeout(300 if len(asked) == 1 else 20)
        under_way.remove(route)
        route.fulfill(response=response)

    page.route("**/api/v1/runs", hold)
    slider = page.get_by_role("slider", name=DUTY)
    slider.focus()
    for _ in range(12):
        slider.press("ArrowRight")
        page.wait_for_timeout(25)
    answered(page)
    page.unroute("**/api/v1/runs")
    assert max(most) == 1
    assert len(asked) < 12
    assert asked[-1] == pytest.approx(0.21)
    expect(page.locator("#question-toml")).to_have_count(0)
    go(page, "Share")
    expect(page.locator("#question-toml")).to_contain_text("0.21")


def test_the_keyboard_is_enough(visit):
    """From the top of the page, with Tab, arrows and Enter alone, to another answer and back."""
    page = visit("#s=us-tariff-15&v=answer&l=en")
    answered(page)
    before = shown(page, "balance_us_jp_net_usd")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("To the answer")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == f"control-{DUTY_ID.replace('.', '-')}":
            break
    focus = page.locator(":focus")
    expect(focus).to_have_attribute("aria-valuetext", "15 %")
    assert focus.evaluate("el => getComputedStyle(el).outlineStyle") != "none"
    page.keyboard.press("End")
    answered(page)
    assert shown(page, "balance_us_jp_net_usd") > before

    page.get_by_role("button", name="Where US–Japan car balance, net comes from").focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", level=2)).to_have_text("US–Japan car balance, net")
    expect(drawer.get_by_role("table", name="Assumptions it rests on")).to_contain_text(
        "nhtsa_aala"
    )
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator(":focus")).to_have_attribute(
        "aria-label", "Where US–Japan car balance, net comes from"
    )
