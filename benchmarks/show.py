"""Numbers as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Numbers = dict[str, Any]

ASKED = 10_000
"""Draws of the ensemble that the goals speak of."""


def table(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """Return rows of two columns under a title."""
    width = max(len(name) for name, _ in rows)
    return "\n".join([title, *(f"  {name:<{width}}  {value}" for name, value in rows)])


def shown(part: str, found: Numbers) -> str:
    """Return the table of a part."""
    return table(*_SHOWN[part](found))


Table = tuple[str, list[tuple[str, str]]]


def _commands(found: Numbers) -> Table:
    return "Commands, each a process of its own (wall, median of 3)", [
        (name, f"{value:.2f} s") for name, value in found.items()
    ]


def _world(found: Numbers) -> Table:
    size = ", ".join(
        f"{code} {count} x {found['consumers'][code]}" for code, count in found["products"].items()
    )
    title = f"The full 2024 world: products x consumers {size}; {found['plants']} limited plants"
    return f"{title} (CPU)", [
        ("imports", f"{found['import_s']:.2f} s"),
        ("tables", f"{found['tables_s']:.2f} s"),
        ("calibration", f"{found['calibration_s']:.2f} s"),
        ("cold solve, first order only", f"{found['cold_first_order_ms']:.0f} ms"),
        ("cold solve, whole certificate", f"{found['cold_certified_ms']:.0f} ms"),
        ("warm solve (one point of duty more), first order", _ms(found, "warm_first_order_ms")),
        ("warm solve, whole certificate", _ms(found, "warm_certified_ms")),
        ("peak memory", f"{found['peak_mb']:.0f} MB"),
    ]


def _against_pyblp(found: Numbers) -> Table:
    title = (
        f"pyblp's automobile data, 20 markets, {found['products']:,} products, every third cost "
        "+25 % (CPU, one BLAS thread each)"
    )
    rows = [
        ("pyblp compute_prices, its default", _ms(found, "pyblp_default_s", 1e3)),
        ("pyblp compute_prices, SQUAREM", _ms(found, "pyblp_squarem_s", 1e3)),
        ("backhaul, first order", _ms(found, "first_order_s", 1e3)),
        ("backhaul, the certificate on top", _ms(found, "certificate_s", 1e3)),
        ("ratio to the default, first order", f"{found['ratio_default']:.1f} (goal: at least 8)"),
        ("ratio to SQUAREM, first order", f"{found['ratio_squarem']:.1f}"),
        ("ratio to the default, certificate included", f"{found['ratio_certified']:.2f}"),
        ("peak memory", f"{found['peak_mb']:.0f} MB"),
    ]
    for year in found["years"]:
        said = "an equilibrium" if year["equilibrium"] else "NO equilibrium"
        gain = "" if year["equilibrium"] else f"; maker {year['seller']} gains {year['gain']:.1%}"
        count = year["answers"]
        answers = f"; {count} answers" if count > 1 else ""
        rows.append((f"{year['year']} ({year['products']} products)", said + gain + answers))
    return title, rows


def _large(found: Numbers) -> Table:
    title = "600 products x 2,000 consumers, +25 % cost of every third"
    verdict = "passes, all four parts" if found["passes"] else "does NOT pass"
    return title, [
        ("solve, first order (wall)", f"{found['solve_s']:.2f} s"),
        ("solve and whole certificate (wall)", f"{found['wall_s']:.2f} s (goal: under 1 s)"),
        ("the same, CPU of all threads", f"{found['cpu_s']:.2f} s"),
        ("peak memory of the process", f"{found['peak_mb']:.0f} MB (goal: under 500 MB)"),
        ("of it before the solve", f"{found['before_mb']:.0f} MB"),
        ("certificate", f"{verdict}; {found['answers']} answer(s) from six starts"),
    ]


def _large_plain(found: Numbers) -> Table:
    title, rows = _large(found)
    return f"{title}, no nests", rows


def _large_nested(found: Numbers) -> Table:
    title, rows = _large(found)
    return f"{title}, two levels of nests", rows


def _scaling(found: Numbers) -> Table:
    rows = [
        (
            f"{row['products']} x {row['consumers']}",
            f"{row['ms']:.1f} ms a draw, {row['rounds']:.1f} evaluations",
        )
        for row in found["sizes"]
    ]
    exponent = f"{found['exponent']:.2f} (1 is proportional; goal: at most 1)"
    return "First-order cost of a draw by products x consumers (CPU)", [
        *rows, ("exponent", exponent),
    ]  # fmt: skip


def _smooth(found: Numbers) -> Table:
    return "reverse-imports as one function, demand recalibrated in each draw (CPU)", [
        *_draws(found),
        ("first gradient, compilation included (wall)", f"{found['first_gradient_s']:.0f} s"),
        (f"gradient of one figure in {found['inputs']:,} numbers", _ms(found, "everything_ms")),
        ("the same, in solves", f"{found['solves']:.1f} (goal: at most 3)"),
        ("peak memory", f"{found['peak_mb']:.0f} MB"),
    ]


def _smooth_held(found: Numbers) -> Table:
    return "reverse-imports as one function, demand parameters held (CPU)", [
        *_draws(found),
        ("peak memory", f"{found['peak_mb']:.0f} MB"),
    ]


def _draws(found: Numbers) -> list[tuple[str, str]]:
    return [
        ("first answer, compilation included (wall)", f"{found['first_answer_s']:.0f} s"),
        ("solve at the central values", _ms(found, "solve_ms")),
        ("a draw", f"{found['draw_ms']:.1f} ms (mean of {found['drawn']})"),
        ("draws with an answer", f"{found['solved']} of {found['drawn']}"),
    ]


def _ensemble(found: Numbers) -> Table:
    draws, seconds = found["draws"], found["draws_s"]
    rows = [
        (f"{draws:,} draws", f"{seconds:.1f} s, {draws / seconds:.1f} a second"),
        ("whole certificates of the sample", f"{found['certificates_s']:.1f} s"),
        ("the command in all, compilation included", f"{found['wall_s']:.0f} s"),
        ("peak memory", f"{found['peak_mb']:.0f} MB"),
    ]
    if draws < ASKED:
        said = f"not run; at the rate measured {ASKED / draws * seconds:,.0f} s"
        rows.append((f"{ASKED:,} draws", said))
    return "backhaul ensemble reverse-imports, two threads (wall)", rows


def _ms(found: Numbers, name: str, factor: float = 1.0) -> str:
    return f"{factor * found[name]:.1f} ms"


_SHOWN = {
    "commands": _commands,
    "world": _world,
    "against-pyblp": _against_pyblp,
    "large-plain": _large_plain,
    "large-nested": _large_nested,
    "scaling": _scaling,
    "smooth": _smooth,
    "smooth-held": _smooth_held,
    "ensemble": _ensemble,
}
