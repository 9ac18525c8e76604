"""The pages of timelines and comparisons: steps marked, tables below, nothing from outside run."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from backhaul.errors import ReportError
from backhaul.ground.calendar import Validity
from backhaul.market.measure import Kind, Measure, ProductClass, Relation, Valuation
from backhaul.policy.changes_of_law import Step
from backhaul.report.charts.change import Words
from backhaul.report.charts.path import Axis, Line, path_chart
from backhaul.report.comparison import cell_text, comparison_html, write_comparison
from backhaul.report.timeline import periods, timeline_html, write_timeline
from backhaul.study.compare import Comparison
from backhaul.study.timeline import Path, Regime, Timeline
from report import invented

EVIL = "<script>alert(1)</script>"
NAMES = (
    *("price_index_US", "units_USA_to_US", "units_JPN_to_US", "units_MEX_to_US"),
    *("balance_us_jp_net_usd", "duty_revenue_US_usd", "duty_revenue_cars_US_usd"),
    *("duty_revenue_parts_US_usd", "duty_rate_US_JPN_passenger_car"),
    *("duty_rate_US_JPN_light_truck", "consumer_surplus_change_US_usd"),
    *("consumer_surplus_change_JP_usd", "government_US_usd", "government_JP_usd"),
    "profit_toyota_usd",
)


def step(day: date, source: str = "law_1") -> Step:
    measure = Measure(
        measure_id="us_new_duty",
        importer="USA",
        exporter="JPN",
        exporters=frozenset({"JPN"}),
        product_class=ProductClass.PASSENGER_CAR,
        kind=Kind.TARIFF,
        relation=Relation.ADDS,
        rate=0.25,
        validity=Validity(day),
        source_id=source,
        grade="A",
        valuation=Valuation.TRANSFER_PRICE,
        instrument="proclamation",
    )
    return Step(day, "begins", measure, "25 % on top of the base duty")


def invented_timeline(count: int = 3, asks: str = "What do duties do?") -> Timeline:
    months = tuple(f"{2024 + index // 12}-{index % 12 + 1:02d}" for index in range(count))
    day = date.fromisoformat(f"{months[1]}-15")
    end = date.fromisoformat(f"{months[-1]}-28")
    spans = (Validity(date(2024, 1, 1), day), Validity(day, end))
    proof = {part: {"value": 0.0, "passes": True} for part in ("first_order", "second_order")}
    return Timeline(
        name="us-auto-tariffs",
        asks=asks,
        months=months,
        paths=tuple(
            Path(name, name, "unit", tuple(float(place + month) for month in range(count)))
            for place, name in enumerate(NAMES, start=1)
        ),
        regimes=tuple(
            Regime(span, (), moves=True, certificates={"US": proof}, certified=True)
            for span in spans
        ),
        steps=(step(day),),
        identities={"every dollar paid is received": 1e-16},
        manifest={"versions": {"backhaul": "0"}, "inputs": {}, "seed": 0},
        sources=pd.DataFrame(
            [
                ("law_1", "policy", EVIL, "Office", "https://example.org/law", "2025-01-01"),
                ("law_2", "policy", "Another", "Office", "https://example.org/2", "2025-01-01"),
            ],
            columns=["source_id", "folder", "title", "publisher", "url", "date"],
        ),
    )


def test_each_step_is_marked_with_day_and_instrument():
    """Every chart over months carries the day, the instrument and the measure of each step."""
    html = timeline_html(invented_timeline())
    pictures = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)

    assert len(pictures) == 2 * html.count("<figure")
    for picture in pictures:
        text = " ".join(re.sub(r"<[^>]+>", " ", picture).split())
        assert "15 February 2024, proclamation:" in text
        assert "us_new_duty" in text


def test_a_table_stands_under_each_chart():
    """What a picture shows can be read as figures."""
    html = timeline_html(invented_timeline())

    for figure in re.findall(r"<figure.*?</figure>", html, flags=re.DOTALL):
        assert figure.count("<tr>") == 1 + 3  # heads and months


def test_static_and_annual_is_said_where_it_is_shown():
    """No reader takes the path for stocks, seasons or forecasts."""
    html = timeline_html(invented_timeline())

    assert "without stock-building" in html
    assert "Annual rates" in html


def test_text_from_outside_is_text():
    """A question or a title with HTML in it is shown, not run; nothing is fetched."""
    html = timeline_html(invented_timeline(asks=EVIL))

    assert EVIL not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"<(script|link[^>]+stylesheet|img|iframe)", html)
    assert "default-src 'none'" in html


def test_only_sources_of_the_steps_are_listed():
    """The page lists what its steps rest on, and each step links to its source."""
    html = timeline_html(invented_timeline())

    assert 'id="source-law_1"' in html
    assert 'href="#source-law_1"' in html
    assert "law_2" not in html


def test_a_path_without_steps_has_a_page_too():
    """No mark, no table of steps, but a sentence."""
    html = timeline_html(replace(invented_timeline(), steps=()))

    assert "No modelled measure begins or ends" in html


def test_the_folder_is_whole_and_replaced_by_its_own_kind_only(tmp_path):
    """timeline.json, tables and report; a comparison does not overwrite a timeline."""
    target = write_timeline(invented_timeline(), tmp_path / "out")
    write_timeline(invented_timeline(), target)

    assert sorted(p.name for p in target.iterdir()) == ["report.html", "tables", "timeline.json"]
    written = json.loads((target / "timeline.json").read_text(encoding="utf-8"))
    assert written["months"] == ["2024-01", "2024-02", "2024-03"]
    with (target / "tables" / "months.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * len(NAMES)
    with pytest.raises(ReportError):
        write_comparison(invented_comparison(), target)


@pytest.mark.parametrize(
    ("count", "shown", "first"), [(18, 18, "2024-01"), (19, 7, "2024 Q1"), (73, 7, "2024")]
)
def test_long_paths_are_told_in_longer_periods(count, shown, first):
    """Months, then quarters, then years; a period is the mean of its months."""
    timeline = invented_timeline(count)
    found = periods(timeline)

    assert (len(found), found[0].name) == (shown, first)
    assert [month for period in found for month in period.months] == list(timeline.months)
    mean = sum(timeline["price_index_US"].values[: len(found[0].months)]) / len(found[0].months)
    assert found[0].values["price_index_US"] == pytest.approx(mean)


def test_a_line_needs_a_value_per_month():
    """A series that is too short is refused, not stretched."""
    said = Words("x", "x", "x", "x", "x")
    with pytest.raises(ValueError, match="3 values"):
        path_chart(words=said, lines=[Line("a", (1.0, 2.0))], axis=Axis(3, ()))


def invented_comparison() -> Comparison:
    first = invented.outcome()
    second = replace(first, figures=first.figures[1:])
    return Comparison(labels=("one", EVIL), outcomes=(first, second))


def test_a_comparison_has_one_chart_one_row_per_figure_and_a_dash():
    """Columns stand in the order of the questions; what one lacks is a dash; names are text."""
    comparison = invented_comparison()
    html = comparison_html(comparison)

    assert html.count("<figure") == 1
    assert EVIL not in html
    name = comparison.outcomes[0].figures[0].name
    row = next(row for row in comparison.rows if row.name == name)
    assert row.cells[1] is None
    assert cell_text(row.cells[1]) == "–"


def test_the_folder_of_a_comparison_is_whole(tmp_path):
    """comparison.json, the tidy table and the report."""
    target = write_comparison(invented_comparison(), tmp_path / "out")

    assert sorted(p.name for p in target.iterdir()) == ["comparison.json", "report.html", "tables"]
    assert json.loads((target / "comparison.json").read_text(encoding="utf-8"))["certified"]
