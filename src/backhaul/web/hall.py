"""Everything that the routes share: what is asked comes in, stored or fresh answers go out."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.reading import shipped_schemas
from backhaul.ground.names import suggestion
from backhaul.web.answer import json_bytes
from backhaul.web.controls import Control, make_controls
from backhaul.web.failure import (
    BusyError,
    NotFoundError,
    RequestError,
    StoppingError,
    ToldError,
    shown,
)
from backhaul.web.folders import REPORT, read_table, table_names
from backhaul.web.jobs import ENDED, SERVER, JobBook, Owner
from backhaul.web.kinds import KINDS, lanes
from backhaul.web.limits import Limits
from backhaul.web.orders import Order, Reply, Verb
from backhaul.web.pool import Pool
from backhaul.web.questions import Library, Question, address, stamp_of
from backhaul.web.shelf import Shelf, address_of
from backhaul.web.store import Store, Stored
from backhaul.web.telling import pending, whole, with_entry
from backhaul.web.worker import Worker

REMEMBERED = 512
"""Answers that are kept in memory."""

LOOK = 0.05
"""Seconds between two looks at a job that a request waits for."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, or that it is being made."""

    id: str
    body: bytes
    ready: bool = True


@dataclass(eq=False)
class Hall:
    """One server. Its methods run on one event loop; processes and threads do the work."""

    limits: Limits
    evidence: Evidence
    controls: Mapping[str, Control]
    library: Library
    stamp: Mapping[str, object]
    store: Store
    book: JobBook
    pool: Pool
    workers: tuple[Worker, ...]
    """One for each lane of jobs: who wants seconds does not wait for who wants minutes."""

    shelf: Shelf
    streams: int = 0
    """Event streams that are open."""

    stopping: bool = False
    """Whether the server is about to stop: nobody may wait any longer."""

    _memory: OrderedDict[tuple[str, tuple[str, ...]], bytes] = field(default_factory=OrderedDict)
    _flying: dict[tuple[str, tuple[str, ...]], asyncio.Task[bytes]] = field(default_factory=dict)
    _checking: set[str] = field(default_factory=set)
    """Clients whose tables are being checked."""

    _scenarios: dict[str, Any] | None = None

    @classmethod
    def open(cls, root: Path, limits: Limits, *, solvers: int) -> Hall:
        """Open a server's store and start its processes.

        Raises:
            ReportError: the store cannot be used.
        """
        store = Store.open(root, limits)
        evidence = Evidence.load()
        controls = make_controls(evidence)
        book = JobBook(store, limits, lanes=lanes())
        book.recover()
        for partial in (store.root / "partial").iterdir():
            if not book.waiting_for(partial.name):
                shutil.rmtree(partial, ignore_errors=True)
        library = Library(evidence, controls, limits)
        shelf = Shelf(store, limits)
        pool = Pool(solvers, limits, shelf.root)
        workers = tuple(
            Worker(store, book, limits, library, lane=lane, shelf=shelf.root) for lane in lanes()
        )
        pool.start()
        for worker in workers:
            worker.start()
        return cls(
            limits=limits,
            evidence=evidence,
            controls=controls,
            library=library,
            stamp=stamp_of(evidence),
            store=store,
            book=book,
            pool=pool,
            workers=workers,
            shelf=shelf,
        )

    def close(self) -> None:
        """Stop all processes and close the store; again is harmless."""
        self.stopping = True
        for worker in self.workers:
            worker.stop()
        self.pool.stop()
        self.store.close()

    def address(self, question: Question) -> str:
        """Return the content address of a question."""
        return address(question, self.stamp)

    async def slider(self, owner: Owner, question: Question, tables: Sequence[str]) -> Found:
        """Return the answer to first and second order, from memory, store or a process.

        Args:
            owner: Who asks.
            question: What is asked.
            tables: Names of the tables that come with it.

        Raises:
            BackhaulError: the question has no answer; a limit is reached.
        """
        id = self.address(question)
        key = (id, tuple(sorted(set(tables))))
        if key in self._memory:
            self._memory.move_to_end(key)
            return Found(id, self._memory[key])
        if not key[1] and (stored := self.store.get(id)) is not None:
            return Found(id, self._remember(key, stored.body))
        self._require_tables(question)
        task = self._flying.get(key)
        if task is None:
            order = Order("slider", question, tables=key[1])
            answer = self.pool.ask(owner.client, order, address=owner.address)
            task = asyncio.create_task(self._fly(key, question, asyncio.wrap_future(answer)))
            self._flying[key] = task
        return Found(id, await asyncio.shield(task))

    async def by_job(self, owner: Owner, question: Question, wait: float) -> Found:
        """Return an answer that a job makes: the stored one, or what is ready in time.

        Raises:
            BackhaulError: the question has no answer; a limit is reached.
        """
        id = self.address(question)
        stored = self.store.get(id)
        if stored is not None:
            return Found(id, stored.body)
        self._require_tables(question)
        job = self.book.add(owner, question.kind, id, question.as_dict())
        until = time.monotonic() + wait
        while time.monotonic() < until:
            await asyncio.sleep(LOOK)
            if self.stopping:
                raise StoppingError("server", "it is stopping.", "Ask again in a moment.")
            if self.book.get(owner, job)["state"] in ENDED:
                break
        return self._of_job(owner, id, self.book.get(owner, job))

    def start_job(self, owner: Owner, question: Question) -> dict[str, Any]:
        """Return the job that answers a question; it is done where the answer is there.

        Raises:
            BusyError: there are too many jobs.
        """
        id = self.address(question)
        is_there = self.store.has(id)
        if not is_there:
            self._require_tables(question)
        add = self.book.add_done if is_there else self.book.add
        return self.book.get(owner, add(owner, question.kind, id, question.as_dict()))

    async def stored(self, id: str, tables: Sequence[str]) -> Found:
        """Return a stored answer with tables; or that it is being made.

        Args:
            id: A content address.
            tables: Names of tables, "all" for all of them.

        Raises:
            NotFoundError: nobody asked, or there is no such table.
        """
        stored = self.store.get(id)
        if stored is None:
            if self.book.waiting_for(id):
                return Found(id, pending(id, None), ready=False)
            raise unknown_run()
        if not tables:
            return Found(id, stored.body)
        folder = await self.folder(stored)
        names = table_names(folder) if "all" in tables else tuple(dict.fromkeys(tables))
        found = await asyncio.to_thread(_tables_json, folder, names)
        return Found(id, with_entry(stored.body, b'"tables":' + found))

    async def folder(self, stored: Stored) -> Path:
        """Return the folder with the tables of an answer; a slider answer's is made now.

        Raises:
            BackhaulError: it cannot be made again.
        """
        folder = self.store.folder(stored.id)
        if stored.folder and folder.is_dir():
            return folder
        question = Question.of(stored.question)
        if KINDS[stored.kind].is_heavy:
            raise NotFoundError("tables", "they are no longer kept.", "Ask the question anew.")
        verb: Verb = "folder" if stored.level == "slider" else "job"
        with self.store.draft(stored.id) as draft:
            order = Order(verb, question, folder=str(draft))
            await self.ask(SERVER.client, order)
            self.store.adopt(draft, stored.id)
        self.store.put(
            Stored(stored.id, stored.kind, stored.level, stored.question, stored.body, folder=True)
        )
        return folder

    async def report(self, stored: Stored) -> bytes:
        """Return the report of an answer as HTML, made now where there is none yet.

        Raises:
            BackhaulError: it cannot be made.
        """
        folder = await self.folder(stored)
        path = folder / REPORT
        if not path.is_file():
            reply = await self.ask(SERVER.client, Order("html", folder=str(folder)))
            draft = path.with_suffix(".draft")
            draft.write_bytes(reply.body)
            draft.replace(path)
        return path.read_bytes()

    async def take_tables(self, owner: Owner, tables: Mapping[str, str]) -> dict[str, Any]:
        """Check a client's own tables in a process, keep them, and return what is told of them.

        Raises:
            BackhaulError: a table is at fault, with every problem; or a limit is reached.
        """
        self.shelf.refuse(tables, tuple(shipped_schemas()))
        if owner.client in self._checking:
            raise BusyError(
                where="tables",
                what="a check of tables of yours is under way; one at a time is allowed.",
                fix="Wait for its answer.",
            )
        self._checking.add(owner.client)
        try:
            draft = await asyncio.to_thread(self.shelf.draft, tables)
            try:
                reply = await self.ask(owner.client, Order("tables", folder=str(draft)))
            finally:
                await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)
        finally:
            self._checking.discard(owner.client)
        about = json.loads(reply.body)
        id = await asyncio.to_thread(self.shelf.keep, owner, tables, about)
        return {"id": id, **about, "address": f"/api/v1/tables/{address_of(tables)}"}

    async def scenarios(self) -> dict[str, Any]:
        """Return the values of all controls in every shipped scenario, by name."""
        if self._scenarios is None:
            reply = await self.ask(SERVER.client, Order("controls", names=self.library.names))
            self._scenarios = json.loads(reply.body)
        return self._scenarios

    async def ask(self, client: str, order: Order) -> Reply:
        """Return the reply of a process to an order.

        Raises:
            BackhaulError: it failed.
        """
        bounded = client != SERVER.client
        reply = await asyncio.wrap_future(self.pool.ask(client, order, bounded=bounded))
        if reply.word != "done":
            raise ToldError(reply.failure or {}, reply.status)
        return reply

    def _require_tables(self, question: Question) -> None:
        """Refuse a question about tables that are not kept.

        Raises:
            NotFoundError: they are not.
        """
        for asked in question.asked:
            self.shelf.require(asked.tables)

    async def _fly(
        self,
        key: tuple[str, tuple[str, ...]],
        question: Question,
        answer: Awaitable[Reply],
    ) -> bytes:
        """Return the body of a fresh slider answer, stored and remembered."""
        id, tables = key
        try:
            reply = await answer
        finally:
            self._flying.pop(key, None)
        if reply.word != "done":
            raise ToldError(reply.failure or {}, reply.status)
        body = whole(id, question, reply, self.library)
        self.store.put(
            Stored(id, question.kind, question.level, question.as_dict(), body, folder=False),
            seconds=reply.seconds,
        )
        return self._remember(key, with_entry(body, b'"tables":' + reply.extra) if tables else body)

    def _remember(self, key: tuple[str, tuple[str, ...]], body: bytes) -> bytes:
        """Keep an answer in memory, the oldest ones going first."""
        self._memory[key] = body
        while len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)
        return body

    def _of_job(self, owner: Owner, id: str, job: Mapping[str, Any]) -> Found:
        """Return the answer of a job, or that it is being made.

        Raises:
            BackhaulError: it failed or was cancelled.
        """
        if job["state"] == "failed":
            raise ToldError({"error": job["error"], "problems": job["problems"]}, 422)
        if job["state"] == "cancelled":
            raise RequestError("job", "it was cancelled.", "Start it anew.")
        stored = self.store.get(id) if job["state"] == "done" else None
        if stored is None:
            return Found(id, pending(id, job), ready=False)
        return Found(id, stored.body)


def unknown_run() -> NotFoundError:
    """Return the refusal of an address under which nothing is stored."""
    return NotFoundError(
        where="runs",
        what="there is no answer at this address.",
        fix="Ask the question again with POST /api/v1/runs.",
    )


def _tables_json(folder: Path, names: Sequence[str]) -> bytes:
    """Return tables of a folder as JSON.

    Raises:
        NotFoundError: there is no table of a name.
    """
    known = table_names(folder)
    for name in names:
        if name not in known:
            raise unknown_table(name, known)
    return json_bytes({name: read_table(folder, name) for name in names})


def unknown_table(name: str, known: Sequence[str]) -> NotFoundError:
    """Return the refusal of a table that an answer has not."""
    return NotFoundError("tables", f"there is no table {shown(name)!r}.", suggestion(name, known))
