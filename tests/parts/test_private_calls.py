"""Who sees which number, by the messages themselves: Asterisk's SIP as the telephones of both legs logged it."""

import itertools
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from accounts import manage
from accounts.shown import Show
from cordboard.lab.asterisk import Asterisk
from cordboard.lab.house import Enrolled
from cordboard.lab.phones import Kind
from orders.tables import messages
from replies.tables import outbox
from tests.parts.places import Place, on_a_real_switch
from tests.parts.stories import Handsets

pytestmark = pytest.mark.parts

SERVICE = "+12025550100"
_numbers = itertools.count(1)
KINDS: dict[str, Kind] = {"+33140002": "presses_1", "+442079461": "hangs_up_after", "+442079462": "busy"}
PHONES = {f"{prefix}{at:03d}": kind for prefix, kind in KINDS.items() for at in range(20)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, switch: Asterisk, handsets: Handsets) -> Iterator[Place]:
    with on_a_real_switch(tmp_path_factory.mktemp("private"), switch, handsets, phones=PHONES) as found:
        yield found


class Two:
    """A user with a phone and somebody to call, by numbers that nobody else here has; and what each side saw."""

    def __init__(self, place: Place, handsets: Handsets, *, busy: bool = False) -> None:
        at = next(_numbers)
        self.place, self.handsets = place, handsets
        self.a, self.b = f"+33140002{at:03d}", f"+44207946{2 if busy else 1}{at:03d}"
        self.who: Enrolled = place.somebody(phone=self.a, names={"Bob": self.b})

    def shows(self, a: Show, b: Show) -> None:
        with self.place.house.parts.db.write() as conn:
            manage.show(conn, self.who.account_id, "A", a)
            manage.show(conn, self.who.account_id, "B", b)

    def seen_by(self, number: str) -> list[str]:
        """All messages of the leg that rang this number."""
        return self.handsets[PHONES[number]].messages(number[1:])

    def told(self) -> list[str]:
        """What the user was told of the order, by mail and in the outbox's and the message's own rows."""
        with self.place.house.parts.db.read() as conn:
            rows = [row.text for row in conn.execute(select(outbox.c.text)) if self.who.user_id]
            answers = list(conn.execute(select(messages.c.answer)).scalars())
        return [*self.place.told(self.who, 2), *self.place.mails_to(self.who.email), *rows, *answers]


def digits_of(number: str) -> tuple[str, ...]:
    """As it may be written: with and without its country's code, and masked."""
    national = number[3:]
    return number[1:], national, f"..{number[-4:]}"


def invite(messages: list[str]) -> str:
    return next(text for text in messages if re.search(r"^INVITE sip:", text, re.MULTILINE))


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.MULTILINE)
    return found[1] if found else ""


def has_digits(texts: list[str], number: str) -> list[str]:
    return [text for text in texts for digits in digits_of(number)[:2] if digits in text]


def api(place: Place, who: Enrolled, method: str, path: str, body: dict[str, Any] | None = None) -> str:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{place.house.web_port}/api/v1/calls{path}"
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        said: str = answer.read().decode()
        return said


@pytest.mark.parametrize("words", ["CALL Bob PRIVATE", "CALL {b} PRIVATE", "llamar a Bob privado"])
@pytest.mark.parametrize("show", [Show.SERVICE, Show.WITHHELD, Show.OWN])
def test_no_message_of_either_leg_has_the_others_number(
    place: Place, handsets: Handsets, show: Show, words: str
) -> None:
    two = Two(place, handsets)
    two.shows(show, show)
    place.mail(two.who, words.format(b=two.b))
    order = place.outcome(two.who)
    assert (order.outcome, order.private, order.number_b) == ("talked", True, two.b)
    seen = {number: two.seen_by(number) for number in (two.a, two.b)}
    for mine, other in ((two.a, two.b), (two.b, two.a)):
        assert len(seen[mine]) > 4  # INVITE, 180, 200, ACK, BYE: the whole call was searched
        assert any("m=audio" in text for text in seen[mine])
        assert has_digits(seen[mine], mine)  # the search finds what is there
        assert has_digits(seen[mine], other) == []
        first = invite(seen[mine])
        if show is Show.WITHHELD:
            assert "anonymous@anonymous.invalid" in header(first, "From")
            assert header(first, "Privacy") == "id"
        else:
            assert f"sip:{SERVICE}@" in header(first, "From")
        assert f"sip:{SERVICE}@" in header(first, "P-Asserted-Identity")
        assert len({header(text, "CSeq") for text in seen[mine] if text_is_invite(text)}) == 1  # nobody told who joined


def text_is_invite(text: str) -> bool:
    return re.search(r"^INVITE sip:", text, re.MULTILINE) is not None


def test_no_answer_about_a_private_call_has_a_number(place: Place, handsets: Handsets) -> None:
    two = Two(place, handsets)
    placed = api(place, two.who, "POST", "", {"to": two.b, "private": True})
    order = place.outcome(two.who)
    said = [placed, order.answer, api(place, two.who, "GET", f"/{order.id}")]
    for text in ("STATUS", "LAST", f"DROP {order.ref}"):
        place.mail(two.who, text)
    said += place.told(two.who, 3)
    config = str(place.house.file)
    for words in (["mail", "--last", "50"], ["mail", "--json", "--last", "50"]):
        command = [sys.executable, "-m", "cordboard", "--config", config, *words]
        said.append(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)
    for number in (two.a, two.b):
        for digits in digits_of(number):
            assert [text for text in said if digits in text] == []
    assert "a private number" in order.answer
    assert json.loads(said[2])["legs"][1]["number"] is None


def test_a_private_call_that_fails_tells_no_number_either(place: Place, handsets: Handsets) -> None:
    two = Two(place, handsets, busy=True)
    place.mail(two.who, f"CALL {two.b} PRIVATE")
    assert place.outcome(two.who).outcome == "b_busy"
    for number in (two.a, two.b):
        for digits in digits_of(number):
            assert [text for text in two.told() if digits in text] == []


@pytest.mark.parametrize(
    ("a", "b", "seen_a", "seen_b"),
    [
        (Show.USUAL, Show.USUAL, SERVICE, SERVICE),
        (Show.WITHHELD, Show.SERVICE, "anonymous", SERVICE),
        (Show.SERVICE, Show.WITHHELD, SERVICE, "anonymous"),
        (Show.OWN, Show.OWN, SERVICE, "A's own"),
    ],
)
def test_each_leg_sees_what_its_account_says(
    place: Place, handsets: Handsets, a: Show, b: Show, seen_a: str, seen_b: str
) -> None:
    two = Two(place, handsets)
    two.shows(a, b)
    place.mail(two.who, "CALL Bob")
    assert place.outcome(two.who).outcome == "talked"
    for number, seen in ((two.a, seen_a), (two.b, seen_b)):
        shown = two.a if seen == "A's own" else seen
        assert f"sip:{shown}@" in header(invite(two.seen_by(number)), "From")
    assert bool(has_digits(two.seen_by(two.b), two.a)) == (seen_b == "A's own")
