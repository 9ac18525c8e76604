"""Pictures: nothing empty, text stays text, the same input gives the same picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backhaul.report.charts.change import Bar, Panel, Words, change_chart
from backhaul.report.charts.flows import Flow, flow_chart
from backhaul.report.charts.level import Level, LevelPanel, level_chart
from backhaul.report.charts.spread import Spread, Swing, spread_chart, tornado_chart
from backhaul.report.charts.style import TOKENS, log_ticks, nice_ticks, shortened, wrapped

WORDS = Words("chart-x", "Title & more", "subtitle", "what is <seen>", "vehicles a year")
SVG = "{http://www.w3.org/2000/svg}"


def bars(*changes, label="Toyota"):
    """Return one panel of bars."""
    return (Panel("JP", tuple(Bar(label, c, f"{c:+}", "1 → 2") for c in changes)),)


def pictures():
    """Return one chart of each kind."""
    return (
        change_chart(words=WORDS, panels=bars(3.0, -2.0, 0.0)),
        level_chart(words=WORDS, panels=(LevelPanel("", (Level("a", 60.0, 59.0, "60 %"),)),)),
        spread_chart(words=WORDS, rows=(Spread("Camry", 100, 5, 900, 400), Spread("b", 1, 0, 3))),
        tornado_chart(words=WORDS, rows=(Swing("a", 1, 3, "low", "high"),), middle=2.0),
        flow_chart(words=WORDS, flows=(Flow("Japan", "United States", 100, 90),)),
    )


def texts(svg):
    """Return all text of a picture."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_picture_is_well_formed_and_says_what_it_is():
    """A screen reader finds a title and a description, linked from the picture by their ids."""
    for chart in pictures():
        for svg in (chart.wide, chart.narrow):
            root = ElementTree.fromstring(svg)
            found = {root.find(f"{SVG}{name}").get("id") for name in ("title", "desc")}
            assert set(root.get("aria-labelledby").split()) == found
            assert root.find(f"{SVG}title").text == "Title & more"
            assert root.find(f"{SVG}desc").text == "what is <seen>"
            assert (
                "vehicles a year" in texts(svg) or chart is pictures()[4] or "Japan" in texts(svg)
            )


def test_colours_are_left_to_the_page():
    """No picture carries a colour of its own, so that light, dark and paper can each choose."""
    for chart in pictures():
        for svg in (chart.wide, chart.narrow):
            assert "#" not in svg.replace('xlink:href="#', "")
            assert "var(--" in svg
            assert not any(colour in svg for colour in TOKENS.values())


def test_the_same_rows_give_the_same_picture():
    """Two runs of one scenario give one report, byte for byte."""
    assert pictures() == pictures()


def test_names_are_text_and_never_markup():
    """A name with HTML, a dollar sign or Japanese is drawn as it is written."""
    for name in ("<b>x</b>", "a & b", "$x^2$ and $", "日産サクラ", "<!-- c -->"):
        svg = change_chart(words=WORDS, panels=bars(1.0, label=name)).wide
        assert name in texts(svg)


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_nothing_is_drawn_beyond_the_edges(width):
    """All text begins and ends within the picture, to within a letter."""
    for chart in pictures():
        svg = getattr(chart, width)
        root = ElementTree.fromstring(svg)
        right = float(root.get("viewBox").split()[2])
        for element in root.iter(f"{SVG}text"):
            assert -1 <= float(element.get("x")) <= right + 1


def test_no_empty_charts():
    """A picture without a bar, a row or a flow is refused, not drawn."""
    with pytest.raises(ValueError, match="no bar has a length"):
        change_chart(words=WORDS, panels=bars(0.0))
    with pytest.raises(ValueError, match="no bar has a length"):
        level_chart(words=WORDS, panels=())
    with pytest.raises(ValueError, match="no row to draw"):
        spread_chart(words=WORDS, rows=())
    with pytest.raises(ValueError, match="no input moves"):
        tornado_chart(words=WORDS, rows=(Swing("a", 2, 2, "", ""),), middle=2.0)
    with pytest.raises(ValueError, match="no vehicle flows"):
        flow_chart(words=WORDS, flows=(Flow("a", "b", 0, 0),))


def test_small_changes_are_visible_beside_large_flows():
    """A change of a thousandth has its own panel with its own figure."""
    flows = (Flow("Japan", "Japan", 4e6, 4e6 - 9_700), Flow("United States", "Japan", 8e3, 28e3))
    found = texts(flow_chart(words=WORDS, flows=flows).wide)
    assert "+20,000" in found
    assert any(text.endswith("9,700") for text in found)


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_enclose_what_is_drawn(low, width):
    """An axis begins at or below its least value, ends at or above its largest, with few ticks."""
    ticks = nice_ticks(low, low + width)
    slack = 1e-6 * (abs(low) + width)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + width - slack
    assert 2 <= len(ticks) <= 9


def test_an_axis_without_length_is_refused():
    """A scale from a value to itself has no ticks, and a logarithm no nought."""
    with pytest.raises(ValueError, match="no length"):
        nice_ticks(1.0, 1.0)
    with pytest.raises(ValueError, match="logarithmic"):
        log_ticks(0.0, 1.0)
    assert log_ticks(3, 12_400) == [1, 10, 100, 1000, 10_000, 100_000]


def test_long_labels_are_cut_or_wrapped():
    """A label that has no room ends in an ellipsis; two lines are tried first where they may be."""
    assert shortened("short", 100) == "short"
    assert shortened("a very long label indeed", 60).endswith("…")
    assert wrapped("left-hand drive discount", 110) == ["left-hand drive", "discount"]
    assert len(wrapped("unbreakable" * 9, 60)) == 1
