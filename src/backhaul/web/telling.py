"""What an answer says beside its figures: its address, its text, and how to get it elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from backhaul.web.answer import json_bytes
from backhaul.web.orders import Reply
from backhaul.web.questions import Asked, Library, Question


def whole(id: str, question: Question, reply: Reply, library: Library) -> bytes:
    """Return the result of an answer with its address, and how to ask for it elsewhere."""
    head = {
        "id": id,
        "kind": question.kind,
        "state": "done",
        "level": question.level,
        "address": f"/api/v1/runs/{id}",
        "questions": [
            {"name": asked.scenario.name, "toml": library.toml(asked.scenario)}
            for asked in question.asked
        ],
        "reproduce": reproduce(question, library),
        "seconds": round(reply.seconds, 4),
    }
    if len(question.asked) == 1:
        head["toml"] = library.toml(question.asked[0].scenario)
    return json_bytes(head)[:-1] + b"," + reply.body[1:]


def reproduce(question: Question, library: Library) -> str:
    """Return the command line that gives the same answer."""
    words = ["backhaul", question.kind if question.kind != "ranges" else "run"]
    words += [_file(asked, library) for asked in question.asked]
    if question.asked and (compared := question.asked[0].baseline) is not None:
        words += ["--baseline", compared.name]
    if question.kind == "ranges":
        words.append("--ranges")
    if any(asked.tables for asked in question.asked):
        words.append("--data DIR")
    for key, value in question.options.items():
        words += _option(question.kind, key, value)
    return " ".join(words)


def _option(kind: str, key: str, value: object) -> list[str]:
    """Return one option of a command line; nothing where it is the default."""
    if key == "bounds" and isinstance(value, Mapping):
        return [f"--bound {name}={low:g}:{high:g}" for name, (low, high) in value.items()]
    if key == "frontier":
        return [] if value else ["--no-frontier"]
    if value is None or value is False:
        return []
    name = "-n" if (kind, key) == ("ensemble", "n") else f"--{key.replace('_', '-')}"
    if value is True:
        return [name]
    text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return [f"{name} {shlex.quote(text)}"]


def _file(asked: Asked, library: Library) -> str:
    """Return the shipped name of a scenario, or the file that its text would be saved in."""
    name = asked.scenario.name
    shipped = name in library.names and library.toml(asked.scenario) == library.text(name)
    return name if shipped or name == "us-auto-tariffs" else f"{name}.toml"


def with_entry(body: bytes, more: bytes) -> bytes:
    """Return a JSON object with one more entry."""
    return body[:-1] + b"," + more + b"}"


def pending(id: str, job: Mapping[str, Any] | None) -> bytes:
    """Return what is said of an answer that is being made.

    Args:
        id: Its address.
        job: The client's own job for it; None where it is somebody else's.
    """
    said = {"id": id, "state": "queued", "address": f"/api/v1/runs/{id}"}
    if job is not None:
        said |= {"kind": job["kind"], "state": job["state"], "job": job["id"]}
        said["events"] = job["events"]
    return json_bytes(said)
