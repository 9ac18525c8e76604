"""The catalogue of facts: `Evidence.load()` gives checked tables, parameters and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from backhaul.errors import EvidenceError
from backhaul.evidence.check import checked
from backhaul.evidence.claim import Claim, claim_of
from backhaul.evidence.parameter import Parameter
from backhaul.evidence.reading import FOLDERS, Reading
from backhaul.evidence.source import Source
from backhaul.ground.names import did_you_mean, listed

PARAMETERS = "policy/parameters.csv"
ROUTES = "trade/routes.csv"
PORTS = "trade/ports.csv"


@dataclass(frozen=True, eq=False)
class Evidence:
    """All facts, each row with its source and grade; complete and checked when it exists."""

    tables: Mapping[str, pd.DataFrame]
    """By file, such as "us/prices.csv"; use `table` to look one up."""

    parameters: Mapping[str, Parameter]
    """By name, in the order of the table."""

    hashes: Mapping[str, str]
    """SHA-256 of each file used, by file."""

    folder: Path | None = None
    """Folder of the user's own tables, or None."""

    own: frozenset[str] = frozenset()
    """Files that came from that folder."""

    replaced: Mapping[str, float] = field(default_factory=dict)
    """Parameters set to another value by `replace_parameter`, with that value."""

    asked: set[str] = field(default_factory=set)
    """Names of the parameters looked up so far: a diary of what an answer rests on, no fact."""

    @classmethod
    def load(cls, folder: Path | None = None) -> Evidence:
        """Read and check the tables.

        Args:
            folder: A folder of the user's own tables that follows the tree
                jp|us|trade|policy/*.csv, or None. Files that it lacks come from the package; so
                do optional columns (by key), parameters and sources that its tables lack.

        Raises:
            EvidenceError: A table is at fault; `problems` lists all faults of all tables.
        """
        reading = checked(folder)
        tables = _tables(reading)
        return cls(
            tables=MappingProxyType(tables),
            parameters=MappingProxyType(_parameters(tables[PARAMETERS])),
            hashes=MappingProxyType(dict(reading.hashes)),
            folder=folder,
            own=reading.own,
        )

    def table(self, folder: str, name: str) -> pd.DataFrame:
        """Return a table; `_line` is the line of each row in its file.

        Args:
            folder: jp, us, trade or policy.
            name: Name of the table, such as "prices".

        Raises:
            EvidenceError: There is no such table.
        """
        file = f"{folder}/{name}.csv"
        if file not in self.tables:
            raise _no_such("table", file, self.tables)
        return self.tables[file].copy(deep=False)

    def parameter(self, name: str) -> Parameter:
        """Return a parameter by name.

        Raises:
            EvidenceError: There is no such parameter.
        """
        if name not in self.parameters:
            raise _no_such("parameter", name, self.parameters)
        self.asked.add(name)
        return self.parameters[name]

    def with_new_diary(self) -> Evidence:
        """Return the same evidence with nothing looked up yet."""
        return replace(self, asked=set())

    def replace_parameter(self, name: str, value: float) -> Evidence:
        """Return the same evidence with one parameter at another value.

        The table of parameters, `parameters` and `replaced` all show the new value.

        Raises:
            EvidenceError: There is no such parameter, or the value is not a finite number.
        """
        changed = self.parameter(name).at(value)
        table = self.tables[PARAMETERS].copy()
        row = table["parameter"] == name
        for column in ("value", "low", "high"):
            table.loc[row, column] = getattr(changed, column)
        return replace(
            self,
            tables=MappingProxyType({**self.tables, PARAMETERS: table}),
            parameters=MappingProxyType({**self.parameters, name: changed}),
            replaced=MappingProxyType({**self.replaced, name: changed.value}),
        )

    def sources(self, folder: str) -> Mapping[str, Source]:
        """Return the sources of a folder, by id.

        Args:
            folder: jp, us, trade or policy.
        """
        table = self.table(folder, "sources")
        columns = ["id", "title", "publisher", "url", "date"]
        return {
            row[0]: Source(row[0], folder, *row[1:])
            for row in table[columns].itertuples(index=False, name=None)
        }

    def source(self, id: str, folder: str | None = None) -> Source:
        """Return a source by its id.

        Args:
            id: Identifier, as in a column source_id.
            folder: Folder of the table that uses it; None: the first folder that has it.

        Raises:
            EvidenceError: There is no such source.
        """
        everything: dict[str, Source] = {}
        for place in [folder] if folder is not None else FOLDERS:
            everything = {**self.sources(place), **everything}
        if id not in everything:
            raise _no_such("source", id, everything)
        return everything[id]

    def claims(self) -> Mapping[str, Claim]:
        """Return the claims, by id."""
        rows = self.table("trade", "claims").to_dict("records")
        return {claim.claim_id: claim for claim in map(claim_of, rows)}

    def __repr__(self) -> str:
        rows = sum(len(table) for table in self.tables.values())
        own = f", {len(self.own)} from {self.folder}" if self.own else ""
        return (
            f"Evidence({len(self.tables)} tables{own}, {rows:,} rows, "
            f"{len(self.parameters)} parameters)"
        )


def _tables(reading: Reading) -> dict[str, pd.DataFrame]:
    """Return the tables as the house uses them: one name per port, sources and parameters full."""
    tables = dict(reading.frames)
    tables[ROUTES] = _one_prefix(tables[ROUTES], tables[PORTS])
    for file in reading.own:
        if file == PARAMETERS or file.endswith("/sources.csv"):
            key = reading.schemas[file].key[0]
            shipped = reading.shipped[file]
            extra = shipped[~shipped[key].isin(tables[file][key])]
            tables[file] = pd.concat([tables[file], extra], ignore_index=True)
    return tables


def _one_prefix(routes: pd.DataFrame, ports: pd.DataFrame) -> pd.DataFrame:
    full = dict(zip(ports["short_name"], ports["port_id"], strict=True))
    routes = routes.copy()
    for column in ("origin_port", "destination_port"):
        routes[column] = [full.get(name, name) for name in routes[column]]
    return routes


def _parameters(table: pd.DataFrame) -> dict[str, Parameter]:
    columns = [name for name in Parameter.__slots__ if name != "name"]
    rows = table[["parameter", *columns]].itertuples(index=False, name=None)
    return {row[0]: Parameter(*row) for row in rows}


def _no_such(kind: str, name: str, known: Mapping[str, object]) -> EvidenceError:
    return EvidenceError(
        where=f"{kind} '{name}'",
        what=f"the evidence has no such {kind}; it has {listed(sorted(known))}.",
        fix=did_you_mean(name, known, otherwise=f"Use one of the {kind}s that exist."),
    )
