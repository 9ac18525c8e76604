"""What a product that nobody has seen yet would be worth to buyers: partial pooling.

Mean utilities of the products on sale are explained by characteristics, with effects of nests and
brands that are pulled towards zero as far as the data ask for it (restricted maximum likelihood).
A nest with few products, or a brand never seen, then borrows from the rest instead of fitting its
own noise: the guard against absurd entry volumes in thin nests (MODEL section 3, New products).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.optimize

from backhaul.errors import CalibrationError, MarketError
from backhaul.shapes import FlagPerProduct, PerProduct, read_only

POWERTRAINS = ("ice", "hybrid", "phev", "bev")
"""Known power trains; the first is the base."""

LIGHT = 10.0
"""Prior variance of a standardised coefficient over that of the residual: a light pull to zero."""

LOG_RATIO_BOUNDS = (-9.0, 5.0)  # of nest and brand variance over residual variance
POLISHING = 8  # Newton steps after the search, each of which squares the error
FEWEST = 12  # products without which no hedonic is fitted


@dataclass(frozen=True, eq=False)
class Characteristics:
    """What is known about products before anybody buys them."""

    names: tuple[str, ...]
    """Products. Length J."""

    length_mm: PerProduct
    """Length. Shape (J,), millimetres."""

    engine_cc: PerProduct
    """Displacement. Shape (J,), cubic centimetres; 0 for a `bev`, and for nothing else."""

    powertrain: tuple[str, ...]
    """One of `POWERTRAINS`. Length J."""

    luxury: FlagPerProduct
    """Whether it is sold as a luxury product. Shape (J,)."""

    nest: tuple[str, ...]
    """Name of the nest that it is in. Length J."""

    brand: tuple[str, ...]
    """Badge. Length J."""

    grade_price: PerProduct | None = None
    """Base-year list price of the trim, as a sign of its equipment; part of what the product *is*
    and not moved by a scenario's price. Shape (J,), market currency; None leaves it out."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "length_mm", read_only(self.length_mm))
        object.__setattr__(self, "engine_cc", read_only(self.engine_cc))
        object.__setattr__(self, "luxury", read_only(self.luxury, bool))
        if self.grade_price is not None:
            object.__setattr__(self, "grade_price", read_only(self.grade_price))
        _check(self)

    def subset(self, keep: FlagPerProduct) -> Characteristics:
        """Return the products of the flag only, in their order."""
        rows = np.flatnonzero(keep)

        def pick(words: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(words[j] for j in rows)

        return Characteristics(
            names=pick(self.names),
            length_mm=self.length_mm[rows],
            engine_cc=self.engine_cc[rows],
            powertrain=pick(self.powertrain),
            luxury=self.luxury[rows],
            nest=pick(self.nest),
            brand=pick(self.brand),
            grade_price=None if self.grade_price is None else self.grade_price[rows],
        )


@dataclass(frozen=True, eq=False)
class Hedonic:
    """A fitted regression of mean utility on characteristics, with its own honest errors."""

    mean: float
    """Mean utility of a product of average characteristics, average nest and brand."""

    columns: tuple[str, ...]
    """Names of the regressors."""

    centre: np.ndarray
    """Mean of each regressor over the fitted products."""

    scale: np.ndarray
    """Standard deviation of each regressor over the fitted products; 1 where it never varies."""

    coefficients: np.ndarray
    """Effect of each regressor per standard deviation, in utility."""

    nest_effects: dict[str, float]
    """Pooled effect of each nest, in utility."""

    brand_effects: dict[str, float]
    """Pooled effect of each brand, in utility."""

    deviations: tuple[float, float, float]
    """Standard deviation of nest effects, brand effects and residuals, in utility."""

    names: tuple[str, ...]
    """Products it was fitted on. Length N."""

    residuals: np.ndarray
    """Exact leave-one-out residuals: delta minus its prediction without the product. (N,)."""

    own_import: np.ndarray
    """Which of them the home carmakers import, the pattern for entrants. Shape (N,), flags."""

    @property
    def shift(self) -> float:
        """Mean leave-one-out residual of own imports: what entrants differ by from survivors.

        Utility; 0 where no product was flagged as an own import.
        """
        return float(self.residuals[self.own_import].mean()) if self.own_import.any() else 0.0

    @property
    def with_grade(self) -> bool:
        """Whether the grade price is among the regressors."""
        return "log grade price" in self.columns

    def predict(self, characteristics: Characteristics) -> PerProduct:
        """Return the mean utility expected of products, without shift or residual. Shape (K,).

        A brand never seen gets the pooled mean, that is no brand effect.

        Raises:
            MarketError: A nest, a power train or a grade price that the fit does not know.
        """
        _check_known(self, characteristics)
        standard = (
            regressors(characteristics, with_grade=self.with_grade) - self.centre
        ) / self.scale
        nest = np.array([self.nest_effects[name] for name in characteristics.nest])
        brand = np.array([self.brand_effects.get(name, 0.0) for name in characteristics.brand])
        return self.mean + standard @ self.coefficients + nest + brand

    def quantile(self, level: float, *, entrant: bool) -> float:
        """Return what to add to `predict` for this quantile of the predictive distribution.

        Args:
            level: In [0, 1]; 0.5 is the median.
            entrant: Whether the product is new to the market, so that the shift applies.
        """
        return float(np.quantile(self.residuals, level)) + (self.shift if entrant else 0.0)

    def draws(self, count: int, *, seed: int, entrant: bool) -> np.ndarray:
        """Return leave-one-out residuals drawn with replacement, plus the shift. Shape (count,)."""
        drawn = np.random.default_rng(seed).choice(self.residuals, size=count)
        return drawn + (self.shift if entrant else 0.0)


def fit_hedonic(
    *, delta: PerProduct, characteristics: Characteristics, own_import: FlagPerProduct
) -> Hedonic:
    """Return the hedonic regression of mean utility, fitted by restricted maximum likelihood.

        delta = mean + x beta + nest effect + brand effect + residual

    `x` holds log length, log displacement (battery-electric cars have their own dummy instead),
    power train and luxury, standardised, each coefficient with a weak prior. Nest and brand
    effects are random with variances estimated by restricted maximum likelihood.

    Args:
        delta: Mean utility of the products to learn from; leave out rows that stand for several
            models. Shape (N,).
        characteristics: Of the same products, in the same order.
        own_import: Which of them the home carmakers import, the pattern for entrants. Shape (N,).

    Raises:
        CalibrationError: Fewer than `FEWEST` products.

    Source:
        Patterson and Thompson (1971), Biometrika 58(3), for restricted likelihood; Dubrule (1983),
        Mathematical Geology 15(6), for the leave-one-out residuals without refitting, here with
        the variances held at their estimates.
    """
    if delta.size < FEWEST:
        raise CalibrationError(
            where="hedonic regression",
            what=f"{delta.size} products are not aggregates; {FEWEST} or more are needed.",
            fix="Add products, or split the rows that stand for several models.",
        )
    with_grade = characteristics.grade_price is not None
    raw = regressors(characteristics, with_grade=with_grade)
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    x = (raw - centre) / scale
    nests, brands = dummies(characteristics.nest), dummies(characteristics.brand)
    parts = (LIGHT * x @ x.T, nests[1] @ nests[1].T, brands[1] @ brands[1].T)
    ratio_nest, ratio_brand = np.exp(_likeliest(delta - delta.mean(), parts))
    precision, projection = _matrices(parts, ratio_nest, ratio_brand)
    mean = float((precision @ delta).sum() / precision.sum())
    solved = precision @ (delta - mean)
    residuals = (projection @ delta) / np.diag(projection)
    noise = float(np.sqrt(delta @ projection @ delta / (delta.size - 1)))
    return Hedonic(
        mean=mean,
        columns=_columns(with_grade=with_grade),
        centre=read_only(centre),
        scale=read_only(scale),
        coefficients=read_only(LIGHT * x.T @ solved),
        nest_effects=dict(zip(nests[0], (ratio_nest * nests[1].T @ solved).tolist(), strict=True)),
        brand_effects=dict(
            zip(brands[0], (ratio_brand * brands[1].T @ solved).tolist(), strict=True)
        ),
        deviations=(float(noise * ratio_nest**0.5), float(noise * ratio_brand**0.5), noise),
        names=characteristics.names,
        residuals=read_only(residuals),
        own_import=read_only(own_import, bool),
    )


def _columns(*, with_grade: bool) -> tuple[str, ...]:
    """Return the names of the regressors."""
    names = ("log length", "log displacement", *POWERTRAINS[1:], "luxury")
    return (*names, "log grade price") if with_grade else names


def regressors(characteristics: Characteristics, *, with_grade: bool) -> np.ndarray:
    """Return the regressors before they are standardised. Shape (N, columns)."""
    electric = np.array([name == "bev" for name in characteristics.powertrain])
    displacement = np.where(electric, LITRE, characteristics.engine_cc) / LITRE
    columns = [
        np.log(characteristics.length_mm / 1000),
        np.log(displacement),
        *(
            np.array([name == level for name in characteristics.powertrain], dtype=float)
            for level in POWERTRAINS[1:]
        ),
        characteristics.luxury.astype(float),
    ]
    if with_grade and characteristics.grade_price is not None:
        columns.append(np.log(characteristics.grade_price))
    return np.column_stack(columns)


LITRE = 1000.0  # cubic centimetres; a battery-electric car has log displacement 0 and its dummy


def dummies(words: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """Return the distinct words and which product has which. Shape (N, levels)."""
    levels = sorted(set(words))
    return levels, np.array([[word == level for level in levels] for word in words], dtype=float)


def _matrices(
    parts: tuple[np.ndarray, np.ndarray, np.ndarray], ratio_nest: float, ratio_brand: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the precision of delta and its projection off the mean, per residual variance."""
    size = len(parts[0])
    covariance = np.eye(size) + parts[0] + ratio_nest * parts[1] + ratio_brand * parts[2]
    precision = scipy.linalg.inv(covariance)
    row = precision.sum(axis=0)
    return precision, precision - np.outer(row, row) / row.sum()


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """Minus the restricted log likelihood of log variance ratios (nest, brand), with slopes."""

    value: float
    slope: np.ndarray
    """Shape (2,)."""

    bend: np.ndarray
    """Second derivatives. Shape (2, 2)."""

    @classmethod
    def at(
        cls,
        logs: np.ndarray,
        delta: PerProduct,
        parts: tuple[np.ndarray, np.ndarray, np.ndarray],
    ) -> _Likelihood:
        """Return it at log variance ratios.

        Source:
            Harville (1977), Journal of the American Statistical Association 72, 320-338, with the
            residual variance concentrated out.
        """
        ratios, many = np.exp(logs), delta.size - 1
        precision, projection = _matrices(parts, *ratios)
        _, log_det = np.linalg.slogdet(precision)
        pulled = projection @ delta
        left = float(delta @ pulled)
        kernels = [ratio * part for ratio, part in zip(ratios, parts[1:], strict=True)]
        spread = [projection @ kernel for kernel in kernels]
        told = np.array([pulled @ kernel @ pulled for kernel in kernels]) / left
        slope = 0.5 * (np.array([np.trace(part) for part in spread]) - many * told)
        bend = np.diag(slope)
        for k, m in np.ndindex(2, 2):
            both = pulled @ kernels[k] @ spread[m] @ pulled / left
            bend[k, m] -= 0.5 * np.vdot(spread[k], spread[m].T)
            bend[k, m] += 0.5 * many * (2 * both - told[k] * told[m])
        value = 0.5 * (-log_det + np.log(precision.sum()) + many * np.log(left))
        return cls(float(value), slope, bend)


def _likeliest(
    delta: PerProduct, parts: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[float, float]:
    """Return the log variance ratios (nest, brand) of the highest restricted likelihood.

    Found from several starts and then solved for to round-off, so that the value of a new car
    does not hang on where a search stops.
    """

    def badness(logs: np.ndarray) -> tuple[float, np.ndarray]:
        now = _Likelihood.at(logs, delta, parts)
        return now.value, now.slope

    starts = [(-1.0, -1.0), (1.0, -4.0), (-4.0, 1.0)]
    bounds = [LOG_RATIO_BOUNDS, LOG_RATIO_BOUNDS]
    found = [
        scipy.optimize.minimize(badness, start, jac=True, method="L-BFGS-B", bounds=bounds)
        for start in starts
    ]
    logs = np.array(min(found, key=lambda result: result.fun).x)
    inside = (logs > LOG_RATIO_BOUNDS[0]) & (logs < LOG_RATIO_BOUNDS[1])
    for _ in range(POLISHING):
        now = _Likelihood.at(logs, delta, parts)
        logs[inside] -= np.linalg.solve(now.bend[np.ix_(inside, inside)], now.slope[inside])
    return float(logs[0]), float(logs[1])


def _check(characteristics: Characteristics) -> None:
    """Raise where a characteristic is impossible, naming the products."""
    electric = np.array([name == "bev" for name in characteristics.powertrain], dtype=bool)
    known = np.array([name in POWERTRAINS for name in characteristics.powertrain], dtype=bool)
    rules = [
        (~(characteristics.length_mm > 0), "length is not positive"),
        (~known, f"power train is not one of {', '.join(POWERTRAINS)}"),
        (electric & (characteristics.engine_cc != 0), "is battery-electric with a displacement"),
        (~electric & ~(characteristics.engine_cc > 0), "has an engine without displacement"),
    ]
    if characteristics.grade_price is not None:
        rules.append((~(characteristics.grade_price > 0), "grade price is not positive"))
    wrong = [
        f"{', '.join(characteristics.names[j] for j in np.flatnonzero(bad)[:5])}: {what}"
        for bad, what in rules
        if np.any(bad)
    ]
    if wrong:
        raise MarketError(
            where="characteristics",
            what="; ".join(wrong) + ".",
            fix="Correct these products in the nameplates table.",
        )


def _check_known(hedonic: Hedonic, characteristics: Characteristics) -> None:
    """Raise where a new product has a nest, power train or grade that the fit cannot value."""
    fitted = dict(zip(hedonic.columns, hedonic.centre, strict=True))
    wrong = [
        f"{name}: no fitted product is in nest {nest!r}"
        for name, nest in zip(characteristics.names, characteristics.nest, strict=True)
        if nest not in hedonic.nest_effects
    ]
    wrong += [
        f"{name}: no fitted product has power train {train!r}"
        for name, train in zip(characteristics.names, characteristics.powertrain, strict=True)
        if train != POWERTRAINS[0] and fitted[train] == 0
    ]
    if hedonic.with_grade and characteristics.grade_price is None:
        wrong.append("the fit uses the grade price, and the new products have none")
    if wrong:
        raise MarketError(
            where="hedonic value",
            what="; ".join(wrong) + ".",
            fix=f"Use one of the nests {', '.join(sorted(hedonic.nest_effects))} and a power train "
            "that is on sale.",
        )
