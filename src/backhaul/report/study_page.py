"""What the pages of ensembles, influence and designs have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from backhaul.report import words
from backhaul.report.folder import Kind, json_text, write_folder
from backhaul.report.parts import Bullets, Section
from backhaul.report.sections.provenance import reproduction
from backhaul.study.whole import Asked

ENSEMBLE = Kind("ensemble.json", frozenset({"scenario", "draws", "figures", "manifest"}))
INFLUENCE = Kind("influence.json", frozenset({"scenario", "figure", "inputs", "manifest"}))
DESIGN = Kind("design.json", frozenset({"scenario", "goal", "mix", "manifest"}))


def write_study(
    directory: Path | str,
    kind: Kind,
    tree: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    page: str,
) -> Path:
    """Write the main file, tables/*.csv and report.html, whole or not at all; return the folder.

    Raises:
        ReportError: The place holds something else, or cannot be written to.
    """

    def fill(folder: Path) -> None:
        (folder / kind.main).write_text(json_text(tree), encoding="utf-8", newline="\n")
        (folder / "tables").mkdir()
        for name, frame in tables.items():
            path = folder / "tables" / f"{name}.csv"
            frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")

    return write_folder(directory, fill, kind)


def scaled(values: Sequence[float], unit: str) -> tuple[float, str]:
    """Return what values are divided by for a chart, and the unit that is left."""
    largest = max((abs(value) for value in values), default=0.0)
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if unit == "USD" and largest >= size:
            return size, f"{word} USD"
    return 1.0, unit


def left_out(asked: Asked) -> tuple[Section, ...]:
    """Return the chapter on what is not modelled, where something is said."""
    if not asked.not_modelled:
        return ()
    said = tuple(text[:1].upper() + text[1:].rstrip(".") + "." for text in asked.not_modelled)
    return (Section("left-out", "What is not modelled", (Bullets(said),)),)


def closing(asked: Asked, command: str, what: str, manifest: Mapping[str, Any]) -> Section:
    """Return the chapter that says how to make the page again and how to cite it."""
    versions = asked.manifest.get("versions")
    version = versions.get("backhaul", "") if isinstance(versions, Mapping) else ""
    citation = (
        f"backhaul {version}, {what} of scenario “{asked.name}”, measures of "
        f"{words.day(asked.as_of)}, base year 2024."
    )
    return reproduction(command, citation, manifest)
