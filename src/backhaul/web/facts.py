"""The facts as lists of rows: what is on sale, who builds it where, which laws count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache

from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.reading import FOLDERS
from backhaul.ground.names import suggestion
from backhaul.market.observe import Observations, observe
from backhaul.web.answer import plain
from backhaul.web.failure import NotFoundError, RequestError, shown

Row = Mapping[str, object]

FILTERS = (
    *("market", "firm", "country", "plant", "product", "segment", "importer", "exporter"),
    *("source_id", "grade", "name"),
)
"""Columns that a request may compare with a value."""

COLUMN = {
    "plants": {"plant": "plant_id"},
    "parameters": {"name": "parameter"},
    "measures": {"name": "measure_id"},
    "candidates": {"product": "nameplate_id", "plant": "plant_id"},
}
"""Where a filter's column has another name."""


def kinds_of_facts(evidence: Evidence) -> list[dict[str, object]]:
    """Return which kinds there are, with their number of rows and their columns."""
    return [
        {"kind": kind, "total": len(rows), "columns": list(rows[0]) if rows else []}
        for kind in _KINDS
        for rows in [rows_of(evidence, kind)]
    ]


def rows_of(evidence: Evidence, kind: str) -> Sequence[Row]:
    """Return all rows of a kind.

    Raises:
        NotFoundError: there is no such kind.
    """
    if kind not in _KINDS:
        raise unknown("kind of facts", kind, tuple(_KINDS))
    return _rows(evidence, kind)


def chosen(rows: Sequence[Row], kind: str, filters: Mapping[str, str], q: str) -> list[Row]:
    """Return the rows whose columns have the values asked for, and whose texts contain q.

    Raises:
        RequestError: this kind has no such column.
    """
    found = list(rows)
    for name, value in filters.items():
        column = COLUMN.get(kind, {}).get(name, name)
        if rows and column not in rows[0]:
            raise RequestError(
                where=f"facts {kind}",
                what=f"its rows have no {name}.",
                fix=f"Compare one of: {', '.join(rows[0])}.",
            )
        found = [row for row in found if str(row[column]) == value]
    word = q.casefold()
    if word:
        found = [row for row in found if any(_contains(cell, word) for cell in row.values())]
    return found


def sources(evidence: Evidence) -> list[dict[str, object]]:
    """Return every source once, with the folders whose tables cite it."""
    found: dict[str, dict[str, object]] = {}
    for folder in FOLDERS:
        for source in evidence.sources(folder).values():
            entry = asdict(source)
            entry["source_id"] = entry.pop("id")
            entry["folders"] = [*_folders(found.get(source.id)), folder]
            del entry["folder"]
            found[source.id] = {**entry, **found.get(source.id, {}), "folders": entry["folders"]}
    return [plain(found[name]) for name in sorted(found)]


def source(evidence: Evidence, id: str) -> dict[str, object]:
    """Return one source, and how many rows of which tables rest on it.

    Raises:
        NotFoundError: there is none.
    """
    known = {str(entry["source_id"]): entry for entry in sources(evidence)}
    if id not in known:
        raise unknown("source", id, tuple(known))
    used = {
        file: int((table["source_id"] == id).sum())
        for file, table in sorted(evidence.tables.items())
        if "source_id" in table.columns
    }
    return known[id] | {"rows": {file: count for file, count in used.items() if count}}


def unknown(what: str, name: str, known: Sequence[str]) -> NotFoundError:
    """Return the refusal of a name that is not there, with the nearest that is."""
    return NotFoundError(
        where=what,
        what=f"there is no {what} {shown(name)!r}.",
        fix=suggestion(name[:80], tuple(known)),
    )


def _folders(entry: Mapping[str, object] | None) -> list[object]:
    kept = None if entry is None else entry["folders"]
    return list(kept) if isinstance(kept, list) else []


def _contains(cell: object, word: str) -> bool:
    return isinstance(cell, str) and word in cell.casefold()


@lru_cache(maxsize=32)
def _rows(evidence: Evidence, kind: str) -> tuple[Row, ...]:
    """Return the rows of a kind as plain data; evidence does not change, so they are kept."""
    return tuple(plain(dict(row)) for row in _KINDS[kind](evidence))


@lru_cache(maxsize=2)
def _observed(evidence: Evidence) -> Observations:
    return observe(evidence)


def _products(evidence: Evidence) -> Iterator[Row]:
    for code, market in _observed(evidence).markets.items():
        for product in market.products:
            entry = {"market": code, "product": product.id, "currency": market.currency}
            rest = asdict(product)
            del rest["id"]
            yield {**entry, **rest}


def _plants(evidence: Evidence) -> Iterator[Row]:
    """Yield plants with output as reconciled; where they are is in the table of plants."""
    table = evidence.table("trade", "plants").set_index("plant_id")
    places = ("state_or_prefecture", "city", "latitude", "longitude", "port_id", "note")
    for plant in _observed(evidence).plants.values():
        entry = asdict(plant)
        entry = {"plant_id": entry.pop("id"), **entry}
        known = plant.id in table.index
        yield entry | {name: table.at[plant.id, name] if known else None for name in places}


def _links(evidence: Evidence) -> Iterator[Row]:
    for code, links in _observed(evidence).links.items():
        units = {p.id: p.units for p in _observed(evidence).markets[code].products}
        for link in links:
            yield {"market": code, **asdict(link), "units": link.share * units[link.product]}


def _measures(evidence: Evidence) -> Iterator[Row]:
    for measure in _observed(evidence).measures:
        yield measure.as_dict()


def _table(folder: str, name: str) -> Callable[[Evidence], Iterator[Row]]:
    def rows(evidence: Evidence) -> Iterator[Row]:
        table = evidence.table(folder, name)
        columns = [column for column in table.columns if not column.startswith("_")]
        yield from table[columns].to_dict("records")  # type: ignore[misc]

    return rows


def _adjustments(evidence: Evidence) -> Iterator[Row]:
    for adjustment in _observed(evidence).adjustments:
        yield asdict(adjustment)


_KINDS: Mapping[str, Callable[[Evidence], Iterator[Row]]] = {
    "products": _products,
    "plants": _plants,
    "ports": _table("trade", "ports"),
    "links": _links,
    "measures": _measures,
    "parameters": _table("policy", "parameters"),
    "candidates": _table("jp", "candidates"),
    "adjustments": _adjustments,
}
