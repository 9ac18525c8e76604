"""A page about several states: timelines and comparisons share one layout."""

from __future__ import annotations

from dataclasses import dataclass

from backhaul.report.html import environment
from backhaul.report.parts import Section


@dataclass(frozen=True)
class Page:
    """Everything that a page says, already worded."""

    title: str
    kicker: tuple[str, ...]
    """What stands small above the title."""

    byline: str
    sentences: tuple[str, ...]
    certified: bool
    chapters: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    notes_title: str = ""
    notes: tuple[str, ...] = ()


def page_html(page: Page) -> str:
    """Return the page as one HTML document that needs no network; text is never read as HTML."""
    return environment().get_template("page.html.j2").render(page=page)
