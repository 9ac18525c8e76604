"""What goes through the pipe to a process that answers, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from backhaul.web.questions import Question

Verb = Literal["slider", "job", "folder", "html", "controls", "check", "tables"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is asked to do."""

    verb: Verb
    question: Question | None = None

    tables: tuple[str, ...] = ()
    folder: str = ""
    """Where to write, or what to read."""

    kept: str = ""
    """Folder in which a job keeps what it can go on from when it is begun again."""

    names: tuple[str, ...] = ()
    """Shipped scenarios, for controls."""

    text: str = ""
    """A text from outside, for a check."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a process says: progress while it works, then one of the others."""

    word: Literal["ready", "progress", "done", "failed", "cancelled"]
    body: bytes = b""
    """The result as JSON."""

    extra: bytes = b""
    """Tables as JSON."""

    failure: dict[str, Any] | None = None
    status: int = 200
    done: int = 0
    total: int | None = None
    text: str = ""
    seconds: float = 0.0
