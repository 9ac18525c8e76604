"""The queue of jobs: in SQLite, bounded, with fair shares; each client sees its own alone."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backhaul.web.failure import BusyError, NotFoundError, StoppingError, failure
from backhaul.web.limits import Limits
from backhaul.web.store import Store

MOST_ATTEMPTS = 3
"""How often a job is begun: a process that dies over it, or a restart, begins it again."""

ENDED = ("done", "failed", "cancelled")
PACE_OVER = 5.0
"""Seconds over which the rate of a job is measured."""

QUEUE = """
select id, row_number() over (order by turn, served, created, id) as place from (
    select q.id, q.created,
        row_number() over (partition by q.client order by q.created, q.id)
            + (select count(*) from jobs r where r.client = q.client and r.state = 'running'
                and r.kind not in (select value from json_each(:others)))
            as turn,
        coalesce((select max(s.started) from jobs s where s.client = q.client
            and s.kind not in (select value from json_each(:others))), 0) as served
    from jobs q
    where q.state = 'queued' and q.kind not in (select value from json_each(:others))
) order by place
"""
"""Who comes next in a lane: everybody's first job before anybody's second; who waited longest for
a turn. Kinds of other lanes are left out."""

ANEW = "state = 'queued', done = 0, total = null, text = ''"
"""What a job is before it is begun."""

Lanes = tuple[frozenset[str], ...]
"""Kinds of jobs that one process works on, each lane beside the others."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks."""

    client: str
    address: str
    """Where the request came from, for a bound that a new name does not escape."""


SERVER = Owner("server", "server")
"""Work that the server gives itself."""


@dataclass(eq=False)
class JobBook:
    """All jobs. Every change is in the database before anybody hears of it."""

    store: Store
    limits: Limits
    woken: threading.Condition = field(default_factory=threading.Condition)
    """Told when a job may be begun."""

    lanes: Lanes = ()
    """What is in no lane is in all."""

    _pace: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    """By running job: when it had done how much; lost in a restart, as it should be."""

    def recover(self) -> None:
        """Set back what a server that has gone left behind: running jobs are queued again."""
        error = json.dumps(
            failure(
                StoppingError(
                    where="job",
                    what=f"it was begun {MOST_ATTEMPTS} times and interrupted each time.",
                    fix="Ask for less at once.",
                )
            )
        )
        db = self.store.connection
        db.execute(
            "update jobs set state = 'failed', ended = ?, error = ? "
            "where state = 'running' and attempts >= ?",
            (time.time(), error, MOST_ATTEMPTS),
        )
        db.execute(
            "update jobs set state = 'cancelled', ended = ? where state = 'running' and cancel",
            (time.time(),),
        )
        db.execute(f"update jobs set {ANEW} where state = 'running'")

    def add(self, owner: Owner, kind: str, run: str, question: Mapping[str, Any]) -> str:
        """Queue a job and return its id; a job of this client for the same answer is joined.

        Args:
            owner: Who asks.
            kind: Name of a kind.
            run: Content address of the answer.
            question: `Question.as_dict`.

        Raises:
            BusyError: the client, its address or everybody has too many jobs.
        """
        db = self.store.connection
        with self.woken:
            same = db.execute(
                "select id from jobs where client = ? and run = ? and not cancel "
                "and state in ('queued', 'running')",
                (owner.client, run),
            ).fetchone()
            if same is not None:
                return str(same["id"])
            if owner is not SERVER:
                self._refuse_more(owner)
            id = secrets.token_urlsafe(18)
            db.execute(
                "insert into jobs (id, client, address, kind, run, question, state, created) "
                "values (?, ?, ?, ?, ?, ?, 'queued', ?)",
                (id, owner.client, owner.address, kind, run, json.dumps(question), time.time()),
            )
            self._forget_old()
            self.woken.notify_all()
        return id

    def add_done(self, owner: Owner, kind: str, run: str, question: Mapping[str, Any]) -> str:
        """Note a job whose answer is there already, and return its id."""
        id, now = secrets.token_urlsafe(18), time.time()
        self.store.connection.execute(
            "insert into jobs (id, client, address, kind, run, question, state, created, started, "
            "ended) values (?, ?, ?, ?, ?, ?, 'done', ?, ?, ?)",
            (id, owner.client, owner.address, kind, run, json.dumps(question), now, now, now),
        )
        self._forget_old()
        return id

    def begin(self, lane: frozenset[str] | None = None) -> Mapping[str, Any] | None:
        """Return the next job, now running, or None.

        Args:
            lane: The lane that is worked on; None: all of them.
        """
        db = self.store.connection
        with self.woken:
            row = db.execute(QUEUE, {"others": self._others(lane)}).fetchone()
            if row is None:
                return None
            db.execute(
                "update jobs set state = 'running', started = ?, attempts = attempts + 1 "
                "where id = ?",
                (time.time(), row["id"]),
            )
            return dict(db.execute("select * from jobs where id = ?", (row["id"],)).fetchone())

    def tell(self, id: str, done: int, total: int | None, text: str) -> None:
        """Note how far a job is."""
        self._pace.setdefault(id, deque(maxlen=256)).append((time.monotonic(), done))
        self.store.connection.execute(
            "update jobs set done = ?, total = ?, text = ? where id = ?", (done, total, text, id)
        )

    def is_cancelled(self, id: str) -> bool:
        """Return whether the client has cancelled a job."""
        row = self.store.connection.execute("select cancel from jobs where id = ?", (id,))
        found = row.fetchone()
        return found is None or bool(found["cancel"])

    def end(self, id: str, state: str, error: Mapping[str, Any] | None = None) -> None:
        """Note that a job has ended: done, failed or cancelled."""
        self._pace.pop(id, None)
        self.store.connection.execute(
            "update jobs set state = ?, ended = ?, error = ? where id = ?",
            (state, time.time(), None if error is None else json.dumps(error), id),
        )

    def set_back(self, id: str) -> bool:
        """Queue a job again whose process died; return whether it may be begun once more."""
        self._pace.pop(id, None)
        changed = self.store.connection.execute(
            f"update jobs set {ANEW} where id = ? and attempts < ?",
            (id, MOST_ATTEMPTS),
        )
        return changed.rowcount > 0

    def cancel(self, owner: Owner, id: str) -> dict[str, Any]:
        """Cancel a job: at once where it is queued, soon where it runs; return it.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        self.get(owner, id)
        db = self.store.connection
        with self.woken:
            db.execute(
                "update jobs set state = 'cancelled', ended = ? where id = ? and state = 'queued'",
                (time.time(), id),
            )
            db.execute("update jobs set cancel = 1 where id = ? and state = 'running'", (id,))
        return self.get(owner, id)

    def get(self, owner: Owner, id: str) -> dict[str, Any]:
        """Return a job as clients see it.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        row = self.store.connection.execute(
            "select * from jobs where id = ? and client = ?", (id, owner.client)
        ).fetchone()
        if row is None:
            raise NotFoundError(
                where="job",
                what="you have no job of this id.",
                fix="Send the X-Client header with which it was started, or start it anew.",
            )
        return self._shown(row)

    def of(self, owner: Owner) -> list[dict[str, Any]]:
        """Return the latest jobs of a client, the newest first."""
        rows = self.store.connection.execute(
            "select * from jobs where client = ? order by created desc, id limit 100",
            (owner.client,),
        ).fetchall()
        return [self._shown(row) for row in rows]

    def waiting_for(self, run: str) -> bool:
        """Return whether anybody's job will give this answer."""
        row = self.store.connection.execute(
            "select 1 from jobs where run = ? and state in ('queued', 'running')", (run,)
        ).fetchone()
        return row is not None

    def counts(self) -> dict[str, int]:
        """Return how many jobs are queued and running."""
        rows = self.store.connection.execute(
            "select state, count(*) as many from jobs where state in ('queued', 'running') "
            "group by state"
        ).fetchall()
        return {"queued": 0, "running": 0} | {row["state"]: row["many"] for row in rows}

    def _shown(self, row: sqlite3.Row) -> dict[str, Any]:
        """Return a job as clients see it."""
        state = row["state"]
        fault = json.loads(row["error"]) if row["error"] else {"error": None, "problems": []}
        rate = self._rate(row["id"]) if state == "running" else None
        left = None
        if rate and row["total"]:
            left = round(max(0, row["total"] - row["done"]) / rate, 1)
        return {
            "id": row["id"],
            "kind": row["kind"],
            "state": state,
            "place": self._place(row["id"], row["kind"]) if state == "queued" else 0,
            "run": row["run"],
            "done": row["done"],
            "total": row["total"],
            "text": row["text"],
            "rate": None if rate is None else round(rate, 3),
            "left": left,
            "seconds": round((row["ended"] or time.time()) - row["started"], 3)
            if row["started"]
            else 0.0,
            "created": datetime.fromtimestamp(row["created"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "error": fault["error"],
            "problems": fault["problems"],
            "events": f"/api/v1/jobs/{row['id']}/events",
            "result": f"/api/v1/runs/{row['run']}" if state == "done" else None,
        }

    def _place(self, id: str, kind: str) -> int:
        """Return how many jobs of its lane come before a queued one, running ones included."""
        others = self._others(next((lane for lane in self.lanes if kind in lane), None))
        db = self.store.connection
        rows = db.execute(QUEUE, {"others": others}).fetchall()
        ahead = next((row["place"] - 1 for row in rows if row["id"] == id), 0)
        running = db.execute(
            "select count(*) as many from jobs where state = 'running' "
            "and kind not in (select value from json_each(?))",
            (others,),
        ).fetchone()
        return int(ahead) + int(running["many"])

    def _others(self, lane: frozenset[str] | None) -> str:
        """Return the kinds that other lanes than one work on, as JSON."""
        others = [kind for other in self.lanes if lane is not None for kind in other - lane]
        return json.dumps(others)

    def _rate(self, id: str) -> float | None:
        """Return steps a second over the last seconds; None before there are two."""
        told = [entry for entry in self._pace.get(id, ())]
        if len(told) < 2:
            return None
        last = told[-1]
        first = next((e for e in told if last[0] - e[0] <= PACE_OVER and e != last), told[-2])
        gone, steps = last[0] - first[0], last[1] - first[1]
        return steps / gone if gone > 0 and steps > 0 else None

    def _refuse_more(self, owner: Owner) -> None:
        """Raise where there are as many jobs as are allowed."""
        db, live = self.store.connection, "state in ('queued', 'running')"
        for column, value, most, whose in (
            ("client", owner.client, self.limits.jobs_per_client, "you have"),
            ("address", owner.address, self.limits.jobs_per_address, "your address has"),
            ("''", "", self.limits.jobs, "all clients together have"),
        ):
            count = db.execute(
                f"select count(*) as many from jobs where {column} = ? and {live}",
                (value,),
            ).fetchone()["many"]
            if count >= most:
                raise BusyError(
                    where="jobs",
                    what=f"{whose} {count} jobs that have not ended; {most} are allowed.",
                    fix="Wait for one to end, or cancel one.",
                )

    def _forget_old(self) -> None:
        """Take the oldest ended jobs away, as far as there are more than are kept."""
        self.store.connection.execute(
            "delete from jobs where id in (select id from jobs where ended is not null "
            "order by ended desc limit -1 offset ?)",
            (self.limits.kept_jobs,),
        )
