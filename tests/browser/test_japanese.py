"""The page in Japanese: every identifier of the server has its words; no English is left over."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from playwright.sync_api import expect

from backhaul import errors
from backhaul.web import app, failure
from browser.acts import answered, go, shown
from browser.conftest import ROOT
from browser.served import Served
from browser.test_files import QUESTION, drop

JAPANESE = re.compile(r"[぀-ヿ一-鿿％]")
READ = """
import { readFileSync } from "node:fs";
import ts from "typescript";
const found = {};
for (const name of ["en", "ja", "ja_data", "ja_errors", "ja_names"]) {
  const text = readFileSync(`src/lang/${name}.ts`, "utf8");
  const { outputText } = ts.transpileModule(text, { compilerOptions: { module: "ESNext" } });
  Object.assign(found, await import(`data:text/javascript,${encodeURIComponent(outputText)}`));
}
console.log(JSON.stringify(found));
"""
VIEWS = ["answer", "compare", "trade", "prices", "welfare", "timeline", "uncertainty", "share"]
ENGLISH = """() => {
  // Text that is read out as Japanese and has three English words in a row.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const place = node.parentElement;
    if (place.closest("script, style, noscript, code, pre, textarea, [lang='en']")) continue;
    if (place.closest("#cite, svg title")) continue;
    const text = node.textContent;
    if (/[a-z]{2,}[ ,]+[a-z]{2,}[ ,]+[a-z]{2,}/i.test(text)) found.push(text);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def words() -> dict:
    """The dictionaries of the page, as the page has them."""
    done = subprocess.run(
        ["node", "--input-type=module", "-e", READ],
        cwd=ROOT / "web",
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def missing(names, known, head="") -> list[str]:
    """Those that have no Japanese."""
    return sorted({name for name in names if not JAPANESE.search(known.get(head + name, ""))})


def fits(text: str, words: dict) -> bool:
    """Whether a text of the server is one that the page can say in Japanese."""
    forms = [form for form, _ in words["patterns"]]
    return text in words["sentences"] or any(
        re.fullmatch(re.sub(r"\\{\d(:n)?\\}", ".+?", re.escape(form)), text) for form in forms
    )


def test_both_languages_have_the_same_keys(words):
    """What can be said in English can be said in Japanese, with the same holes."""
    assert words["en"].keys() == words["ja"].keys()
    holes = re.compile(r"\{\w+\}")
    assert {
        key: text
        for key, text in words["ja"].items()
        if set(holes.findall(text)) != set(holes.findall(words["en"][key]))
    } == {}


def test_every_control_has_japanese(words, served: Served):
    """Labels, groups, choices, units and notes, by the identifiers that the server lists."""
    ja = words["ja"]
    schema = served.ask("GET", "/controls")
    controls = schema["controls"]
    assert missing([one["id"] for one in controls], ja, "control.") == []
    assert missing([one["id"] for one in schema["groups"]], ja, "group.") == []
    choices = [f"{one['id']}.{choice}" for one in controls for choice in one["choices"] or []]
    assert missing(choices, ja, "choice.") == []
    units = {one["unit"] for one in controls} - {"ratio", ""}
    assert {
        u for u in units if f"control_unit.{u}" not in ja and u not in words["sentences"]
    } == set()
    notes = {one["note"] for one in controls} - {""}
    assert {note for note in notes if not fits(note, words)} == set()


def test_every_scenario_has_japanese(words, served: Served):
    """Titles, questions and notes of the shipped scenarios."""
    cards = served.ask("GET", "/scenarios")
    assert missing([card["name"] for card in cards], words["ja"], "title.") == []
    told = [text for card in cards for text in (card["asks"], *card["notes"])]
    assert [text for text in told if not fits(text, words)] == []


def test_every_failure_has_japanese(words):
    """Each stable code of a failure has a sentence of its own."""
    kinds = [*vars(errors).values(), *vars(failure).values(), *vars(app).values()]
    codes = {
        kind.code
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, errors.BackhaulError)
    } - {"error"}
    assert {"scenario", "request", "busy", "method"} <= codes
    assert missing(codes | {"gone"}, words["ja"], "error.code.") == []


def test_every_table_has_japanese(words, served: Served):
    """Tables and their columns, of a certified answer with a programme and of one without."""
    ja = words
    for scenario in ("reverse-imports", "us-tariff-15-regime"):
        found = served.ask("POST", "/runs", json={"scenario": scenario, "wait": 60})
        answer = served.ask("GET", f"/runs/{found['id']}", params={"tables": "all"})
        assert missing(answer["table_names"], ja["tables"]) == []
        columns = {name for table in answer["tables"].values() for name in table["columns"]}
        assert missing(columns, ja["columns"]) == []


def test_every_figure_has_japanese(visit, served: Served):
    """In the list of all figures no label is left in English, nor is its unit."""
    page = visit("#s=reverse-imports&v=answer&l=ja")
    answered(page)
    page.get_by_text("すべての数値").click()
    rows = page.get_by_role("region", name="すべての数値").locator("tbody tr")
    labels = rows.locator("th").all_inner_texts()
    assert len(labels) > 80
    assert [label for label in labels if not JAPANESE.search(label)] == []
    units = set(rows.locator("td:nth-child(2)").all_inner_texts())
    assert {unit for unit in units if re.search("[A-Za-z]", unit)} == set()


@pytest.mark.parametrize("scenario", ["reverse-imports", "hybrid-surge"])
def test_no_english_is_left_in_a_view(visit, scenario):
    """Every view: prose is Japanese, or marked as English where it is a title or a name."""
    page = visit(f"#s={scenario}&k=yen-120&v=answer&l=ja")
    left = {}
    for view in VIEWS:
        page.evaluate("(hash) => (location.hash = hash)", f"s={scenario}&k=yen-120&v={view}&l=ja")
        expect(page.locator(f"nav a[href*='v={view}']")).to_have_attribute("aria-current", "page")
        answered(page)
        if view == "compare":
            expect(page.get_by_role("heading", name="各シナリオの主な数値")).to_be_visible()
        left[view] = page.evaluate(ENGLISH)
    assert {view: texts for view, texts in left.items() if texts} == {}


def test_language_is_switched_and_kept(visit):
    """The switch changes the words, numbers, dates and `lang` of the page, and not its figures."""
    page = visit("#s=reverse-imports&v=answer&l=en")
    answered(page)
    outlay = page.locator("data[data-figure='support_outlay_usd']")
    before = shown(page, "support_outlay_usd")
    assert "million USD" in outlay.inner_text().replace("\n", " ")
    page.get_by_text("日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.get_by_role("link", name="共有・引用")).to_be_visible()
    assert re.fullmatch(r"[\d.]+億ドル", outlay.inner_text().replace("\n", ""))
    expect(page.locator("article", has=outlay)).to_contain_text("億円")
    sold = page.locator("data[data-figure='units_USA_to_JP']")
    assert re.fullmatch(r"\+[\d.]+万台", sold.inner_text().replace("\n", ""))
    expect(page.locator(".question")).to_contain_text("2026年3月1日時点の法令")
    assert shown(page, "support_outlay_usd") == before
    page.reload()
    answered(page)
    expect(page.locator("html")).to_have_attribute("lang", "ja")


def test_a_broken_question_is_told_in_japanese(visit):
    """The line, the entry and the remedy; what is wrong is said in Japanese, not in English."""
    page = visit("#s=us-tariff-15&v=answer&l=ja")
    answered(page)
    wrong = QUESTION.replace("0.20", "15") + 'colour = "red"\n'
    drop(page, "wrong.toml", wrong)
    told = page.locator("main .trouble")
    expect(told.get_by_role("heading")).to_have_text("シナリオに誤りがあります")
    line = 1 + wrong.splitlines().index("rate = 15")
    expect(told.get_by_role("listitem").first).to_contain_text(f"{line}行目")
    expect(told.get_by_role("listitem").first).to_contain_text("15％は0.15")
    assert told.locator("[lang='en']").count() == 0


def test_claims_are_told_in_japanese(visit):
    """Statement, reason and figure of every claim of the article."""
    page = visit("#s=us-tariff-15&v=answer&l=ja")
    answered(page)
    go(page, "発言の検証")
    expect(page.locator("main article")).to_have_count(20, timeout=120_000)
    assert page.evaluate(ENGLISH) == []
    assert page.locator("main article .statement[lang='en']").count() == 0
    assert page.locator("main article .reason[lang='en']").count() == 0
