"""All books of one state: both markets' accounts, trade, surplus, profits, treasuries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backhaul.baseline.setting import PAYERS
from backhaul.baseline.state import State
from backhaul.demand.surplus import mean_surplus
from backhaul.outcome.accounts import Accounts, keep_accounts
from backhaul.outcome.trade import Flow, PublicSale, flows, public_sales

GOVERNMENT = {"JP treasury": "JP", "US treasury": "US"}
"""Market code of the treasury behind each payer; firms pay their own."""

CODE = {"JPN": "JP", "USA": "US"}


@dataclass(frozen=True, eq=False)
class Books:
    """The year of one state in USD. Every figure of an outcome is read from here."""

    state: State

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
    def surplus(self) -> dict[str, float]:
        """Consumer surplus by market, USD a year, counted from a world without new cars."""
        return {
            code: mean_surplus(side.taste, side.price) * side.market.size / side.per_usd
            for code, side in self.state.sides.items()
        }

    @cached_property
    def fixed_costs(self) -> dict[str, float]:
        """Certification, engineering and investment by firm, USD a year."""
        setting = self.state.setting
        years = self.state.world.evidence.parameter("model_life_years").value
        costs: dict[str, float] = {}
        for entrant in setting.entrants:
            firm = entrant.product.firm
            costs[firm] = costs.get(firm, 0.0) + entrant.fixed_cost_usd
        for move in setting.moves:
            costs[move.firm] = costs.get(move.firm, 0.0) + move.cost_usd / years
        return costs

    @cached_property
    def support_paid(self) -> dict[str, float]:
        """Support by payer, USD a year: commitment and given supports together."""
        paid = dict.fromkeys(PAYERS, 0.0)
        setting = self.state.setting
        for side in self.state.sides.values():
            if setting.promise is not None and setting.promise.market == side.market.code:
                paid[setting.promise.paid_by] += float((side.units * side.promised).sum()) / (
                    side.per_usd
                )
            for support in setting.supports:
                if support.market == side.market.code:
                    mine = np.isin(side.market.ids, support.products)
                    paid[support.paid_by] += support.usd * float(side.units[mine].sum())
        return paid

    @cached_property
    def support_by_firm(self) -> dict[str, float]:
        """Support received by firm, USD a year."""
        received: dict[str, float] = {}
        for side in self.state.sides.values():
            amounts = side.units * (side.promised + side.supply.support) / side.per_usd
            for firm, amount in zip(side.market.firms, amounts, strict=True):
                received[firm] = received.get(firm, 0.0) + float(amount)
        return received

    @cached_property
    def profit(self) -> dict[str, float]:
        """Profit by firm over both markets and sales to states, after fixed costs, USD a year.

        A support that firms pay themselves is taken from the firms that receive it.
        """
        total: dict[str, float] = {}
        for accounts in self.accounts.values():
            for firm, value in accounts.profit.items():
                total[firm] = total.get(firm, 0.0) + value
        for sale in self.sales_to_states:
            total[sale.firm] = total.get(sale.firm, 0.0) + sale.profit
        own = self.support_paid["firms"] / max(sum(self.support_by_firm.values()), 1e-300)
        for firm in total:
            total[firm] -= self.fixed_costs.get(firm, 0.0)
            total[firm] -= own * self.support_by_firm.get(firm, 0.0)
        return total

    @cached_property
    def dealers(self) -> float:
        """Receipts of dealers in both markets, USD a year."""
        return sum(accounts.receipts["dealers"] for accounts in self.accounts.values())

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
        for payer, code in GOVERNMENT.items():
            total[code] -= self.support_paid[payer]
        for sale in self.sales_to_states:
            total[sale.purchase.buyer] -= sale.landed
        return total

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
        """Consumer surplus, profits, dealers and treasuries of both countries, USD a year."""
        return (
            sum(self.surplus.values())
            + sum(self.profit.values())
            + self.dealers
            + sum(self.government.values())
        )
