"""The quote that a sender is told, their OK, and what they are billed in the end: the same to the last micro-unit.

Over drawn decks, increments, fees, taxes, currencies and lengths of calls, whatever happens to the deck between the
question and its answer. What must come out is worked out here once more, in fractions, from the deck that was quoted.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from accounts import systems
from accounts.tables import accounts
from billing import holds as hold_book
from billing.ledger import customer
from billing.quotes import Quote, plan
from billing.settle import Leg, close_order, finalise
from billing.tables import balances, cdrs, deck_rows, decks, entries, holds, transactions
from orders.tables import attempts, orders, questions
from tests.unit import factory
from tests.unit.inbound.house import ANN, ANNS_PHONE, DOLLAR, MUM, NOW, House

SHIP = "+870773111222"
STEP = 100
"""Micro-units: charges are made in 0.0001."""
CURRENCIES = ["USD", "EUR", "JPY", "KWD"]
"""Of two, two, no and three decimals."""
SAID = re.compile(
    r"(?P<ref>[A-Z]\d+) Call \S+ .*?at (?P<price>\S+ ?[\d.]+)/min: "
    r"them (?P<theirs>\S+ ?[\d.]+) \(first (?P<first_b>\d+) s\), "
    r"you (?P<yours>\S+ ?[\d.]+) \((?P<first_a>\d+) s\)(, (?P<fee>\S+ ?[\d.]+) fee)?\? "
    r"(Balance buys|Your limit is) (?P<minutes>\d+) min\. Reply OK"
)


@dataclass(frozen=True)
class Row:
    """A row of a deck as it is drawn."""

    rate: int
    fee: int
    first: int
    next: int

    def net(self, seconds: Fraction) -> int:
        """What a leg of so many seconds costs without tax."""
        if seconds == 0:
            return 0
        billed, more = Fraction(self.first), 0
        if seconds > self.first:
            more = -((self.first - seconds) // self.next) * self.next
        return stepped(Fraction(self.fee) + Fraction(self.rate) * (billed + more) / 60)

    def gross(self, seconds: Fraction, tax_ppm: int) -> int:
        net = self.net(seconds)
        return net + stepped(Fraction(net * tax_ppm, 10**6))

    def minute(self, tax_ppm: int) -> int:
        net = stepped(Fraction(self.rate))
        return net + stepped(Fraction(net * tax_ppm, 10**6))


def stepped(exact: Fraction) -> int:
    """Up to the next 0.0001."""
    return -(-exact // STEP) * STEP


@dataclass(frozen=True)
class Drawn:
    a: Row
    b: Row
    tax_ppm: int
    currency: str
    to_sea: bool  # B by satellite; else A is, which has the other rung first
    change: str  # what becomes of the deck before the OK
    after: Row
    ring_ms: int
    share: int  # of the talk that the hold pays for, in thousandths


ROWS = st.builds(
    Row,
    rate=st.integers(1, 20_000_000),
    fee=st.sampled_from([0, 0, 100, 37, 1_250_000, 999_999]),
    first=st.sampled_from([0, 1, 6, 30, 60, 90]),
    next=st.sampled_from([1, 6, 7, 15, 60]),
)
DRAWN = st.builds(
    Drawn, a=ROWS, b=ROWS, tax_ppm=st.sampled_from([0, 1, 77_777, 190_000, 1_000_000]),
    currency=st.sampled_from(CURRENCIES), to_sea=st.booleans(),
    change=st.sampled_from(["none", "dearer", "cheaper", "other", "gone", "tax"]), after=ROWS,
    ring_ms=st.integers(0, 80_000), share=st.integers(0, 1000),
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=DRAWN)
def test_quote_ok_and_bill_agree_to_the_last_decimal(house: House, drawn: Drawn) -> None:
    begin(house, drawn)
    a, b = (ANNS_PHONE, SHIP) if drawn.to_sea else (SHIP, MUM)
    said = say(house, f"CALL {b} FROM {a}")
    quoted = SAID.match(said)
    assert quoted, said
    assert_said(quoted, drawn)
    change(house, drawn)
    assert say(house, f"OK {quoted['ref']}").startswith(f"{quoted['ref']} Ringing")
    with house.db.read() as conn:
        hold = conn.execute(select(holds).where(holds.c.open)).one()
        question = conn.execute(select(questions).where(questions.c.order_id == hold.order_id)).one()
    assert hold.quote == question.quote
    assert_minutes_are_what_the_balance_buys(house, drawn, int(quoted["minutes"]), hold)
    legs = bill(house, drawn, hold.order_id, Quote.from_json(hold.quote))
    paid = {role: row.gross(Fraction(ms, 1000), drawn.tax_ppm)
            for role, row, ms in (("A", drawn.a, legs["A"]), ("B", drawn.b, legs["B"]))}  # fmt: skip
    with house.db.read() as conn:
        billed = {
            row.role: row.charge + row.tax for row in conn.execute(select(cdrs).where(cdrs.c.order_id == hold.order_id))
        }
        booked = conn.execute(
            select(func.sum(entries.c.amount))
            .join(transactions, transactions.c.id == entries.c.transaction_id)
            .where(transactions.c.order_id == hold.order_id, entries.c.ledger == customer(hold.account_id))
        ).scalar_one()
    assert billed == paid
    assert -booked == sum(paid.values())


def begin(house: House, drawn: Drawn) -> None:
    """Ann's account with the drawn prices, enough money, and everybody asked about everything."""
    house.signed.add(ANN)
    with house.db.write() as conn:
        of_account = {"currency": drawn.currency, "tax_ppm": drawn.tax_ppm, "quote_above": 0, "cap_call": 10**12}
        conn.execute(update(accounts).values(of_account | {"allow_any_phone": True}))
        conn.execute(update(decks).values(currency=drawn.currency))
        conn.execute(update(balances).values(amount=5_000 * DOLLAR, currency=drawn.currency))
        conn.execute(update(orders).values(state="ended"))
        conn.execute(update(attempts).values(state="ended"))
        conn.execute(update(holds).values(open=False))
        conn.execute(delete(deck_rows))
        put(conn, house, "87077", drawn.b if drawn.to_sea else drawn.a)
        put(conn, house, "44" if not drawn.to_sea else "1", drawn.a if drawn.to_sea else drawn.b)
        for row in conn.execute(select(accounts.c.id)):
            systems.allow(conn, row.id, "Inmarsat")


def put(conn: Any, house: House, prefix: str, row: Row, from_ms: int = 0) -> None:
    deck = conn.execute(select(decks.c.id)).scalar_one()
    values = {"id": factory.new("row"), "deck_id": deck, "prefix": prefix, "destination": prefix, "rate": row.rate,
              "connect_fee": row.fee, "first": row.first, "next": row.next, "from_ms": from_ms}  # fmt: skip
    conn.execute(deck_rows.insert().values(values))


def change(house: House, drawn: Drawn) -> None:
    """What becomes of the deck while the question is open."""
    rate, after = deck_rows.c.rate, drawn.after
    with house.db.write() as conn:
        match drawn.change:
            case "dearer":
                conn.execute(update(deck_rows).values(rate=rate * 3 + 7))
            case "cheaper":
                conn.execute(update(deck_rows).values(rate=rate / 2, connect_fee=0))
            case "other":
                conn.execute(update(deck_rows).values(
                    rate=after.rate, connect_fee=after.fee, first=after.first, next=after.next))  # fmt: skip
            case "gone":
                conn.execute(delete(deck_rows))
            case "tax":
                conn.execute(update(accounts).values(tax_ppm=500_000))


def say(house: House, text: str) -> str:
    house.send(house.mail(text))
    return house.said()[-1][1]


def micro(amount: str | None) -> int:
    """`$6.50`, `EUR 6.50` in micro-units."""
    return int(Decimal(re.sub(r"[^\d.]", "", amount or "0")) * 10**6)


def assert_said(quoted: re.Match[str], drawn: Drawn) -> None:
    """The prices in the sentence are exact."""
    theirs, yours = drawn.b.minute(drawn.tax_ppm), drawn.a.minute(drawn.tax_ppm)
    fee = stepped(Fraction(drawn.a.fee + drawn.b.fee))
    assert (micro(quoted["theirs"]), micro(quoted["yours"])) == (theirs, yours)
    assert micro(quoted["price"]) == theirs + yours
    assert (int(quoted["first_b"]), int(quoted["first_a"])) == (drawn.b.first, drawn.a.first)
    assert micro(quoted["fee"]) == fee + stepped(Fraction(fee * drawn.tax_ppm, 10**6))


def assert_minutes_are_what_the_balance_buys(house: House, drawn: Drawn, minutes: int, hold: Any) -> None:
    """So many can be paid for however long it rings; the next one can't, or is over the longest talk."""
    quote = Quote.from_json(hold.quote)
    waiting_s = quote.confirm_s + quote.ring_b_s
    waits = {"A": waiting_s if quote.first == "A" else 0, "B": waiting_s if quote.first == "B" else 0}

    def dear(talk_s: int) -> int:
        legs = (("A", drawn.a), ("B", drawn.b))
        return sum(row.gross(Fraction(waits[role] + talk_s), drawn.tax_ppm) for role, row in legs)

    assert dear(minutes * 60) <= 5_000 * DOLLAR
    assert minutes * 60 + 60 > house.limits.max_talk_s or dear(minutes * 60 + 60) > 5_000 * DOLLAR


def bill(house: House, drawn: Drawn, order_id: str, quote: Quote) -> dict[str, int]:
    """Carry the call out for a drawn share of what its hold comes to pay for; how long each leg took, in ms."""
    with house.db.write() as conn:
        account = conn.execute(select(holds.c.account_id).where(holds.c.order_id == order_id)).scalar_one()
        while hold_book.grow(conn, order_id, account, 600, NOW) is not None:
            pass
        hold = conn.execute(select(holds).where(holds.c.order_id == order_id)).one()
        made = plan(quote, hold.amount, max_talk_s=house.limits.max_talk_s, min_talk_s=1)
        assert made is not None
        talk_ms = (min(made.limit_a_ms, made.limit_b_ms) * drawn.share) // 1000
        first, second = quote.first, "B" if quote.first == "A" else "A"
        took = {second: talk_ms, first: talk_ms + drawn.ring_ms}
        up = {first: NOW, second: NOW + drawn.ring_ms}
        for role in (first, second):
            attempt = factory.attempt(conn, order_id, role, answered_ms=up[role], ended_ms=up[role] + took[role])
            leg = Leg(
                attempt, up[role], up[role] + took[role], second_answered_ms=up[second] if role == first else None
            )
            charge = finalise(conn, leg, NOW)
            assert charge is not None
            assert not charge.capped
        conn.execute(update(orders).where(orders.c.id == order_id).values(state="ended"))
        assert close_order(conn, order_id, NOW)
    return took
