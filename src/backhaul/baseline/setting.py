"""What a state of the world differs in from the calibrated one: laws, rates, entries, promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from backhaul.market.link import Link
from backhaul.market.measure import Measure
from backhaul.market.product import Product

PAYERS = ("JP treasury", "US treasury", "firms")
"""Who may pay a support; the choice moves the accounts, not the prices."""


@dataclass(frozen=True, eq=False)
class Entrant:
    """A product new to a market, complete with its way, its costs and how it is liked.

    Amounts are market currency per vehicle unless said otherwise.
    """

    market: str
    product: Product
    link: Link
    factory: float
    """Factory cost at the plant, USD."""

    transfer_ratio: float
    dealer: float
    importer_margin: float
    local: float
    delta: float
    """Mean utility without price, at the median of its unexplained quality."""

    spread: tuple[float, ...]
    """Draws of its unexplained quality around `delta`, from leave-one-out residuals."""

    penalty: float
    """Money a buyer must be compensated for the steering side and the unfamiliar name."""

    fixed_cost_usd: float
    """Certification and engineering per year, USD."""

    steering: str
    certification: str
    """Route by which it is certified."""

    unit_cap: float | None
    """Most units a year that the certification route allows; None: no cap."""


@dataclass(frozen=True, slots=True)
class Support:
    """A support per vehicle, paid to the firm."""

    market: str
    products: tuple[str, ...]
    usd: float
    paid_by: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A volume commitment: units of a set of products are at least a target."""

    market: str
    products: tuple[str, ...]
    units: float
    paid_by: str


@dataclass(frozen=True, slots=True)
class Move:
    """A part of a firm's output for a market moves from one country's plants to another's."""

    market: str
    firm: str
    origin: str
    target: str
    """Country that receives the output."""

    plant: str
    capacity: float
    """Units a year that the new capacity can take over."""

    cost_usd: float


@dataclass(frozen=True, slots=True)
class Surge:
    """A shift of one power train's utility such that a firm's modelled output rises by a share."""

    market: str
    powertrain: str
    firm: str
    rise: float


@dataclass(frozen=True, slots=True)
class Purchase:
    """Vehicles bought by a state outside demand, in the country that builds them."""

    product: str
    seller_market: str
    buyer: str
    """Market code of the state that buys."""

    units: float


@dataclass(frozen=True, slots=True)
class Merger:
    """Two firms count a share of each other's profit."""

    first: str
    second: str
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Setting:
    """Everything in which a state may differ from the calibrated world."""

    on: date
    measures: tuple[Measure, ...]
    jpy_per_usd: float
    entrants: tuple[Entrant, ...] = ()
    supports: tuple[Support, ...] = ()
    promise: Promise | None = None
    moves: tuple[Move, ...] = ()
    surges: tuple[Surge, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    mergers: tuple[Merger, ...] = ()
    border_share: float | None = None
    """Share of the price before tax on which duties are charged; None: transfer prices."""

    limited: bool = True
    """Whether plants with a stated capacity build no more than that."""

    adjustment: float = 1.0
    """Part of the way from the prices of the baseline to the equilibrium's that prices have gone,
    in (0, 1]: 1 is the long run, less the short run."""

    transfer_price_response: float | None = None
    """Part of a new duty by which carmakers cut the declared value, in [0, 1]; None: the
    parameter's value."""

    def entering(self, market: str) -> tuple[Entrant, ...]:
        """Return the entrants of one market."""
        return tuple(entrant for entrant in self.entrants if entrant.market == market)

    def without_promise(self) -> Setting:
        """Return the same setting with nobody committed to any volume."""
        return replace(self, promise=None)

    def without_support(self) -> Setting:
        """Return the same setting with nobody supported, and nobody committed to any volume."""
        return replace(self.without_promise(), supports=())
