"""Questions: their addresses, and what texts from outside may not do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backhaul.errors import BackhaulError
from backhaul.web.forms import RunForm, TimelineForm
from backhaul.web.questions import Asked, Question, address, dump, stamp_of
from backhaul.web.requests import question_of

HEAD = 'asks = "x"\nas_of = 2026-03-01\n'


def asked(library, **given) -> Asked:
    nothing = {"scenario": None, "toml": None, "changes": {}, "baseline": None}
    return library.asked(**nothing | given)


def test_an_address_is_all_that_an_answer_depends_on(library):
    """Another scenario, level, baseline, option, table or program is another address."""
    stamp = stamp_of(library.evidence)
    base = Question("run", (asked(library, scenario="us-tariff-15"),), "slider")
    others = [
        replace(base, level="certified"),
        replace(base, kind="ranges"),
        replace(base, options={"n": 1}),
        replace(base, asked=(asked(library, scenario="us-tariff-27.5"),)),
        replace(base, asked=(asked(library, scenario="us-tariff-15", baseline="law of the day"),)),
        replace(base, asked=(asked(library, scenario="us-tariff-15", baseline="us-tariff-27.5"),)),
    ]
    found = [address(question, stamp) for question in (base, *others)]
    found += [address(base, {**stamp, key: "other"}) for key in stamp]
    assert len(set(found)) == len(found)
    assert address(Question.of(base.as_dict()), stamp) == found[0]


def test_a_question_comes_back_from_plain_data(library):
    """What the store keeps of a question is the whole question."""
    base = Question(
        "run", (asked(library, scenario="reverse-imports", changes={"steering": "right"}),)
    )
    again = Question.of(base.as_dict())
    assert again.as_dict() == base.as_dict()
    assert again.asked[0].scenario.enter == base.asked[0].scenario.enter


def test_the_text_of_a_moved_scenario_is_the_same_question(library):
    """What the page shows to copy is what was answered, to the last digit."""
    for name in library.names:
        scenario = asked(library, scenario=name, changes={"exchange_rate": 100.1}).scenario
        _, again = library.read(library.toml(scenario))
        assert dump(again) == dump(scenario)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "a = " + "[" * 60_000,
        "x = " + "9" * 6_000,
        HEAD + "x" * 70_000,
        HEAD + 'baseline = "/etc/hostname.toml"\n',
        HEAD + 'baseline = "../../secret.toml"\n',
        HEAD + 'name = "' + "n" * 200 + '"\n',
        HEAD + 'name = "../../escape"\n',
        HEAD + "[parameters]\nconsumers = 1e9\n",
        HEAD + "[parameters]\ngini_us = 0.99\n",
        HEAD + "[parameters]\nnope = 1\n",
        HEAD + "[exchange_rate]\njpy_per_usd = nan\n",
        HEAD + '[[merge]]\nfirms = ["a", "b"]\n' * 100,
        'asks = "x"\nas_of = 20260301\n',
        "\x00",
        "a.b.c.d.e = 1\n" * 2,
        ".".join("a" * 20_000) + " = 1",
    ],
)
def test_texts_that_mean_harm_are_refused(library, text):
    """Bottomless, boundless, pointing elsewhere: refused, with no path of this machine."""
    with pytest.raises(BackhaulError) as caught:
        asked(library, toml=text)
    told = str(caught.value.as_dict()) + str(caught.value.problems)
    assert "uploaded scenario" in told
    assert str(library.evidence.hashes) not in told
    assert "site-packages" not in told
    assert "/src/" not in told


def test_baselines_are_shipped_names_only(library):
    """No path is ever opened because a request names it."""
    for name in ("/etc/passwd", "x.toml", "../us-tariff-15"):
        with pytest.raises(BackhaulError):
            asked(library, scenario="us-tariff-15", baseline=name)
        with pytest.raises(BackhaulError):
            asked(library, scenario=name)


def test_a_request_names_exactly_one_scenario(library):
    """Neither and both are refused."""
    for given in ({}, {"scenario": "yen-120", "toml": HEAD}):
        with pytest.raises(BackhaulError, match="exactly one"):
            asked(library, **given)


def test_months_must_be_a_span(library):
    """A span that runs backwards or too long is refused before anything is solved."""
    for first, last in (("2026-01", "2025-01"), ("1990-01", "2026-12"), ("0000-01", "0001-01")):
        form = TimelineForm.model_validate({"from": first, "to": last})
        with pytest.raises(BackhaulError) as caught:
            question_of(library, "timeline", form, "certified")
        assert "--" not in caught.value.fix


def test_the_law_alone_has_no_controls(library):
    """A timeline of the law takes no changes; one of a scenario does."""
    form = TimelineForm.model_validate({"changes": {"exchange_rate": 100}})
    with pytest.raises(BackhaulError, match="law alone"):
        question_of(library, "timeline", form, "certified")
    moved = form.model_copy(update={"scenario": "yen-120"})
    found = question_of(library, "timeline", moved, "certified")
    assert found.options == {"from": "2024-01", "to": "2026-12"}
    assert found.asked[0].scenario.exchange_rate.jpy_per_usd == 100


def test_the_question_of_a_form_is_that_of_its_scenario(library):
    """A form without changes asks the shipped scenario itself."""
    found = question_of(library, "run", RunForm(scenario="yen-120"), "slider")
    assert found.asked[0].scenario == library.scenario("yen-120")
