"""Mail over wires that break, on its way in and on its way out: one call for each, and everybody told.

In: who hears no 250 sends the mail again. Out: who hears no 250 from the mail host sends the answer again, under the
Message-ID that it had.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

import pytest

from replies.maildir_view import list_mails
from tests.parts.mailhost import MailHost
from tests.parts.places import TALKS, on_the_exchange
from tests.parts.talks import MailTalk
from tests.parts.traffic import Traffic
from tests.parts.waiting import until
from tests.parts.wire import Fault, What, Wire

pytestmark = pytest.mark.parts

ROUNDS = int(os.environ.get("CORDBOARD_PROVE_ROUNDS", "2"))
RUNS = 8 * ROUNDS
Way = Literal["in", "out"]
COMMANDS: tuple[tuple[What, str], ...] = (
    ("lose_reply", "the mail"), ("late", "the mail"), ("cut_midway", "the mail"), ("lose_request", "the mail"),
    ("lose_reply", "DATA"), ("lose_reply", "RCPT"), ("lose_request", "MAIL"), ("lose_reply", "QUIT"),
)  # fmt: skip
WAYS: tuple[Way, ...] = ("in", "out")
FAULTS = [(way, what, on) for what, on in COMMANDS for way in WAYS]
CHOSEN = list(itertools.islice(itertools.cycle(FAULTS), RUNS))


@dataclass
class Post:
    """Traffic on a house whose mail comes and goes over two wires."""

    traffic: Traffic
    wires: dict[Way, Wire]
    host: MailHost


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("lossy-smtp")
    with ExitStack() as stack:
        host = stack.enter_context(MailHost(folder / "mail"))
        out = stack.enter_context(Wire(MailTalk, host.port))
        mail = {
            "way": "smarthost", "smarthost_host": "127.0.0.1", "smarthost_port": out.port, "smarthost_starttls": False
        }  # fmt: skip
        place = stack.enter_context(on_the_exchange(folder, {"lease_s": 2, "confirm_s": 2}, mail=mail))
        into = stack.enter_context(Wire(MailTalk, place.house.smtp_port))
        place.doors = [into.port]
        yield Post(Traffic(place), {"in": into, "out": out}, host)


@pytest.mark.parametrize(("way", "what", "on"), CHOSEN)
def test_a_mail_is_lost_on_its_way(post: Post, way: Way, what: What, on: str) -> None:
    before = post.traffic.place.house.ended()
    post.wires[way].order(Fault(what, (on,)))
    post.traffic.each_kind()
    until(lambda: post.wires[way].left() == 0, 90)
    until(lambda: post.traffic.place.house.ended() > before, 90)  # life goes on


def test_a_mail_that_comes_twice_is_one_call(post: Post) -> None:
    for _ in range(ROUNDS):
        post.traffic.mail(f"CALL {TALKS}")
        post.traffic.mail_again()


def test_and_when_all_is_quiet_again_everything_is_as_if_nothing_had_been_lost(post: Post) -> None:
    assert len(post.traffic.senders) >= 3 * len(CHOSEN)
    post.traffic.is_as_if_nothing_had_happened()


def test_an_answer_that_was_sent_again_is_known_by_its_message_id(post: Post) -> None:
    unheard = sum(
        1 for fault in CHOSEN if fault[0] == "out" and fault[1:] in (("lose_reply", "the mail"), ("late", "the mail"))
    )
    assert unheard > 0
    # The first copy of an answer has told its reader; the one that is sent again may be still to come.
    until(lambda: sum(len(to) - 1 for to in post.host.copies().values()) >= unheard, 90)
    copies = post.host.copies()
    assert "None" not in copies
    assert all(len(set(to)) == 1 for to in copies.values())
    receipts = [mail for mail in list_mails(post.traffic.place.house.settings.maildir) if "You paid" in mail.text]
    assert {mail.to for mail in receipts} == {who.email for who in post.traffic.senders}
