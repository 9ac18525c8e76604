"""The parts a report is made of; the template knows these and nothing of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grid:
    """A table for reading, with its cells already worded."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    """Columns that hold figures and are set flush right."""
    key: int = 0
    """Column that names the row."""
    folded: bool = False
    """Whether the table waits behind its caption until it is opened."""
    in_print: bool = False
    """Whether a folded table of more than a page's half is printed all the same."""
    tight: tuple[int, ...] = ()
    """Columns whose text stays on one line."""
    prose: tuple[int, ...] = ()
    """Columns that hold sentences and want room."""
    anchors: tuple[str, ...] = ()
    """Fragment name of each row, where rows are linked to."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Address by cell text: a cell with that text becomes a link."""

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.heads)]
        if wrong:
            raise ValueError(
                f"{self.caption}: a row has {len(wrong[0])} cells, not {len(self.heads)}."
            )

    @property
    def kind(self) -> str:
        """Return "grid", for the template."""
        return "grid"


@dataclass(frozen=True)
class Chart:
    """A picture in two widths, with its title, its description and its table."""

    identifier: str
    title: str
    subtitle: str
    """What is drawn, and in which units."""
    description: str
    """What a reader who cannot see the picture should know."""
    wide: str
    narrow: str
    grid: Grid | None = None

    @property
    def kind(self) -> str:
        """Return "chart", for the template."""
        return "chart"


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: str
    small: bool = False

    @property
    def kind(self) -> str:
        """Return "prose", for the template."""
        return "prose"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Return "bullets", for the template."""
        return "bullets"


@dataclass(frozen=True)
class Code:
    """Text to be copied as it stands."""

    text: str
    label: str

    @property
    def kind(self) -> str:
        """Return "code", for the template."""
        return "code"


@dataclass(frozen=True)
class Claim:
    """One statement and what the model finds about it."""

    identifier: str
    statement: str
    verdict: str
    figure: str
    reason: str
    sources: tuple[tuple[str, str], ...]
    """Id of each source and its place on the page, or an empty text."""

    @property
    def kind(self) -> str:
        """Return "claim", for the template."""
        return "claim"


@dataclass(frozen=True)
class Heading:
    """A heading inside a chapter."""

    text: str

    @property
    def kind(self) -> str:
        """Return "heading", for the template."""
        return "heading"


Block = Grid | Chart | Prose | Bullets | Code | Claim | Heading


@dataclass(frozen=True)
class Section:
    """A chapter of the report."""

    identifier: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Card:
    """One key figure."""

    label: str
    value: str
    unit: str
    detail: str
    """Baseline and scenario, where both mean something."""
    spread: str
    """Range of the scenario's value, or an empty text."""
