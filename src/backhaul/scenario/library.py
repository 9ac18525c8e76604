"""The scenarios that come with backhaul, one file per question."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def folder() -> Path:
    """Return the folder of the shipped scenarios and their expected figures."""
    return Path(str(files("backhaul") / "data" / "scenarios"))


def shipped() -> dict[str, Path]:
    """Return the shipped scenario files by name, in alphabetical order."""
    return {path.stem: path for path in sorted(folder().glob("*.toml"))}


def expected(name: str) -> Path:
    """Return the path of a shipped scenario's expected headline figures."""
    return folder() / f"{name}.expected.csv"
