"""Expected headline figures of the shipped scenarios: written by one command, compared by tests.

`python -m backhaul.study.expected` runs every shipped scenario on the shipped tables and rewrites
each `data/scenarios/NAME.expected.csv`; names behind it choose some. `--check` only compares.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Mapping

from backhaul.baseline.calibrate import calibrate
from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import Outcome
from backhaul.scenario.file import load_scenario
from backhaul.scenario.library import expected, shipped
from backhaul.study.run import run

COLUMNS = ("name", "unit", "baseline", "scenario")

ALLOWED = 1e-8
"""Largest relative difference: prices are solved to 1e-10; demand magnifies that some tenfold."""

FIRMS = (
    "toyota", "nissan", "honda", "subaru", "mazda", "mitsubishi", "gm", "ford", "stellantis",
    "hyundai_kia",
)  # fmt: skip
"""Carmakers whose profits are kept."""

ORIGINS = ("JPN", "USA", "MEX", "CAN", "KOR", "DEU")

_WHOLE = (
    "support", "units_committed", "units_without", "balance", "consumer_surplus", "government",
    "welfare", "units_total", "price_",
)  # fmt: skip

Row = tuple[str, str, float | None, float]
"""Name, unit, baseline, scenario."""


def headline(outcome: Outcome) -> tuple[Figure, ...]:
    """Return the figures of an outcome that are kept: totals, main origins, main carmakers."""
    return tuple(figure for figure in outcome.figures if _kept(figure.name))


def expected_rows(name: str) -> dict[str, Row]:
    """Return the kept figures of a shipped scenario, by figure.

    Raises:
        EvidenceError: The scenario has no such file yet.
    """
    path = expected(name)
    if not path.is_file():
        raise EvidenceError(
            where=path.name,
            what=f"the shipped scenario {name} has no expected figures.",
            fix=f"Write them with: python -m backhaul.study.expected {name}",
        )
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["name"]: (
                row["name"],
                row["unit"],
                float(row["baseline"]) if row["baseline"] else None,
                float(row["scenario"]),
            )
            for row in csv.DictReader(file)
        }


def differences(outcome: Outcome, rows: Mapping[str, Row]) -> list[str]:
    """Return what moved between the kept figures and an outcome, one sentence each."""
    now = {figure.name: figure for figure in headline(outcome)}
    said = [f"{name} is new" for name in now.keys() - rows.keys()]
    said += [f"{name} is gone" for name in rows.keys() - now.keys()]
    for name, (_, unit, baseline, scenario) in rows.items():
        if name in now:
            said += _moved(now[name], unit, baseline, scenario)
    return sorted(said)


def as_csv(outcome: Outcome) -> str:
    """Return the kept figures as the text of a file, in full precision."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for figure in headline(outcome):
        baseline = "" if figure.baseline is None else repr(float(figure.baseline))
        writer.writerow((figure.name, figure.unit, baseline, repr(float(figure.scenario))))
    return text.getvalue()


def write(names: tuple[str, ...] = (), *, say: Callable[[str], None], check: bool = False) -> int:
    """Run shipped scenarios; write their figures, or compare them. Return how many differ.

    Args:
        names: Which; none means all.
        say: Called with a line on each scenario.
        check: Compare only.
    """
    world = calibrate(Evidence.load())
    changed = 0
    for name in names or tuple(shipped()):
        outcome = run(world, load_scenario(name))
        path = expected(name)
        moved = differences(outcome, expected_rows(name)) if path.is_file() else ["it is new"]
        changed += bool(moved)
        say(f"{name}: {len(moved)} of {len(headline(outcome))} figures moved")
        for line in moved:
            say(f"  {line}")
        if not check:
            path.write_text(as_csv(outcome), encoding="utf-8", newline="\n")
    return changed


def _kept(name: str) -> bool:
    """Return whether a figure is kept."""
    if name.startswith(_WHOLE):
        return True
    if name.startswith("profit_"):
        return name.removeprefix("profit_").removesuffix("_usd") in FIRMS
    return name.startswith("units_") and name.split("_")[1] in ORIGINS


def _moved(figure: Figure, unit: str, baseline: float | None, scenario: float) -> Iterator[str]:
    """Yield what differs between a figure and its kept values."""
    if figure.unit != unit:
        yield f"{figure.name}: the unit is {figure.unit!r}, it was {unit!r}"
    pairs = (("baseline", figure.baseline, baseline), ("scenario", figure.scenario, scenario))
    for word, new, old in pairs:
        if new is None or old is None:
            if new is not old:
                yield f"{figure.name}, {word}: {new}, it was {old}"
        elif not abs(new - old) <= ALLOWED * abs(old):
            share = (new - old) / abs(old) if old else float("inf")
            yield f"{figure.name}, {word}: {new!r}, it was {old!r} ({share:+.3e})"


if __name__ == "__main__":
    _words = sys.argv[1:]
    _names = tuple(word for word in _words if word != "--check")
    _count = write(_names, say=lambda line: print(line), check="--check" in _words)  # noqa: T201
    sys.exit(1 if _count and "--check" in _words else 0)
