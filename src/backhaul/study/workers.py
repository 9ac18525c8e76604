"""Runs in several processes: same answers as in one, none left behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess

from backhaul.errors import EquilibriumError
from backhaul.study.one_run import Centre, Question, Run, Task, centre, one_run

SolveAll = Callable[[list[Task]], Iterable[Run]]

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Each process computes on one thread: several with several each would wait for one another."""

_centre: Centre | None = None
"""In a worker process: the central answer, made once."""


@contextmanager
def mapper(question: Question, workers: int) -> Iterator[tuple[Centre, SolveAll]]:
    """Give the central answer, and a function that runs tasks and yields their runs in order.

    With more than one worker the processes start while the central answer is made here. An
    interrupt, or any other exception of the caller, drops what has not begun; the context ends
    when the runs under way, well under a second each, are over.

    Errors:
        EquilibriumError: a process died.
    """
    if workers <= 1:
        here = centre(question)
        yield here, lambda tasks: (one_run(here, task) for task in tasks)
        return
    with one_thread_each():
        pool = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_start, initargs=(question,)
        )
        with children_ignore_interrupts():
            for _ in range(workers):
                pool.submit(_nothing)
    try:
        yield centre(question), lambda tasks: _in_order([pool.submit(_one, t) for t in tasks])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_order(futures: list[Future[Run]]) -> Iterator[Run]:
    """Yield results in the order of the tasks."""
    try:
        for future in futures:
            yield future.result()
    except BrokenProcessPool as error:
        raise EquilibriumError(
            where="low and high runs",
            what="one of the processes that make them died.",
            fix="Run with one worker; a script needs its work under if __name__ == '__main__'.",
        ) from error


def _start(question: Question) -> None:
    """Prepare a worker: it leaves interrupts to its parent, and goes when the parent has gone."""
    global _centre
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    _centre = centre(question)


def _leave_with(parent: BaseProcess) -> None:
    """End this process when its parent has ended, however that came."""
    parent.join()
    os._exit(1)


def _nothing() -> None:
    """Do nothing: each of the first tasks makes the pool start a process."""


def _one(task: Task) -> Run:
    """Return one run in a worker."""
    if _centre is None:
        raise RuntimeError("the worker was not started with a question")
    return one_run(_centre, task)


@contextmanager
def children_ignore_interrupts() -> Iterator[None]:
    """Let processes that start here be deaf to interrupts from their first instruction."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let processes that start here compute on one thread, whatever this one does."""
    kept = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
