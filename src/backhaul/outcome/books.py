"""All books of one state: both markets' accounts, trade, surplus, profits, treasuries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from backhaul.baseline.setting import PAYERS
from backhaul.baseline.solved import Solved
from backhaul.baseline.state import SideState, State
from backhaul.demand.surplus import mean_surplus
from backhaul.market.origins import home_countries
from backhaul.outcome.accounts import Accounts, keep_accounts
from backhaul.outcome.trade import Flow, PublicSale, flows, public_sales

TREASURY = {"JP treasury": "JP", "US treasury": "US"}
"""Market code of the treasury behind each payer of a support; firms pay their own."""

COUNTRY = {"JP": "JPN", "US": "USA"}
CODE = {country: code for code, country in COUNTRY.items()}

OWNERS = {
    "JP": {"JPN": "profit_share_domestic_jp", "USA": "profit_share_jp_in_us"},
    "US": {"USA": "profit_share_domestic_us", "JPN": "profit_share_us_in_jp"},
}
"""By country, then by home of the firm: the parameter with the residents' share of its profit."""


_AT_ANY_RATE = {
    *("accounts", "flows", "sales_to_states", "home", "fixed_costs"),
    *("supports", "support_paid", "support_by_firm", "resources", "spending"),
}
"""Entries of the books, kept once read, that do not depend on how sums in yen are valued."""


@dataclass(frozen=True, slots=True)
class SupportLine:
    """Support for one firm's cars in one market, USD a year."""

    market: str
    payer: str
    firm: str
    usd: float


@dataclass(frozen=True, eq=False)
class Books:
    """The year of one state in USD. Every figure of an outcome is read from here.

    Trade and accounts are in USD at the state's own exchange rate. What people, dealers, firms
    and the treasury at home in Japan have is yen: it is turned into USD at the rate `yen`, so that
    a dearer yen alone makes nobody richer.
    """

    state: State
    yen: float | None = None
    """JPY per USD at which sums in yen are valued; None: the state's own rate."""

    def valued_like(self, other: Books) -> Books:
        """Return these books with sums in yen valued at the other state's exchange rate."""
        books = replace(self, yen=other.state.setting.jpy_per_usd)
        vars(books).update({name: vars(self)[name] for name in _AT_ANY_RATE & set(vars(self))})
        return books

    def own_money(self, country: str) -> float:
        """Return what a USD at the state's rate is worth to residents of a country, USD."""
        if country != "JPN" or self.yen is None:
            return 1.0
        return self.state.setting.jpy_per_usd / self.yen

    @cached_property
    def accounts(self) -> dict[str, Accounts]:
        """Accounts by market."""
        return {code: keep_accounts(side) for code, side in self.state.sides.items()}

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Trade by origin and market."""
        return flows(self.state)

    @cached_property
    def sales_to_states(self) -> tuple[PublicSale, ...]:
        """Purchases by states outside demand."""
        return public_sales(self.state)

    @cached_property
    def home(self) -> dict[str, str]:
        """Home country by firm."""
        return home_countries(self.state.world.evidence)

    @cached_property
    def surplus(self) -> dict[str, float]:
        """Consumer surplus by market, USD a year, counted from a world without new cars."""
        return {
            code: mean_surplus(side.taste, side.price)
            * side.market.size
            / side.per_usd
            * self.own_money(side.market.country)
            for code, side in self.state.sides.items()
        }

    @cached_property
    def fixed_costs(self) -> dict[str, float]:
        """Certification, engineering and investment by firm, USD a year.

        What is spent once is spread evenly, without interest: capacity over `plant_life_years`;
        an entrant's cost comes per year of its model's life.
        """
        setting = self.state.setting
        costs: dict[str, float] = {}
        for entrant in setting.entrants:
            firm = entrant.product.firm
            costs[firm] = costs.get(firm, 0.0) + entrant.fixed_cost_usd
        for move in setting.moves:
            years = self.state.world.evidence.parameter("plant_life_years").value
            costs[move.firm] = costs.get(move.firm, 0.0) + move.cost_usd / years
        return costs

    @cached_property
    def supports(self) -> tuple[SupportLine, ...]:
        """Every support by payer and receiving firm: that of the promise, then the given ones."""
        setting = self.state.setting
        lines: list[SupportLine] = []
        for code, side in self.state.sides.items():
            if setting.promise is not None and setting.promise.market == code:
                lines += _lines(side, setting.promise.paid_by, side.promised / side.per_usd)
            for support in setting.supports:
                if support.market == code:
                    amount = support.usd * np.isin(side.market.ids, support.products)
                    lines += _lines(side, support.paid_by, amount)
        return tuple(lines)

    @cached_property
    def support_paid(self) -> dict[str, float]:
        """Support by payer, USD a year."""
        return {
            payer: sum(line.usd for line in self.supports if line.payer == payer)
            for payer in PAYERS
        }

    @cached_property
    def support_by_firm(self) -> dict[str, float]:
        """Support received by firm, USD a year."""
        received: dict[str, float] = {}
        for line in self.supports:
            received[line.firm] = received.get(line.firm, 0.0) + line.usd
        return received

    @cached_property
    def profit(self) -> dict[str, float]:
        """Profit by firm over both markets and sales to states, after fixed costs, USD a year.

        A support that firms pay is taken from the firm whose cars receive it.
        """
        total: dict[str, float] = {}
        for accounts in self.accounts.values():
            _add(total, accounts.profit)
        for sale in self.sales_to_states:
            _add(total, {sale.firm: sale.profit})
        _add(total, {firm: -cost for firm, cost in self.fixed_costs.items()})
        for line in self.supports:
            if line.payer not in TREASURY:
                _add(total, {line.firm: -line.usd})
        return {
            firm: value * self.own_money(self.home.get(firm, "")) for firm, value in total.items()
        }

    @cached_property
    def profit_without_support(self) -> dict[str, float]:
        """Profit by firm as it would be at the same prices and units if nobody paid support."""
        total = dict(self.profit)
        for line in self.supports:
            if line.payer in TREASURY:
                total[line.firm] -= line.usd * self.own_money(self.home.get(line.firm, ""))
        return total

    @cached_property
    def dealers(self) -> dict[str, float]:
        """Receipts of dealers by market, USD a year."""
        return {
            code: accounts.receipts["dealers"] * self.own_money(COUNTRY[code])
            for code, accounts in self.accounts.items()
        }

    @cached_property
    def government(self) -> dict[str, float]:
        """Receipts less outlays of each treasury on new cars, by market code, USD a year."""
        total = {
            code: accounts.tax + accounts.duty - accounts.credit
            for code, accounts in self.accounts.items()
        }
        for accounts in self.accounts.values():
            for country, amount in accounts.parts_duty.items():
                total[CODE[country]] += amount
        for payer, code in TREASURY.items():
            total[code] -= self.support_paid[payer]
        for sale in self.sales_to_states:
            total[sale.purchase.buyer] -= sale.landed
            total[CODE[sale.origin]] += sale.parts_duty
        return {code: value * self.own_money(COUNTRY[code]) for code, value in total.items()}

    @cached_property
    def resources(self) -> float:
        """Resources used: factories, freight, conversion, certification, margins' costs, USD."""
        return (
            sum(accounts.resources for accounts in self.accounts.values())
            + sum(sale.resources for sale in self.sales_to_states)
            + sum(self.fixed_costs.values())
        )

    @cached_property
    def spending(self) -> float:
        """What buyers pay in both markets, USD a year."""
        return sum(accounts.spending for accounts in self.accounts.values())

    @property
    def welfare(self) -> float:
        """Consumer surplus, profits, dealers and treasuries of both countries, USD a year.

        What a state's own vehicles are worth to it is not counted, only what it pays for them.
        """
        return (
            sum(self.surplus.values())
            + sum(self.profit.values())
            + sum(self.dealers.values())
            + sum(self.government.values())
        )

    def national(self, code: str) -> float:
        """Return a country's welfare: its consumers, dealers, treasury and owned profits, USD."""
        evidence = self.state.world.evidence
        owned = {home: evidence.parameter(name).value for home, name in OWNERS[code].items()}
        profits = sum(
            owned.get(self.home.get(firm, ""), 0.0) * value for firm, value in self.profit.items()
        )
        return self.surplus[code] + self.government[code] + self.dealers[code] + profits


def books_of(solved: Solved) -> tuple[Books, Books, Books]:
    """Return the books of baseline, scenario, and the scenario without support."""
    before, after = Books(solved.baseline), Books(solved.scenario)
    return before, after, after if solved.free is solved.scenario else Books(solved.free)


def _lines(side: SideState, payer: str, per_unit: np.ndarray) -> list[SupportLine]:
    """Return what one payer gives each firm for its cars in one market."""
    amounts = side.units * per_unit
    firms = np.array(side.market.firms)
    return [
        SupportLine(side.market.code, payer, str(firm), float(amounts[firms == firm].sum()))
        for firm in dict.fromkeys(firms[amounts != 0])
    ]


def _add(total: dict[str, float], amounts: dict[str, float]) -> None:
    """Add amounts to a total, entry by entry."""
    for name, amount in amounts.items():
        total[name] = total.get(name, 0.0) + amount
