"""The output folder: outcome.json, tables and report, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backhaul.errors import ReportError
from backhaul.outcome.outcome import Outcome
from backhaul.report.html import report_html
from backhaul.report.tables import write_tables


@dataclass(frozen=True)
class Kind:
    """A kind of output folder: its main file, and the keys by which an older one is known."""

    main: str
    keys: frozenset[str]

    @property
    def ours(self) -> frozenset[str]:
        """Return the names that such a folder holds."""
        return frozenset({self.main, "report.html", "tables"})


OUTCOME = Kind(
    "outcome.json", frozenset({"scenario", "as_of", "figures", "certificate", "manifest"})
)
TIMELINE = Kind("timeline.json", frozenset({"name", "months", "figures", "steps", "manifest"}))
COMPARISON = Kind("comparison.json", frozenset({"scenarios", "figures", "manifest"}))


def write_outcome(outcome: Outcome, directory: Path | str) -> Path:
    """Write outcome.json, tables/*.csv and report.html; return the folder.

    Args:
        outcome: What to write.
        directory: The folder; it may be new, empty, or hold an outcome.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """
    return write_folder(directory, lambda folder: _fill(outcome, folder), OUTCOME)


def write_folder(directory: Path | str, fill: Callable[[Path], None], kind: Kind) -> Path:
    """Write a folder whole or not at all; return it.

    All is written beside the target first and put in its place by a rename, so that the folder is
    there whole or not at all. An older one of the same kind in the same place is replaced.

    Args:
        directory: The folder; it may be new, empty, or hold one of this kind.
        fill: Writes everything into an empty folder.
        kind: What is written.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """
    target = Path(directory).expanduser().absolute()
    refuse_foreign(target, kind)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        fresh = draft / "new"
        fresh.mkdir()
        fill(fresh)
        _swap(fresh, target, draft / "old")
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def refuse_foreign(directory: Path | str, kind: Kind = OUTCOME) -> None:
    """Raise unless the place is free, an empty folder, or one of this kind with no other files.

    The command line asks this before it computes, so that nobody waits for a refusal.
    """
    target = Path(directory).expanduser().absolute()
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ReportError(
            where=f"output folder {directory}",
            what="there is a file or a link of that name; a folder is allowed.",
            fix="Choose another folder with --out.",
        )
    if not target.is_dir():
        above = next(parent for parent in target.parents if parent.exists())
        if not os.access(above, os.W_OK):
            raise ReportError(
                where=f"output folder {directory}",
                what=f"nothing can be written in {above}.",
                fix="Choose another folder with --out.",
            )
        return
    found = sorted(path.name for path in target.iterdir())
    foreign = [name for name in found if name not in kind.ours] + _foreign_tables(target / "tables")
    if foreign or (found and not _is_known(target / kind.main, kind)):
        shown = ", ".join(foreign[:3] or found[:3])
        raise ReportError(
            where=f"output folder {directory}",
            what=f"it exists and holds what backhaul did not write ({shown}).",
            fix="Choose a new or empty folder with --out, or move these files away.",
        )


def outcome_json(outcome: Outcome) -> str:
    """Return the outcome as JSON with stable keys, what is not a number refused."""
    return json_text(outcome.as_dict())


def json_text(tree: Mapping[str, Any]) -> str:
    """Return a tree as JSON with its keys in order, what is not a number refused."""
    content = _simple(tree)
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _fill(outcome: Outcome, folder: Path) -> None:
    """Write everything into an empty folder."""
    (folder / "outcome.json").write_text(outcome_json(outcome), encoding="utf-8", newline="\n")
    write_tables(outcome, folder / "tables")
    (folder / "report.html").write_text(report_html(outcome), encoding="utf-8", newline="\n")


def _swap(fresh: Path, target: Path, old: Path) -> None:
    """Put the new folder in its place; if that fails, put the old one back."""
    mask = os.umask(0)
    os.umask(mask)
    fresh.chmod(0o777 & ~mask)
    try:
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    finally:  # also after an interrupt: the old outcome must not go with the draft
        if old.exists() and not target.exists():
            old.rename(target)


def _foreign_tables(folder: Path) -> list[str]:
    """Return what lies in the tables folder and is no table."""
    if not folder.is_dir():
        return []
    return [f"tables/{path.name}" for path in sorted(folder.iterdir()) if path.suffix != ".csv"]


def _is_known(path: Path, kind: Kind) -> bool:
    """Return whether a file is a main file of ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.keys() >= kind.keys


def _unwritable(target: Path, error: OSError) -> ReportError:
    """Return the error of a place that cannot be written to."""
    return ReportError(
        where=f"output folder {target}",
        what=f"it cannot be written: {error.strerror or error}.",
        fix="Choose a folder on a disk with room where you may write, with --out.",
    )


def _simple(value: Any) -> Any:  # noqa: ANN401 - a tree of anything
    """Return a tree of plain Python values: numpy scalars, dates and paths become what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _simple(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_simple(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "tolist"):
        return _simple(value.tolist())
    return str(value)
