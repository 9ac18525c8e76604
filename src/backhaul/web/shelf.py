"""Tables of clients: checked as text, kept by content, each client's own few sets."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from backhaul.errors import BackhaulError, Problem
from backhaul.ground.names import suggestion
from backhaul.web.failure import NotFoundError, RequestError, shown
from backhaul.web.jobs import Owner
from backhaul.web.limits import Limits
from backhaul.web.store import Store

PLACE = "uploaded tables"
"""What messages call them: their folder is nobody's business."""

MOST_PROBLEMS = 200
"""Problems that an answer lists; more have the same few causes."""

LONGEST_LINE = 20_000
"""Characters of a line; the widest shipped one has some hundreds."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """Sets of tables by their content address, in a folder of the store."""

    store: Store
    limits: Limits

    @property
    def root(self) -> Path:
        """Folder with one folder for each set."""
        return self.store.root / "tables"

    def refuse(self, tables: Mapping[str, str], known: tuple[str, ...]) -> None:
        """Refuse what no table can be, before anybody reads it.

        Args:
            tables: Text by file.
            known: Files that there are.

        Raises:
            RequestError: lists every file at fault.
        """
        problems = [p for file, text in tables.items() for p in self._faults(file, text, known)]
        lines = sum(text.count("\n") + 1 for text in tables.values())
        if lines > self.limits.tables_lines:
            what = f"all together have {lines:,} lines; {self.limits.tables_lines:,} are allowed."
            problems.append(_problem("", "", what, "Leave out what is as in the shipped tables."))
        if problems:
            raise RequestError(
                where="tables",
                what=f"{len(problems)} of these cannot be tables.",
                fix="Send CSV as text, such as the shipped tables are.",
                problems=tuple(problems),
            )

    def keep(self, owner: Owner, tables: Mapping[str, str], about: Mapping[str, Any]) -> str:
        """Keep a set that was found in order, and return its address; the oldest ones go.

        Args:
            owner: Whose it is.
            tables: Text by file.
            about: What is told of it.
        """
        id = address_of(tables)
        folder = self.root / id
        if not folder.is_dir():
            draft = self.draft(tables)
            with suppress(OSError):  # the same set may have come twice at once
                draft.rename(folder)
            shutil.rmtree(draft, ignore_errors=True)
        db = self.store.connection
        db.execute(
            "insert into own_tables (id, client, about, created) values (?, ?, ?, ?) "
            "on conflict (id, client) do update set created = excluded.created",
            (id, owner.client, json.dumps(dict(about)), time.time()),
        )
        self._forget_old(owner)
        return id

    def draft(self, tables: Mapping[str, str]) -> Path:
        """Write a set into a new folder, and return it; whoever asked removes it."""
        draft = self.root / f".draft-{uuid4().hex}"
        for file, text in tables.items():
            path = draft / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return draft

    def require(self, id: str | None) -> None:
        """Refuse an address under which no set is kept; None is the shipped tables.

        Raises:
            NotFoundError: there is none.
        """
        if id is not None and not folder_of(self.root, id).is_dir():
            raise no_such_tables()

    def of(self, owner: Owner) -> list[dict[str, Any]]:
        """Return the sets of a client, the newest first."""
        rows = self.store.connection.execute(
            "select id, about from own_tables where client = ? order by created desc, id",
            (owner.client,),
        ).fetchall()
        return [{"id": row["id"], **json.loads(row["about"])} for row in rows]

    def one(self, owner: Owner, id: str) -> dict[str, Any]:
        """Return a set of a client.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        for found in self.of(owner):
            if found["id"] == id:
                return found
        raise no_such_tables()

    def remove(self, owner: Owner, id: str) -> dict[str, Any]:
        """Take a set of a client away, and return what it was.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        found = self.one(owner, id)
        self._drop(id, owner.client)
        return found

    def _faults(self, file: str, text: str, known: tuple[str, ...]) -> list[Problem]:
        """Return what is wrong with one text."""
        if file not in known:
            fix = suggestion(file, known)
            return [_problem(shown(file), shown(file), "no table has this name.", fix)]
        lines = text.splitlines()
        found = []
        if len(lines) > self.limits.table_lines:
            what = f"it has {len(lines):,} lines; {self.limits.table_lines:,} are allowed."
            found.append(_problem(file, "", what, "Leave out rows."))
        longest = max(map(len, lines), default=0)
        if longest > LONGEST_LINE:
            what = f"it has a line of {longest:,} letters; {LONGEST_LINE:,} are allowed."
            found.append(_problem(file, "", what, "Send CSV with a header and one row a line."))
        if "\0" in text:
            what = "it has a zero byte, so it is no text."
            found.append(_problem(file, "", what, "Save the table as CSV UTF-8."))
        return found

    def _forget_old(self, owner: Owner) -> None:
        """Take the oldest sets away: of this client, and of all."""
        db = self.store.connection
        rows = db.execute(
            "select id, client from own_tables where client = ? "
            "order by created desc, id limit -1 offset ?",
            (owner.client, self.limits.tables_per_client),
        ).fetchall()
        rows += db.execute(
            "select id, client from own_tables order by created desc, id limit -1 offset ?",
            (self.limits.kept_tables,),
        ).fetchall()
        for row in rows:
            self._drop(row["id"], row["client"])

    def _drop(self, id: str, client: str) -> None:
        """Take a client's set away; its folder goes with the last one who has it."""
        db = self.store.connection
        db.execute("delete from own_tables where id = ? and client = ?", (id, client))
        left = db.execute("select 1 from own_tables where id = ?", (id,)).fetchone()
        if left is None:
            shutil.rmtree(folder_of(self.root, id), ignore_errors=True)


def address_of(tables: Mapping[str, str]) -> str:
    """Return the content address of a set: 32 hexadecimal digits."""
    text = json.dumps(sorted(tables.items()), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def folder_of(root: Path, id: str) -> Path:
    """Return where a set is, or would be.

    Raises:
        NotFoundError: this is no content address.
    """
    if len(id) != 32 or not set(id) <= set("0123456789abcdef"):
        raise no_such_tables()
    return root / id


def no_such_tables() -> NotFoundError:
    """Return the refusal of an address under which no tables are kept."""
    return NotFoundError(
        where="tables",
        what="there are no tables at this address: they never were, or are no longer kept.",
        fix="Send them again with POST /api/v1/tables.",
    )


def without_place(error: BackhaulError, folder: Path) -> BackhaulError:
    """Return an error about tables in a folder that does not tell of the folder.

    Args:
        error: What was found.
        folder: Where they lie.
    """

    def told(text: str) -> str:
        return text.replace(f"tables of {folder}", PLACE).replace(str(folder), PLACE)

    rows = error.problems
    what = told(error.what)
    if len(rows) > MOST_PROBLEMS:
        what += f" The first {MOST_PROBLEMS} are listed."
    problems = tuple(
        replace(
            row,
            file=told(row.file),
            column=shown(row.column),
            value=shown(told(row.value)),
            what=_cut(told(row.what)),
            fix=_cut(told(row.fix)),
        )
        for row in rows[:MOST_PROBLEMS]
    )
    return type(error)(shown(told(error.where)), _cut(what), _cut(told(error.fix)), problems)


def _cut(text: str) -> str:
    """Return a sentence that repeats what a client wrote, no longer than a few lines."""
    return text if len(text) <= 600 else text[:599] + "…"


def _problem(file: str, value: str, what: str, fix: str) -> Problem:
    return Problem(file=file or "tables", row=None, column="", value=value, what=what, fix=fix)
