"""What outlives a restart: finished answers by content address, in SQLite and folders of tables.

A slider answer is a row; an answer with its tables is a folder of Parquet files beside it, written
under another name and put in its place by a rename, so that it is there whole or not at all.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from backhaul.errors import ReportError
from backhaul.web.limits import Limits

SCHEMA = """
create table if not exists answers (
    id text primary key,
    kind text not null,
    level text not null,
    question text not null,
    body blob not null,
    folder integer not null default 0,
    created real not null default (julianday('now')),
    seconds real not null
);
create index if not exists answers_by_age on answers (folder, created);
create table if not exists jobs (
    id text primary key,
    client text not null,
    address text not null,
    kind text not null,
    run text not null,
    question text not null,
    state text not null,
    attempts integer not null default 0,
    done integer not null default 0,
    total integer,
    text text not null default '',
    error text,
    cancel integer not null default 0,
    created real not null,
    started real,
    ended real
);
create table if not exists own_tables (
    id text not null,
    client text not null,
    about text not null,
    created real not null,
    primary key (id, client)
);
create index if not exists jobs_by_state on jobs (state, created);
create index if not exists jobs_by_client on jobs (client, created);
"""

PRUNE_EVERY = 256
"""Answers after which the oldest ones are looked for."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it is kept."""

    id: str
    kind: str
    level: str
    question: Mapping[str, Any]
    body: bytes
    """The result as JSON, without tables."""

    folder: bool
    """Whether its tables are there."""


@dataclass(eq=False)
class Store:
    """The folder of a server. One server at a time owns it; threads may share it."""

    root: Path
    limits: Limits = field(default_factory=Limits)
    _local: threading.local = field(default_factory=threading.local)
    _open: list[sqlite3.Connection] = field(default_factory=list)
    _owner: sqlite3.Connection | None = None
    _count: int = 0

    @classmethod
    def open(cls, root: Path, limits: Limits) -> Store:
        """Open a folder, made where it is missing, and own it.

        Raises:
            ReportError: it cannot be written, holds no store, or another server owns it.
        """
        store = cls(root, limits)
        try:
            (root / "runs").mkdir(parents=True, exist_ok=True)
            (root / "tables").mkdir(exist_ok=True)
            (root / "partial").mkdir(exist_ok=True)
            store._own()
            store.connection.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            store.close()
            raise ReportError(
                where=f"store {root}",
                what=f"it cannot be used: {getattr(error, 'strerror', None) or error}.",
                fix="Choose another folder with --store.",
            ) from error
        for draft in root.glob("*/.draft-*"):
            shutil.rmtree(draft, ignore_errors=True)
        return store

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                self.root / "catalogue.sqlite",
                timeout=10.0,
                isolation_level=None,
                check_same_thread=False,
            )
            found.row_factory = sqlite3.Row
            found.execute("pragma journal_mode = wal")
            found.execute("pragma synchronous = normal")
            self._local.connection = found
            self._open.append(found)
        return found

    def get(self, id: str) -> Stored | None:
        """Return an answer, or None."""
        row = self.connection.execute("select * from answers where id = ?", (id,)).fetchone()
        if row is None:
            return None
        return Stored(
            id=row["id"],
            kind=row["kind"],
            level=row["level"],
            question=json.loads(row["question"]),
            body=zlib.decompress(row["body"]),
            folder=bool(row["folder"]),
        )

    def has(self, id: str) -> bool:
        """Return whether an answer is there."""
        found = self.connection.execute("select 1 from answers where id = ?", (id,)).fetchone()
        return found is not None

    def put(self, stored: Stored, *, seconds: float = 0.0) -> None:
        """Keep an answer; one that is there already stays."""
        self.connection.execute(
            "insert into answers (id, kind, level, question, body, folder, seconds) "
            "values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do "
            "update set folder = max(folder, excluded.folder)",
            (
                stored.id,
                stored.kind,
                stored.level,
                json.dumps(stored.question),
                zlib.compress(stored.body, 1),
                int(stored.folder),
                seconds,
            ),
        )
        self._count += 1
        if self._count % PRUNE_EVERY == 0:
            self.prune()

    def folder(self, id: str) -> Path:
        """Return where the tables of an answer are, or would be.

        Args:
            id: A content address: 32 hexadecimal digits, nothing else.
        """
        if len(id) != 32 or not set(id) <= set("0123456789abcdef"):
            raise ValueError(f"{id!r} is no content address")
        return self.root / "runs" / id

    def partial(self, id: str) -> Path:
        """Return where the job for an answer keeps what it can go on from; there may be nothing."""
        return self.root / "partial" / self.folder(id).name

    @contextmanager
    def draft(self, id: str) -> Iterator[Path]:
        """Give an empty folder to fill; it is gone afterwards, unless it was adopted."""
        target = self.folder(id)
        draft = target.with_name(f".draft-{id}-{uuid4().hex[:8]}")
        draft.mkdir()
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def adopt(self, draft: Path, id: str) -> None:
        """Put a full draft in its place; what stands there already stays."""
        with suppress(OSError):
            draft.rename(self.folder(id))

    def prune(self) -> None:
        """Take the oldest answers away, as far as there are more than are kept."""
        for folder, most in ((0, self.limits.kept_answers), (1, self.limits.kept_folders)):
            rows = self.connection.execute(
                "select id from answers where folder = ? "
                "order by created desc, id limit -1 offset ?",
                (folder, most),
            ).fetchall()
            for row in rows:
                self.connection.execute("delete from answers where id = ?", (row["id"],))
                shutil.rmtree(self.folder(row["id"]), ignore_errors=True)

    def close(self) -> None:
        """Close every connection and let go of the folder."""
        for connection in (*self._open, *([self._owner] if self._owner else [])):
            connection.close()
        self._open.clear()
        self._owner = None
        self._local = threading.local()

    def _own(self) -> None:
        """Hold a lock that goes with this process, however it ends.

        Raises:
            sqlite3.OperationalError: another server has it.
        """
        self._owner = sqlite3.connect(
            self.root / "owner.sqlite", timeout=0.0, isolation_level=None, check_same_thread=False
        )
        try:
            self._owner.execute("begin exclusive")
        except sqlite3.OperationalError as error:
            raise sqlite3.OperationalError("another server is using it") from error
