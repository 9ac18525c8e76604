"""Seconds and megabytes."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Time:
    """What a call took: the median of several, in seconds."""

    wall: float
    cpu: float
    """All threads of the process together."""


def timed(work: Callable[[], object], *, times: int = 5, warm: int = 1) -> Time:
    """Return the median time of a call, after calls that are not counted."""
    for _ in range(warm):
        work()
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Time(statistics.median(walls), statistics.median(cpus))


def timed_by_turns(*works: Callable[[], object], times: int = 7) -> tuple[Time, ...]:
    """Return the median times of calls that take turns: what disturbs one disturbs the others."""
    turns = [[timed(work, times=1, warm=int(turn == 0)) for work in works] for turn in range(times)]
    return tuple(
        Time(
            statistics.median(turn[k].wall for turn in turns),
            statistics.median(turn[k].cpu for turn in turns),
        )
        for k in range(len(works))
    )


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
