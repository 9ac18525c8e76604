"""What is measured. Each function is one process; it returns numbers by name."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.clock import peak_mb, timed, timed_by_turns
from benchmarks.problems import autos, invented, shocked_autos, third

Numbers = dict[str, Any]

SCENARIO = "us-tariff-15-regime"
"""The solve that is timed: the law of 2025-10-01 against that of 2024-07-01, both markets."""

FIGURE = "balance_us_jp_net_usd"


def commands() -> Numbers:
    """What a person waits for: help, a look-up, the main job; each a process, median of three."""

    def seconds(*words: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "backhaul", *words], check=True, capture_output=True)
        return time.perf_counter() - started

    jobs = {
        "--help": ("--help",),
        "show tariff USA JPN passenger_car": ("show", "tariff", "USA", "JPN", "passenger_car"),
        "run reverse-imports": ("run", "reverse-imports", "--json"),
    }
    return {name: statistics.median(seconds(*w) for _ in range(3)) for name, w in jobs.items()}


def against_pyblp() -> Numbers:
    """Prices of 20 automobile markets after the shock: pyblp's solver, ours, and the proof."""
    import pyblp

    from backhaul.equilibrium.certificate import certify
    from backhaul.equilibrium.iterate import ACCEPTED, find

    results, _ = autos()
    costs = np.concatenate([game.wedge.cost for _, game, _ in shocked_autos()])[:, None]
    squarem = pyblp.Iteration("squarem", {"atol": 1e-12})

    def first_order() -> object:
        return [find(game, start, aim=ACCEPTED) for _, game, start in shocked_autos()]

    theirs, faster, ours = timed_by_turns(
        lambda: results.compute_prices(costs=costs),
        lambda: results.compute_prices(costs=costs, iteration=squarem),
        first_order,
    )
    answers = [(year, game, find(game, start)) for year, game, start in shocked_autos()]
    proof = timed(lambda: [certify(g, found.now) for _, g, found in answers], times=1, warm=0)
    years = []
    for year, game, found in answers:
        certificate = certify(game, found.now)
        best, starts = certificate.best_response, certificate.starts
        assert best is not None
        assert starts is not None
        years.append(
            {
                "year": year,
                "products": found.price.size,
                "worst": found.worst,
                "equilibrium": certificate.passes,
                "gain": max(best.gain, 0.0),
                "seller": best.seller,
                "answers": starts.different,
            }
        )
    return {
        "products": int(costs.size),
        "pyblp_default_s": theirs.cpu,
        "pyblp_squarem_s": faster.cpu,
        "first_order_s": ours.cpu,
        "certificate_s": proof.cpu,
        "ratio_default": theirs.cpu / ours.cpu,
        "ratio_squarem": faster.cpu / ours.cpu,
        "ratio_certified": theirs.cpu / (ours.cpu + proof.cpu),
        "years": years,
        "peak_mb": peak_mb(),
    }


def large_market(sigma: tuple[float, float]) -> Numbers:
    """600 products and 2,000 consumers after the shock: prices and all four parts of the proof."""
    from backhaul.equilibrium.certificate import certify
    from backhaul.equilibrium.iterate import find

    game, price = invented(600, 2000, sigma=sigma)
    shocked = game.with_cost(game.wedge.cost * third(600))
    before = peak_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    found = find(shocked, price)
    solved = time.perf_counter() - wall
    certificate = certify(shocked, found.now)
    return {
        "solve_s": solved,
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": peak_mb(),
        "before_mb": before,
        "passes": certificate.passes and certificate.is_whole,
        "answers": 0 if certificate.starts is None else certificate.starts.different,
    }


def large_plain() -> Numbers:
    """The large market without nests."""
    return large_market((0.0, 0.0))


def large_nested() -> Numbers:
    """The large market with two levels of nests."""
    return large_market((0.3, 0.6))


def scaling() -> Numbers:
    """First-order cost of a draw at 1, 4 and 16 times the products times consumers."""
    from backhaul.equilibrium.iterate import find

    rows = []
    for products, consumers in ((120, 250), (240, 500), (480, 1000)):
        game, price = invented(products, consumers, sigma=(0.3, 0.6))
        base = find(game, 1.05 * price)
        rng = np.random.default_rng(7)
        shocks = np.exp(0.03 * rng.standard_normal((6, products)))
        draws = [game.with_cost(game.wedge.cost * shock) for shock in shocks]
        # bound to this market in the default values
        spent = timed(
            lambda draws=draws, base=base: [find(d, base.price, slopes=base.slopes) for d in draws]
        )
        rounds = [find(draw, base.price, slopes=base.slopes).rounds for draw in draws]
        rows.append(
            {
                "products": products,
                "consumers": consumers,
                "ms": 1e3 * spent.cpu / len(draws),
                "rounds": float(np.mean(rounds)),
            }
        )
    cells = np.log([row["products"] * row["consumers"] for row in rows])
    exponent = float(np.polyfit(cells, np.log([row["ms"] for row in rows]), 1)[0])
    return {"sizes": rows, "exponent": exponent, "peak_mb": peak_mb()}


def world() -> Numbers:
    """The full 2024 world: tables, calibration, one solve cold and warm, proven and not."""
    started = time.perf_counter()
    from backhaul.baseline.calibrate import calibrate
    from backhaul.baseline.settle import settle
    from backhaul.evidence.catalogue import Evidence
    from backhaul.policy.amend import with_added_duty
    from backhaul.scenario.file import load_scenario
    from backhaul.study.run import baseline_setting

    imported = time.perf_counter() - started
    made: Any = None

    def calibrated() -> None:
        nonlocal made
        made = calibrate(evidence)

    started = time.process_time()
    evidence = Evidence.load()
    tables = time.process_time() - started
    calibration = timed(calibrated, times=1, warm=0)
    scenario = load_scenario(SCENARIO)
    before = settle(made, baseline_setting(made, scenario), level="slider")
    law = scenario.setting(made)
    moved = replace(law, measures=with_added_duty(law.measures, "USA", "vehicle", 0.01))
    after = settle(made, law, level="slider", near=before)

    def cold(level: str) -> Callable[[], object]:
        return lambda: settle(made, law, level=level)

    def warm(level: str) -> Callable[[], object]:
        return lambda: settle(made, moved, level=level, near=after)

    return {
        "products": {code: side.market.price.size for code, side in made.sides.items()},
        "consumers": {code: side.consumers.income.size for code, side in made.sides.items()},
        "plants": len(after.plants),
        "import_s": imported,
        "tables_s": tables,
        "calibration_s": calibration.cpu,
        "cold_certified_ms": 1e3 * timed(cold("certified")).cpu,
        "cold_first_order_ms": 1e3 * timed(cold("first_order")).cpu,
        "warm_certified_ms": 1e3 * timed(warm("certified")).cpu,
        "warm_first_order_ms": 1e3 * timed(warm("first_order")).cpu,
        "peak_mb": peak_mb(),
    }


def _smooth(*, hold_tastes: bool) -> Numbers:
    """The whole model of the main job as one function."""
    from backhaul.baseline.calibrate import calibrate
    from backhaul.evidence.catalogue import Evidence
    from backhaul.scenario.file import load_scenario
    from backhaul.study.draws import Points, drawn
    from backhaul.study.opened import opened

    scenario = load_scenario("reverse-imports")
    model: Any = opened(calibrate(Evidence.load()), scenario, hold_tastes=hold_tastes).model
    places = drawn(model.inputs, hold_tastes=hold_tastes)
    rows = Points(model.inputs, places, seed=1).next(64, model.centre())
    first = timed(lambda: model.solve(rows[:1]), times=1, warm=0)
    many = timed(lambda: model.solve(rows), times=2, warm=0)
    one = timed(lambda: model.solve(model.centre()[None]), times=3)
    found = model.solve(rows)
    numbers = {
        "first_answer_s": first.wall,
        "draw_ms": 1e3 * many.cpu / len(rows),
        "solved": int(found.ok.sum()),
        "drawn": len(rows),
        "solve_ms": 1e3 * one.cpu,
        "peak_mb": peak_mb(),
    }
    if hold_tastes:
        return numbers
    slopes = timed(lambda: model.everything(FIGURE), times=1, warm=0)
    every = timed(lambda: model.everything(FIGURE), times=3)
    gradient, utilities = model.everything(FIGURE)
    return numbers | {
        "first_gradient_s": slopes.wall,
        "everything_ms": 1e3 * every.cpu,
        "inputs": int(gradient.size + sum(value.size for value in utilities.values())),
        "solves": every.cpu / one.cpu,
        "peak_mb": peak_mb(),
    }


def smooth() -> Numbers:
    """The whole model, recalibrated in each draw: compilation, a draw, a gradient of everything."""
    return _smooth(hold_tastes=False)


def smooth_held() -> Numbers:
    """The same with demand as calibrated at the central values in every draw."""
    return _smooth(hold_tastes=True)


def ensemble(draws: int) -> Numbers:
    """`backhaul ensemble reverse-imports` with so many draws, as a person would run it."""
    from backhaul.study.draws import rounded_up

    words = ["ensemble", "reverse-imports", "-n", str(draws), "--json"]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "backhaul", *words], check=True, stdout=subprocess.PIPE, text=True
    )
    wall = time.perf_counter() - started
    result = json.loads(done.stdout)["result"]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    seconds = result["seconds"]
    return {
        "draws": rounded_up(draws),
        "draws_s": seconds["draws"],
        "certificates_s": seconds["certificates"],
        "wall_s": wall,
        "peak_mb": peak,
    }


PARTS: dict[str, Callable[..., Numbers]] = {
    "commands": commands,
    "world": world,
    "against-pyblp": against_pyblp,
    "large-plain": large_plain,
    "large-nested": large_nested,
    "scaling": scaling,
    "smooth": smooth,
    "smooth-held": smooth_held,
    "ensemble": ensemble,
}
"""By the name that `--only` takes."""
