"""How far a long count has come, on standard error: done of all, rate and time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_QUIET_FOR = 2.0
"""Seconds without a word when nobody watches."""

_EVERY = 5.0
"""Seconds between two lines about the same count when nobody watches."""


@dataclass(frozen=True)
class Watch:
    """Two ways to say what is being done."""

    say: Callable[[str], None]
    """Takes a step without a count."""

    count: Callable[[int, int, str], None]
    """Takes how much is done, of how much, and what."""


class Rate:
    """How fast one count goes, measured from the first number that was told of it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._text: str | None = None
        self._begin, self._first = 0.0, 0

    def told(self, done: int, total: int, text: str) -> str:
        """Return the count in words: "solving draws: 320 of 1,024, 25 a second, 28 s left"."""
        now = self._clock()
        if text != self._text:
            self._text, self._begin, self._first = text, now, done
        words = f"{text}: {done:,} of {total:,}"
        made, seconds = done - self._first, now - self._begin
        if made <= 0 or seconds <= 0:
            return words
        rate = made / seconds
        speed = f"{rate:,.3g} a second" if rate >= 1 else f"{1 / rate:,.3g} s each"
        left = "" if done >= total else f", {_span((total - done) / rate)} left"
        return f"{words}, {speed}{left}"


@contextmanager
def counting() -> Iterator[Watch]:
    """Yield what says how far the work has come.

    In a terminal one line shows step, bar, count, rate and time left, and goes away at the end.
    In a pipe a line is written once two seconds have passed, and then every five at most.
    """
    stream, rate = sys.stderr, Rate()
    if not stream.isatty():
        yield _lines(stream.write, stream.flush, rate)
        return

    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as shown:
        task = shown.add_task("starting", total=None)

        def count(done: int, total: int, text: str) -> None:
            words = rate.told(done, total, text)
            shown.update(task, description=words, completed=done, total=total)

        yield Watch(
            say=lambda step: shown.update(task, description=step, completed=0, total=None),
            count=count,
        )


def _lines(write: Callable[[str], object], flush: Callable[[], object], rate: Rate) -> Watch:
    """Return what writes lines, not too many of them."""
    started = time.monotonic()
    said_at: dict[str, float] = {}

    def line(words: str, text: str) -> None:
        now = time.monotonic()
        if now - started < _QUIET_FOR or now - said_at.get(text, -_EVERY) < _EVERY:
            return
        said_at[text] = now
        write(f"{now - started:5.1f} s  {words}\n")
        flush()

    return Watch(
        say=lambda step: line(step, step),
        count=lambda done, total, text: line(rate.told(done, total, text), text),
    )


def _span(seconds: float) -> str:
    """Return a time in the unit that fits it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
