"""A whole Cordboard on either switch, with telephones that behave by their number, and what is asked of it."""

import itertools
import json
import socket
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, literal, select

from billing import ledger
from billing.tables import cdrs, hold_slices
from cordboard.lab.asterisk import Asterisk
from cordboard.lab.house import Enrolled, House, on_asterisk
from cordboard.lab.phones import Kind, Phone
from cordboard.lab.ports import HOST
from orders import attempts, wishes
from orders.states import OrderState
from orders.tables import orders
from replies.maildir_view import list_mails
from replies.tables import outbox

PRESSES_1, VOICEMAIL, A_BUSY = "+33140001234", "+33140005678", "+33140000017"
TALKS, STAYS, BUSY, NO_ANSWER = "+442079460000", "+442079460099", "+442079460017", "+442079460019"
TALKS_ON = "+442079460098"
BY_THE_SECOND = "+33140000034"
"""Congestion by the first carrier of `TWO_CARRIERS`; where there is but that one, it can't be had."""
TWO_CARRIERS = {
    "carriers": [
        {"name": "carrier", "host": "127.0.0.1", "port": 5080, "priority": 1},
        {"name": "second", "host": "127.0.0.1", "port": 5081, "priority": 2},
    ]
}
"""Only on the exchange: talks for so long that nobody can miss it."""
LEAVES, A_NO_ANSWER, A_LISTENS = "+33140004321", "+33140000019", "+33140000055"
"""Of leg A: presses 1 and leaves two seconds later; rings only; hears what keys are sent to it."""
ANSWERS_LATE, LISTENS, SHORT = "+442079460044", "+442079460055", "+442079460066"
"""Answers who is called off; hears what keys are sent; hangs up before much is said."""
AT_SEA, SHIP = "+870776000099", "+870776000000"
"""By satellite: answers and stays; answers, talks and hangs up."""
DECLINES, UNALLOCATED, CONGESTED = "+442079460021", "+442079460001", "+442079460034"

PHONES: dict[str, Kind] = {
    PRESSES_1: "presses_1",
    VOICEMAIL: "voicemail",
    A_BUSY: "busy",
    TALKS: "hangs_up_after",
    STAYS: "answers",
    BUSY: "busy",
    NO_ANSWER: "no_answer",
    DECLINES: "declines",
    UNALLOCATED: "unallocated",
    CONGESTED: "unavailable",
    LEAVES: "presses_1_and_leaves",
    A_NO_ANSWER: "no_answer",
    A_LISTENS: "listens",
    ANSWERS_LATE: "answers_late",
    LISTENS: "listens",
    SHORT: "hangs_up_after",
    AT_SEA: "answers",
    SHIP: "hangs_up_after",
}
_QUICK = {"post_dial_s": 0.02, "ring_s": 0.1}
_SUBSCRIBERS: dict[Kind, Any] = {
    "presses_1": {"does": "answers", **_QUICK, "press_s": 0.3},
    "voicemail": {"does": "voicemail", **_QUICK},
    "hangs_up_after": {"does": "answers", **_QUICK, "talk_s": 1.0},
    "answers": {"does": "answers", **_QUICK, "press_s": None},
    "busy": "busy",
    "no_answer": "no_answer",
    "declines": "declines",
    "unallocated": "unallocated",
    "unavailable": "congestion",
    "presses_1_and_leaves": {"does": "answers", **_QUICK, "press_s": 0.3, "leaves_s": 2.3},
    "answers_late": "no_answer",  # an answer that crosses the calling off finds no channel on the switch
    "listens": {"does": "answers", **_QUICK, "press_s": None},
}
QUICK_CALLS = {
    "confirm_s": 4, "ring_a_s": 8, "ring_b_s": 4, "min_talk_s": 6, "slice_s": 3, "low_s": 4, "lease_s": 3,
}  # fmt: skip
CORDBOARD = ("-m", "cordboard")
UNTIRING = (
    "-c", "from cordboard import cli, supervisor; supervisor.CALM_SECONDS = 0.0; cli.main(prog_name='cordboard')",
)  # fmt: skip
"""Starts again at once what a test kills over and over: of its own it would wait longer each time."""
_names = itertools.count(1)


@dataclass
class Place:
    """A house, and how often a number was really rung on its switch."""

    house: House
    rung: Callable[[str], int]
    stats: Callable[[], dict[str, Any]] = dict
    heard: Callable[[], list[str]] = list
    """Keys that were sent to those who listen, by leg."""
    left_alone: Callable[[str], bool] = lambda _: False
    """Whether a number was hung up whenever it had answered. On the exchange a leg and its telephone end as one."""
    faults: Callable[[dict[str, Any]], None] = lambda _: None
    script: Callable[[Any], None] = lambda _: None
    """Only on the exchange: what every subscriber does from now on."""
    switch: Asterisk | None = None
    sent: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    doors: list[int] = field(default_factory=list)
    """Ports that lead to a door; the house's own one if there are none."""
    apart_ms: int = 1_000
    """The log's times of what happens together are less apart."""
    cut_of_8_s: tuple[int, int] = (7_001, 8_000)
    """How long a leg lasts, from and up to, whose hold pays for 8 seconds."""

    def somebody(self, **terms: Any) -> Enrolled:
        """A user nobody else has."""
        return self.house.enrol(f"User{next(_names)}", **terms)

    def mail(self, who: Enrolled, text: str, message_id: str = "", *, door: int = 0, **headers: str) -> None:
        """A mail to the user's secret alias, at one of the doors."""
        port = self.doors[door % len(self.doors)] if self.doors else 0
        message_id = message_id or f"<{next(self.sent)}@{who.user_id}>"
        self.house.send(who.email, who.alias, text, message_id, port=port, signed=who.signs, **headers)

    def web_is_back(self, dead: int) -> bool:
        """Whether another web door listens where that one did."""
        if self.house.pids().get("web", [dead]) == [dead]:
            return False
        try:
            with socket.create_connection((HOST, self.house.web_port), timeout=5):
                return True
        except ConnectionRefusedError:
            return False

    def orders_of(self, who: Enrolled) -> list[Any]:
        with self.house.parts.db.read() as conn:
            query = select(orders).where(orders.c.user_id == who.user_id).order_by(orders.c.accepted_ms)
            return list(conn.execute(query))

    def outcome(self, who: Enrolled) -> Any:
        """The user's one order, once it is over."""
        self.house.until(lambda: [o for o in self.orders_of(who) if o.state == OrderState.ENDED])
        (order,) = self.orders_of(who)
        return order

    def state(self, who: Enrolled) -> str:
        found = self.orders_of(who)
        return found[-1].state if found else ""

    def attempts(self, order: Any) -> dict[str, Any]:
        with self.house.parts.db.read() as conn:
            return {row.role: row for row in attempts.of_order(conn, order.id)}

    def bills(self, order: Any) -> dict[str, Any]:
        with self.house.parts.db.read() as conn:
            return {row.role: row for row in conn.execute(select(cdrs).where(cdrs.c.order_id == order.id))}

    def slices(self, order: Any) -> list[int]:
        """Seconds of talk that the order's hold came to pay for, slice by slice."""
        with self.house.parts.db.read() as conn:
            query = select(hold_slices.c.talk_s).where(hold_slices.c.order_id == order.id)
            return list(conn.execute(query.order_by(hold_slices.c.talk_s)).scalars())

    def top_up(self, who: Enrolled, amount: int) -> None:
        """Pay in, as `cordboard accounts topup` does."""
        with self.house.parts.db.write() as conn:
            now_ms = self.house.parts.clock.ms()
            assert ledger.top_up(conn, who.account_id, amount, "USD", f"more:{now_ms}", "", now_ms)

    def drop(self, order: Any) -> None:
        """Wish for the order's call to end."""
        with self.house.parts.db.write() as conn:
            assert wishes.drop(conn, order.id, self.house.parts.clock.ms())

    def told(self, who: Enrolled, how_many: int) -> list[str]:
        """The first lines of what the user was told, once there are so many."""
        found: list[str] = []

        def enough() -> bool:
            mails = [mail for mail in list_mails(self.house.settings.maildir) if mail.to == who.email]
            found[:] = [mail.text.partition("\n")[0] for mail in mails]
            return len(found) >= how_many

        self.house.until(enough)
        return found

    def mails_to(self, address: str) -> list[str]:
        """All that was mailed to an address, oldest first."""
        return [mail.text for mail in list_mails(self.house.settings.maildir) if mail.to == address]

    def texts_sent(self, who: Enrolled) -> int:
        """How many texts to the user's telephones are known to be out."""
        x, o = outbox.c, orders.c
        keys = literal("answer:").concat(o.message_id), literal("receipt:").concat(o.id)
        query = select(func.count()).select_from(outbox).join(orders, x.key.in_(keys))
        with self.house.parts.db.read() as conn:
            return conn.execute(query.where(o.user_id == who.user_id, x.state == "sent", x.way != "email")).scalar_one()

    def times_in_log(self, attempt_id: str) -> tuple[int | None, int | None]:
        """Answer and end of a leg by the switch's own log, in whole milliseconds."""
        times: dict[str, int] = {}
        lines = self.house.settings.cel_file.read_text(encoding="utf-8").splitlines()
        for kind, at, channel, *_ in (line.strip('"').split('","') for line in lines):
            if channel == attempt_id:
                times[kind] = int(Decimal(at) * 1000)
        return times.get("ANSWER"), times.get("HANGUP")


@contextmanager
def on_the_exchange(
    folder: Path, calls: dict[str, Any] | None = None, variables: Mapping[str, str] | None = None,
    program: Sequence[str] = CORDBOARD, **settings: Any,
) -> Iterator[Place]:  # fmt: skip
    """A house on the built-in exchange; its subscribers are as quick as a test likes them."""
    config = {"calls": QUICK_CALLS | (calls or {}), "log": {"level": "warning"}, **settings}
    with House(folder, config, variables, program) as house:
        house.start()
        yield place_on_the_exchange(house)


def place_on_the_exchange(house: House) -> Place:
    """What is asked of a house whose exchange is up, with subscribers that behave by their number."""
    base = f"http://127.0.0.1:{house.ari_port}/exchange"

    def put(what: str, body: dict[str, Any]) -> None:
        kind = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{base}/{what}", json.dumps(body).encode(), kind, method="PUT")
        urllib.request.urlopen(request, timeout=30).close()

    def stats() -> dict[str, Any]:
        with urllib.request.urlopen(f"{base}/stats", timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def rung(number: str) -> int:
        return int(stats()["dials_by_number"].get(number[1:], 0))

    numbers = {number: _SUBSCRIBERS[kind] for number, kind in PHONES.items()}
    numbers[SHORT] = _SUBSCRIBERS["voicemail"] | {"leaves_s": 0.08}
    numbers[f"carrier/{BY_THE_SECOND[1:]}"] = {"does": "congestion"}
    numbers[TALKS_ON] = _SUBSCRIBERS["hangs_up_after"] | {"talk_s": 4.0}
    put("script", {"playback_s": 0.05, "default": _SUBSCRIBERS["presses_1"], "numbers": numbers})

    def heard() -> list[str]:
        return list(stats()["keys_by_number"].values())

    def everybody(does: Any) -> None:
        put("script", {"playback_s": 0.05, "default": does, "numbers": {}})

    return Place(house, rung, stats, heard, lambda _: True, lambda wanted: put("faults", wanted), everybody)


@contextmanager
def on_a_real_switch(
    folder: Path, switch: Asterisk, handsets: dict[Kind, Phone], calls: dict[str, Any] | None = None,
    phones: dict[str, Kind] | None = None, **settings: Any,
) -> Iterator[Place]:  # fmt: skip
    """A house on a real Asterisk with SIPp telephones. Its log begins where the Asterisk's stands now."""
    with ExitStack() as stack:
        by_number = PHONES if phones is None else phones
        prefixes: dict[Kind, list[str]] = {}
        for number, kind in by_number.items():
            prefixes.setdefault(kind, []).append(number[1:])
        config = on_asterisk(switch, {",".join(digits): handsets[kind] for kind, digits in prefixes.items()})
        config |= {"calls": QUICK_CALLS | (calls or {}), "log": {"level": "warning"}, **settings}
        house = stack.enter_context(House(folder, config))
        house.start()

        def rung(number: str) -> int:
            return handsets[by_number[number]].rung().count(number[1:])

        def left_alone(number: str) -> bool:
            served = handsets[by_number[number]].served()
            return served["IncomingCall"] == served["SuccessfulCall"] > 0

        yield Place(house, rung, heard=handsets["listens"].heard, left_alone=left_alone, switch=switch)
