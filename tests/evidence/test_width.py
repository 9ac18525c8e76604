"""Default widths: the worse the grade, the wider the range."""

from __future__ import annotations

import shutil

import pytest

from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.reading import DATA
from backhaul.evidence.width import GRADES, KINDS, widths


def test_a_worse_grade_is_never_narrower():
    """Of every kind of fact, official rows are surest and estimates are widest."""
    found = widths(Evidence.load())
    for kind in KINDS:
        lows = [found[kind, grade].low for grade in GRADES]
        highs = [found[kind, grade].high for grade in GRADES]
        assert lows == sorted(lows, reverse=True)
        assert highs == sorted(highs)
        assert lows[-1] < lows[0] <= 1 <= highs[0] < highs[-1]


def test_a_width_lies_around_the_fact_whatever_its_sign():
    """The low end is below the fact and the high end above it, for a negative fact too."""
    width = widths(Evidence.load())["units", "C"]
    assert width.around(100.0) == (80.0, 125.0)
    assert width.around(-100.0) == (-125.0, -80.0)


def test_a_kind_without_a_grade_is_refused(tmp_path):
    """A user's own table of widths that leaves a grade out is told which one."""
    (tmp_path / "policy").mkdir()
    own = tmp_path / "policy" / "widths.csv"
    shutil.copy(DATA / "policy" / "widths.csv", own)
    rows = own.read_text(encoding="utf-8").splitlines(keepends=True)
    own.write_text("".join(r for r in rows if not r.startswith("freight,C")), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        widths(Evidence.load(tmp_path))
    assert "freight C" in caught.value.what
    assert caught.value.fix.startswith("Add")
