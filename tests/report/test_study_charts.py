"""Histograms and curves: nothing empty, text stays text, every value has its place.

Places are held to half a pixel, the rounding of what is written.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from backhaul.report.charts.change import Words
from backhaul.report.charts.curve import Curve, Frame, Point, curve_chart
from backhaul.report.charts.histogram import Bin, Upright, histogram
from backhaul.report.charts.style import TOKENS

WORDS = Words("chart-x", "Title & more", "subtitle", "what is <seen>", "billion USD")
SVG = "{http://www.w3.org/2000/svg}"
BINS = (Bin(-1.0, 0.0, 3), Bin(0.0, 1.0, 12), Bin(1.0, 2.0, 5))
MARKS = (Upright(0.4, "median <0.4>"), Upright(-0.8, "5 %"), Upright(1.9, "95 %"))
CURVES = (
    Curve("tariff", ((0.0, 0.0), (1.0, 1.0), (2.0, 4.0))),
    Curve("cheapest & best", ((0.0, 0.0), (2.0, 1.5)), is_main=True),
)
FRAME = Frame("balance (billion USD)", "cost (billion USD)", right=2.0, top=2.0)


def pictures():
    """Return one chart of each kind."""
    return (
        histogram(words=WORDS, bins=BINS, marks=MARKS),
        curve_chart(words=WORDS, curves=CURVES, frame=FRAME, points=(Point(1.0, 0.75, "mix"),)),
    )


def texts(svg):
    """Return all text of a picture."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_pictures_say_what_they_are_and_leave_colours_to_the_page():
    """Title and description for screen readers; no colour of its own; text is text."""
    histogram_chart, curves = pictures()
    for svg in (histogram_chart.wide, histogram_chart.narrow, curves.wide, curves.narrow):
        root = ElementTree.fromstring(svg)
        assert root.find(f"{SVG}title").text == "Title & more"
        assert root.find(f"{SVG}desc").text == "what is <seen>"
        assert not any(colour in svg for colour in TOKENS.values())
    assert {"median <0.4>", "5 %", "95 %", "billion USD", "draws"} <= set(
        texts(histogram_chart.narrow)
    )
    assert {"tariff", "cheapest & best", "mix", FRAME.across, FRAME.up} <= set(texts(curves.wide))


def test_the_same_numbers_give_the_same_picture():
    """Two runs of one study give one report, byte for byte."""
    assert pictures() == pictures()


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_nothing_is_drawn_beyond_the_edges(width):
    """Text and lines begin and end within the picture."""
    for chart in pictures():
        svg = getattr(chart, width)
        root = ElementTree.fromstring(svg)
        right, bottom = map(float, root.get("viewBox").split()[2:])
        for element in root.iter(f"{SVG}text"):
            assert -1 <= float(element.get("x")) <= right + 1
        for path in root.iter(f"{SVG}path"):
            numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path.get("d"))]
            assert all(-8 <= x <= right + 8 for x in numbers[0::2][:1])
            assert max(numbers) <= max(right, bottom) + 8


def test_bars_are_as_high_as_their_counts():
    """A bin with four times the draws has a bar of four times the height."""
    svg = histogram(words=WORDS, bins=(Bin(0, 1, 3), Bin(1, 2, 12))).wide
    heights = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        ys = [float(y) for _, y in re.findall(r"(-?\d+\.?\d*) (-?\d+\.?\d*)", path.get("d"))]
        if "opacity" in (path.get("style") or ""):  # bars alone are drawn see-through
            heights.append(max(ys) - min(ys))
    low, high = sorted(heights)
    assert high == pytest.approx(4 * low, abs=0.5)


def test_a_curve_is_cut_where_it_leaves_the_frame():
    """A line from inside to outside ends at the edge, at the place between its points."""
    from backhaul.report.charts.curve import _cut

    assert _cut(CURVES[0].points, FRAME, 0.0) == [
        (0.0, 0.0),
        (1.0, 1.0),
        (pytest.approx(4 / 3), pytest.approx(2.0)),
    ]


def test_a_goal_below_nought_is_drawn_to_the_right_too():
    """The axis across ends at a negative value where the goal is negative."""
    frame = Frame("loss", "cost", right=-2.0, top=2.0)
    chart = curve_chart(words=WORDS, curves=(Curve("a", ((0.0, 0.0), (-1.0, 1.0))),), frame=frame)
    assert any("1" in text and "\N{MINUS SIGN}" in text for text in texts(chart.wide))


def test_no_empty_charts():
    """A chart without anything to draw is refused."""
    with pytest.raises(ValueError, match="no width"):
        histogram(words=WORDS, bins=())
    with pytest.raises(ValueError, match="no width"):
        histogram(words=WORDS, bins=(Bin(1.0, 1.0, 5),))
    with pytest.raises(ValueError, match="no curve"):
        curve_chart(words=WORDS, curves=(Curve("a", ((0.0, 0.0),)),), frame=FRAME)
