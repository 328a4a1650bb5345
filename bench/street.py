"""A house with people on a switch of its own, that a bare loop can use too while the house stands still."""

import itertools
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.bare_loop import Target
from bench.clients import Mail, Sent, compose
from bench.processes import cpu, listens, running, since, until
from cordboard.lab import asterisk
from cordboard.lab.asterisk import Asterisk
from cordboard.lab.house import Enrolled, House, on_asterisk
from cordboard.lab.phones import Phone
from cordboard.lab.ports import HOST
from orders.tables import MESSAGE_IS_OPEN, ORDER_IS_OPEN, attempts, messages, orders

SENDERS = 5
TALK_S = 2.0
_QUICK = {"does": "answers", "post_dial_s": 0.005, "ring_s": 0.005, "press_s": 0.005}
_numbers = itertools.count(1)


@dataclass
class Street:
    """The house, its people, and the same switch for who wants it bare."""

    house: House
    people: list[Enrolled]
    target: Target
    without: tuple[str, ...] = ()

    def start(self, workers: int) -> None:
        self.house.start("--workers", str(workers), *(f"--without={part}" for part in self.without))

    def mails(self, count: int, *, pin: bool = False, signed: bool = False) -> list[Mail]:
        """So many orders, each for a number of its own, by the senders in turn. Signed ones need no pressed 1."""
        return [self._mail(self.people[number % SENDERS], pin=pin, signed=signed) for number in range(count)]

    def of_strangers(self, count: int) -> list[Mail]:
        """As many mails by people whom nobody knows."""
        to = self.house.settings.mail.order_address
        return [compose(f"{n}@else.example", to, "+442079460000", f"<{n}@else.example>") for n in range(count)]

    def _mail(self, who: Enrolled, *, pin: bool, signed: bool) -> Mail:
        number = next(_numbers)
        to, more = (self.house.settings.mail.order_address, f" PIN {who.pin}") if pin else (who.alias, "")
        sign = self.house.post.signed if signed else bytes
        return compose(who.email, to, f"+442079{number:06d}", f"<{number}@bench.example>", more, sign)

    def settled(self) -> bool:
        """Whether every mail is handled and every order ended."""
        is_open = select(func.count()).select_from(orders).where(ORDER_IS_OPEN)
        with self.house.parts.db.read() as conn:
            return not conn.execute(is_open).scalar_one() and not self.stored()

    def stored(self) -> int:
        """How many mails are still to be handled."""
        query = select(func.count()).select_from(messages).where(MESSAGE_IS_OPEN)
        with self.house.parts.db.read() as conn:
            return conn.execute(query).scalar_one()

    def legs(self, sent: list[Sent]) -> list[Any]:
        """The attempts of these mails: id, role, answered_ms, ended_ms, order_id, number_b, joined_ms."""
        whose = [each.account_id for each in self.people]
        since_ms = int(min(each.began for each in sent) * 1000)
        a, o = attempts.c, orders.c
        query = (
            select(a.id, a.role, a.answered_ms, a.ended_ms, a.order_id, o.number_b, o.joined_ms)
            .join_from(attempts, orders)
            .where(o.account_id.in_(whose), o.accepted_ms >= since_ms)
        )
        wanted = {each.number for each in sent}
        with self.house.parts.db.read() as conn:
            return [row for row in conn.execute(query) if row.number_b in wanted]

    def log_times(self, event: str) -> dict[str, float]:
        """When the switch wrote this event of each channel, by its own clock; seconds."""
        lines = self.house.settings.cel_file.read_text("utf-8", "replace").splitlines()
        fields = (line.strip('"').split('","') for line in lines if line.startswith(f'"{event}"'))
        return {channel: float(at) for _, at, channel, *_ in fields}

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time so far, by role."""
        return cpu(self.house.pids())

    def cpu_since(self, before: dict[str, float]) -> dict[str, float]:
        """And since an earlier reading."""
        return since(before, self.cpu())

    def script(self, talk_s: float | None) -> None:
        """How long those called talk (None: until they are cut off); the built-in exchange only."""
        _ask(self.target, "script", {"default": _QUICK | {"talk_s": talk_s}, "numbers": {"33*": _QUICK}})

    def stats(self) -> dict[str, Any]:
        return _ask(self.target, "stats")


def _ask(target: Target, what: str, body: Any = None) -> dict[str, Any]:
    url = f"{target.url.removesuffix('/ari')}/exchange/{what}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data, {"Content-Type": "application/json"}, method="PUT" if data is not None else "GET"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found = json.load(answer)
    assert isinstance(found, dict)
    return found


def _people(house: House) -> list[Enrolled]:
    return [
        house.enrol(f"Bench{n}", press_1=False, balance=50_000_000_000, phone=f"+3314000{n:04d}")
        for n in range(SENDERS)
    ]


@contextmanager
def on_the_exchange(folder: Path) -> Iterator[Street]:
    """A street on the built-in exchange, which runs; the house does not yet."""
    with House(folder, {"log": {"level": "warning"}}) as house:
        people = _people(house)
        url, user, password = house.parts.ari(house.parts.node)
        ends = [f"PJSIP/carrier/sip:{digits}@{HOST}:5080" for digits in ("33140000001", "442079460000")]
        street = Street(house, people, Target(f"{url}/ari", user, password, *ends), ("exchange",))
        with running("cordboard", "--config", str(house.file), "exchange"):
            until(lambda: listens(house.ari_port))
            street.script(TALK_S)
            yield street


@contextmanager
def on_asterisk_22(folder: Path) -> Iterator[Street]:
    """A street on a real Asterisk with SIPp telephones, without sound: sound is the switch's work, not ours."""
    with (
        Phone("answers", talk=False) as a,
        Phone("hangs_up_after", after=int(TALK_S * 1000), talk=False) as b,
        Asterisk(asterisk.install(), [a.carrier, b.carrier], rtp_stats=False) as switch,
        House(folder, on_asterisk(switch, {"33": a, "44": b}) | {"log": {"level": "warning"}}) as house,
    ):
        ends = a.endpoint("33140000001"), b.endpoint("442079460000")
        yield Street(house, _people(house), Target(switch.ari_url, switch.ari_user, switch.ari_password, *ends))
