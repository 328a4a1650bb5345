"""What every part of the demonstration does: bring a mail, show the legs of its calls as they go."""

import smtplib
import time
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from sqlalchemy import select

from billing.quotes import Quote
from billing.rating import billed_seconds, charge
from billing.tables import holds
from cordboard.lab.house import Enrolled, House
from cordboard.lab.ports import HOST
from kernel.masking import mask_number
from kernel.money import plain
from orders import attempts
from orders.states import OrderState, how_far

CALL_SECONDS: Final = 60.0


def mailed(at_home: House, who: Enrolled, mail: str, sender: str = "") -> None:
    """One mail over SMTP to the user's secret address, as its device's mail host would bring it."""
    with smtplib.SMTP(HOST, at_home.smtp_port, timeout=10) as smtp:
        smtp.sendmail(sender or who.email, [who.alias], mail.replace("\n", "\r\n").encode("ascii"))


def follow(at_home: House, console: Console, caller: str, since: int = 0) -> bool:
    """The legs of the order after the first `since`, live, until it is over; whether it came to that."""
    deadline = time.monotonic() + CALL_SECONDS
    with Live(console=console, refresh_per_second=8, transient=False) as live:
        while at_home.ended() <= since and time.monotonic() < deadline:
            live.update(legs_table(at_home, caller, since))
            time.sleep(0.1)
        live.update(legs_table(at_home, caller, since))
    return at_home.ended() > since


def legs_table(at_home: House, caller: str, since: int = 0) -> Table:
    """The legs of every order after the first `since`, as they were rung: whose, how far, seconds, cost so far."""
    table = Table("order", "leg", "number", "a minute", "state", "seconds", "cost so far", box=None, pad_edge=False)
    now_ms = at_home.parts.clock.ms()
    with at_home.parts.db.read() as conn:
        for order in at_home.orders()[since:]:
            frozen = conn.execute(select(holds.c.quote).where(holds.c.order_id == order.id)).scalar_one()
            state = "ended" if order.state == OrderState.ENDED else how_far(order.state, order.first).replace("_", " ")
            for leg in attempts.of_order(conn, order.id):
                terms = Quote.from_json(frozen).terms(leg.role, leg.rank)
                lasted_ms = max((leg.ended_ms or now_ms) - leg.answered_ms, 0) if leg.answered_ms else 0
                seconds = f"{lasted_ms / 1000:.1f}" if leg.answered_ms else ""
                whose = f"{leg.role} {caller if leg.role == 'A' else order.name_b}"
                cost = plain(charge(billed_seconds(lasted_ms, terms), terms))
                table.add_row(order.ref, whose, mask_number(leg.number), plain(terms.rate), state, seconds, cost)
    return table
