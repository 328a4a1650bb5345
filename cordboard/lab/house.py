"""A whole Cordboard in a folder of its own: set up, enrolled, started, looked into, killed, started again.

The demo and the tests that take the product as a whole are told with it. What it starts ends with it.
"""

import io
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path
from typing import Any, Self

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from accounts import manage, systems, tokens
from billing import decks, ledger
from billing.check import check
from cordboard import schema
from cordboard.configure import load_settings
from cordboard.lab.asterisk import Asterisk
from cordboard.lab.phones import Phone
from cordboard.lab.ports import HOST, free_port
from cordboard.lab.post import PostOffice
from cordboard.lab.toml import toml
from cordboard.settings import Settings
from cordboard.wiring import Parts
from dispatcher import ports
from dispatcher.pool import State
from kernel.errors import Unavailable
from orders.states import OrderState
from orders.tables import orders
from satellite.numbering import classify

DECK = """prefix,destination,rate,connect_fee,first,next
1,North America,0.0150,0,60,60
33,France,0.0800,0.0100,1,1
44,United Kingdom,0.0600,0,30,6
870,Inmarsat,0.5000,0,30,6
"""
READY_SECONDS = 120.0
PATIENCE_SECONDS = 90.0
"""For what takes a second. A message whose handler died is taken again after 30 s, and a machine may be slow."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A user as the welcome card has it."""

    user_id: str
    account_id: str
    email: str
    alias: str  # the whole address
    pin: str
    token: str
    signs: bool = False
    """Their mails are signed (DKIM): without that, whoever is rung must press 1."""


class House:
    """Use as a context manager: `start` is yours to call, everything is ended at the end.

    `variables` are for its processes alone: what they set is not so for `parts`, with which the house is looked into.
    `program` is what Python runs in place of `cordboard`.
    """

    def __init__(
        self, home: Path, config: dict[str, Any] | None = None, variables: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "cordboard"),
    ) -> None:  # fmt: skip
        self.home, self._variables, self._program = home, variables or {}, program
        self.smtp_port, self.ari_port, self.web_port = free_port(), free_port(), free_port()
        self.post = PostOffice()
        home.mkdir(parents=True, exist_ok=True)
        self.file = home / "cordboard.toml"
        self.file.write_text(toml(self._with_ports(config or {})), encoding="utf-8")
        self.settings: Settings = load_settings(self.file)
        schema.upgrade(self.settings.database_url.get_secret_value())
        self.parts = Parts(self.settings)
        self._process: subprocess.Popen[bytes] | None = None

    def _with_ports(self, config: dict[str, Any]) -> dict[str, Any]:
        own = {
            "smtp": {"port": self.smtp_port},
            "web": {"port": self.web_port},
            "switch": {} if "nodes" in config.get("switch", {}) else {"ari_url": f"http://{HOST}:{self.ari_port}/ari"},
            "dns": {"nameservers": [self.post.nameserver]},
        }
        return config | {"home": "."} | {name: table | config.get(name, {}) for name, table in own.items()}

    def __enter__(self) -> Self:
        self.post.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.parts.db.close()
        self.post.close()

    # -- people ----------------------------------------------------------------------------------------------------

    def enrol(
        self,
        name: str,
        *,
        phone: str = "+33140001234",
        names: dict[str, str] | None = None,
        balance: int = 20_000_000,
        cap_call: int = 5_000_000,
        press_1: bool = True,
        satellite: bool = False,
    ) -> Enrolled:
        """An account with one user: a mail address, a phone, a PIN, a secret alias, a token. Amounts in micro-units."""
        secrets, now_ms, pin = self.parts.secrets, self.parts.clock.ms(), "481516"
        email = f"{name.lower()}@ship.example"
        with self.parts.db.write() as conn:
            report = decks.import_csv(conn, "standard", "USD", io.StringIO(DECK), now_ms)
            assert report.ok, report
            terms = manage.Terms(name=name, currency="USD", deck="standard", zones="US,GB,FR", cap_call=cap_call)
            account_id = manage.add_account(conn, now_ms, terms)
            manage.set_ask_new(conn, account_id, False)  # what is called here is new to everybody
            if satellite:
                systems.allow(conn, account_id, "Inmarsat")
            user_id = manage.add_user(conn, now_ms, account_id, name, "GB")
            manage.add_device(conn, now_ms, user_id, email)
            manage.set_press_1(conn, email, press_1)
            manage.add_phone(conn, now_ms, user_id, phone, "cabin", main=True)
            for contact, number in (names or {}).items():
                manage.add_contact(conn, now_ms, user_id, contact, number)
            manage.set_pin(conn, secrets, user_id, pin)
            alias = manage.new_alias(conn, now_ms, secrets, user_id)
            token = tokens.new_token(conn, now_ms, secrets, user_id)
            ledger.open_balance(conn, account_id, "USD")
            if balance:
                ledger.top_up(conn, account_id, balance, "USD", f"topup:{account_id}", "", now_ms)
        return Enrolled(
            user_id, account_id, email, f"{alias}@{self.settings.mail.domain}", pin, token, signs=not press_1
        )

    # -- processes -------------------------------------------------------------------------------------------------

    def start(self, *options: str) -> None:
        """Start `cordboard serve` and wait until it can take a call."""
        self.launch(*options)
        self.until(self._ready, READY_SECONDS)

    def launch(self, *options: str) -> None:
        """Start `cordboard serve`, perhaps not all of it, and don't wait."""
        log = (self.home / "serve.log").open("ab")
        with log:
            self._process = subprocess.Popen(  # noqa: S603 our own words
                [sys.executable, *self._program, "--config", str(self.file), "serve", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=os.environ | self._variables,
            )  # fmt: skip

    def pids(self) -> dict[str, list[int]]:
        """The processes by role."""
        found: dict[str, list[int]] = {}
        for line in (self.home / "run" / "pids").read_text(encoding="ascii").splitlines():
            pid, _, role = line.partition(" ")
            found.setdefault(role, []).append(int(pid))
        return found

    def kill(self, *roles: str) -> None:
        """End processes as a crash would: those of these roles, or without any of everything, the parent first."""
        pids = self.pids()
        for role in roles or ("serve", *(each for each in pids if each != "serve")):
            for pid in pids.get(role, []):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if not roles and self._process:
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End in good order."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def log(self) -> str:
        """What the processes wrote."""
        return (self.home / "serve.log").read_text(encoding="utf-8")

    # -- what is seen ----------------------------------------------------------------------------------------------

    def send(
        self, sender: str, to: str, text: str, message_id: str, *, port: int = 0, signed: bool = False, **headers: str
    ) -> None:
        """Send one mail over SMTP, to another port than the door's own if one is given; `signed` for its domain."""
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Message-ID"] = sender, to, message_id
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        with smtplib.SMTP(HOST, port or self.smtp_port, timeout=30) as smtp:
            if signed:
                mail["Date"] = formatdate()
                smtp.sendmail(sender, to, self.post.signed(mail.as_bytes()))
            else:
                smtp.send_message(mail)

    def orders(self) -> list[Any]:
        """Every order, oldest first."""
        with self.parts.db.read() as conn:
            return list(conn.execute(select(orders).order_by(orders.c.accepted_ms, orders.c.id)))

    def ended(self) -> int:
        """How many orders are final."""
        with self.parts.db.read() as conn:
            query = select(func.count()).select_from(orders).where(orders.c.state == OrderState.ENDED)
            return conn.execute(query).scalar_one()

    def problems(self) -> list[str]:
        """What `cordboard ledger check` would say."""
        with self.parts.db.read(snapshot=True) as conn:
            return check(conn) + ports.leaked(conn)

    def until(self, holds: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something is so. TimeoutError, with the end of the log, if it never is."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds} s; the log ends:\n{self.log()[-3000:]}")
            if self._process and self._process.poll() is not None:
                raise Unavailable(f"cordboard serve ended; its log:\n{self.log()[-3000:]}")
            time.sleep(0.02)

    def _ready(self) -> bool:
        with self.parts.db.read() as conn:
            if any(each.state is not State.FIT for each in self.parts.pool.standings(conn, self.parts.clock.ms())):
                return False
        try:
            with smtplib.SMTP(HOST, self.smtp_port, timeout=1) as smtp:
                smtp.noop()
            with socket.create_connection((HOST, self.web_port), timeout=1):
                pass
            redis = Redis.from_url(self.settings.redis_url.get_secret_value(), socket_timeout=1)
            return bool(redis.smembers("rq:workers"))
        except (OSError, smtplib.SMTPException, RedisError):
            return False


def on_asterisk(switch: Asterisk, phones: dict[str, Phone]) -> dict[str, Any]:
    """Settings that make a real Asterisk the switch; `phones` says which telephone rings for which prefixes (a,b)."""
    return {"switch": _node(switch) | _shared(phones)}


def on_asterisks(switches: dict[str, Asterisk], phones: dict[str, Phone]) -> dict[str, Any]:
    """The same for a pool of them, by name."""
    return {"switch": {"nodes": [{"name": name} | _node(each) for name, each in switches.items()]} | _shared(phones)}


def _node(switch: Asterisk) -> dict[str, Any]:
    return {
        "ari_url": switch.ari_url, "ari_user": switch.ari_user, "ari_password": switch.ari_password,
        "cel_file": str(switch.cel_file),
    }  # fmt: skip


def _shared(phones: dict[str, Phone]) -> dict[str, Any]:
    carriers = [
        {
            "name": phone.carrier.name,
            "host": phone.carrier.host,
            "port": phone.carrier.port,
            "prefixes": prefix.split(","),
            "uplink": any(classify(digits) for digits in prefix.split(",")),
        }
        for prefix, phone in phones.items()
    ]
    return {"kind": "asterisk", "caller_id": "+12025550100", "carriers": carriers}
