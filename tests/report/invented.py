"""An invented outcome with every table filled, so that the report can be tested without a model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from backhaul.outcome.figure import Figure
from backhaul.outcome.outcome import NOT_MODELLED, Card, Outcome

ASKS = (
    "If Toyota and Nissan sell their US-built cars in Japan, how many would be bought, and what "
    "would it take to reach 20,000 a year?"
)


def with_table(outcome: Outcome, name: str, frame: pd.DataFrame) -> Outcome:
    """Return the outcome with one table exchanged."""
    return replace(outcome, tables={**outcome.tables, name: frame})


def with_products(outcome: Outcome, **changes: object) -> Outcome:
    """Return the outcome with cells of its first product exchanged."""
    frame = outcome.tables["products"].copy()
    for column, value in changes.items():
        frame.loc[frame.index[0], column] = value
    return with_table(outcome, "products", frame)


def outcome() -> Outcome:
    """Return reverse imports with invented figures of a plausible size."""
    return Outcome(
        scenario=Card(
            name="reverse-imports",
            asks=ASKS,
            as_of=date(2026, 3, 1),
            baseline="the world of 2024 under the measures in force on 1 March 2026",
            author="backhaul",
            sources=("seed_benzinga",),
            notes=("Left-hand drive is kept; Japan accepts US certification.",),
        ),
        figures=_figures(),
        sentences=(
            "20,000 cars are about 0.6 billion USD, about 0.9 % of the 68.5 billion deficit.",
            "Without support 5,120 US-built cars would be bought a year; reaching 20,000 takes "
            "9,410 USD per car, 188 million USD a year.",
            "Japanese buyers gain 71 million USD and the treasury pays more than that: for each "
            "dollar of deficit reduced, 31 cents of public money are spent.",
        ),
        tables=_tables(),
        certificates={f"{m} {s}": _proof() for m in ("US", "JP") for s in ("baseline", "scenario")},
        certified=True,
        identities={"every_dollar_is_received": 2.2e-16, "world_welfare_adds_up": 4.1e-14},
        manifest={
            "versions": {"backhaul": "0.1.0", "numpy": "2.4.0", "python": "3.11.9"},
            "inputs": {"products.csv": "sha256:9f2c41aa", "measures.csv": "sha256:77aa01be"},
            "seed": 1,
        },
        not_modelled=NOT_MODELLED,
    )


def _proof() -> dict[str, object]:
    """Return one certificate as the equilibrium room words it."""
    return {
        "first_order": {"value": 4.1e-12, "product": "camry", "passes": True},
        "second_order": {"value": -0.41, "seller": "toyota", "passes": True},
        "best_response": {"value": 2.0e-13, "seller": "gm", "product": "x", "passes": True},
        "starts": {"tried": 6, "different": 1, "unsolved": 1, "answers": []},
    }


def _figures() -> tuple[Figure, ...]:
    """Return headline figures in no particular order."""
    per = "USD per vehicle"
    car, usd = "vehicles", "USD"
    return (
        Figure("units_total_JP", car, 4421494, 4432310, "New cars sold in Japan"),
        Figure("units_total_US", car, 15853104, 15853098, "New cars sold in the United States"),
        Figure(
            "support_per_vehicle_usd",
            per,
            None,
            9412.3,
            "Support per vehicle",
            6120,
            13870,
        ),
        Figure(
            "support_outlay_usd",
            usd,
            0,
            188.2e6,
            "Public outlay on support",
            122.0e6,
            277.0e6,
        ),
        Figure("units_committed", car, 0, 20000, "Units committed"),
        Figure("units_without_support", car, 0, 5123, "Units without any support", 1210, 14800),
        Figure(
            "balance_us_jp_gross_usd",
            usd,
            -39420.0e6,
            -38790.0e6,
            "US-Japan car balance, gross",
        ),
        Figure(
            "balance_us_jp_net_usd",
            usd,
            -39420.0e6,
            -38830.0e6,
            "US-Japan car balance, net",
        ),
        Figure(
            "balance_us_jp_content_usd",
            usd,
            -35100.0e6,
            -34710.0e6,
            "US-Japan balance in content",
        ),
        Figure(
            "consumer_surplus_JP_usd",
            usd,
            0,
            71.4e6,
            "Surplus of Japanese buyers",
            41.0e6,
            99.0e6,
        ),
        Figure("consumer_surplus_US_usd", usd, 0, -210.0, "Surplus of American buyers"),
        Figure(
            "government_JP_usd",
            usd,
            21200.0e6,
            21030.0e6,
            "Receipts of the Japanese state",
        ),
        Figure("government_US_usd", usd, 6100.0e6, 6100.0e6, "Receipts of the United States"),
        Figure("price_mean_JP", "JPY per vehicle", 2912000, 2911400, "Mean price in Japan"),
        Figure("price_mean_US", per, 48310, 48310, "Mean price in the United States"),
        Figure("units_USA_to_JP", car, 8200, 28200, "US-built cars sold in Japan"),
        Figure("units_JPN_to_US", car, 1310422, 1310418, "Japan-built cars sold in the US"),
        Figure("profit_toyota_usd", usd, 15100.0e6, 15040.0e6, "Profit of Toyota"),
    )


def _tables() -> dict[str, pd.DataFrame]:
    """Return every table of the contract."""
    return {
        "products": _products(),
        "flows": _flow_table(),
        **_money_tables(),
        **_entry_tables(),
        **_evidence_tables(),
        "horizons": _horizons(),
    }


def _horizons() -> pd.DataFrame:
    """Return four figures in the short and in the long run; one of them has no baseline."""
    rows = [
        ("price_index_US", "Prices charged, United States", "index, baseline 100", 100, 0.3, 0.7),
        ("units_JPN_to_US", "Built in JPN, sold in US", "vehicles", 1_310_422, -0.3e6, -0.55e6),
        ("pass_through_US", "Pass-through", "USD per USD", np.nan, 0.45, 1.2),
        ("units_GBR_to_JP", "Built in GBR, sold in JP", "vehicles", 21_000, 0.0, 0.0),
    ]
    return _frame("figure label unit baseline short_run_change long_run_change", rows)


def _products() -> pd.DataFrame:
    """Return 90 products in two markets and three entrants, seeded."""
    draw = np.random.default_rng(20240701)
    kinds = {
        "US": ["compact_suv", "midsize_suv", "fullsize_pickup", "midsize_car", "compact_car"],
        "JP": ["kei", "kei_van", "compact_car", "minivan", "compact_suv", "large_suv_pickup"],
    }
    firms = ["toyota", "honda", "nissan", "gm", "ford", "hyundai", "bmw", "stellantis", "mazda"]
    firms += ["subaru", "suzuki", "jlr"]
    rows = []
    for market, segments in kinds.items():
        scale = 40_000 if market == "US" else 2_600_000
        for index in range(45):
            firm = firms[index % len(firms)]
            price = scale * draw.uniform(0.5, 1.8)
            sold = draw.lognormal(11, 1)
            rows.append(
                {
                    "market": market,
                    "product": f"{firm}_{market.lower()}_{index}",
                    "label": f"{firm.title()} {['Alpha', 'Beta', 'Gamma'][index % 3]} {index}",
                    "firm": firm,
                    "brand": firm,
                    "segment": segments[index % len(segments)],
                    "powertrain": "hybrid" if index % 3 else "ice",
                    "aggregate": index == 44,
                    "entrant": False,
                    "currency": "USD" if market == "US" else "JPY",
                    "price_baseline": price,
                    "price_scenario": price
                    * (1 if market == "US" else 1 - 4e-4 * draw.uniform(0, 4)),
                    "units_baseline": sold,
                    "units_scenario": sold * (1 if market == "US" else 1 - 2e-3 * draw.uniform()),
                    "markup_baseline": 0.24,
                    "markup_scenario": 0.239,
                    "elasticity": -4.6,
                }
            )
    for name, firm, sold in (
        ("Camry", "toyota", 7_100),
        ("Highlander", "toyota", 8_200),
        ("Murano", "nissan", 4_700),
    ):
        rows.append(
            {
                **rows[-1],
                "product": f"{firm}_{name.lower()}",
                "label": name,
                "firm": firm,
                "segment": "large_suv_pickup",
                "entrant": True,
                "aggregate": False,
                "price_baseline": float("nan"),
                "markup_baseline": float("nan"),
                "price_scenario": 5.1e6,
                "units_baseline": 0.0,
                "units_scenario": sold,
            }
        )
    return pd.DataFrame(rows)


def _flow_table() -> pd.DataFrame:
    """Return flows from fourteen origins."""
    sizes = {
        ("USA", "US"): (8_210_000, 8_210_004),
        ("MEX", "US"): (2_510_000, 2_510_000),
        ("JPN", "US"): (1_310_422, 1_310_418),
        ("KOR", "US"): (1_490_000, 1_490_000),
        ("CAN", "US"): (1_120_000, 1_120_000),
        ("DEU", "US"): (440_000, 440_000),
        ("GBR", "US"): (98_000, 98_000),
        ("SVK", "US"): (71_000, 71_000),
        ("ITA", "US"): (40_000, 40_000),
        ("SWE", "US"): (52_000, 52_000),
        ("JPN", "JP"): (4_080_000, 4_070_300),
        ("USA", "JP"): (8_200, 28_200),
        ("THA", "JP"): (92_000, 91_780),
        ("IND", "JP"): (31_000, 30_900),
        ("DEU", "JP"): (110_000, 108_900),
        ("GBR", "JP"): (21_000, 20_800),
        ("HUN", "JP"): (14_000, 13_960),
    }
    rows = [
        (origin, to, before, after, before * 28_000.0, after * 28_000.0)
        for (origin, to), (before, after) in sizes.items()
    ]
    heads = ["origin", "destination", "units_baseline", "units_scenario"]
    heads += ["customs_value_usd_baseline", "customs_value_usd_scenario"]
    return pd.DataFrame(rows, columns=heads)


def _money_tables() -> dict[str, pd.DataFrame]:
    """Return firms, accounts, welfare, income groups and plants."""
    firms = [("toyota", 15.1e9, 15.04e9, 12e6), ("nissan", 3.3e9, 3.31e9, 4e6)]
    firms += [("honda", 7.4e9, 7.38e9, 6e6), ("suzuki", 2.1e9, 2.09e9, 0.0)]
    recipients = {
        "factory": (71e9, 71.4e9),
        "firm": (19e9, 18.9e9),
        "dealer": (14e9, 14.1e9),
        "treasury": (12e9, 12.05e9),
        "carrier": (2e9, 2.03e9),
        "converter": (0.0, 4e6),
    }
    accounts = [
        (market, name, size * before, size * after)
        for market, size in (("US", 5.0), ("JP", 1.0))
        for name, (before, after) in recipients.items()
    ]
    changes = [
        ("consumers in Japan", "consumers", 71.4e6),
        ("consumers in the US", "consumers", -210.0),
        ("toyota", "firms", -61e6),
        ("nissan", "firms", 11e6),
        ("honda", "firms", -19e6),
        ("dealers", "dealers", 12e6),
        ("Japan's treasury", "governments", -157.2e6),
        ("US treasuries", "governments", 0.0),
        ("world", "world", -142.8e6),
        ("Japan (national)", "national", -98.1e6),
    ]
    groups = [
        (market, f"quintile_{rank}", size * rank * 1e6, size * rank / 10)
        for market, size in (("US", 0.0), ("JP", 4.7))
        for rank in range(1, 6)
    ]
    plants = [
        (
            *(f"toyota_{index}", name, "toyota", country, made, made + more, made * 1.2),
            *(1 / 1.2, (made + more) / made / 1.2, 0.0, 400.0 * (index == 1), 5e3, 5e3 + jobs),
        )
        for index, (name, country, made, more, jobs) in enumerate(
            (
                ("Toyota Georgetown", "USA", 441_000, 7_100, 90),
                ("Toyota Princeton", "USA", 331_000, 8_200, 110),
                ("Nissan Smyrna", "USA", 288_000, 4_700, 61),
                ("Toyota Tsutsumi", "JPN", 312_000, -2_200, -24),
                ("Nissan Oppama", "JPN", 142_000, -700, -9),
                ("Honda Suzuka", "JPN", 402_000, -1_900, -21),
                ("BMW Spartanburg", "USA", 396_000, 0, 0),
            )
        )
    ]
    return {
        "firms": _frame("firm profit_usd_baseline profit_usd_scenario fixed_cost_usd", firms),
        "accounts": _frame("market recipient usd_baseline usd_scenario", accounts),
        "welfare": _frame("who component change_usd", changes),
        "income_groups": _frame(
            "market group surplus_change_usd surplus_change_per_household", groups
        ),
        "plants": _frame(
            "plant_id name firm country units_baseline units_scenario capacity "
            "utilisation_baseline utilisation_scenario shadow_price_usd_baseline "
            "shadow_price_usd_scenario jobs_baseline jobs_scenario",
            plants,
        ),
    }


def _entry_tables() -> dict[str, pd.DataFrame]:
    """Return entrants, diversion and the programme."""
    entrants = [
        ("camry", "Toyota Camry", 5.1e6, 1_900.0, 1_600.0, 210.0, 9_800.0, 7_100.0, 9_412.3),
        ("highlander", "Toyota Highlander", 6.4e6, 2_300, 2_000, 250, 12_400, 8_200, 9_412.3),
        ("murano", "Nissan Murano", 5.9e6, 900, 800, 90, 6_100, 4_700, 9_412.3),
        ("integra", "Acura Integra Type S", 8.1e6, 23, 21, 3, 180, 60, 9_412.3),
    ]
    diversion = [
        ("JP", product, source, share * size, share)
        for product, size in (("camry", 7_100), ("highlander", 8_200), ("murano", 4_700))
        for source, share in (
            ("own_japan_built", 0.22),
            ("rivals_japan_built", 0.41),
            ("foreign_brands", 0.09),
            ("no_car", 0.28),
        )
    ]
    programme = [("toyota", 21e6, 88e6, 0.24), ("nissan", 9e6, 12e6, 0.75)]
    return {
        "entrants": _frame(
            "product label price units_without_support median low high units_with_support "
            "support_usd",
            entrants,
        ),
        "diversion": _frame("market product source units share", diversion),
        "programme": _frame("firm loss_usd tariff_point_value_usd ratio", programme),
    }


def _evidence_tables() -> dict[str, pd.DataFrame]:
    """Return sensitivity, assumptions, sources, adjustments and claims."""
    moves = [
        ("lhd_discount_mass_market_jp", 0.05, 0.20, 7_100.0, 12_900.0),
        ("own_price_elasticity_jp_model", -6.0, -2.7, 7_900.0, 13_870.0),
        ("unfamiliarity_jp", 0.0, 0.1, 8_700.0, 10_300.0),
        ("ocean_freight_camry", 700.0, 1_600.0, 9_020.0, 9_900.0),
        ("fx_jpy_usd_2024", 140.0, 160.0, 9_700.0, 9_100.0),
    ]
    sensitivity = [
        (name, low, high, "support_per_vehicle_usd", a, b) for name, low, high, a, b in moves
    ]
    grades = ("C", "B", "C", "B", "A")
    assumptions = [
        (name, (low + high) / 2, low, high, "ratio", grade, "estimate", "Central value of studies.")
        for (name, low, high, _, _), grade in zip(moves, grades, strict=True)
    ]
    sources = [
        ("seed_benzinga", "Toyota, Nissan may sell US-built cars", "Benzinga", "", "2025-10-30"),
        ("estimate", "Estimate of the authors", "", "", ""),
        (
            "jada_2024",
            "2024年 新車登録台数",
            "Response",
            "https://response.jp/article/2025/01/13/390753.html",
            "2025-01-13",
        ),
    ]
    adjustments = [
        ("us/sales", "toyota_rav4", "units", 475_193.0, 471_880.0, "customs_count"),
        ("us/sales", "mazda_cx_5", "units", 134_088.0, 133_120.0, "customs_count"),
    ]
    claims = [
        (
            "c001",
            "Toyota and Nissan could bring their own US-built vehicles to Japan",
            "supported",
            "5,123 a year without support",
            "There is a volume at which buyers take them at the landed price.",
            "seed_benzinga",
        ),
        (
            "c004",
            "Reverse imports could be about 20,000 units a year",
            "inconsistent",
            "9,412 USD per vehicle",
            "Only with support: without it the model finds a quarter of that.",
            "seed_benzinga;jada_2024",
        ),
        ("c002", "The purpose is to please", "not_checkable", "", "A motive.", "seed_benzinga"),
    ]
    return {
        "sensitivity": _frame("parameter low_value high_value figure at_low at_high", sensitivity),
        "assumptions": _frame("parameter value low high unit grade source_id note", assumptions),
        "sources": _frame("source_id title publisher url date", sources),
        "adjustments": _frame("table key column source_value used_value rule", adjustments),
        "claims": _frame("claim_id statement verdict figure reason source_ids", claims),
    }


def _frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return rows as a table."""
    return pd.DataFrame(rows, columns=columns.split())
