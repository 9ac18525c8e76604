"""Put answers and errors on a stream: rich in a terminal, plain in a pipe, JSON on request."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from backhaul.cli.answer import Answer, Block, Grid, Pairs, Text, plain_data

if TYPE_CHECKING:
    from typing import IO

    from rich.console import RenderableType

    from backhaul.errors import BackhaulError, Problem

_GAP = "  "


@runtime_checkable
class Stream(Protocol):
    """What is printed on: standard output, standard error, or a test's own."""

    @property
    def encoding(self) -> str | None:
        """Name of its encoding; None where text stays text."""

    def write(self, text: str, /) -> int:
        """Take a text."""

    def flush(self) -> None:
        """Pass on what was taken."""

    def isatty(self) -> bool:
        """Return whether a person is watching."""


def print_answer(answer: Answer, *, stream: Stream) -> None:
    """Print an answer for a person: with colour and lines in a terminal, plain in a pipe."""
    if stream.isatty():
        _print_rich([_rich(block) for block in answer.blocks], stream)
        return
    _write("\n\n".join(_plain(block) for block in answer.blocks) + "\n", stream)


def print_error(error: BackhaulError, *, stream: Stream) -> None:
    """Print where, what and fix, and the table of problems, for a person."""
    problems = _problem_grid(error.problems)
    if stream.isatty():
        from rich.panel import Panel
        from rich.text import Text as RichText

        body = RichText.assemble((_clean(error.what), ""), "\n", (_clean(error.fix), "bold"))
        panel = Panel(body, title=_clean(error.where), border_style="red", title_align="left")
        _print_rich([panel, *([_rich(problems)] if error.problems else [])], stream)
        return
    lines = [f"error: {error.where}: {error.what}", f"  {error.fix}"]
    lines += [f"  - {problem}" for problem in error.problems]
    _write("\n".join(_clean(line) for line in lines) + "\n", stream)


def print_answer_json(answer: Answer, *, stream: Stream) -> None:
    """Print `{"ok": true, "command", "result"}`, one object and nothing else."""
    body = {"ok": True, "command": answer.command, "result": plain_data(answer.result)}
    _write_json(body, stream)


def print_error_json(error: BackhaulError, *, stream: Stream) -> None:
    """Print `{"ok": false, "error", "problems"}`, one object and nothing else."""
    problems = [problem.as_dict() for problem in error.problems]
    _write_json({"ok": False, "error": error.as_dict(), "problems": problems}, stream)


def _write_json(body: dict[str, object], stream: Stream) -> None:
    # Beyond UTF-8 a stream may not know every letter; JSON has its own way to write them.
    utf8 = (stream.encoding or "utf-8").lower().replace("-", "") == "utf8"
    _write(json.dumps(body, ensure_ascii=not utf8, allow_nan=False, indent=2) + "\n", stream)


def _write(text: str, stream: Stream) -> None:
    """Write text, with a question mark for letters that the stream does not know."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, errors="replace").decode(encoding))
    stream.flush()


def _plain(block: Block) -> str:
    if isinstance(block, Text):
        return _clean(block.text)
    if isinstance(block, Pairs):
        rows: tuple[tuple[str, ...], ...] = block.rows
        lines = _aligned(rows, right=(False, False))
    else:
        right = tuple(column in block.right for column in block.columns)
        lines = _aligned((block.columns, *block.rows), right=right)
    return "\n".join(([_clean(block.title)] if block.title else []) + lines)


def _aligned(rows: tuple[tuple[str, ...], ...], *, right: tuple[bool, ...]) -> list[str]:
    """Return rows as lines whose columns stand below each other; Japanese letters count double."""
    cells = [[_clean(cell) for cell in row] for row in rows]
    widths = [max(_width(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        padded = [
            " " * (width - _width(cell)) + cell if flush else cell + " " * (width - _width(cell))
            for cell, width, flush in zip(row, widths, right, strict=True)
        ]
        lines.append(_GAP.join(padded).rstrip())
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _clean(text: str) -> str:
    """Return the text without control characters: a table must not steer a terminal."""
    spaced = text.replace("\t", " ").replace("\N{NO-BREAK SPACE}", " ")
    return "".join(c for c in spaced if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))


def _print_rich(parts: list[RenderableType], stream: Stream) -> None:
    from rich.console import Console

    console = Console(file=cast("IO[str]", stream), highlight=False, markup=False, emoji=False)
    for part in parts:
        console.print(part)


def _rich(block: Block) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text as RichText

    if isinstance(block, Text):
        return RichText(_clean(block.text) + "\n")
    title = RichText(_clean(block.title), style="bold") if block.title else None
    if isinstance(block, Pairs):
        table = Table(title=title, title_justify="left", show_header=False, box=None)
        table.add_column(style="dim")
        table.add_column(overflow="fold")
        rows: tuple[tuple[str, ...], ...] = block.rows
    else:
        table = Table(
            title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, padding=0
        )
        for column in block.columns:
            if column in block.right:
                table.add_column(RichText(column), justify="right", no_wrap=True)
            else:
                table.add_column(RichText(column), overflow="fold")
        rows = block.rows
    for row in rows:
        table.add_row(*(RichText(_clean(cell)) for cell in row))
    return table


def _problem_grid(problems: tuple[Problem, ...]) -> Grid:
    return Grid(
        columns=("file", "line", "column", "value", "what", "fix"),
        rows=tuple(
            (p.file, "" if p.row is None else str(p.row), p.column, p.value, p.what, p.fix)
            for p in problems
        ),
        title=f"{len(problems)} problem{'s' if len(problems) != 1 else ''}",
        right=frozenset({"line"}),
    )
