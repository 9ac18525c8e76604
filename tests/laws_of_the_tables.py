"""The shipped measures, read against their schemas: for tests of rooms below `evidence` too."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from backhaul.ground.schema import read_schema
from backhaul.ground.table import read_table
from backhaul.market.measure import Measure, measures_from

DATA = Path(str(files("backhaul"))) / "data"


@cache
def shipped_table(name: str) -> pd.DataFrame:
    """Return a table of the folder policy; a fault in it is an error here."""
    schema = read_schema(DATA / "schema" / f"policy_{name}.csv")
    read = read_table(DATA / "policy" / f"{name}.csv", schema)
    assert read.problems == ()
    return read.frame


@cache
def shipped_measures() -> tuple[Measure, ...]:
    """Return every shipped measure."""
    return measures_from(shipped_table("measures"), shipped_table("country_groups"))
