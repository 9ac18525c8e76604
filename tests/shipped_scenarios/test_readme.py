"""What the README quotes is what the program computes."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_answer_in_the_readme_is_the_answer_of_a_run(answer):
    """The first sentence of the main job stands in the README, figure by figure."""
    text = " ".join(README.read_text(encoding="utf-8").split())

    assert answer("reverse-imports").sentences[0] in text


def test_the_number_of_nameplates_in_the_readme_is_that_of_the_tables(world):
    """238 nameplates in the United States and 113 in Japan are what the tables hold."""
    text = README.read_text(encoding="utf-8")

    assert f"{len(world.sides['US'].market.ids)} nameplates in the United States" in text
    assert f"{len(world.sides['JP'].market.ids)} in Japan" in text
