"""The doors of texts of a test's house, live on a port of their own; Ann texts from a telephone that is enrolled."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row
from twilio.request_validator import RequestValidator

from accounts import manage
from cordboard.lab.twilio import Answer, FakeTwilio, post, sign
from cordboard.lab.twilio_rest import SID, TOKEN
from inbound.api.door import ApiDoor
from inbound.sms.door import SmsDoor
from inbound.sms.kannel import KANNEL, KannelDoor
from inbound.sms.kannel import PATH as KANNEL_PATH
from inbound.sms.limits import TextLimits
from inbound.sms.twilio import PATH, TWILIO, TwilioDoor
from inbound.web.app import create_app, orders_of_token, wrong_tokens
from inbound.web.server import RunningWeb, WebLimits
from kernel.errors import Unavailable
from replies.tables import outbox
from tests.joint.inbound.web import HOST, _Intake
from tests.parts.waiting import until
from tests.unit.inbound.house import NOW, SECRETS, House

ANNS_MOBILE, OURS, STRANGER = "+12025550177", "+12025550109", "+12025550188"
PUBLIC = "https://calls.example.com/sms/twilio"
SECRET = "kannel-secret-0123456789"
EACH, STRANGERS = 20, 5


@dataclass
class Texting:
    """A client of both doors."""

    house: House
    port: int
    twilio: FakeTwilio = field(default_factory=lambda: FakeTwilio((OURS,)))

    @property
    def at(self) -> str:
        return f"http://{HOST}:{self.port}{PATH}"

    def text(self, body: str, sender: str = ANNS_MOBILE, to: str = OURS, *, sid: str = "", **more: str) -> Answer:
        """A text by Twilio."""
        return self.twilio.text(sender, to, body, at=self.at, signed_for=PUBLIC, sid=sid, more=more)

    def post(self, form: dict[str, str], signature: str | None = None, **headers: str) -> Answer:
        """A form, signed as it should be unless another signature is given."""
        return post(self.at, form, sign(PUBLIC, form) if signature is None else signature, **headers)

    def form(self, body: str, **more: str) -> dict[str, str]:
        return self.twilio.form(ANNS_MOBILE, OURS, body) | more

    def kannel(self, text: str | bytes, method: str = "GET", *, token: str = SECRET, **more: str | bytes) -> Answer:
        """A text by Kannel, as its get-url asks."""
        fields: dict[str, str | bytes] = {
            "from": ANNS_MOBILE, "to": OURS, "text": text, "charset": "UTF-8", "id": self.twilio.new_sid(),
            "ts": str(self.house.clock.now_ms // 1000),
        }  # fmt: skip
        fields |= {name.rstrip("_"): value for name, value in more.items()}
        return self.ask(method, f"{KANNEL_PATH}/{token}", urlencode(fields))

    def ask(self, method: str, path: str, query: str = "", body: bytes | None = None, **headers: str) -> Answer:
        """Send exactly this; the query goes into a form if it is a POST without a body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST" and body is None:
            body, query = query.encode(), ""
            named.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection = http.client.HTTPConnection(HOST, self.port, timeout=15)
        try:
            connection.request(method, f"{path}?{query}" if query else path, body, named)
            said = connection.getresponse()
            return Answer(said.status, said.headers["Content-Type"] or "", said.read().decode())
        finally:
            connection.close()

    def answers(self) -> list[Row[Any]]:
        """Rows of the outbox that are for people."""
        return [row for row in self.house.rows(outbox) if row.envelope != "operator"]

    def said(self) -> list[Row[Any]]:
        """The same, once all were said: a row is struck out right after its answer was written."""
        until(lambda: all(row.state == "sent" for row in self.answers()), 15)
        return self.answers()


@contextmanager
def live(house: House, limits: WebLimits | None = None, allow: str = "127.0.0.0/8") -> Iterator[Texting]:
    """Both doors of the house, served until the block ends."""
    with house.db.write() as conn:
        manage.add_device(conn, NOW, house.user, ANNS_MOBILE)
    intake: Any = _Intake(house)
    counts = TextLimits(EACH, STRANGERS)
    twilio = TwilioDoor(
        SmsDoor(TWILIO, house.db, house.clock, intake, counts), PUBLIC, SID, frozenset({OURS}), RequestValidator(TOKEN)
    )
    kannel = KannelDoor(SmsDoor(KANNEL, house.db, house.clock, intake, counts), (ip_network(allow),), SECRET)
    door = ApiDoor(house.db, house.clock, SECRETS, intake, wrong_tokens(5), orders_of_token(5))
    with RunningWeb(create_app(door, dict, twilio, kannel), limits=limits) as running:
        yield Texting(house, running.port)


def away(intake: Any, what: str) -> Any:
    """An intake of which one part is away."""

    class Away:
        def __getattr__(self, name: str) -> Any:
            return self._fail if name == what else getattr(intake, name)

        def _fail(self, *_: object) -> Any:
            raise Unavailable("The database did not take a write")

    return Away()
