"""Checks that need more than one table: every name that a row uses must exist somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from backhaul.errors import Problem
from backhaul.evidence.reading import Reading
from backhaul.ground.names import did_you_mean, listed
from backhaul.ground.schema import Column
from backhaul.ground.table import LINE

MARKETS = ("us", "jp")
MODEL_KIND = {"us": "volume_trim_msrp", "jp": None}
"""Kind of price that the model needs for each product; None: any."""


def cross_problems(reading: Reading) -> list[Problem]:
    """Return every problem between tables, in the order of the tables.

    Args:
        reading: All tables as read.
    """
    problems: list[Problem] = []
    for file, frame in reading.frames.items():
        for column in reading.schemas[file].columns:
            if column.references and column.name in frame:
                problems += _references(reading, file, column)
    for market in MARKETS:
        problems += _products(reading, market)
        problems += _aliases(reading, market)
    problems += _ranges(reading)
    return [_told(problem, reading) for problem in problems]


def _references(reading: Reading, file: str, column: Column) -> Iterator[Problem]:
    if {target for target, _ in _targets(file, column)} & _broken(reading):
        return  # what a broken table holds is not known; its own problems are told
    known = _known(reading, file, column)
    frame = reading.frames[file]
    for line, value in zip(frame[LINE], frame[column.name], strict=True):
        if not value or value in known or _matches(value, column):
            continue
        yield Problem(
            file=file,
            row=int(line),
            column=column.name,
            value=value,
            what=f"'{value}' stands in none of {listed(_files(file, column))}.",
            fix=did_you_mean(
                value, known, otherwise=f"Add it to {listed(_files(file, column)[:1])}."
            ),
        )


def _matches(value: str, column: Column) -> bool:
    return any(fnmatchcase(value, choice) for choice in column.choices)


def _target(file: str, reference: str) -> tuple[str, str]:
    table, _, name = reference.rpartition(".")
    folder = "" if "/" in table else file.partition("/")[0] + "/"
    return f"{folder}{table}.csv", name


def _targets(file: str, column: Column) -> list[tuple[str, str]]:
    return [_target(file, reference) for reference in column.references]


def _files(file: str, column: Column) -> list[str]:
    return list(dict.fromkeys(target for target, _ in _targets(file, column)))


def _broken(reading: Reading) -> set[str]:
    """Return the files whose rows are not all there: not CSV, ragged, empty, columns missing."""
    return {p.file for p in reading.problems if not p.column or p.row == 1}


def _known(reading: Reading, file: str, column: Column) -> set[str]:
    known: set[str] = set()
    for target, name in _targets(file, column):
        if target in reading.frames and name in reading.frames[target]:
            known |= set(reading.frames[target][name])
        if name == "id" and file not in reading.own and target in reading.shipped:
            known |= set(reading.shipped[target][name])  # shipped rows keep their shipped sources
    return known - {""}


def _products(reading: Reading, market: str) -> Iterator[Problem]:
    """Yield a problem for each product without a price or without a place of assembly."""
    files = [f"{market}/{table}.csv" for table in ("sales", "prices", "sourcing")]
    if _broken(reading) & set(files):
        return
    sales, prices, sourcing = (reading.frames[file] for file in files)
    kind = MODEL_KIND[market]
    if kind is not None:
        prices = prices[prices["kind"] == kind]
    wanted = {
        f"{market}/prices.csv": (prices, "price", f"price{f' of kind {kind}' if kind else ''}"),
        f"{market}/sourcing.csv": (sourcing, "share", "place of assembly"),
    }
    for file, (frame, column, name) in wanted.items():
        there = set(frame["nameplate_id"])
        for line, product in zip(sales[LINE], sales["nameplate_id"], strict=True):
            if product and product not in there:
                what = f"{product} is sold ({market}/sales.csv, line {line}) and has no {name}."
                fix = f"Add a row for {product}, with its source."
                yield Problem(file, None, column, product, what, fix)


def _aliases(reading: Reading, market: str) -> Iterator[Problem]:
    """Yield a problem for each place of assembly in words that means no plant."""
    file = f"{market}/sourcing.csv"
    if _broken(reading) & {file, "trade/plant_aliases.csv"}:
        return
    sourcing, aliases = reading.frames[file], reading.frames["trade/plant_aliases.csv"]
    key = ["nameplate_id", "country_of_assembly"]
    mine = aliases[aliases["market"] == market.upper()]
    known = set(mine[[*key, "text"]].itertuples(index=False, name=None))
    for line, *label in sourcing[[LINE, *key, "plant"]].itertuples(index=False, name=None):
        if tuple(label) in known or not all(label):
            continue
        product, country, text = label
        here = [t for p, c, t in known if (p, c) == (product, country)]
        what = f"trade/plant_aliases.csv does not say which plant '{text}' of {product} is."
        fix = did_you_mean(text, here, otherwise="Add rows for it to trade/plant_aliases.csv.")
        yield Problem(file, int(line), "plant", text, what, fix)


def _ranges(reading: Reading) -> Iterator[Problem]:
    """Yield a problem for each parameter whose value lies outside its own range."""
    file = "policy/parameters.csv"
    if file in _broken(reading):
        return
    frame = reading.frames[file]
    numbers = zip(frame["value"], frame["low"], frame["high"], strict=True)
    for line, name, (value, low, high) in zip(
        frame[LINE], frame["parameter"], numbers, strict=True
    ):
        if low > value or value > high:
            what = f"{name} is {value:g}, outside its range {low:g} to {high:g}."
            fix = "Correct value, low or high: low <= value <= high."
            yield Problem(file, int(line), "value", f"{value:g}", what, fix)


def _told(problem: Problem, reading: Reading) -> Problem:
    """Return the problem; where it lies in a shipped table of a mixed set, say so."""
    if not reading.own or problem.file in reading.own:
        return problem
    return Problem(
        file=problem.file,
        row=problem.row,
        column=problem.column,
        value=problem.value,
        what=problem.what,
        fix=f"{problem.fix} ({problem.file} is the shipped table: yours has to fit it, or bring "
        "your own.)",
    )
