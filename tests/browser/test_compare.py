"""Side by side: baseline and scenario, and the question beside shipped scenarios."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browser.acts import answered, go

LINK = "#s=us-tariff-15&c.exchange_rate=140&k=us-tariff-27.5&v=compare&l=en"


def test_scenarios_stand_side_by_side(visit, served):
    """Each column has the figures of its own scenario, and the link keeps which stand there."""
    page = visit("#s=us-tariff-15&c.exchange_rate=140&v=answer&l=en")
    answered(page)
    go(page, "Side by side")
    pair = page.get_by_role("table", name="Baseline and scenario")
    expect(pair.get_by_role("row").filter(has_text="car balance, net")).to_contain_text("billion")
    page.get_by_role("checkbox", name="US duty of 27.5 % on Japan-built cars").check()
    picture = page.get_by_role("img", name=re.compile("^Key figures of each scenario"))
    expect(picture).to_be_visible()
    assert page.url.endswith(LINK)

    page.get_by_text("Table: Key figures of each scenario").click()
    table = page.get_by_role("table", name="Key figures of each scenario")
    heads = [head.strip() for head in table.locator("thead th").all_inner_texts()]
    assert heads[1:] == [
        "US duty of 15 % on Japan-built cars, changed",
        "US duty of 27.5 % on Japan-built cars",
    ]
    row = table.get_by_role("row").filter(has_text="Built in Japan, sold in United States")
    cells = row.get_by_role("cell").all_inner_texts()
    asked = [
        {"scenario": "us-tariff-15", "changes": {"exchange_rate": 140}},
        {"scenario": "us-tariff-27.5"},
    ]
    for told, question in zip(cells, asked, strict=True):
        answer = served.ask("POST", "/runs", json={**question, "level": "slider"})
        change = next(
            one["change"] for one in answer["figures"] if one["name"] == "units_JPN_to_US"
        )
        assert told == f"−{abs(float(f'{change:.3g}')):,.0f} vehicles"

    again = visit(LINK)
    answered(again)
    expect(again.get_by_role("img", name=re.compile("^Key figures of each"))).to_have_attribute(
        "aria-label", picture.get_attribute("aria-label")
    )


def test_columns_follow_a_moved_control(visit):
    """A control that is moved while scenarios stand beside the question moves its column alone."""
    page = visit(LINK)
    answered(page)
    picture = page.get_by_role("img", name=re.compile("^Key figures of each scenario"))
    before = picture.get_attribute("aria-label")
    page.get_by_role("slider", name="US duty on cars from Japan").press("End")
    answered(page)
    expect(picture).not_to_have_attribute("aria-label", before)
    now = picture.get_attribute("aria-label")
    other = re.compile(r"27\.5 % on Japan-built cars ([^,;]*(?:,\d+[^,;]*)*)")
    assert other.findall(now)
    assert other.findall(before) == other.findall(now)
