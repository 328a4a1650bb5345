"""The demonstration: the whole product on this machine, a call by mail, by page and by text,
their bills, a call from a ship, the books.

What is shown is read from the database and the maildir, as any operator could.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel

from billing.receipt import receipt
from cordboard import demo_doors, demo_ship
from cordboard.demo_calls import follow, legs_table, mailed
from cordboard.lab.house import House, on_asterisk
from cordboard.lab.ports import HOST
from cordboard.lab.twilio import FakeTwilio
from kernel.clock import iso
from kernel.money import plain
from replies.maildir_view import list_mails

ANNS_PHONE = "+12025550142"
"""Billed by whole minutes, so that calls of some seconds cost the same, however quick the machine is."""
REPEATS = 3
MAIL = """\
From: Ann <{sender}>
To: <{alias}>
Subject: Re: yesterday
Message-ID: <demo-1@bis.example>
In-Reply-To: <yesterday@cordboard.example>
MIME-Version: 1.0
Content-Type: text/plain; charset="us-ascii"

call mum

Sent from my BlackBerry device on the Rogers Wireless Network

-----Original Message-----
From: Ann
Sent: Saturday, November 21, 2026 9:02 AM
To: Cordboard
Subject: yesterday

CALL BOB
"""


@contextmanager
def house(switch: str, folder: Path, **settings: Any) -> Iterator[House]:
    """A Cordboard in `folder`, on the built-in exchange or on a real Asterisk with SIPp telephones."""
    with ExitStack() as stack:
        config: dict[str, Any] = {"log": {"level": "warning"}, **settings}
        if switch == "asterisk":
            config |= on_asterisk(*_real_parts(stack))
        yield stack.enter_context(House(folder, config))


def _real_parts(stack: ExitStack) -> tuple[Any, dict[str, Any]]:
    from cordboard.lab import asterisk, phones
    from kernel.errors import Unavailable

    missing = phones.why_not() or asterisk.why_not()
    if missing:
        raise Unavailable(f"The demonstration on a real Asterisk can't be had here: {missing}")
    ringing = stack.enter_context(phones.phones("presses_1", "hangs_up_after"))
    root = asterisk.install(say=lambda line: print(line, file=sys.stderr))
    switch = stack.enter_context(asterisk.Asterisk(root, [phone.carrier for phone in ringing.values()]))
    return switch, {"1,33": ringing["presses_1"], "44,870": ringing["hangs_up_after"]}


def run(switch: str, as_json: bool) -> dict[str, Any]:
    """Tell the whole story; what came of it, in the form of `cordboard demo --json`, and `ok`."""
    console = Console(stderr=as_json, highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="cordboard-demo-") as folder,
        FakeTwilio((demo_doors.OURS,)) as twilio,
        house(switch, Path(folder), sms={"twilio": demo_doors.settings_of(twilio)}) as at_home,
    ):
        ann = at_home.enrol("Ann", phone=ANNS_PHONE, names={"Mum": "+442079460000", "Bob": "+442079460117"})
        at_home.start()
        console.print(f"Cordboard is up: mail on port {at_home.smtp_port}, switch: {switch}.\n")
        mail = MAIL.format(sender=ann.email, alias=ann.alias)
        console.print(Panel(mail.rstrip(), title="1  Ann's BlackBerry mails; only its new line counts", expand=False))
        mailed(at_home, ann, mail)
        console.print("\n[bold]2  The switch rings Ann, then Mum[/bold]")
        follow(at_home, console, "Ann")
        for _ in range(REPEATS):
            mailed(at_home, ann, mail)
        at_home.until(lambda: len(_answers(at_home)) >= REPEATS + 2)
        told = _tell(at_home, console)
        alike = demo_doors.tell(at_home, ann, twilio, console, lambda: console.print(legs_table(at_home, "Ann")))
        ship_last = demo_ship.tell(at_home, console)
        return _sum_up(at_home, console, ok=told and alike and ship_last)


def _answers(at_home: House) -> list[Any]:
    return list(list_mails(at_home.settings.maildir))


def _tell(at_home: House, console: Console) -> bool:
    """The answers as they arrived, and the repeats; whether all is as it should be."""
    answers = _answers(at_home)
    console.print("\n[bold]3  What Ann was told[/bold]")
    for answer in answers[:2]:
        console.print(Panel(answer.text.rstrip(), title=f"Subject: {answer.subject}", expand=False))
    placed, again = at_home.orders(), answers[2:]
    same = sum(answer.text == answers[0].text for answer in again)
    told = f"The same mail came {REPEATS} times more: {len(placed) - 1} further calls, {same} times the first answer."
    console.print(f"\n[bold]4[/bold]  {told}")
    return len(placed) == 1 and same == REPEATS


def _sum_up(at_home: House, console: Console, *, ok: bool) -> dict[str, Any]:
    """The books; all calls, for programs."""
    problems = at_home.problems()
    console.print(f"\n[bold]7[/bold]  cordboard ledger check: {'clean' if not problems else '; '.join(problems)}")
    calls = [_as_json(at_home, order) for order in at_home.orders()]
    billed = all(len(call["legs"]) == 2 and all(leg["billed_seconds"] for leg in call["legs"]) for call in calls)
    ok = ok and billed and not problems
    return {"calls": calls, "ledger": {"ok": not problems, "problems": problems}, "ok": ok}


def _as_json(at_home: House, order: Any) -> dict[str, Any]:
    with at_home.parts.db.read() as conn:
        bill = receipt(conn, order.id)
    assert bill is not None
    legs = [
        {
            "role": leg.role,
            "number": leg.number,
            "answered_at": iso(leg.answered_ms),
            "ended_at": iso(leg.ended_ms),
            "billed_seconds": leg.billed_seconds,
            "charge": plain(leg.charge),
        }
        for leg in bill.legs
    ]
    return {
        "order": order.ref, "door": order.door, "legs": legs, "charge": plain(bill.total), "currency": bill.currency,
    }  # fmt: skip


def stay(switch: str) -> None:
    """Stay up for somebody to play with: print what to paste, then what is said and called, until Ctrl-C."""
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="cordboard-play-") as folder, house(switch, Path(folder)) as at_home:
        names = {"Mum": "+442079460000", "Busy": "+442079460117", "Nobody": "+442079460119"}
        ann = at_home.enrol("Ann", phone=ANNS_PHONE, names=names)
        at_home.start()
        to = f"swaks --server {HOST}:{at_home.smtp_port} --from {ann.email}"
        console.print("[bold]Cordboard is up. Paste one of these into another terminal:[/bold]\n")
        for address, text in (
            (ann.alias, "CALL Mum"),
            (ann.alias, "please call busy"),
            (ann.alias, "CALL Mum tomorow"),
            ("call@cordboard.example", f"CALL +44 20 7946 0000 BILL ACME-17 PIN {ann.pin}"),
            ("call@cordboard.example", "CALL 911 PIN " + ann.pin),
        ):
            console.print(f"  {to} --to {address} --body '{text}'")
        console.print(f"\nBooks: cordboard --config {at_home.file} ledger check\nCtrl-C ends it.\n")
        seen = 0
        while True:
            answers = _answers(at_home)
            for answer in answers[seen:]:
                console.print(Panel(answer.text.rstrip(), title=f"to {answer.to}: {answer.subject}", expand=False))
            seen = len(answers)
            time.sleep(0.3)
