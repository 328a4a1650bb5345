"""The demonstration's third part: a satellite messenger's mail, from a ship; home is rung first, the ship last."""

import io
from typing import Final

from rich.console import Console
from rich.panel import Panel

from accounts import manage, systems
from billing import decks
from billing.receipt import receipt
from cordboard.demo_calls import follow, mailed
from cordboard.lab.house import DECK, Enrolled, House
from orders import attempts
from replies.receipts import receipt_text

SHIP, HOME = "+870773112233", "+33140001234"
INREACH: Final = "no.reply.inreach@garmin.com"
LIMIT: Final = 20_000_000
AT_SEA: Final = "87077,Inmarsat,1.9500,0,1,1\n"
MAIL: Final = """\
From: Garmin inReach <{sender}>
To: <{alias}>
Subject: inReach message from Paula Reyes
Message-ID: <demo-2@inreach.example>
MIME-Version: 1.0
Content-Type: text/plain; charset="us-ascii"

CALL HOME

View the location or send a reply to Paula Reyes:
https://eur.explore.garmin.com/textmessage/txtmsg?extId=08da5f0e

Do not reply directly to this message.
"""


def enrolled(at_home: House) -> Enrolled:
    """Paula of the yacht Petrel, whose telephone is an Inmarsat one: allowed, and paid beforehand up to a limit."""
    now_ms = at_home.parts.clock.ms()
    paula = at_home.enrol("Paula", phone=SHIP, names={"HOME": HOME}, cap_call=LIMIT)
    with at_home.parts.db.write() as conn:
        decks.import_csv(conn, "standard", "USD", io.StringIO(DECK + AT_SEA), now_ms)
        systems.allow(conn, paula.account_id, "Inmarsat")
        manage.add_device(conn, now_ms, paula.user_id, INREACH, satellite=True)
        manage.set_limit(conn, INREACH, LIMIT)
    return paula


def tell(at_home: House, console: Console) -> bool:
    """The mail, its call as it goes, its bill; whether home was rung first and they talked."""
    paula, so_far = enrolled(at_home), len(at_home.orders())
    mail = MAIL.format(sender=INREACH, alias=paula.alias)
    console.print("\n[bold]6  From a ship, by a satellite messenger: home is rung first, the dear leg last[/bold]")
    console.print(Panel(mail.rstrip(), title="Paula's inReach mails", expand=False))
    mailed(at_home, paula, mail, INREACH)
    if not follow(at_home, console, "Paula's ship", so_far):
        console.print("Her call did not come to its end.")
        return False
    order = at_home.orders()[so_far]
    with at_home.parts.db.read() as conn:
        bill = receipt(conn, order.id)
        rung = [leg.role for leg in attempts.of_order(conn, order.id)]
    assert bill is not None
    text = receipt_text(order, order.outcome, bill).rstrip()
    console.print()
    console.print(Panel(text, title="Her bill; the messenger itself can't be answered", expand=False))
    return order.outcome == "talked" and rung == ["B", "A"]
