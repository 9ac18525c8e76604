"""The automobile markets that ship with pyblp, and its results on them without any search.

Parameter values are those that pyblp's automobile tutorial starts from. Nothing is estimated:
results are evaluated at these values, once per session.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyblp

SIGMA = np.diag([3.612, 0.0, 4.628, 1.818, 1.050, 2.056])
"""Standard deviations for 1, prices, hpwt, air, mpd, space: the first formulation's X2."""

PI = np.c_[[0.0, -43.501, 0.0, 0.0, 0.0, 0.0]]
"""Price over income."""

RHO = 0.6
"""Nesting parameter of the tests that assign nests by a rule."""

MARKETS = tuple(range(1971, 1991))
"""Years; the market identifiers of the data."""

NESTED_PRICE = -0.12
"""Mean price coefficient in the nested tests, per thousand dollars of 1983."""


def products() -> pd.DataFrame:
    """Return pyblp's bundled products, 2,217 model-years."""
    return pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION)


def agents() -> pd.DataFrame:
    """Return pyblp's bundled consumers, 200 a year; their weights do not add to one."""
    return pd.read_csv(pyblp.data.BLP_AGENTS_LOCATION)


def nests(data: pd.DataFrame) -> pd.Series:
    """Return a nest for each product: thirds of the year's cars by size, and air conditioning."""
    third = data.groupby("market_ids")["space"].transform(
        lambda space: np.floor(3 * (space.rank(method="first") - 1) / space.size)
    )
    return third.astype(int).astype(str) + data["air"].astype(int).astype(str)


@cache
def random_coefficients() -> pyblp.ProblemResults:
    """Return results with pyblp's own random coefficients and consumers, prices over income."""
    _quiet()
    problem = pyblp.Problem(
        (
            pyblp.Formulation("1 + hpwt + air + mpd + space"),
            pyblp.Formulation("1 + prices + hpwt + air + mpd + space"),
        ),
        products(),
        pyblp.Formulation("0 + I(1 / income)"),
        agents(),
    )
    return _evaluate(problem, sigma=SIGMA, pi=PI)


@cache
def nested() -> pyblp.ProblemResults:
    """Return results of a one-level nested logit, nests by the rule, one consumer."""
    _quiet()
    data = products().assign(nesting_ids=lambda frame: nests(frame))
    problem = pyblp.Problem(pyblp.Formulation("1 + prices + hpwt + air + mpd + space"), data)
    return _evaluate(problem, rho=RHO, beta=[None, NESTED_PRICE, None, None, None, None])


@cache
def nested_random_coefficients() -> pyblp.ProblemResults:
    """Return results with nests by the rule and a price coefficient that falls with income."""
    _quiet()
    data = products().assign(nesting_ids=lambda frame: nests(frame))
    problem = pyblp.Problem(
        (
            pyblp.Formulation("1 + prices + hpwt + air + mpd + space"),
            pyblp.Formulation("0 + prices + space"),
        ),
        data,
        pyblp.Formulation("0 + I(1 / income)"),
        agents()[["market_ids", "weights", "nodes0", "nodes1", "income"]].assign(weights=1 / 200),
    )
    return _evaluate(
        problem,
        sigma=np.diag([0.0, 1.5]),
        pi=np.c_[[-6.0, 0.0]],
        rho=RHO,
        beta=[None, NESTED_PRICE, None, None, None, None],
    )


def _evaluate(problem: pyblp.Problem, **parameters: object) -> pyblp.ProblemResults:
    """Return results at the given parameters: inversion and concentrated beta, no search."""
    return problem.solve(
        **parameters,
        method="1s",
        optimization=pyblp.Optimization("return"),
        iteration=pyblp.Iteration("squarem", {"atol": 1e-14}),
        check_optimality="gradient",
        finite_differences=False,
        W_type="robust",
        se_type="robust",
    )


def _quiet() -> None:
    """Set pyblp's global options: silent, and content with weights that do not add to one."""
    pyblp.options.verbose = False
    pyblp.options.weights_tol = np.inf
