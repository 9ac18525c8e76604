"""Checks of the reverse-import programme: sales, support, profit, obstacles, balance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backhaul.evidence.claim import Claim
from backhaul.study.checks.bench import (
    Bench,
    Finding,
    quantity,
    sources,
    supported_if,
    usd,
)
from backhaul.study.checks.events import announcement

ALONE, HELPED, RIGHT = "reverse-imports-as-is", "reverse-imports", "reverse-imports-rhd"

MAJOR = 1 / 3
"""An obstacle is a major one if without it at least a third of the support were not needed."""

EXPENSIVE = 1.25
"""A car is expensive if it costs a quarter more than the cars of its segment on average."""

SOME = 0.01
"""There is demand for a kind of car if it makes up a hundredth of the market."""

NICHE = 0.001
"""A niche is less than a thousandth of the market."""


def could_bring(bench: Bench, claim: Claim) -> Finding:
    """Hold "could bring" against announcements since, and against the programme's profit."""
    found = announcement(bench, claim)
    return Finding(
        found.verdict,
        f"{found.reason} In the model, {_profit_words(bench)}",
        _profit(bench, ALONE),
        "USD a year, change of the carmakers' profit without help",
        found.source_ids,
    )


def motive(bench: Bench, claim: Claim) -> Finding:
    """Report a motive, with the profit that it is measured against."""
    table = bench.outcome(HELPED).tables["programme"]
    known = table[table["tariff_point_value_usd"] > 0]
    points = "; ".join(
        f"{firm}: {usd(loss)} against {usd(worth)}"
        for firm, loss, worth in zip(
            known["firm"],
            known["loss_usd"].astype(float),
            known["tariff_point_value_usd"].astype(float),
            strict=True,
        )
    )
    return Finding(
        "not_checkable",
        f"A motive cannot be seen. In the model, {_profit_words(bench)} If the carmakers paid the "
        "support themselves, the loss would stand against what one point of US duty is worth to "
        f"them: {points}.",
        _loss(bench),
        "USD a year, loss of the carmakers if they paid the support",
    )


def volume(bench: Bench, claim: Claim) -> Finding:
    """Hold a number of reverse imports against sales without support, and what it would take."""
    claimed = quantity(claim)
    free = bench.outcome(HELPED)["units_without_support"]
    low, high = free.low or free.scenario, free.high or free.scenario
    support = bench.outcome(HELPED)["support_per_vehicle_usd"].scenario
    promised = bench.outcome(HELPED)["units_committed"].scenario
    american = bench.rows(
        "trade_flows", exporter="USA", importer="JPN", year=2024, measure="units",
        product="motor_vehicles",
    )  # fmt: skip
    return Finding(
        supported_if(low <= claimed <= high),
        f"Without support buyers would take {free.scenario:,.0f} a year (90 % interval {low:,.0f} "
        f"to {high:,.0f}); {promised:,.0f} take {support:,.0f} USD per vehicle. The claim is "
        f"{claimed / float(american['value'].iloc[0]):.1f} times all vehicles that Japan imported "
        "from the US in 2024.",
        free.scenario,
        "vehicles a year without support",
        sources(american),
    )


def help_needed(bench: Bench, claim: Claim) -> Finding:
    """Hold "government help needed" against the support and the worth of accepted papers."""
    outcome = bench.outcome(HELPED)
    support = outcome["support_per_vehicle_usd"].scenario
    with_papers = outcome["units_without_support"].scenario
    alone = bench.outcome(ALONE)["units_without_support"].scenario
    return Finding(
        supported_if(support > 0),
        f"{_promised(bench)} a year take {support:,.0f} USD per vehicle, "
        f"{usd(outcome['support_outlay_usd'].scenario)} a year; accepted papers alone lift sales "
        f"only from {alone:,.0f} to {with_papers:,.0f}. That holds for so many, not for any "
        f"number: {_profit_words(bench)}",
        support,
        "USD per vehicle",
    )


def steering_obstacle(bench: Bench, claim: Claim) -> Finding:
    """Hold "a major obstacle" against the support saved by a wheel on the right."""
    left, right = bench.outcome(HELPED), bench.outcome(RIGHT)
    with_left = left["support_per_vehicle_usd"].scenario
    saved = 1 - right["support_per_vehicle_usd"].scenario / with_left
    units = [o["units_without_support"].scenario for o in (left, right)]
    discount = bench.evidence.parameter("lhd_discount_mass_market_jp")
    return Finding(
        supported_if(saved >= MAJOR),
        f"An obstacle, and not the main one: with the wheel on the right {units[1]:,.0f} instead "
        f"of {units[0]:,.0f} would be sold without support, and {_promised(bench)} would need "
        f"{saved:.0%} less support per vehicle (a major obstacle would be {MAJOR:.0%} or more). "
        f"It rests on a judgement: families want {discount.value:.0%} off ({discount.low:.0%} to "
        f"{discount.high:.0%})."
        if saved < MAJOR
        else f"With the wheel on the right {units[1]:,.0f} instead of {units[0]:,.0f} would be "
        f"sold without support, and {_promised(bench)} would need {saved:.0%} less support per "
        "vehicle.",
        100 * saved,
        "per cent of the support per vehicle",
        (discount.source_id,),
    )


def eases_deficit(bench: Bench, claim: Claim) -> Finding:
    """Hold "would ease tensions" against the deficit, the only part of them with a figure.

    The bar is the deficit's own movement from year to year: less than that nobody would notice.
    """
    balances = bench.rows("trade_flows", measure="value_usd", product="goods_balance")
    balances = balances.assign(when=balances["year"].astype(int)).sort_values("when")
    steps = np.diff(balances["when"])
    moves = np.abs(np.diff(balances["value"]))[steps == 1]
    deficit = -float(balances["value"].iloc[-1])
    net = bench.change(HELPED, "balance_us_jp_net_usd")
    return Finding(
        supported_if(net >= float(moves.mean())),
        f"{_promised(bench)} cars shrink the deficit by {usd(net)} net of what they displace, "
        f"{net / deficit:.1%} of {usd(deficit)}; from year to year it moves by "
        f"{usd(float(moves.mean()))} on average. "
        "Tensions have no other figure.",
        100 * net / deficit,
        "per cent of the deficit",
        sources(balances),
    )


def trucks(bench: Bench, claim: Claim) -> Finding:
    """Report an offer of pick-ups, with what a thousand of them do to the balance."""
    setting = bench.solved("f150-for-japan").scenario.setting
    units = sum(purchase.units for purchase in setting.purchases)
    each = 1000 * bench.change("f150-for-japan", "balance_us_jp_net_usd") / units
    return Finding(
        "not_checkable",
        f"An event, and no size of the purchase is on record: each 1,000 trucks shrink the US "
        f"deficit by {usd(each)}.",
        each,
        "USD per 1,000 trucks",
    )


def expensive(bench: Bench, claim: Claim) -> Finding:
    """Hold "expensive" against the price of the entrants' segments; the yen's part of it beside."""
    ratio, each = _against_segment(bench)
    return Finding(
        supported_if(ratio >= EXPENSIVE),
        f"Weighted by sales, the cars would cost {ratio:.2f} times the average car of their "
        f"segments in Japan ({each}); that US plants cost more than Japanese ones is itself an "
        f"assumption ({bench.evidence.parameter('plant_cost_premium_us_vs_japan').value:.0%}).",
        ratio,
        "times the average price of the segment",
    )


def expensive_with_niche(bench: Bench, claim: Claim) -> Finding:
    """Hold "high prices, and a niche for the Tundra" against prices and the Tundra's sales."""
    ratio, each = _against_segment(bench)
    entrants = bench.outcome(ALONE).tables["entrants"].set_index("product")
    units = float(entrants["units_without_support"]["toyota_tundra"])
    market = bench.outcome(ALONE)["units_total_JP"].scenario
    return Finding(
        supported_if(ratio >= EXPENSIVE and 0 < units / market < NICHE),
        f"Weighted by sales, the cars would cost {ratio:.2f} times the average of their segments "
        f"({each}); the Tundra would sell {units:,.0f} a year, a niche.",
        units,
        "Tundras a year without help",
    )


def larger_vehicles(bench: Bench, claim: Claim) -> Finding:
    """Hold demand for larger vehicles against what Japan buys and would buy of them."""
    products = bench.outcome(ALONE).tables["products"]
    japan = products[products["market"] == "JP"]
    big = japan["segment"].isin(
        ["midsize_suv", "fullsize_suv", "midsize_pickup", "fullsize_pickup"]
    )
    sold = float(japan["units_baseline"][big].sum())
    share = sold / float(japan["units_baseline"].sum())
    entering = japan[big & japan["entrant"]]["units_scenario"].sum()
    return Finding(
        supported_if(share >= SOME),
        f"Of the modelled market of 2024, {sold:,.0f} were midsize or larger SUVs and pick-ups, "
        f"{share:.1%}; the announced ones would add {entering:,.0f} a year without help. "
        f"Demand is said to exist from {SOME:.0%} of the market on.",
        sold,
        "vehicles a year",
    )


def _promised(bench: Bench) -> str:
    """Return the promised number of cars as text."""
    return f"{bench.outcome(HELPED)['units_committed'].scenario:,.0f}"


def _profit(bench: Bench, scenario: str) -> float:
    """Return the change of profit of the carmakers that bring the cars."""
    table = bench.outcome(scenario).tables["programme"]
    return sum(bench.change(scenario, f"profit_{firm}_usd") for firm in table["firm"])


def _loss(bench: Bench) -> float:
    """Return what 20,000 a year would cost the carmakers if they paid the support."""
    return float(bench.outcome(HELPED).tables["programme"]["loss_usd"].sum())


def _profit_words(bench: Bench) -> str:
    """Return the programme's profit in a sentence."""
    alone = bench.outcome(ALONE)["units_without_support"].scenario
    return (
        f"without help {alone:,.0f} cars a year change the carmakers' profit by "
        f"{usd(_profit(bench, ALONE))}; {_promised(bench)} a year would lose them "
        f"{usd(_loss(bench))} without the support."
    )


def _against_segment(bench: Bench) -> tuple[float, str]:
    """Return the entrants' prices over their segments' averages, and each in words.

    A car whose segment Japan does not have has nothing to be compared with.
    """
    products = bench.outcome(ALONE).tables["products"]
    japan = products[products["market"] == "JP"]
    local, new = japan[~japan["entrant"]], japan[japan["entrant"]]
    new = new[new["segment"].isin(local["segment"])]  # nobody else sells a full-size pick-up
    usual = np.array([_mean_price(local, str(segment)) for segment in new["segment"]])
    ratios = new["price_scenario"].to_numpy() / usual
    names = new["product"].astype(str)
    words = ", ".join(f"{name} {ratio:.2f}" for name, ratio in zip(names, ratios, strict=True))
    return float(np.average(ratios, weights=new["units_scenario"])), words


def _mean_price(products: pd.DataFrame, segment: str) -> float:
    """Return the sales-weighted mean price of a segment before the change."""
    mine = products[products["segment"] == segment]
    return float(np.average(mine["price_baseline"], weights=mine["units_baseline"]))
