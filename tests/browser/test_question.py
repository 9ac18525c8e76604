"""Asking: a scenario is picked, a control is moved, and the answer is the command line's."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from browser.acts import answered, shown

DUTY = "US duty on cars from Japan"


def from_command_line(toml: str, folder) -> dict[str, dict]:
    """What `backhaul run` says of a question."""
    question = folder / "question.toml"
    question.write_text(toml, encoding="utf-8")
    command = [sys.executable, "-m", "backhaul", "run", str(question), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)["result"]
    return {figure["name"]: figure for figure in told["figures"]}


def test_a_moved_slider_gives_the_figure_of_the_command_line(page, tmp_path):
    """The text under Share and cite, given to `backhaul run`, has the very figure that is shown."""
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

    page.get_by_role("link", name="Share and cite").click()
    toml = page.locator("#question-toml").inner_text()
    figure = from_command_line(toml, tmp_path)["balance_us_jp_net_usd"]
    assert after == pytest.approx(figure["change"], rel=1e-12)
