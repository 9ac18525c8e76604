"""A process that answers: one request at a time over a pipe, from a warm engine."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from backhaul.errors import BackhaulError, EquilibriumError
from backhaul.web.answer import Answer, json_bytes, outcome_answer
from backhaul.web.controls import make_controls
from backhaul.web.engine import Engine
from backhaul.web.failure import failure, status_of
from backhaul.web.folders import rebuilt_html, write_folder
from backhaul.web.kinds import KINDS, Cancelled, Report, compared
from backhaul.web.limits import Limits
from backhaul.web.orders import Order, Reply
from backhaul.web.questions import Library, Question

QUICKEST = 0.2
"""Seconds between two words on the progress of a job: a pipe is no place for thousands."""


def serve(pipe: Connection, *, nice: int, shelf: Path | None = None) -> None:
    """Answer orders until the pipe closes. Runs in a process of its own.

    Args:
        pipe: Orders come in, replies go out; anything that comes in while a job runs cancels it.
        nice: How far this process stands back for others.
        shelf: Folder with the tables of clients.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    try:
        engine = Engine.load(shelf)
        pipe.send(Reply("ready"))
        while True:
            order = pipe.recv()
            if isinstance(order, Order):
                pipe.send(_guarded(engine, order, pipe))
    except (EOFError, OSError):
        return


def _leave_with(parent: BaseProcess) -> None:
    """End this process when its parent has ended, however that came."""
    parent.join()
    os._exit(1)


def _guarded(engine: Engine, order: Order, pipe: Connection) -> Reply:
    """Return the reply to an order; nothing that it does ends the process."""
    begun = time.perf_counter()
    try:
        body, extra = _VERBS[order.verb](engine, order, pipe)
    except Cancelled:
        return Reply("cancelled")
    except BackhaulError as error:
        return Reply("failed", failure=failure(error), status=status_of(error))
    except Exception as error:  # the arithmetic at extreme values has many words for no
        return _no_answer(error)
    return Reply("done", body, extra, seconds=time.perf_counter() - begun)


def _no_answer(error: Exception) -> Reply:
    """Return what a client hears where the engine broke; the log has the rest."""
    from backhaul.web.failure import LOG

    LOG.error("no answer: %s", type(error).__name__, exc_info=error)
    refused = EquilibriumError(
        where="engine",
        what="it cannot answer this question: its numbers are too extreme to compute with.",
        fix="Make the changes smaller.",
    )
    return Reply("failed", failure=failure(refused), status=status_of(refused))


def _slider(engine: Engine, order: Order, pipe: Connection) -> tuple[bytes, bytes]:
    question = _question(order)
    more: tuple[str, ...] = ()
    if question.kind == "compare":
        answer = compared(engine, question, lambda _: None)
    else:
        answer, more = outcome_answer(engine.slider(question.asked[0], order.tables)), ALL_TABLES
    wanted = {name: t for name, t in answer.tables.items() if name in order.tables}
    return _body(answer, more), json_bytes(wanted)


def _job(engine: Engine, order: Order, pipe: Connection) -> tuple[bytes, bytes]:
    question = _question(order)
    engine.kept = Path(order.kept) if order.kept else None
    answer = KINDS[question.kind].work(engine, question, _reporter(pipe), pipe.poll)
    _reporter(pipe)(0, None, "writing the tables")
    write_folder(Path(order.folder), answer)
    return _body(answer), b"{}"


def _folder(engine: Engine, order: Order, pipe: Connection) -> tuple[bytes, bytes]:
    """Write the tables of a slider answer."""
    question = _question(order)
    if question.kind == "compare":
        answer = compared(engine, question, lambda _: None)
    else:
        answer = outcome_answer(engine.slider(question.asked[0], ALL_TABLES))
    write_folder(Path(order.folder), answer)
    return _body(answer), b"{}"


ALL_TABLES = (
    *("products", "flows", "firms", "accounts", "welfare", "income_groups", "plants"),
    *("diversion", "assumptions", "adjustments", "sources"),
)
"""Tables of a slider answer."""


def _html(engine: Engine, order: Order, pipe: Connection) -> tuple[bytes, bytes]:
    return rebuilt_html(Path(order.folder)).encode("utf-8"), b""


def _controls(engine: Engine, order: Order, pipe: Connection) -> tuple[bytes, bytes]:
    controls = make_controls(engine.evidence)
    library = Library(engine.evidence, controls, Limits())
    found = {
        name: engine.controls_of(library.content(name), library.scenario(name), controls)
        for name in order.names
    }
    return json_bytes(found), b""


def _check(engine: Engine, order: Order, pipe: Connection) -> tuple[bytes, bytes]:
    controls = make_controls(engine.evidence)
    content, scenario = Library(engine.evidence, controls, Limits()).read(order.text)
    engine.check(scenario)
    return json_bytes(engine.controls_of(content, scenario, controls)), b""


def _tables(engine: Engine, order: Order, pipe: Connection) -> tuple[bytes, bytes]:
    """Read tables from outside against their schemas, each other and the model."""
    evidence = engine.read(Path(order.folder)).evidence
    rows = {file: len(evidence.tables[file]) for file in sorted(evidence.own)}
    hashes = {file: evidence.hashes[file] for file in sorted(evidence.own)}
    return json_bytes({"files": list(rows), "rows": rows, "hashes": hashes}), b""


_VERBS: dict[str, Callable[[Engine, Order, Connection], tuple[bytes, bytes]]] = {
    "slider": _slider,
    "job": _job,
    "folder": _folder,
    "html": _html,
    "controls": _controls,
    "check": _check,
    "tables": _tables,
}


def _question(order: Order) -> Question:
    if order.question is None:
        raise ValueError(f"an order to {order.verb} needs a question")
    return order.question


def _body(answer: Answer, more: tuple[str, ...] = ()) -> bytes:
    """Return the result with what a reader must know first, and the names of its tables."""
    names = sorted({*answer.tables, *more})
    said = {"warnings": list(answer.warnings), "warning_codes": list(answer.codes)}
    return json_bytes({**said, **answer.result, "table_names": names})


def _reporter(pipe: Connection) -> Report:
    """Return what tells progress over the pipe, and stops a job that was cancelled."""
    last = 0.0

    def report(done: int, total: int | None, text: str) -> None:
        nonlocal last
        if pipe.poll():
            raise Cancelled
        now = time.monotonic()
        if now - last >= QUICKEST or (total is not None and done == total):
            last = now
            pipe.send(Reply("progress", done=done, total=total, text=text))

    return report
