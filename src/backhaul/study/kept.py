"""Finished parts of an ensemble on disk, so that an interrupted one goes on where it stopped."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from backhaul.errors import ScenarioError
from backhaul.study.rows import Rows

QUESTION = "question.json"

UNREADABLE = (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error)
"""What reading a file may end in that was cut short, or is something else."""

SAID = {
    "scenario": "the scenario",
    "baseline": "the baseline",
    "inputs": "the tables",
    "replaced": "parameters that were replaced",
    "versions": "versions of the packages",
    "n": "the number of draws",
    "seed": "the seed",
    "hold_tastes": "holding of tastes",
    "drawn": "the inputs that are drawn or their ranges",
    "figures": "the figures",
}
"""What the parts of a question are called."""


@dataclass(frozen=True)
class Kept:
    """A folder with the finished chunks and certificates of one ensemble."""

    folder: Path

    @classmethod
    def opened(cls, folder: Path, question: Mapping[str, Any]) -> Kept:
        """Return the folder of this question; a new one is made where there is none.

        Errors:
            ScenarioError: it holds the parts of another question; says what differs.
        """
        place = folder / QUESTION
        asked = json.loads(json.dumps(question))
        if not place.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write(place, json.dumps(asked, indent=2).encode())
            return cls(folder)
        try:
            known = json.loads(place.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ScenarioError(
                where=str(place),
                what="this is not the question of an ensemble.",
                fix=f"Remove the folder {folder}, or choose another.",
            ) from error
        differing = _differing(known, asked)
        if differing:
            raise ScenarioError(
                where=f"unfinished ensemble in {folder}",
                what=f"it answers another question; not the same: {', '.join(differing)}.",
                fix=f"Ask the same again, or remove the folder {folder} to start anew.",
            )
        return cls(folder)

    def chunk(self, number: int) -> Rows | None:
        """Return a finished chunk, or None."""
        place = self._chunk(number)
        if not place.exists():
            return None
        try:
            with place.open("rb") as stream, np.load(stream, allow_pickle=False) as found:
                return Rows(*(found[field.name] for field in fields(Rows)))
        except UNREADABLE as error:
            raise _broken(place) from error

    def keep_chunk(self, number: int, rows: Rows) -> None:
        """Write a finished chunk, whole or not at all."""
        place = self._chunk(number)
        draft = place.with_suffix(f".draft{os.getpid()}")
        with draft.open("wb") as stream:
            np.savez(stream, **{field.name: getattr(rows, field.name) for field in fields(Rows)})
        draft.replace(place)

    def proof(self, draw: int) -> list[dict[str, Any]] | None:
        """Return the finished certificates of a draw, or None."""
        place = self._proof(draw)
        if not place.exists():
            return None
        try:
            return list(json.loads(place.read_text(encoding="utf-8")))
        except ValueError as error:
            raise _broken(place) from error

    def keep_proof(self, draw: int, proofs: list[dict[str, Any]]) -> None:
        """Write the certificates of a draw, whole or not at all."""
        _write(self._proof(draw), json.dumps(proofs).encode())

    def draws(self) -> int:
        """Return how many draws are finished."""
        numbers = (self.chunk(int(p.stem.split("_")[1])) for p in self.folder.glob("chunk_*.npz"))
        return sum(rows.count for rows in numbers if rows is not None)

    def _chunk(self, number: int) -> Path:
        return self.folder / f"chunk_{number:06d}.npz"

    def _proof(self, draw: int) -> Path:
        return self.folder / f"proof_{draw:07d}.json"


def _differing(known: object, asked: Mapping[str, Any]) -> list[str]:
    """Return what differs between two questions, part by part, in words."""
    if not isinstance(known, Mapping):
        return ["its question cannot be read"]
    said = []
    for part in dict.fromkeys((*known, *asked)):
        if known.get(part) == asked.get(part):
            continue
        name = SAID.get(part, part.replace("_", " "))
        values = [whole.get(part) for whole in (known, asked)]
        if all(isinstance(value, int | str | bool) and len(str(value)) < 30 for value in values):
            name += f" ({values[0]} there, {values[1]} here)"
        said.append(name)
    return said


def _broken(place: Path) -> ScenarioError:
    return ScenarioError(
        where=str(place),
        what="this part of an ensemble cannot be read.",
        fix="Remove the file; its draws are then solved again.",
    )


def _write(place: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    draft = place.with_suffix(f".draft{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(place)
