"""The demonstration's second part: the mail's call once more, from a Palm's page and by text, and the two bills."""

import time
from collections.abc import Callable
from typing import Any, Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from sqlalchemy import select

from accounts import manage
from accounts.tables import users
from billing.tables import cdrs
from cordboard.demo_calls import CALL_SECONDS
from cordboard.lab.house import Enrolled, House
from cordboard.lab.palm import Palm
from cordboard.lab.ports import HOST
from cordboard.lab.twilio import FakeTwilio
from cordboard.lab.twilio_rest import SID, TOKEN
from kernel.money import plain

OURS, ANNS_MOBILE = "+12025550109", "+12025550177"
PUBLIC: Final = "https://calls.example.com/sms/twilio"
DOOR: Final = {"page": "a page", "twilio": "a text"}


def settings_of(twilio: FakeTwilio) -> dict[str, Any]:
    """What the house must know to take texts."""
    return {
        "account_sid": SID, "auth_token": TOKEN, "numbers": [OURS], "public_url": PUBLIC, "api_url": twilio.url,
    }  # fmt: skip


def tapped(at_home: House, ann: Enrolled, console: Console) -> None:
    """Three taps after the PIN's: her name for it, and Call."""
    palm = Palm(f"http://{HOST}:{at_home.web_port}")
    with at_home.parts.db.read() as conn:
        handle = conn.execute(select(users.c.handle).where(users.c.id == ann.user_id)).scalar_one()
    palm.open(handle)
    palm.tap(palm.buttons[0], p=ann.pin)
    palm.tap("Mum")
    console.print(Panel("\n".join(palm.text), title=f"On Ann's Palm VII, {palm.octets} bytes", expand=False))
    palm.tap("Call")


def texted(at_home: House, ann: Enrolled, twilio: FakeTwilio, console: Console) -> None:
    """From the telephone that is enrolled, by Twilio's webhook, signed."""
    with at_home.parts.db.write() as conn:
        manage.add_device(conn, at_home.parts.clock.ms(), ann.user_id, ANNS_MOBILE)
    at = f"http://{HOST}:{at_home.web_port}/sms/twilio"
    answer = twilio.text(ANNS_MOBILE, OURS, "Call mum", at=at, signed_for=PUBLIC)
    console.print(Panel("\n\n".join(["Call mum", *answer.texts]), title="By text, and its answer", expand=False))


def over(at_home: House, orders: int, seconds: float = CALL_SECONDS) -> None:
    """Wait until so many orders are final, or too long."""
    deadline = time.monotonic() + seconds
    while at_home.ended() < orders and time.monotonic() < deadline:
        time.sleep(0.1)


def bill(at_home: House, order: Any) -> list[str]:
    """An order's bill, without when it was: a line a leg, what it comes to, and how it was ordered."""
    with at_home.parts.db.read() as conn:
        legs = list(conn.execute(select(cdrs).where(cdrs.c.order_id == order.id).order_by(cdrs.c.role)))
    lines = [f"{leg.role} {leg.destination}, {leg.billed_seconds} s: {plain(leg.charge)}" for leg in legs]
    total = f"Total {plain(sum(leg.charge + leg.tax for leg in legs))} {legs[0].currency}" if legs else "Nothing"
    return [*lines, total, f"Ordered by {DOOR.get(order.door, order.door)}"]


def side_by_side(at_home: House, one: Any, other: Any, console: Console) -> bool:
    """Both bills; whether they differ in one word."""
    bills = [bill(at_home, order) for order in (one, other)]
    table = Table(one.ref, other.ref, box=None, pad_edge=False, padding=(0, 6, 0, 0))
    for mine, theirs in zip(*bills, strict=False):
        table.add_row(mine, theirs)
    console.print(table)
    words = [" ".join(lines).split() for lines in bills]
    differ = [pair for pair in zip(*words, strict=False) if pair[0] != pair[1]]
    told = "one word" if len(differ) == 1 else f"{len(differ)} words"
    console.print(f"They differ in {told}: {', '.join(' and '.join(pair) for pair in differ)}.")
    return len(differ) == 1 and len(words[0]) == len(words[1])


def tell(at_home: House, ann: Enrolled, twilio: FakeTwilio, console: Console, show: Callable[[], None]) -> bool:
    """The same call twice more, and the bills side by side; whether they differ in one word only."""
    so_far = len(at_home.orders())
    tapped(at_home, ann, console)
    over(at_home, so_far + 1)
    show()
    texted(at_home, ann, twilio, console)
    over(at_home, so_far + 2)
    show()
    orders = at_home.orders()[so_far:]
    if [order.door for order in orders] != ["page", "twilio"]:
        console.print(f"Ordered were only: {', '.join(order.door for order in orders) or 'none'}.")
        return False
    console.print("\n[bold]5  The same call from a page and from a text: its bills[/bold]")
    by_page, by_text = orders
    return side_by_side(at_home, by_page, by_text, console)
