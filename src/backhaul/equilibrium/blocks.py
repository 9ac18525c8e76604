"""Large arrays are worked through in blocks that stay in a core's cache, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import numpy as np

Task = TypeVar("Task")
Made = TypeVar("Made")

CELLS = 16_384
"""Entries of a block: a dozen arrays of them fit a core's cache."""

LARGE = 200_000
"""Entries of a market from which its blocks go to several threads; below, one is quicker."""


def row_blocks(rows: int, width: int) -> list[slice]:
    """Return slices of the rows of an array so wide, each block of `CELLS` entries or so."""
    height = max(1, CELLS // max(width, 1))
    return [slice(start, min(start + height, rows)) for start in range(0, rows, height)]


def in_order(work: Callable[[Task], Made], tasks: Iterable[Task], *, entries: int) -> list[Made]:
    """Return what `work` makes of each task, in their order, whatever the number of threads.

    numpy lets other threads run while it works on an array, and tasks do not know of each other:
    the same numbers come out with one thread and with many.

    Args:
        work: What is done; floating-point warnings are off in it.
        tasks: What it is done to.
        entries: Entries of the arrays that all tasks together work on.
    """

    def quietly(task: Task) -> Made:
        with np.errstate(all="ignore"):  # a setting of each thread
            return work(task)

    listed = list(tasks)
    if entries < LARGE or len(listed) < 2 or _cores() == 1:
        return [quietly(task) for task in listed]
    with ThreadPoolExecutor(_cores()) as pool:
        return list(pool.map(quietly, listed))


@cache
def _cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
