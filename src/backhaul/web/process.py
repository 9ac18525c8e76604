"""A process that answers, seen from here: start, ask, give up on it, replace it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from backhaul.study.workers import children_ignore_interrupts, one_thread_each
from backhaul.web.child import serve
from backhaul.web.failure import RequestError, StoppingError, TimeLimitError, failure, status_of
from backhaul.web.orders import Order, Reply

Progress = Callable[[Reply], bool]
"""Told of progress; returns whether the work is to be cancelled."""

START_SECONDS = 120.0
"""Longest that a process may take to be ready."""

CANCEL_SECONDS = 3.0
"""How long a process may go on after it was told to stop; then it is replaced."""

TICK = 0.1
"""Seconds between two looks at whether work is to be cancelled."""


@dataclass(eq=False)
class Process:
    """One process and the pipe to it, as its thread here sees it."""

    nice: int
    shelf: Path | None = None
    """Folder with the tables of clients."""

    _process: SpawnProcess | None = None
    _pipe: Connection | None = None

    def start(self) -> None:
        """Start the process, if it is not running; it gets ready by itself."""
        if self._process is not None and self._process.is_alive():
            return
        self.stop()
        context = get_context("spawn")
        here, there = context.Pipe()
        with one_thread_each(), children_ignore_interrupts():
            self._process = context.Process(
                target=serve,
                args=(there,),
                kwargs={"nice": self.nice, "shelf": self.shelf},
                daemon=False,
            )
            self._process.start()
        there.close()
        self._pipe = here

    @property
    def is_running(self) -> bool:
        """Whether there is a process that can be asked."""
        return self._process is not None and self._process.is_alive()

    def wait_ready(self) -> bool:
        """Wait until a process that was just started can answer; return whether it can."""
        try:
            found = self._hear(START_SECONDS)
        except (EOFError, OSError):
            return False
        return found is not None and found.word == "ready"

    def ask(self, order: Order, seconds: float, progress: Progress | None = None) -> Reply:
        """Return the reply to an order.

        Args:
            order: What to do.
            seconds: Longest that it may take.
            progress: Told of progress, and a few times a second with the last of it.

        Returns:
            A reply that is done, failed or cancelled. Where the process died or took too long it
            is replaced, and the reply has failed.
        """
        pipe = self._pipe
        if pipe is None:
            return failed(StoppingError("server", "it is stopping.", "Try again in a moment."))
        until, told, stopping = time.monotonic() + seconds, Reply("progress"), False
        try:
            pipe.send(order)
            while True:
                found = self._hear(TICK if progress else seconds)
                if found is not None and found.word not in ("progress", "ready"):
                    return found
                told = found or told
                if progress is not None and not stopping and progress(told):
                    pipe.send("stop")
                    stopping, until = True, time.monotonic() + CANCEL_SECONDS
                if time.monotonic() >= until:
                    self.stop()
                    return Reply("cancelled") if stopping else failed(_too_long(seconds))
        except (EOFError, OSError):
            self.stop()
            return Reply("cancelled") if stopping else failed(_died())

    def stop(self) -> None:
        """End the process, however it is."""
        pipe, process = self._pipe, self._process
        self._pipe = self._process = None
        if process is not None:
            process.kill()
            process.join()
            process.close()
        if pipe is not None:
            pipe.close()

    def kill(self) -> None:
        """End the process from another thread; the one that uses it clears up."""
        process = self._process
        if process is not None:
            process.kill()

    def _hear(self, seconds: float) -> Reply | None:
        """Return what the process says next, or None if it says nothing for so long."""
        pipe = self._pipe
        if pipe is None or not pipe.poll(seconds):
            return None
        found = pipe.recv()
        return found if isinstance(found, Reply) else None


def failed(error: RequestError) -> Reply:
    """Return the reply that an error is."""
    return Reply("failed", failure=failure(error), status=status_of(error))


def _too_long(seconds: float) -> TimeLimitError:
    return TimeLimitError(
        where="engine",
        what=f"the answer took longer than {seconds:g} seconds.",
        fix="Make the changes smaller, or ask for less at once.",
    )


def _died() -> StoppingError:
    return StoppingError(
        where="engine",
        what="the process that made the answer ended.",
        fix="Try again in a moment.",
    )
