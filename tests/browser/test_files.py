"""Files out of the page and into it: tables, pictures, the question as TOML."""

from __future__ import annotations

import csv
import io
import re
import struct
import xml.etree.ElementTree as Tree
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import load_workbook

from backhaul.evidence.reading import DATA, shipped_schemas
from browser.acts import answered, go, shown
from browser.conftest import ROOT

QUESTION = """
asks = "What if Japanese cars paid <b>20</b> per cent? <img src=x onerror=alert(1)>"
as_of = 2024-07-01
author = "a reader"
notes = ["<script>document.title = 'taken'</script> is a note."]

[[set_duty]]
importer = "USA"
exporter = "JPN"
class = "passenger_car"
rate = 0.20
""".lstrip()


def saved(page: Page, link: Locator) -> Path:
    """Click what downloads, and give the file."""
    with page.expect_download() as found:
        link.click()
    return Path(found.value.path())


def drop(page: Page, name: str, text: str) -> None:
    """Drop a file on the page, as from the desktop."""
    page.evaluate(
        """([name, text]) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], name));
          const told = { dataTransfer: carried, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("dragover", told));
          document.body.dispatchEvent(new DragEvent("drop", told));
        }""",
        [name, text],
    )


def test_the_workbook_holds_what_the_page_shows(visit):
    """The XLSX opens again; its sheets are the tables, and its figures those on the page."""
    page = visit("#s=us-tariff-15&v=answer&l=en")
    answered(page)
    net = shown(page, "balance_us_jp_net_usd")
    go(page, "Share")
    book = load_workbook(saved(page, page.locator("main a[data-format='xlsx']")))
    assert {"figures", "flows", "welfare", "products"} <= set(book.sheet_names)
    head, *rows = book.get_sheet_by_name("figures").to_python()
    figures = {row[head.index("name")]: row for row in rows}
    change = figures["balance_us_jp_net_usd"][head.index("change")]
    assert change == pytest.approx(net, rel=1e-14)  # a cell of Excel has 16 digits


def test_every_table_of_the_answer_is_a_file(visit, served):
    """One link for each table of the answer; a CSV has the rows of its table, the zip has all."""
    page = visit("#s=us-tariff-15&v=share&l=en")
    answered(page)
    links = page.locator("main a[href*='format=csv&table=']")
    run = page.locator("#run-id").inner_text()
    names = served.ask("GET", f"/runs/{run}")["table_names"]
    assert links.count() == len(names)
    flows = saved(page, page.locator("main a[href*='table=flows']")).read_text(encoding="utf-8")
    table = served.ask("GET", f"/runs/{run}/tables/flows")
    assert len(list(csv.reader(io.StringIO(flows)))) == 1 + len(table["rows"])
    whole = zipfile.ZipFile(saved(page, page.locator("main a[data-format='csv']")))
    files = {Path(name).name for name in whole.namelist()}
    assert {f"{name}.csv" for name in names} <= files


def test_pictures_are_files(visit):
    """A chart is saved as SVG that stands alone, and as PNG at twice its size."""
    page = visit("#s=us-tariff-15&v=welfare&l=en")
    answered(page)
    picture = page.get_by_role("figure").first
    box = picture.locator("svg").first.bounding_box()
    tree = Tree.parse(saved(page, picture.get_by_role("button", name="as SVG")))
    assert tree.getroot().tag.endswith("}svg")
    assert "Toyota" in "".join(tree.getroot().itertext())
    png = saved(page, picture.get_by_role("button", name="as PNG")).read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (round(box["width"]) * 2, round(box["height"]) * 2)


def test_a_dropped_question_is_run_and_its_html_is_text(visit):
    """A TOML dropped on the page becomes the question; tags in its words are shown, not obeyed."""
    page = visit("#s=us-tariff-2.5&v=answer&l=en")
    answered(page)
    drop(page, "mine.toml", QUESTION)
    expect(page.get_by_label("Scenario", exact=True)).to_have_value("(own)")
    answered(page)
    go(page, "Answer")
    expect(page.locator(".asks")).to_contain_text("<b>20</b> per cent? <img src=x")
    page.get_by_text("What to bear in mind").click()
    expect(page.locator(".notes li")).to_contain_text("<script>")
    assert page.locator("img[src='x'], .asks b, .notes script").count() == 0
    assert page.title() != "taken"
    expect(page.get_by_role("slider", name="US duty on cars from Japan")).to_have_value("20")


def test_a_broken_question_is_told_line_by_line(visit):
    """Line, entry, value and remedy of each problem; the answer before it stays."""
    page = visit("#s=us-tariff-15&v=answer&l=en")
    answered(page)
    before = shown(page, "balance_us_jp_net_usd")
    wrong = QUESTION.replace("0.20", "15") + 'colour = "red"\n'
    drop(page, "wrong.toml", wrong)
    told = page.locator("main .trouble")
    expect(told).to_be_visible()
    line = 1 + wrong.splitlines().index("rate = 15")
    problem = told.get_by_role("listitem").filter(has_text=f"Line {line}")
    expect(problem).to_contain_text("set_duty[1].rate")
    expect(problem).to_contain_text("0.15 for 15 per cent")
    expect(told.get_by_role("listitem").filter(has_text="set_duty[1].colour")).to_be_visible()
    expect(page.get_by_label("Scenario", exact=True)).to_have_value("us-tariff-15")
    go(page, "Answer")
    assert shown(page, "balance_us_jp_net_usd") == before


def test_a_file_of_another_kind_is_refused_by_name(page):
    """A picture is no question, and the page says what can be dropped."""
    drop(page, "car.png", "no text")
    expect(page.locator("main .trouble")).to_contain_text("(.toml)")


def test_own_tables_stand_in_for_the_shipped_ones(visit, served):
    """A dropped CSV is checked and used: the answer moves, the link keeps it, and a way back."""
    page = visit("#s=us-tariff-15&v=answer&l=en")
    answered(page)
    before = shown(page, "balance_us_jp_net_usd")
    shipped = (DATA / "us" / "prices.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(shipped)))
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row["nameplate_id"] == "toyota_camry":
            row["price"] = str(round(float(row["price"]) * 1.1))
        writer.writerow(row)

    drop(page, "prices.csv", target.getvalue())
    use = page.get_by_role("button", name="Check and use")
    expect(use).to_be_disabled()  # both markets have a table of that name
    page.get_by_label("stands for").select_option("us/prices.csv")
    use.click()
    expect(page.locator(".question")).to_contain_text("On your own tables")
    answered(page)
    expect(page.get_by_text("The answers rest on your tables: us/prices.csv")).to_be_visible()
    go(page, "Answer")
    after = shown(page, "balance_us_jp_net_usd")
    assert after != before

    there = visit(page.url)
    answered(there)
    assert shown(there, "balance_us_jp_net_usd") == after
    page.locator(".question").get_by_role("button", name="Use the shipped tables").click()
    answered(page)
    assert shown(page, "balance_us_jp_net_usd") == before


def test_broken_tables_are_told_by_file_line_and_column(visit):
    """What is wrong with an uploaded table is said as for `backhaul check`; nothing is used."""
    page = visit("#s=us-tariff-15&v=answer&l=en")
    answered(page)
    shipped = (DATA / "us" / "prices.csv").read_text(encoding="utf-8").splitlines()
    column = shipped[0].split(",").index("price")
    cells = next(csv.reader([shipped[1]]))
    cells[column] = "dear"
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerow(cells)
    wrong = "\n".join([shipped[0], target.getvalue().strip(), *shipped[2:]]) + "\n"
    drop(page, "us_prices.csv", wrong)
    page.get_by_role("button", name="Check and use").click()
    told = page.locator("main .trouble")
    problem = told.get_by_role("listitem").filter(has_text="dear")
    expect(problem).to_contain_text("us/prices.csv")
    expect(problem).to_contain_text("Line 2")
    expect(problem).to_contain_text("price")
    expect(page.locator(".question")).not_to_contain_text("On your own tables")


def test_the_page_knows_every_table_there_is():
    """Those that may be brought are those that have a schema."""
    source = (ROOT / "web" / "src" / "lib" / "table_files.ts").read_text(encoding="utf-8")
    known = {
        f"{folder}/{name}.csv"
        for folder, names in re.findall(r"(\w+): \[([^:]*)\],\n", source, re.DOTALL)
        for name in re.findall(r'"(\w+)"', names)
    }
    assert known == set(shipped_schemas())
