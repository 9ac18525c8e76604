"""The report as a document: whole without a network, safe, complete, and honest about gaps."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from backhaul.errors import ReportError
from backhaul.outcome.figure import Figure
from backhaul.report.charts import sheet
from backhaul.report.contract import COLUMNS
from backhaul.report.html import key_cards, report_html
from backhaul.report.sections.chapters import chapters
from report import invented

EVIL = "<script>alert('x')</script><b onmouseover=1>"
VOID = {"meta", "link", "br", "img", "hr", "input", "path", "use"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that tags close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.ids, self.targets, self.words = [], [], [], [], []
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        address = found.get("href") or found.get("src") or found.get("xlink:href") or ""
        (self.targets if address.startswith("#") else self.addresses).append(address)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def page():
    """Return the whole invented report."""
    return report_html(invented.outcome())


@pytest.fixture
def unpainted(monkeypatch):
    """Leave the shapes of pictures out: these tests are about everything around them."""
    empty = '<svg viewBox="0 0 1 1"></svg>'
    monkeypatch.setattr(sheet, "_render", lambda **_: empty)


def read(html):
    """Return a reader that went through the whole document."""
    reader = Reader()
    reader.feed(html)
    assert not reader.open
    return reader


def test_the_report_is_one_sound_document(page):
    """Tags close in order, ids are unique, and every link inside the page has its place."""
    reader = read(page)
    assert len(reader.ids) == len(set(reader.ids))
    places = {f"#{name}" for name in reader.ids}
    assert set(reader.targets) <= places
    assert reader.tags.count("h1") == 1
    assert '<html lang="en">' in page


def test_the_report_needs_no_network(page):
    """Nothing is fetched: no script, no foreign style, picture or font; the browser is told so."""
    reader = read(page)
    assert "script" not in reader.tags
    assert [a for a in reader.addresses if a and not a.startswith(("data:", "https://"))] == []
    assert "@import" not in page
    assert "url(" not in page.replace("url(#", "")
    assert "default-src 'none'" in page


def test_the_report_tells_the_whole_story(page):
    """Question, answer, proof, assumptions, gaps, sources and the way to repeat it are there."""
    text = " ".join(" ".join(read(page).words).split())
    outcome = invented.outcome()
    assert outcome.scenario.asks in text
    for sentence in outcome.sentences:
        assert sentence in text
    for chapter in (
        "Who ships what to whom",
        "Prices and units",
        "Short run and long run",
        "Who gains and who loses",
        "The new cars",
        "What is in it for the carmakers",
        "Plants and jobs",
        "The claims",
        "What the result rests on",
        "Results that hang on an estimate",
        "What is not modelled",
        "The certificate",
        "Adjusted figures",
        "Sources",
        "Reproduce and cite",
    ):
        assert chapter in text
    assert "backhaul run reverse-imports --out" in text
    assert "C, estimate" in text
    assert "2024年 新車登録台数" in text


def test_every_chart_has_its_table(page):
    """What a picture shows can be read as a table right below it."""
    for part in page.split("<figure")[1:]:
        assert "<table" in part.split("</figure>")[0]


def test_html_in_names_is_shown_as_text():
    """A name from a file is never read as markup, wherever it appears."""
    outcome = invented.with_products(invented.outcome(), label=EVIL, firm=EVIL, segment=EVIL)
    for name in (
        *("entrants", "sources", "assumptions", "claims", "adjustments", "plants", "horizons"),
    ):
        frame = outcome.tables[name].astype(object)
        for column in frame.columns:
            if isinstance(frame.loc[0, column], str):
                frame.loc[0, column] = EVIL
        outcome = invented.with_table(outcome, name, frame)
    card = replace(outcome.scenario, asks=EVIL, notes=(EVIL,), author=EVIL, baseline=EVIL)
    page = report_html(replace(outcome, scenario=card, sentences=(EVIL,)))
    reader = read(page)
    assert "script" not in reader.tags
    assert "<b onmouseover" not in page
    assert "<script>alert('x')</script>" in " ".join(reader.words)


@pytest.mark.usefixtures("unpainted")
def test_a_source_with_a_foreign_scheme_is_not_a_link():
    """Only web addresses become links; anything else stays text."""
    outcome = invented.outcome()
    frame = outcome.tables["sources"].assign(url="javascript:alert(1)")
    reader = read(report_html(invented.with_table(outcome, "sources", frame)))
    assert not any("javascript" in address for address in reader.addresses)


@pytest.mark.usefixtures("unpainted")
@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_missing_table_leaves_only_its_own_part_out(name):
    """A report is made of what there is: without a table its own figures go, and no others."""
    outcome = invented.outcome()
    without = {key: frame for key, frame in outcome.tables.items() if key != name}
    told = repr(chapters(replace(outcome, tables=without)))
    others = {
        **{"flows": "chart-flows", "welfare": "chart-welfare", "plants": "chart-plants"},
        **{"horizons": "chart-horizons"},
    }
    assert all((mark in told) != (table == name) for table, mark in others.items())


def test_an_empty_table_is_like_a_missing_one():
    """No empty charts and no empty tables: without rows there is nothing to show."""
    outcome = invented.outcome()
    empty = {name: frame.head(0) for name, frame in outcome.tables.items()}
    assert chapters(replace(outcome, tables=empty)) == chapters(replace(outcome, tables={}))


@pytest.mark.usefixtures("unpainted")
def test_sources_that_are_missing_or_doubled_do_not_break_the_page():
    """An id is linked only where its source is listed, and a place is named once."""
    outcome = invented.outcome()
    frame = outcome.tables["sources"]
    for rows in (frame.head(1), pd.concat([frame, frame])):
        reader = read(report_html(invented.with_table(outcome, "sources", rows)))
        assert len(reader.ids) == len(set(reader.ids))
        assert set(reader.targets) <= {f"#{name}" for name in reader.ids}


@pytest.mark.usefixtures("unpainted")
def test_a_report_of_nothing_but_figures_is_a_report():
    """Without a single table the question, the answer and the figures are still told."""
    page = report_html(replace(invented.outcome(), tables={}))
    text = " ".join(read(page).words)
    assert "Support per vehicle" in text
    assert "<figure" not in page


@pytest.mark.usefixtures("unpainted")
def test_a_scenario_that_changes_nothing_says_so():
    """No bars of nought: what does not move is said in words."""
    outcome = invented.outcome()
    same = {}
    for name, frame in outcome.tables.items():
        after = [column for column in frame.columns if column.endswith("_scenario")]
        before = {column: frame[column.replace("_scenario", "_baseline")] for column in after}
        same[name] = frame.assign(**before)
    same["products"] = same["products"][~same["products"]["entrant"].astype(bool)]
    same["welfare"] = same["welfare"].assign(change_usd=0.0)
    page = report_html(replace(outcome, tables=same))
    assert "No plant" in page
    assert "chart-welfare" not in page
    assert "chart-prices" not in page
    assert "No flow of vehicles changes" in page


def test_a_missing_column_is_named_with_the_nearest_one():
    """A table that lost a column is an error that names table and column, not a silent gap."""
    outcome = invented.outcome()
    frame = outcome.tables["flows"].rename(columns={"units_scenario": "unit_scenario"})
    with pytest.raises(ReportError) as caught:
        report_html(invented.with_table(outcome, "flows", frame))
    assert "table flows" in caught.value.where
    assert "units_scenario" in caught.value.what
    assert "Did you mean 'unit_scenario'?" in caught.value.what


def test_a_run_without_an_answer_is_named_in_the_tornado():
    """An input at whose end no equilibrium was found is shown as such, not left out."""
    outcome = invented.outcome()
    frame = outcome.tables["sensitivity"].copy()
    frame.loc[0, "at_high"] = float("nan")
    page = report_html(invented.with_table(outcome, "sensitivity", frame))
    assert "0.2: no answer" in page


@pytest.mark.usefixtures("unpainted")
def test_the_tornado_shows_changes_of_what_has_a_baseline():
    """A figure with a baseline is shown as its change, as the low and high runs give it."""
    outcome = invented.outcome()
    frame = outcome.tables["sensitivity"].assign(figure="balance_us_jp_net_usd", central=9_412.3)
    page = report_html(invented.with_table(outcome, "sensitivity", frame))
    assert "change of US-Japan car balance, net" in page


@pytest.mark.usefixtures("unpainted")
def test_prices_are_told_by_the_index_that_the_outcome_has():
    """The text never computes a price index of its own where the outcome carries one."""
    outcome = invented.outcome()
    index = Figure("price_index_JP", "index, baseline 100", 100.0, 107.44, "Prices, Japan")
    page = report_html(replace(outcome, figures=(*outcome.figures, index)))
    assert "In Japan prices change by +7.4\N{NO-BREAK SPACE}%" in page


@pytest.mark.usefixtures("unpainted")
def test_what_is_not_certified_is_marked_before_any_figure():
    """A result without its proof is not shown as an answer."""
    page = report_html(replace(invented.outcome(), certified=False))
    assert page.index("Not certified.") < page.index('class="cards"')


def test_key_figures_are_those_that_move():
    """A figure that stays where it is takes no place among the key figures; eight are enough."""
    outcome = invented.outcome()
    labels = [card.label for card in key_cards(outcome)]
    assert labels[0] == "Support per vehicle"
    assert "Mean price in the United States" not in labels
    assert "Surplus of American buyers" not in labels
    assert len(labels) == 8
    still = replace(outcome, figures=(Figure("price_mean_US", "USD per vehicle", 5.0, 5.0, "x"),))
    assert key_cards(still) == ()


@pytest.mark.usefixtures("unpainted")
def test_values_that_do_not_apply_are_dashes():
    """An entrant has no price before: its cell is a dash, never NaN or nought."""
    assert "nan" not in " ".join(read(report_html(invented.outcome())).words).lower().split()


@pytest.mark.usefixtures("unpainted")
def test_a_certificate_that_fails_says_so():
    """A failed part of the proof is printed as failed, several answers are counted."""
    outcome = invented.outcome()
    proof = {
        "first_order": {"value": 0.011, "passes": False},
        "second_order": "not tried",
        "best_response": {"value": 0.0, "by_theorem": "unique (Nocke and Schutz 2018)"},
        "starts": {"tried": 6, "different": 2, "unsolved": 0},
    }
    page = report_html(replace(outcome, certificates={"JP scenario": proof}, certified=False))
    for text in ("0.011, FAILS", "not tried", "no scan needed", "6 tried, 2 answers"):
        assert text in page


def test_the_report_is_the_same_every_time(page):
    """The same outcome gives the same bytes, so that two reports can be compared."""
    assert report_html(invented.outcome()) == page


@pytest.mark.usefixtures("unpainted")
def test_tables_may_hold_more_columns_than_the_report_reads():
    """A new column in a table does not disturb the report."""
    outcome = invented.outcome()
    frame = outcome.tables["flows"].assign(freight_usd=1.0)
    assert report_html(invented.with_table(outcome, "flows", frame)) == report_html(outcome)
    assert isinstance(frame, pd.DataFrame)
