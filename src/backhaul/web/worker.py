"""A thread that gives jobs to a process of their own, one at a time, and keeps the answers."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backhaul.web.failure import LOG, StoppingError, failure
from backhaul.web.jobs import JobBook
from backhaul.web.kinds import KINDS
from backhaul.web.limits import Limits
from backhaul.web.orders import Order, Reply
from backhaul.web.process import Process
from backhaul.web.questions import Library, Question
from backhaul.web.store import Store, Stored
from backhaul.web.telling import whole

NICE = 10
"""Jobs stand back for whoever moves a slider."""

NAP = 1.0
"""Seconds after which a sleeping worker looks for jobs that it was not told of."""


@dataclass(eq=False)
class Worker:
    """Works on the jobs of a lane until the server stops."""

    store: Store
    book: JobBook
    limits: Limits
    library: Library
    lane: frozenset[str] | None = None
    """Kinds that it works on; None: all."""

    shelf: Path | None = None
    """Folder with the tables of clients."""

    _process: Process = field(init=False)
    _thread: threading.Thread | None = None
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._process = Process(nice=NICE, shelf=self.shelf)

    def start(self) -> None:
        """Start the thread; its process starts with the first job."""
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; a job under way is begun again when a server starts on the same store."""
        self._stopping = True
        with self.book.woken:
            self.book.woken.notify_all()
        self._process.kill()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _work(self) -> None:
        while not self._stopping:
            job = self.book.begin(self.lane)
            if job is None:
                with self.book.woken:
                    self.book.woken.wait(NAP)
                continue
            try:
                self._do(job)
            except Exception as error:  # one job must not end the others
                LOG.error("job of kind %s", job["kind"], exc_info=error)
                self._fail(job["id"])
        self._process.stop()

    def _do(self, job: Mapping[str, Any]) -> None:
        """Answer one job, unless its answer is there already."""
        if self.store.has(job["run"]):
            self.book.end(job["id"], "done")
            return
        if not self._process.is_running:
            self._process.start()
            self._process.wait_ready()
        question = Question.of(json.loads(job["question"]))
        with self.store.draft(job["run"]) as draft:
            partial = self.store.partial(job["run"])
            order = Order("job", question, folder=str(draft), kept=str(partial))
            found = self._process.ask(order, self.limits.job_seconds, self._listener(job["id"]))
            if KINDS[question.kind].is_heavy:
                self._process.stop()  # what it has loaded goes with it
            if self._stopping and found.word != "done":
                return  # it stays running in the book, and is set back when a server starts
            if found.word != "done":
                self._close(job, found)
                return
            self.store.adopt(draft, job["run"])
        body = whole(job["run"], question, found, self.library)
        kept = Stored(
            job["run"], question.kind, question.level, question.as_dict(), body, folder=True
        )
        self.store.put(kept, seconds=found.seconds)
        self._end(job, "done")

    def _listener(self, id: str) -> Any:  # noqa: ANN401 - a function that remembers
        """Return what writes progress down, and says whether to stop."""
        last: Reply | None = None

        def listen(told: Reply) -> bool:
            nonlocal last
            if told is not last and told.text:
                last = told
                self.book.tell(id, told.done, told.total, told.text)
            return self._stopping or self.book.is_cancelled(id)

        return listen

    def _close(self, job: Mapping[str, Any], found: Reply) -> None:
        """Write down that a job has no answer: cancelled, refused, or its process died."""
        died = (found.failure or {}).get("error", {}).get("code") == StoppingError.code
        if found.word == "cancelled":
            self._end(job, "cancelled")
        elif not (died and self.book.set_back(job["id"])):
            self._end(job, "failed", found.failure)

    def _end(
        self, job: Mapping[str, Any], state: str, failure: Mapping[str, Any] | None = None
    ) -> None:
        """Write down that a job has ended; what it kept to go on from is gone."""
        shutil.rmtree(self.store.partial(job["run"]), ignore_errors=True)
        self.book.end(job["id"], state, failure)

    def _fail(self, id: str) -> None:
        """Write down that we could not do it."""
        error = StoppingError("job", "its answer could not be written.", "Start it anew.")
        self.book.end(id, "failed", failure(error))
