"""Who builds which car where: links from plants to markets, with content and freight."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pandas as pd

from backhaul.evidence.catalogue import Evidence
from backhaul.market.adjustment import Adjustment
from backhaul.market.freight import NORTH_AMERICA, Freight
from backhaul.market.link import Link
from backhaul.market.market import Market
from backhaul.market.product import Product

Key = TypeVar("Key", bound=Hashable)

Origin = tuple[float, str, str]
"""Share of the units, worst grade, first source."""

LARGEST_SHARE = 0.95
"""A reconciled share of one origin stays below this where a nameplate has several origins."""


def observe_links(
    evidence: Evidence, market: Market, freight: Freight, adjustments: list[Adjustment]
) -> tuple[Link, ...]:
    """Return the links of one market: origins, parts content and the cost of the way."""
    rows = evidence.table(market.code.lower(), "sourcing")
    rows = rows[rows["nameplate_id"].isin(market.ids)].copy()
    if market.code == "US":
        rows["share"] = _match_customs(evidence, market, rows, adjustments)
    split = _split_plants(evidence, market, rows)
    products = {product.id: product for product in market.products}
    homes = home_countries(evidence)
    label_of = Labels.observe(evidence).of
    rate = evidence.parameter("fx_jpy_usd_2024").value
    found = []
    for (name, plant, country), (share, grade, source) in split.items():
        product = products[name]
        link = Link(
            product=name,
            plant=plant,
            country=country,
            share=share,
            ocean_freight=0.0,
            inland=0.0,
            insurance=0.0,
            grade=grade,
            source_id=source,
        )
        price = product.price if market.currency == "USD" else product.price / rate
        label = label_of(link.product, product.segment, link.country)
        link = with_way(link, product, market.country, freight, price)
        home = homes.get(product.firm, link.country)
        found.append(with_content(evidence, link, product.firm, home, label))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Labels:
    """US-Canada parts labels of cars by where they are assembled, from the US sourcing table.

    A car that has no label of its own, because its cell is blank or because it is sold in another
    market only, takes the mean of its segment and country of assembly, then that of the country.
    """

    own: dict[tuple[str, str], float]
    """By (nameplate, country of assembly)."""

    segment: dict[tuple[str, str], float]
    """Mean by (segment, country of assembly)."""

    country: dict[str, float]
    """Mean by country of assembly; a country without any label has no US or Canadian parts."""

    @classmethod
    def observe(cls, evidence: Evidence) -> Labels:
        """Return the labels in us/sourcing."""
        names = evidence.table("us", "nameplates").set_index("nameplate_id")["segment"]
        table = evidence.table("us", "sourcing")
        table = table.assign(
            label=table["us_canada_content_pct"].astype(float) / 100,
            segment=table["nameplate_id"].map(names),
        ).dropna(subset=["label"])
        rows: list[Any] = table.to_dict("records")
        return cls(
            own=_means(((r["nameplate_id"], r["country_of_assembly"]), r["label"]) for r in rows),
            segment=_means(((r["segment"], r["country_of_assembly"]), r["label"]) for r in rows),
            country=_means((r["country_of_assembly"], r["label"]) for r in rows),
        )

    def of(self, nameplate: str, segment: str, country: str) -> float:
        """Return the share of the parts' value that is US or Canadian."""
        if (nameplate, country) in self.own:
            return self.own[nameplate, country]
        return self.segment.get((segment, country), self.country.get(country, 0.0))


def _means(values: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    """Return the mean of the values of each key."""
    by_key: dict[Key, list[float]] = {}
    for key, value in values:
        by_key.setdefault(key, []).append(value)
    return {key: sum(found) / len(found) for key, found in by_key.items()}


def home_countries(evidence: Evidence) -> dict[str, str]:
    """Return the home country of each firm, where its profit is counted."""
    table = evidence.table("trade", "carmakers")
    return dict(zip(table["firm"], table["home_country"], strict=True))


def with_way(
    link: Link, product: Product, importer: str, freight: Freight, price_usd: float
) -> Link:
    """Return the link with the cost of its way: freight, inland, insurance, pre-delivery."""
    space = freight.space(product.segment, product.length_mm)
    abroad = link.country != importer
    overseas = abroad and not {link.country, importer} <= set(NORTH_AMERICA)
    if overseas and importer == "JPN" and freight.has_lane(link.country, importer):
        ocean, inland = freight.export(link.plant, link.country, importer, space)
        inland += freight.handling[importer]
    else:
        ocean = freight.ocean(link.country, importer, price_usd, space)
        inland = freight.handling.get(importer, 0.0) if overseas else 0.0
        inland += freight.delivery if importer == "USA" else 0.0
    return replace(
        link,
        ocean_freight=ocean,
        inland=inland,
        insurance=freight.insurance_share * price_usd if overseas else 0.0,
        pre_delivery=freight.pre_delivery_japan if overseas and importer == "JPN" else 0.0,
    )


def with_content(evidence: Evidence, link: Link, firm: str, home: str, label: float) -> Link:
    """Return the link with its parts by country of origin.

    The US-Canada label counts both countries; 90 % of it is taken as US. What is left comes, for
    a US plant, from Mexico, the firm's home country and the rest of the world in stated shares;
    for any other plant, mostly from the plant's own country.
    """
    share = evidence.parameter("parts_share_of_factory_cost").value
    us_of_label = evidence.parameter("content_us_label_scale").value
    parts = {"USA": us_of_label * label, "CAN": (1 - us_of_label) * label}
    rest = 1 - label
    if link.country == "USA":
        parts |= _us_plant_imports(evidence, firm, home, rest)
    else:
        own = 1 - evidence.parameter("home_parts_share_abroad").value
        _add(parts, link.country, rest * own)
        _add(parts, home if home != link.country else "ROW", rest * (1 - own))
    return replace(link, parts=parts, parts_share=share)


def _us_plant_imports(evidence: Evidence, firm: str, home: str, rest: float) -> dict[str, float]:
    """Return the imported parts of a US plant by origin; they add to `rest`."""
    mexico = rest * evidence.parameter("mexico_parts_share").value
    from_home = (rest - mexico) * evidence.parameter("home_parts_share").value
    if firm == "toyota":
        from_home = min(evidence.parameter("us_toyota_japan_parts_share").value, rest)
        mexico = min(mexico, rest - from_home)
    imports = {"MEX": mexico}
    _add(imports, home if home != "USA" else "ROW", from_home)
    _add(imports, "ROW", rest - mexico - from_home)
    return imports


def _add(parts: dict[str, float], country: str, share: float) -> None:
    """Add a share to a country's parts, in place."""
    parts[country] = parts.get(country, 0.0) + share


def _split_plants(
    evidence: Evidence, market: Market, rows: pd.DataFrame
) -> dict[tuple[str, str, str], Origin]:
    """Return origins by (nameplate, plant, country), the free text of the plant resolved.

    Joint texts are split by the alias table; what has no plant row is `other_<firm>_<country>`.
    """
    alias: dict[tuple[str, str, str], list[tuple[str, float]]] = {}
    for row in evidence.table("trade", "plant_aliases").to_dict("records"):
        if row["market"] == market.code:
            key = (row["nameplate_id"], row["country_of_assembly"], row["text"])
            alias.setdefault(key, []).append((row["plant_id"], float(row["share"])))
    firm = {product.id: product.firm for product in market.products}
    found: dict[tuple[str, str, str], Origin] = {}
    for row in rows.to_dict("records"):
        name, country = str(row["nameplate_id"]), str(row["country_of_assembly"])
        unlisted = [(f"other_{firm[name]}_{country}", 1.0)]
        for plant, part in alias.get((name, country, row["plant"]), unlisted):
            share = float(row["share"]) * part
            old = found.get((name, plant, country))
            grade, source = str(row["grade"]), str(row["source_id"])
            if old is not None:
                share, grade, source = share + old[0], max(grade, old[1]), old[2]
            found[name, plant, country] = (share, grade, source)
    return found


def _match_customs(
    evidence: Evidence, market: Market, rows: pd.DataFrame, adjustments: list[Adjustment]
) -> pd.Series:
    """Return shares that make each firm's Japan-built units meet the customs counts.

    Only nameplates with several origins can move; what they cannot absorb stays as a residual.
    """
    counts = _customs_counts(evidence)
    units = dict(zip(market.ids, market.units, strict=True))
    firm = rows["nameplate_id"].map({p.id: p.firm for p in market.products})
    built = rows["share"] * rows["nameplate_id"].map(units)
    from_japan = rows["country_of_assembly"] == "JPN"
    single = rows["share"] >= 1
    shares = rows["share"].copy()
    for name, target in counts.items():
        mine = from_japan & (firm == name)
        movable = mine & ~single
        fixed = float(built[mine & single].sum())
        if not movable.any():
            continue
        factor = max((target - fixed) / float(built[movable].sum()), 0.0)
        chosen: dict[Any, Any] = rows[movable].to_dict("index")
        for index, row in chosen.items():
            nameplate, before = str(row["nameplate_id"]), float(row["share"])
            after = min(before * factor, LARGEST_SHARE)
            others = (rows["nameplate_id"] == nameplate) & ~from_japan
            shares[index] = after
            shares[others] = rows.loc[others, "share"] * (1 - after) / (1 - before)
            adjustments.append(
                Adjustment(
                    table="us/sourcing",
                    key=f"{nameplate} JPN",
                    column="share",
                    source_value=before,
                    used_value=after,
                    rule=f"Japan-built {name} cars sold in the US are made to meet the customs "
                    f"count of {target:,.0f} by moving the origins of nameplates with several.",
                )
            )
    used = shares * rows["nameplate_id"].map(units)
    adjustments += [
        Adjustment(
            table="trade/trade_flows",
            key=f"JPN USA 2024 passenger_cars {name}",
            column="value",
            source_value=target,
            used_value=float(used[from_japan & (firm == name)].sum()),
            rule="The sum of the nameplates is used; what nameplates of one origin cannot absorb "
            "of the customs count is a recorded residual.",
        )
        for name, target in counts.items()
    ]
    return shares


def _customs_counts(evidence: Evidence) -> dict[str, float]:
    """Return the base year's passenger cars from Japan to the US by firm, first row of each."""
    flows = evidence.table("trade", "trade_flows")
    chosen = flows[
        (flows["exporter"] == "JPN")
        & (flows["importer"] == "USA")
        & (flows["year"].astype(str) == "2024")
        & (flows["measure"] == "units")
        & (flows["product"] == "passenger_cars")
        & flows["by_firm"].notna()
        & (flows["by_firm"] != "")
    ]
    first = chosen.drop_duplicates("by_firm")
    return {str(row["by_firm"]): float(row["value"]) for row in first.to_dict("records")}
