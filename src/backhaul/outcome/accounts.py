"""Who receives each dollar that buyers pay: the accounts of one market in one state."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from backhaul.baseline.state import SideState
from backhaul.shapes import PerLink, PerProduct

RESOURCE_ITEMS = (
    "factories",
    "ocean carriers",
    "inland carriers",
    "insurers",
    "pre-delivery",
    "converters",
    "certifiers",
    "importers",
    "moving between plants",
)
"""Recipients whose receipts are the cost of resources used."""

_LINK_RECIPIENTS = {
    "factory": "factories",
    "ocean_freight": "ocean carriers",
    "inland": "inland carriers",
    "insurance": "insurers",
    "pre_delivery": "pre-delivery",
    "conversion": "converters",
    "certification": "certifiers",
}


@dataclass(frozen=True, eq=False)
class Accounts:
    """One market's year in USD: what buyers pay and who receives it."""

    market: str
    spending: float
    """Units times consumer prices."""

    receipts: dict[str, float]
    """By recipient; support paid and credits are negative receipts of who pays them."""

    tax: float
    duty: float
    """Duties on cars, in the treasury of the market's country."""

    parts_duty: dict[str, float] = field(default_factory=dict)
    """Duties on parts by the country whose treasury takes them."""

    credit: float = 0.0
    """Purchase subsidies paid to buyers."""

    support: float = 0.0
    """Support paid to firms, commitment and given supports together."""

    profit: dict[str, float] = field(default_factory=dict)
    """By firm, support included, before fixed costs."""

    @property
    def gap(self) -> float:
        """Dollars paid and not received by anybody, as a share of the spending."""
        return (self.spending - sum(self.receipts.values())) / self.spending

    @property
    def resources(self) -> float:
        """Cost of resources used: everything but profit, dealers, treasury and support."""
        return sum(self.receipts[name] for name in RESOURCE_ITEMS)


def keep_accounts(side: SideState) -> Accounts:
    """Return the accounts of one market in one state, in USD."""
    units, rate = side.units, side.per_usd
    delivered, supply = side.delivered, side.supply

    def products(amount: PerProduct) -> float:
        return float((units * amount).sum()) / rate

    def links(amount: PerLink) -> float:
        return float((side.link_units * amount).sum())

    before_tax = (side.price + delivered.credit) / (1 + delivered.sales_tax)
    tax = products(before_tax * delivered.sales_tax)
    duty = links(delivered.duty) + products(before_tax * delivered.price_duty)
    parts = _parts_duty(side)
    credit = products(delivered.credit)
    support = products(supply.support + side.promised)
    profit = products(side.unit_profit)
    receipts = {
        "treasury: sales tax": tax,
        "treasury: duties": duty,
        "treasury: duties on parts": sum(parts.values()),
        "treasury: purchase subsidies": -credit,
        "payers of support": -support,
        "dealers": products(supply.dealer),
        "importers": products(supply.importer_margin),
        "moving between plants": products(side.resourcing),
        "firms": profit,
    }
    receipts |= {
        recipient: links(getattr(delivered, item)) for item, recipient in _LINK_RECIPIENTS.items()
    }
    receipts["factories"] += products(supply.local)  # equipment and list prices differ at home
    firms = np.array(side.market.firms)
    return Accounts(
        market=side.market.code,
        spending=products(side.price),
        receipts=receipts,
        tax=tax,
        duty=duty,
        parts_duty=parts,
        credit=credit,
        support=support,
        profit={
            str(firm): products(np.where(firms == firm, side.unit_profit, 0.0))
            for firm in dict.fromkeys(firms)
        },
    )


def _parts_duty(side: SideState) -> dict[str, float]:
    """Return duties on parts by the country of the plant, whose treasury takes them."""
    total: dict[str, float] = {}
    amounts = side.link_units * side.delivered.parts_duty
    for country, amount in zip(side.supply.countries, amounts, strict=True):
        if amount:
            total[country] = total.get(country, 0.0) + float(amount)
    return total
