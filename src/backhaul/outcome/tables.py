"""The tables of an outcome: products, flows, accounts, winners, plants, what it rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backhaul.baseline.state import SideState
from backhaul.demand.slopes import own_elasticities
from backhaul.demand.surplus import surplus_by_group
from backhaul.evidence.catalogue import Evidence
from backhaul.market.origins import home_countries
from backhaul.outcome.books import Books

GROUPS = 5


def make_tables(baseline: Books, scenario: Books) -> dict[str, pd.DataFrame]:
    """Return the tables of a before-and-after, by name."""
    tables = {
        "products": _products(baseline, scenario),
        "flows": _flows(baseline, scenario),
        "firms": _firms(baseline, scenario),
        "accounts": _accounts(baseline, scenario),
        "welfare": _welfare(baseline, scenario),
        "income_groups": _income_groups(baseline, scenario),
        "plants": _plants(baseline, scenario),
        "diversion": _diversion(baseline, scenario),
    }
    evidence = scenario.state.world.evidence
    return tables | {
        "assumptions": _assumptions(evidence),
        "adjustments": _adjustments(scenario),
    }


def _products(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return prices, units and mark-ups by product."""
    frames = []
    for code, new in scenario.state.sides.items():
        old = baseline.state.sides[code]
        frame = _labels(new)
        frame["price_baseline"] = _by_id(old, old.price, new)
        frame["price_scenario"] = new.price
        frame["units_baseline"] = _by_id(old, old.units, new)
        frame["units_scenario"] = new.units
        frame["markup_baseline"] = _by_id(old, _lerner(old), new)
        frame["markup_scenario"] = _lerner(new)
        frame["elasticity"] = own_elasticities(new.taste, new.price)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _labels(side: SideState) -> pd.DataFrame:
    """Return what a product is, one row each."""
    rows = [
        {
            "market": side.market.code,
            "product": p.id,
            "label": p.label,
            "firm": p.firm,
            "brand": p.brand,
            "segment": p.segment,
            "powertrain": p.powertrain,
            "aggregate": p.aggregate,
            "entrant": p.entrant,
            "currency": side.market.currency,
        }
        for p in side.market.products
    ]
    return pd.DataFrame(rows)


def _by_id(old: SideState, values: np.ndarray, new: SideState) -> np.ndarray:
    """Return values of the old state in the order of the new one; NaN for new products."""
    known = dict(zip(old.market.ids, values, strict=True))
    return np.array([known.get(name, np.nan) for name in new.market.ids])


def _lerner(side: SideState) -> np.ndarray:
    """Return mark-up over net revenue, support included. Shape (J,)."""
    return np.asarray(side.unit_profit / (side.wedge.keep * side.price))


def _flows(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return units and customs values by origin and market."""
    before = {(f.origin, f.market): f for f in baseline.flows}
    after = {(f.origin, f.market): f for f in scenario.flows}
    rows = []
    for key in sorted(before | after):
        old, new = before.get(key), after.get(key)
        rows.append(
            {
                "origin": key[0],
                "destination": key[1],
                "units_baseline": old.units if old else 0.0,
                "units_scenario": new.units if new else 0.0,
                "customs_value_usd_baseline": old.free_on_board if old else 0.0,
                "customs_value_usd_scenario": new.free_on_board if new else 0.0,
            }
        )
    return pd.DataFrame(rows)


def _firms(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return profits and fixed costs by firm."""
    rows = [
        {
            "firm": firm,
            "profit_usd_baseline": value,
            "profit_usd_scenario": scenario.profit[firm],
            "fixed_cost_usd": scenario.fixed_costs.get(firm, 0.0),
        }
        for firm, value in sorted(baseline.profit.items(), key=lambda item: -item[1])
    ]
    return pd.DataFrame(rows)


def _accounts(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return who receives the consumer's dollar, by market."""
    rows = [
        {
            "market": code,
            "recipient": recipient,
            "usd_baseline": value,
            "usd_scenario": scenario.accounts[code].receipts[recipient],
        }
        for code, accounts in baseline.accounts.items()
        for recipient, value in accounts.receipts.items()
    ]
    return pd.DataFrame(rows)


def _welfare(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return who gains and who loses, with national and world sums."""
    evidence = scenario.state.world.evidence
    profit = {f: scenario.profit[f] - baseline.profit[f] for f in baseline.profit}
    rows = [
        ("consumers in Japan", "consumers", _change(baseline.surplus, scenario.surplus, "JP")),
        ("consumers in the US", "consumers", _change(baseline.surplus, scenario.surplus, "US")),
        ("Japan's treasury", "governments", _change(baseline.government, scenario.government, "JP")),
        ("US treasuries", "governments", _change(baseline.government, scenario.government, "US")),
        ("dealers", "dealers", scenario.dealers - baseline.dealers),
    ]
    rows += [(firm.replace("_", " "), "firms", value) for firm, value in profit.items()]
    rows.append(("world", "world", scenario.welfare - baseline.welfare))
    rows += [
        (f"{name} (national)", "national", _national(evidence, baseline, scenario, code))
        for code, name in (("JP", "Japan"), ("US", "United States"))
    ]
    return pd.DataFrame(rows, columns=["who", "component", "change_usd"])


def _change(before: dict[str, float], after: dict[str, float], key: str) -> float:
    """Return the change of one entry."""
    return after[key] - before[key]


def _national(evidence: Evidence, baseline: Books, scenario: Books, code: str) -> float:
    """Return national welfare: own consumers, treasury, dealers, and the owned part of profits."""
    home, country = home_countries(evidence), {"JP": "JPN", "US": "USA"}[code]
    domestic = evidence.parameter(f"profit_share_domestic_{code.lower()}").value
    name = "profit_share_jp_in_us" if code == "JP" else "profit_share_us_in_jp"
    foreign = evidence.parameter(name).value
    other = {"JP": "USA", "US": "JPN"}[code]
    owned = {country: domestic, other: foreign}
    profits = sum(
        owned.get(home.get(firm, ""), 0.0) * (scenario.profit[firm] - value)
        for firm, value in baseline.profit.items()
    )
    dealers = (
        scenario.accounts[code].receipts["dealers"] - baseline.accounts[code].receipts["dealers"]
    )
    return (
        _change(baseline.surplus, scenario.surplus, code)
        + _change(baseline.government, scenario.government, code)
        + dealers
        + profits
    )


def _income_groups(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return the change of consumer surplus by fifth of the income distribution."""
    rows = []
    for code, new in scenario.state.sides.items():
        old = baseline.state.sides[code]
        income = scenario.state.world.sides[code].consumers.income
        change = surplus_by_group(new.taste, new.price, income=income, groups=GROUPS)
        change = change - surplus_by_group(old.taste, old.price, income=income, groups=GROUPS)
        each = new.market.size / GROUPS / new.per_usd
        rows += [
            {
                "market": code,
                "group": f"fifth {number + 1} ({'poorest' if number == 0 else 'richest'})"
                if number in (0, GROUPS - 1)
                else f"fifth {number + 1}",
                "surplus_change_usd": float(value) * each,
                "surplus_change_per_household": float(value)
                * new.market.replacement_rate
                / new.per_usd,
            }
            for number, value in enumerate(change)
        ]
    return pd.DataFrame(rows)


def _plants(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return output and jobs by plant: base-year output plus the modelled change."""
    world = scenario.state.world
    observed, old, new = _as_observed(baseline), _modelled(baseline), _modelled(scenario)
    rows = []
    for plant_id in dict.fromkeys([*world.observed.plants, *new]):
        plant = world.observed.plants.get(plant_id)
        if plant_id not in old and plant_id not in new:
            continue
        stated = plant.output if plant is not None else None
        level = observed.get(plant_id, 0.0) if stated is None else stated
        before = level + old.get(plant_id, 0.0) - observed.get(plant_id, 0.0)
        after = level + new.get(plant_id, 0.0) - observed.get(plant_id, 0.0)
        jobs = _jobs(world.evidence, plant)
        rows.append(
            {
                "plant_id": plant_id,
                "name": plant.name if plant else "new capacity of the scenario",
                "firm": plant.firm if plant else plant_id.split("_")[1],
                "country": plant.country if plant else plant_id.rsplit("_", 1)[1],
                "units_baseline": before,
                "units_scenario": after,
                "capacity": plant.capacity if plant else np.nan,
                "jobs_baseline": before / 1000 * jobs,
                "jobs_scenario": after / 1000 * jobs,
            }
        )
    frame = pd.DataFrame(rows)
    frame["capacity"] = frame["capacity"].astype(float)
    return frame


def _as_observed(books: Books) -> dict[str, float]:
    """Return the base year's modelled output by plant."""
    observed = books.state.world.observed
    built: dict[str, float] = {}
    for code, links in observed.links.items():
        units = dict(zip(observed.markets[code].ids, observed.markets[code].units, strict=True))
        for link in links:
            built[link.plant] = built.get(link.plant, 0.0) + units[link.product] * link.share
    return built


def _modelled(books: Books) -> dict[str, float]:
    """Return modelled output by plant, purchases of states at the seller's first plant."""
    built: dict[str, float] = {}
    for side in books.state.sides.values():
        for link, units in zip(side.supply.links, side.link_units, strict=True):
            built[link.plant] = built.get(link.plant, 0.0) + float(units)
    for sale in books.sales_to_states:
        built[sale.plant] = built.get(sale.plant, 0.0) + sale.purchase.units
    return built


def _jobs(evidence: Evidence, plant: object) -> float:
    """Return employees per 1,000 cars of a plant, or the country's mean where none is stated."""
    employees, output = getattr(plant, "employees", None), getattr(plant, "output", None)
    if employees and output:
        return float(employees) / float(output) * 1000
    folder = "jp" if getattr(plant, "country", "USA") == "JPN" else "us"
    return evidence.parameter(f"jobs_per_1000_cars_{folder}").value


def _diversion(baseline: Books, scenario: Books) -> pd.DataFrame:
    """Return where the sales of the entrants of a market come from."""
    columns = ["market", "product", "source", "units", "share"]
    entering = scenario.state.setting.entering("JP")
    if not entering:
        return pd.DataFrame(columns=columns)
    home = home_countries(scenario.state.world.evidence)
    own = {entrant.product.firm for entrant in entering}
    old, new = baseline.state.sides["JP"], scenario.state.sides["JP"]
    lost: dict[str, float] = {}
    for books, sign in ((old, 1.0), (new, -1.0)):
        for link, j, units in zip(
            books.supply.links, books.supply.product, books.link_units, strict=True
        ):
            product = books.market.products[j]
            if product.entrant:
                continue
            source = _source(product.firm, link.country, own, home)
            lost[source] = lost.get(source, 0.0) + sign * float(units)
    entered = float(new.units[-len(entering) :].sum())
    lost["no new car"] = entered - sum(lost.values())
    rows = [("JP", "all entrants", name, units, units / entered) for name, units in lost.items()]
    return pd.DataFrame(rows, columns=columns)


def _source(firm: str, country: str, own: set[str], home: dict[str, str]) -> str:
    """Return whose sales an entrant takes, in words."""
    if home.get(firm) != "JPN":
        return "foreign brands"
    if country != "JPN":
        return "Japanese makers' other imports"
    return "own Japan-built" if firm in own else "rivals' Japan-built"


def _assumptions(evidence: Evidence) -> pd.DataFrame:
    """Return the parameters that the engine reads, with range and grade."""
    rows = [
        {
            "parameter": p.name,
            "value": p.value,
            "low": p.low,
            "high": p.high,
            "unit": p.unit,
            "grade": p.grade,
            "source_id": p.source_id,
            "note": p.note,
        }
        for p in evidence.parameters.values()
        if p.role == "engine"
    ]
    return pd.DataFrame(rows)


def _adjustments(scenario: Books) -> pd.DataFrame:
    """Return what was reconciled, source value beside used value."""
    return pd.DataFrame(
        [
            {
                "table": a.table,
                "key": a.key,
                "column": a.column,
                "source_value": a.source_value,
                "used_value": a.used_value,
                "rule": a.rule,
            }
            for a in scenario.state.world.observed.adjustments
        ]
    )
