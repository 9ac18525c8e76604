"""Who receives each dollar, who pays a support, and what each country makes of it.

Sums are compared to 1e-12 relative: they are sums of a few hundred products in float64.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backhaul.baseline.setting import PAYERS, Support
from backhaul.baseline.settle import settle
from backhaul.outcome.books import OWNERS, Books
from backhaul.outcome.trade import balance, content_balance, programme_value

CLOSE = 1e-12


def paid_by(state, payer):
    """Return the same equilibrium with another payer in the books."""
    promise = replace(state.setting.promise, paid_by=payer)
    return replace(state, setting=replace(state.setting, promise=promise))


def test_every_recipient_of_a_dollar_is_named_and_they_receive_all_of_it(solved):
    """In both markets the receipts add up to what buyers pay, and no carrier is paid nothing."""
    for accounts in Books(solved("us-tariff-15-regime").scenario).accounts.values():
        assert sum(accounts.receipts.values()) == pytest.approx(accounts.spending, rel=CLOSE)
        for name in ("treasury: sales tax", "dealers", "factories", "ocean carriers", "firms"):
            assert accounts.receipts[name] > 0, name
        assert sum(accounts.profit.values()) == pytest.approx(accounts.receipts["firms"], rel=CLOSE)


def test_who_pays_a_support_changes_accounts_and_nothing_else(solved):
    """The world's welfare is the same; only the payer has less, by the whole support."""
    state = solved("reverse-imports").scenario
    books = {payer: Books(paid_by(state, payer)) for payer in PAYERS}
    outlay = sum(books["firms"].support_paid.values())

    assert len({round(b.welfare, 2) for b in books.values()}) == 1
    lean, rich = books["JP treasury"].government["JP"], books["firms"].government["JP"]
    assert rich - lean == pytest.approx(outlay, rel=1e-9)
    lean, rich = books["US treasury"].government["US"], books["firms"].government["US"]
    assert rich - lean == pytest.approx(outlay, rel=1e-9)
    lost = sum(books["JP treasury"].profit.values()) - sum(books["firms"].profit.values())
    assert lost == pytest.approx(outlay, rel=1e-9)


def test_firms_pay_for_their_own_cars_only(solved):
    """With two supports, a firm whose cars a treasury supports does not pay for the others'."""
    before = solved("us-tariff-15").baseline
    supports = (
        Support("US", ("toyota_camry",), 100.0, "firms"),
        Support("US", ("honda_civic",), 100.0, "US treasury"),
    )
    books = Books(settle(before.world, replace(before.setting, supports=supports), level="slider"))
    camry, civic = (
        100.0 * books.state.sides["US"].units[books.state.sides["US"].market.ids.index(name)]
        for name in ("toyota_camry", "honda_civic")
    )

    assert books.support_paid["firms"] == pytest.approx(camry, rel=CLOSE)
    assert books.support_paid["US treasury"] == pytest.approx(civic, rel=CLOSE)
    unpaid = books.accounts["US"].profit["honda"] + books.accounts["JP"].profit["honda"]
    assert books.profit["honda"] == pytest.approx(unpaid, rel=CLOSE)
    unpaid = books.accounts["US"].profit["toyota"] + books.accounts["JP"].profit["toyota"]
    assert books.profit["toyota"] == pytest.approx(unpaid - camry, rel=CLOSE)


def test_the_loss_if_nobody_paid_does_not_depend_on_who_pays(solved):
    """Profit without support is the same whoever pays it."""
    state = solved("reverse-imports").scenario
    profits = [Books(paid_by(state, payer)).profit_without_support for payer in PAYERS]

    for firm in profits[0]:
        assert [p[firm] for p in profits] == pytest.approx([profits[0][firm]] * 3, rel=1e-9)


def test_a_duty_on_border_prices_reaches_the_treasury(solved):
    """With duties on half the price before tax, the books still balance to the dollar."""
    before = solved("us-tariff-15").scenario
    setting = replace(before.setting, border_share=0.5)
    books = Books(settle(before.world, setting, level="slider"))
    side, accounts = books.state.sides["US"], books.accounts["US"]
    before_tax = (side.price + side.delivered.credit) / (1 + side.delivered.sales_tax)

    charged = float(side.units @ (before_tax * side.delivered.price_duty))

    assert charged > 1e9
    assert accounts.duty == pytest.approx(charged, rel=1e-9)
    assert abs(accounts.gap) <= CLOSE


def test_moving_between_plants_is_booked_at_what_it_costs(solved):
    """The cost that prices follow less shadow prices and mean cost over links; none at the base."""
    found = solved("us-tariff-15-regime")
    side = found.scenario.sides["US"]
    mean = side.supply.total(side.link_share * side.delivered.unit)
    index = side.wedge.cost - side.scarcity - side.delivered.carried(side.supply)

    booked = Books(found.scenario).accounts["US"].receipts["moving between plants"]

    assert booked == pytest.approx(float(side.units @ (index - mean)), rel=1e-6)
    spending = Books(found.baseline).accounts["US"].spending
    still = Books(found.baseline).accounts["US"].receipts["moving between plants"]
    assert abs(still) <= CLOSE * spending


def test_a_state_that_buys_pays_for_the_way_and_moves_no_price(solved):
    """Its treasury pays the landed sum; seller, carriers and the parts' treasury receive it."""
    found = solved("f150-for-japan")
    before, after = Books(found.baseline), Books(found.scenario)
    (sale,) = after.sales_to_states

    lost = before.government["JP"] - after.government["JP"]

    assert lost == pytest.approx(sale.landed, rel=1e-9)
    assert sale.landed == pytest.approx(sale.value + sale.freight + sale.handling, rel=CLOSE)
    assert after.profit["ford"] - before.profit["ford"] == pytest.approx(sale.profit, rel=1e-6)
    gained = after.government["US"] - before.government["US"]
    assert gained == pytest.approx(sale.parts_duty, rel=1e-6)
    assert np.array_equal(found.baseline.sides["US"].price, found.scenario.sides["US"].price)
    assert sum(sale.built.values()) == pytest.approx(10_000)
    assert sum(sale.content.values()) == pytest.approx(1)


def test_a_dearer_yen_alone_makes_nobody_richer(solved):
    """Sums in yen are valued at the rate before: yen sums by the ratio of rates, dollars as is."""
    found = solved("yen-120")
    plain = Books(found.scenario)
    valued = plain.valued_like(Books(found.baseline))
    ratio = found.scenario.setting.jpy_per_usd / found.baseline.setting.jpy_per_usd

    assert ratio == pytest.approx(120 / 151.5, abs=0.01)
    for name in ("surplus", "dealers", "government"):
        assert getattr(valued, name)["JP"] == pytest.approx(ratio * getattr(plain, name)["JP"])
        assert getattr(valued, name)["US"] == getattr(plain, name)["US"]
    assert valued.profit["toyota"] == pytest.approx(ratio * plain.profit["toyota"])
    assert valued.profit["ford"] == plain.profit["ford"]


def test_a_country_owns_its_people_its_treasury_and_a_stated_part_of_profits(solved):
    """Both countries together have the world's welfare less what third countries own."""
    books = Books(solved("us-tariff-15-regime").scenario)
    value = books.state.world.evidence.parameter
    owned = {
        home: sum(value(OWNERS[code][home]).value for code in ("JP", "US"))
        for home in ("JPN", "USA")
    }
    abroad = sum(
        profit * (1 - owned.get(books.home.get(firm, ""), 0.0))
        for firm, profit in books.profit.items()
    )

    both = books.national("JP") + books.national("US")

    assert both == pytest.approx(books.welfare - abroad, rel=CLOSE)


def test_a_smaller_deficit_is_a_positive_change(solved):
    """A duty on Japan-built cars shrinks the US deficit; entrants and purchases do so too."""
    for name in ("us-tariff-15", "reverse-imports", "f150-for-japan"):
        found = solved(name)
        for measured in (balance, content_balance):
            assert measured(found.scenario) > measured(found.baseline), (name, measured)
        assert balance(found.scenario) == pytest.approx(
            -balance(found.scenario, home="JP", partner="US"), rel=CLOSE
        )


def test_what_a_programme_ships_is_its_customs_value(solved):
    """Units of the six cars times their customs value; nothing where nothing enters."""
    found = solved("reverse-imports")
    side = found.scenario.sides["JP"]
    value = sum(
        units * worth
        for link, units, worth in zip(
            side.supply.links, side.link_units, side.delivered.free_on_board, strict=True
        )
        if link.product in found.scenario.setting.promise.products
    )

    assert programme_value(found.scenario) == pytest.approx(value, rel=CLOSE)
    assert programme_value(found.baseline) == 0
    assert programme_value(found.scenario, home="JP", partner="US") == pytest.approx(-value)
