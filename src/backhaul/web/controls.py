"""The controls of the page: what can be moved, in which unit, between which bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from backhaul.evidence.catalogue import Evidence
from backhaul.scenario.scenario import Scenario

Value = float | str | bool | None
"""A setting of a control; None: what the law or the scenario says."""

GROUPS: Mapping[str, str] = {
    "tariffs": "Tariffs",
    "entry": "US-built cars in Japan",
    "support": "Support and promises",
    "trade": "Trade, money and demand",
    "horizon": "Horizon and plants",
    "assumptions": "Assumptions",
}

PARAMETER = "parameter"
"""First part of the id of a control that gives a parameter another value."""

NOT_OFFERED = ("consumers", "fx_jpy_usd_2024")
"""A setting of the arithmetic, and a fact that has a control of its own."""

COUNTRIES: Mapping[str, str] = {
    "JPN": "Japan",
    "MEX": "Mexico",
    "CAN": "Canada",
    "KOR": "Korea",
    "EU27": "the European Union",
    "GBR": "the United Kingdom",
    "USA": "the US",
}
CLASSES: Mapping[str, str] = {
    "passenger_car": "passenger cars",
    "light_truck": "pick-ups and vans",
    "parts": "car parts",
}
DUTIES = (
    *(("USA", origin, "passenger_car") for origin in ("JPN", "MEX", "CAN", "KOR", "EU27", "GBR")),
    *(("USA", origin, "light_truck") for origin in ("JPN", "MEX")),
    ("USA", "JPN", "parts"),
    ("JPN", "USA", "passenger_car"),
)
"""Importer, origin and class of the duties that have a control."""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that can be moved."""

    id: str
    """Stable; its first part names the family, such as "duty"."""

    group: str
    kind: Literal["number", "choice", "switch"]
    label: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    default: Value = None
    """None: what the law of the scenario's day says, or nothing."""

    choices: tuple[str, ...] | None = None
    needs: str | None = None
    """A switch that must be on."""

    live: bool = True
    """Whether it may be asked for while it moves; if not, the world is calibrated anew."""

    toml: str = ""
    """What it writes into a scenario file; VALUE stands for the value."""

    note: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the control as GET controls shows it."""
        found = asdict(self)
        found["choices"] = None if self.choices is None else list(self.choices)
        return found


def make_controls(evidence: Evidence) -> dict[str, Control]:
    """Return all controls by id, in the order of the page."""
    found = (
        *_duties(),
        *_entry(),
        *_support(),
        *_trade(evidence),
        *_horizon(),
        *_assumed(evidence),
    )
    return {control.id: control for control in found}


def _duties() -> Iterator[Control]:
    """Yield the duties, and points on all origins."""
    for importer, origin, product_class in DUTIES:
        whose = "US" if importer == "USA" else "Japanese"
        yield Control(
            id=f"duty.{importer}.{origin}.{product_class}",
            group="tariffs",
            kind="number",
            label=f"{whose} duty on {CLASSES[product_class]} from {COUNTRIES[origin]}",
            unit="ratio",
            low=0.0,
            high=1.0,
            step=0.005,
            toml=f'[[set_duty]] importer = "{importer}", exporter = "{origin}", '
            f'class = "{product_class}", rate = VALUE',
            note="The whole duty, in place of every other one of that day. Not moved: the law.",
        )
    yield Control(
        id="points.USA.passenger_car",
        group="tariffs",
        kind="number",
        label="Points on top of the US duty on passenger cars, all origins",
        unit="ratio",
        low=0.0,
        high=1.0,
        step=0.005,
        default=0.0,
        toml='[[add_points]] importer = "USA", class = "passenger_car", points = VALUE',
    )


def _entry() -> Iterator[Control]:
    """Yield what goes on sale in Japan, and how."""
    yield Control(
        id="entry",
        group="entry",
        kind="switch",
        label="The six announced US-built cars go on sale in Japan",
        default=False,
        toml='[[enter]] market = "JP", products = ["announced"]',
    )
    yield Control(
        id="certification",
        group="entry",
        kind="choice",
        label="Certification of the cars",
        choices=("us_scheme", "preferential_handling", "type_designation", "cheapest"),
        needs="entry",
        toml="[[enter]] certification = VALUE",
    )
    yield Control(
        id="steering",
        group="entry",
        kind="choice",
        label="Steering wheel",
        choices=("left", "right"),
        needs="entry",
        toml="[[enter]] steering = VALUE",
    )


def _support() -> Iterator[Control]:
    """Yield support, promise and payer."""
    yield Control(
        id="commitment",
        group="support",
        kind="number",
        label="Cars a year that are promised",
        unit="vehicles",
        low=0.0,
        high=100_000.0,
        step=500.0,
        default=0.0,
        needs="entry",
        toml='[[commit]] market = "JP", products = ["announced"], units = VALUE',
        note="The answer is the support per vehicle that it takes. 0: no promise.",
    )
    yield Control(
        id="support",
        group="support",
        kind="number",
        label="Support per vehicle",
        unit="USD per vehicle",
        low=0.0,
        high=30_000.0,
        step=100.0,
        default=0.0,
        needs="entry",
        toml='[[subsidise]] market = "JP", products = ["announced"], usd_per_vehicle = VALUE',
    )
    yield Control(
        id="paid_by",
        group="support",
        kind="choice",
        label="Who pays",
        choices=("JP treasury", "US treasury", "firms"),
        needs="entry",
        toml="[[commit]] or [[subsidise]] paid_by = VALUE",
    )


def _trade(evidence: Evidence) -> Iterator[Control]:
    """Yield the exchange rate, a purchase, an investment and a shift of tastes."""
    yield Control(
        id="exchange_rate",
        group="trade",
        kind="number",
        label="Exchange rate",
        unit="JPY per USD",
        low=80.0,
        high=240.0,
        step=0.5,
        default=evidence.parameters["fx_jpy_usd_2024"].value,
        toml="[exchange_rate] jpy_per_usd = VALUE",
    )
    yield Control(
        id="purchase.f150",
        group="trade",
        kind="number",
        label="Ford pick-ups that Japan's state buys in a year",
        unit="vehicles",
        low=0.0,
        high=100_000.0,
        step=1_000.0,
        default=0.0,
        toml='[[buy]] product = "ford_f_series", seller_market = "US", buyer = "JP", units = VALUE',
    )
    yield Control(
        id="invest.toyota",
        group="trade",
        kind="number",
        label="Toyota's investment in US plants",
        unit="USD",
        low=0.0,
        high=30e9,
        step=0.5e9,
        default=0.0,
        toml='[[invest]] firm = "toyota", usd = VALUE, market = "US", origin = "JPN"',
    )
    yield Control(
        id="surge.hybrid",
        group="trade",
        kind="number",
        label="Rise of Toyota's output that a new liking for hybrids in the US brings",
        unit="ratio",
        low=0.0,
        high=0.3,
        step=0.005,
        default=0.0,
        toml='[[surge]] market = "US", powertrain = "hybrid", firm = "toyota", rise = VALUE',
    )


def _horizon() -> Iterator[Control]:
    """Yield limits of plants and the horizon, where scenarios know them."""
    if "horizon" not in Scenario.model_fields:
        return
    yield Control(
        id="plants",
        group="horizon",
        kind="choice",
        label="Plants",
        choices=("limited", "unlimited"),
        default="limited",
        toml="[horizon] plants = VALUE",
        note="Limited: no plant builds more than it can.",
    )
    yield Control(
        id="adjustment",
        group="horizon",
        kind="number",
        label="How far prices have adjusted",
        unit="ratio",
        low=0.05,
        high=1.0,
        step=0.05,
        default=1.0,
        toml="[horizon] adjustment = VALUE",
        note="1: the long run.",
    )
    yield Control(
        id="transfer_price_response",
        group="horizon",
        kind="number",
        label="Share of a new duty by which firms cut declared values",
        unit="ratio",
        low=0.0,
        high=1.0,
        step=0.05,
        default=0.0,
        toml="[horizon] transfer_price_response = VALUE",
    )


def _assumed(evidence: Evidence) -> Iterator[Control]:
    """Yield every parameter of the engine that has a range."""
    for name, parameter in evidence.parameters.items():
        if parameter.role != "engine" or name in NOT_OFFERED or parameter.low >= parameter.high:
            continue
        yield Control(
            id=f"{PARAMETER}.{name}",
            group="assumptions",
            kind="number",
            label=name.replace("_", " "),
            unit=parameter.unit,
            low=parameter.low,
            high=parameter.high,
            step=(parameter.high - parameter.low) / 100,
            default=parameter.value,
            live=False,
            toml=f"[parameters] {name} = VALUE",
            note=f"{parameter.source_id} (grade {parameter.grade})",
        )
