"""The web door of a test's house, live on a port of its own, and a client that sends exactly what it is told to."""

import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from accounts import tokens
from inbound.api.door import CALLS, ApiDoor
from inbound.pages.door import PagesDoor
from inbound.pages.pressing import Pressing
from inbound.pages.signing_in import Brakes, SigningIn
from inbound.pages.tickets import Tickets
from inbound.proving import Proving
from inbound.web.app import create_app, orders_of_token, wrong_tokens
from inbound.web.server import RunningWeb, WebLimits
from tests.unit.inbound.house import NOW, PLAIN_CAP, SECRETS, House

HOST = "127.0.0.1"
JSON = {"Content-Type": "application/json"}
WRONG_A_MINUTE = 5
ORDERS_A_MINUTE = 25
HUMAN = "Bob, +44 20 7946 0999"


@dataclass(frozen=True)
class Answer:
    """What came back; `json` is its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        return str(self.json["reason"])


@dataclass
class Web:
    """A client with Ann's token."""

    house: House
    token: str
    port: int

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request with a token, unless `Authorization` is given; header names with _ for -."""
        named = {"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection = http.client.HTTPConnection(HOST, self.port, timeout=15)
        try:
            connection.request(method, path, body, {name: value for name, value in named.items() if value})
            said = connection.getresponse()
            return _checked(Answer(said.status, {k.lower(): v for k, v in said.getheaders()}, said.read()))
        finally:
            connection.close()

    def order(self, key: str = "", **fields: object) -> Answer:
        """POST these fields; `from_` for from."""
        body = json.dumps({name.rstrip("_"): value for name, value in fields.items()}).encode()
        return self.post(body, Idempotency_Key=key)

    def post(self, body: bytes, **headers: str) -> Answer:
        return self.ask("POST", CALLS, body, **{"Content_Type": "application/json"} | headers)

    def show(self, order_id: str) -> Answer:
        return self.ask("GET", f"{CALLS}/{order_id}")

    def raw(self, octets: bytes) -> Answer:
        """Send these octets, and read until the other side closes."""
        with socket.create_connection((HOST, self.port), timeout=15) as connection:
            connection.sendall(octets)
            said = http.client.HTTPResponse(connection)
            said.begin()
            return _checked(Answer(said.status, {k.lower(): v for k, v in said.getheaders()}, said.read()))


def _checked(answer: Answer) -> Answer:
    """What holds for every answer, good or bad."""
    kind = "application/problem+json" if answer.status >= 400 else "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert b"Traceback" not in answer.body
    if answer.headers["content-type"].startswith("text/"):
        return answer  # a page
    if answer.status >= 400 and "parts" not in answer.json:
        assert answer.headers["content-type"] == kind
        assert set(answer.json) - {"quote"} == {"type", "title", "status", "detail", "reason"}
        assert ("quote" in answer.json) == (answer.json["reason"] == "dear")
        assert answer.json["status"] == answer.status
    return answer


@contextmanager
def live(
    house: House,
    health: Callable[[], Mapping[str, str]] = dict,
    limits: WebLimits | None = None,
    a_minute: tuple[int, int] = (WRONG_A_MINUTE, ORDERS_A_MINUTE),
) -> Iterator[Web]:
    """The door of the house, served until the block ends. It asks for the house's intake anew each time.

    `a_minute`: so many wrong tokens, and so many orders with one.
    """
    with house.db.write() as conn:
        token = tokens.new_token(conn, NOW, SECRETS, house.user)
    wrong, orders = wrong_tokens(a_minute[0]), orders_of_token(a_minute[1])
    door = ApiDoor(house.db, house.clock, SECRETS, _Intake(house), wrong, orders)  # type: ignore[arg-type]
    with RunningWeb(create_app(door, health, pages_of(house)), limits=limits) as running:
        yield Web(house, token, running.port)


def pages_of(house: House) -> PagesDoor:
    """The pages' door of the house."""
    pressing = Pressing(
        house.db, house.clock, SECRETS, _Intake(house), Tickets(SECRETS),  # type: ignore[arg-type]
        orders_of_token(ORDERS_A_MINUTE), "en", HUMAN, PLAIN_CAP,
    )  # fmt: skip
    brakes = Brakes.of(WRONG_A_MINUTE, WRONG_A_MINUTE * 2)
    signing_in = SigningIn(house.db, SECRETS, brakes, Proving(house.db, house.clock, SECRETS).tell_of_lock)
    return PagesDoor(pressing, signing_in, "en", HUMAN)


@dataclass(frozen=True)
class _Intake:
    """A test may put another intake in the place of the house's while the door is open."""

    house: House

    def __getattr__(self, name: str) -> Any:
        return getattr(self.house.intake, name)
