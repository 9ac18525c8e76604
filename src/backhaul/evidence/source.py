"""Where a fact comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A page, a paper or a note that rows refer to by its id."""

    id: str
    """Identifier; unique within its folder."""

    folder: str
    """Folder of the tables that use it: jp, us, trade or policy."""

    title: str
    publisher: str
    url: str
    """Address, or an empty text for what was recalled or estimated."""

    date: str
    """As printed: a year, a month or a day, or an empty text."""

    @property
    def found(self) -> bool:
        """Return whether it can be looked up: recalled and estimated figures cannot."""
        return self.url.startswith(("http://", "https://"))

    def __str__(self) -> str:
        parts = (self.title, self.publisher, self.date, self.url)
        return f"[{self.id}] " + ", ".join(part for part in parts if part)
