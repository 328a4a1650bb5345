"""What must be so when all is quiet, computed from what truly happened and not from what the product says of it.

The price of a leg is worked out here once more, in fractions, from the deck's text.
"""

from collections import Counter
from email import message_from_bytes, policy
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any

from sqlalchemy import Connection, Row, select

from billing.check import check
from billing.tables import balances, cdrs, holds
from orders.states import MessageState, OrderState
from orders.tables import attempts, messages, orders
from replies.tables import outbox
from tests.joint.machine.people import PRICES, RIG, SHIP, Home, Payer
from tests.joint.machine.product import Posted, Product
from tests.joint.machine.street import Truth

STEP = 100
"""Charges are whole ten-thousandths, in micro-units."""
FREE_LATE_MS = 2_000


def price(number: str, milliseconds: int, tax_percent: int) -> tuple[int, int]:
    """Charge and tax of a leg in micro-units."""
    row = next(row for prefix, row in PRICES.items() if number[1:].startswith(prefix))
    rate, fee, first, following = Fraction(row[0]), Fraction(row[1]), row[2], row[3]
    seconds = ceil(Fraction(milliseconds, 1000))
    if seconds == 0:
        return 0, 0
    billed = first + ceil(Fraction(max(seconds - first, 0), following)) * following
    net = ceil((fee + rate * billed / 60) * 1_000_000 / STEP) * STEP
    return net, ceil(Fraction(net * tax_percent, 100) / STEP) * STEP


def paid_in_at_first() -> Counter[str]:
    """What each account has when a run begins, in micro-units."""
    return Counter({payer.name: int(Fraction(payer.funds) * 1_000_000) for payer in (SHIP, RIG)})


class Books:
    """Everything that is written, read once."""

    def __init__(self, conn: Connection, home: Home) -> None:
        self.orders = {row.id: row for row in conn.execute(select(orders))}
        self.attempts = {row.id: row for row in conn.execute(select(attempts))}
        self.bills = {row.attempt_id: row for row in conn.execute(select(cdrs))}
        self.holds = {row.order_id: row for row in conn.execute(select(holds))}
        self.messages = list(conn.execute(select(messages)))
        self.outbox = list(conn.execute(select(outbox)))
        self.balances = {row.account_id: row.amount for row in conn.execute(select(balances))}
        self.problems = check(conn)
        self.payers = {home.accounts[payer.name]: payer for payer in (SHIP, RIG)}

    def is_quiet(self) -> bool:
        """Whether nothing is left to be done."""
        stored = any(row.state == MessageState.STORED for row in self.messages)
        waiting = any(row.state == "waiting" for row in self.outbox)
        return not stored and not waiting and all(row.state == OrderState.ENDED for row in self.orders.values())


def nothing_dialled_twice(product: Product, books: Books) -> None:
    """No attempt twice; of a leg's attempts one after the other, and none after one that was answered."""
    assert all(times <= 1 for times in product.street.dials.values()), product.street.dials
    legs: dict[tuple[str, str], list[Truth]] = {}
    for row in books.attempts.values():
        truth = product.street.truth.get(row.id)
        if truth is not None and truth.dialled_ms is not None:
            legs.setdefault((row.order_id, row.role), []).append(truth)
    for tried in legs.values():
        tried.sort(key=lambda truth: truth.dialled_ms or 0)
        for earlier, later in pairwise(tried):
            assert later.dialled_ms is not None
            assert earlier.answered_ms is None
            assert earlier.ended_ms is not None
            assert earlier.ended_ms <= later.dialled_ms


def holds_are_on_open_orders(books: Books) -> None:
    open_orders = {row.id for row in books.orders.values() if row.state != OrderState.ENDED}
    assert {row.order_id for row in books.holds.values() if row.open} == open_orders


def billed_is_answered(product: Product, books: Books) -> None:
    """Each answered leg has one bill, with the switch's own times and the deck's price; no other leg has one."""
    answered = {leg: truth for leg, truth in product.street.truth.items() if truth.answered_ms is not None}
    assert set(books.bills) == set(answered)
    for leg, truth in answered.items():
        bill = books.bills[leg]
        assert (bill.answered_ms, bill.ended_ms, bill.estimated) == (truth.answered_ms, truth.ended_ms, False)
        assert bill.number == truth.number
        _is_priced(product, books, bill, truth)


def _is_priced(product: Product, books: Books, bill: Row[Any], truth: Truth) -> None:
    payer = books.payers[bill.account_id]
    assert truth.answered_ms is not None
    assert truth.ended_ms is not None
    due = price(truth.number, truth.ended_ms - truth.answered_ms, payer.tax_percent)
    got = (bill.charge, bill.tax)
    if bill.capped:  # the hold is used up, but for what is too small to be charged with its tax
        hold = books.holds[bill.order_id]
        assert sum(got) < sum(due)
        assert 0 <= hold.amount - hold.spent < 3 * STEP
    elif _is_free(product, books, bill, truth, payer):
        assert got == (0, 0)
    elif not (
        bill.role != books.orders[bill.order_id].first
        and truth.ended_ms - truth.answered_ms < FREE_LATE_MS
        and got == (0, 0)
    ):
        assert got == due


def _is_free(product: Product, books: Books, bill: Row[Any], truth: Truth, payer: Payer) -> bool:
    other = "B" if bill.role == "A" else "A"
    rows = [row for row in books.attempts.values() if (row.order_id, row.role) == (bill.order_id, other)]
    others = [product.street.truth[row.id] for row in rows if row.id in product.street.truth]
    assert truth.answered_ms is not None
    assert truth.ended_ms is not None
    if bill.role == books.orders[bill.order_id].first:
        return not payer.charge_unjoined and all(
            each.answered_ms is None or each.answered_ms >= truth.ended_ms for each in others
        )
    left = any(each.answered_ms and each.ended_ms and each.ended_ms <= truth.answered_ms for each in others)
    return left and truth.ended_ms - truth.answered_ms < FREE_LATE_MS


def balances_are_what_is_left(books: Books, paid_in: Counter[str]) -> None:
    spent: Counter[str] = Counter()
    for bill in books.bills.values():
        spent[books.payers[bill.account_id].name] += bill.charge + bill.tax
    for account, payer in books.payers.items():
        assert books.balances[account] == paid_in[payer.name] - spent[payer.name]


def everybody_was_told(product: Product, books: Books, posted: list[Posted]) -> None:
    """One answer for each time that a mail was taken, one receipt for each order; copies count once."""
    sent = {outbox_id: message_from_bytes(raw, policy=policy.default) for outbox_id, raw, _ in product.post.taken}
    assert set(sent) == {row.id for row in books.outbox}
    told: Counter[tuple[str, bool]] = Counter()
    for mail in sent.values():
        assert mail["To"] != "boss@door.test", mail.get_content()
        told[str(mail["In-Reply-To"]), "Total $" in mail.get_content()] += 1
    stored: Counter[str] = Counter()
    for each in posted:
        stored[each.message_id] += each.stored
    assert Counter({message: n for (message, receipt), n in told.items() if not receipt}) == +stored
    assert sum(n for (_, receipt), n in told.items() if receipt) == len(books.orders)
    assert all(n == 1 for (_, receipt), n in told.items() if receipt)
