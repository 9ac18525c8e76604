"""What is being done, on standard error, for anything that takes its time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_QUIET_FOR = 2.0
"""Seconds without a word when nobody watches: a quick answer needs no progress."""


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Yield a function that says what is being done now.

    In a terminal one line shows the step and the seconds so far, and goes away at the end. In a
    pipe each step is a line of its own once two seconds have passed. No time left is invented.
    """
    stream = sys.stderr
    started = time.monotonic()
    if not stream.isatty():

        def say(step: str) -> None:
            seconds = time.monotonic() - started
            if seconds >= _QUIET_FOR:
                stream.write(f"{seconds:5.1f} s  {step}\n")
                stream.flush()

        yield say
        return

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as shown:
        task = shown.add_task("starting")
        yield lambda step: shown.update(task, description=step)
