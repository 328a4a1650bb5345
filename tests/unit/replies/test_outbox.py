"""The outbox: said once for each key, sent until it is gone, kept where nobody can read to whom."""

from pathlib import Path

import pytest

from kernel.errors import Unavailable
from kernel.secrets import Secrets
from replies import outbox
from replies.outbox import (
    AT_THE_DOOR_MS,
    FIRST_WAIT_MS,
    GIVE_UP_MS,
    LONGEST_WAIT_MS,
    UNNOTED_MS,
    Envelope,
    Sender,
    at_the_door,
)
from replies.tables import outbox as table
from replies.ways import Reply, Undeliverable
from tests.unit.inbound.house import NOW, ORDER, SECRETS
from tests.unit.replies.post import ALIAS, ENVELOPE, FakeWay, Post, by_mail


def test_said_once_for_a_key(post: Post) -> None:
    post.put()
    post.put(text="something else")
    post.put("receipt:1")
    assert [(row.key, row.text) for row in post.rows] == [("answer:1", "K7 Ringing.\n"), ("receipt:1", "K7 Ringing.\n")]


def test_nothing_is_said_to_nobody(post: Post) -> None:
    post.put(envelope=Envelope("", ALIAS))
    assert not post.rows


def test_sent_as_a_mail_with_the_answer_first(post: Post) -> None:
    post.put(text="K7 Ringing.\n\nYou 1:02, $0.04\n")
    assert post.sender.send_waiting() == 1
    mail, row = post.way.mail, post.row
    assert (post.way.sent[0][0], post.way.sent[0][2]) == (row.id, "ann@ship.example")
    assert mail.get_content().splitlines()[0] == "K7 Ringing."
    assert (mail["From"], mail["To"], mail["Subject"]) == (ALIAS, "ann@ship.example", "Re: a call")
    assert (mail["In-Reply-To"], mail["Auto-Submitted"]) == ("<m1@ship.example>", "auto-replied")
    assert mail["Message-ID"] == f"<{row.id}.cordboard@door.test>"
    assert (row.state, row.tries, row.sent_ms, row.error) == ("sent", 1, NOW, "")
    assert post.sender.send_waiting() == 0


def test_nobody_reads_from_the_database_to_whom_it_goes(post: Post) -> None:
    post.put()
    stored = b"".join(file.read_bytes() for file in Path(str(post.db.engine.url.database)).parent.iterdir())
    assert b"K7 Ringing." in stored
    assert not any(secret in stored for secret in (b"ann-7kq2m9xw4t3z", b"ann@ship", b"a call", b"m1@ship"))


def test_an_envelope_opens_as_it_was_sealed() -> None:
    assert Envelope.opened(ENVELOPE.sealed(SECRETS), SECRETS) == ENVELOPE


def test_without_an_address_written_to_the_order_address_answers(post: Post) -> None:
    post.put(envelope=Envelope("ann@ship.example", ""))
    post.sender.send_waiting()
    assert post.way.mail["From"] == ORDER


def test_tried_again_after_a_wait_that_doubles(post: Post) -> None:
    post.put()
    waits = []
    for _ in range(12):
        post.way.errors = [Unavailable("The mail host does not answer.")]
        assert post.sender.send_waiting() == 1
        assert (post.row.state, post.row.error) == ("waiting", "The mail host does not answer.")
        waits.append(post.row.next_ms - post.clock.now_ms)
        post.clock.now_ms = post.row.next_ms - 1
        assert post.sender.send_waiting() == 0
        post.clock.now_ms += 1
    assert waits[:4] == [FIRST_WAIT_MS, 10_000, 20_000, 40_000]
    assert waits[-1] == LONGEST_WAIT_MS
    assert post.sender.send_waiting() == 1
    assert (post.row.state, post.row.error, len(post.way.sent)) == ("sent", "", 1)


def test_given_up_after_three_days(post: Post) -> None:
    post.put()
    post.way.errors = [Unavailable("x"), Unavailable("y")]
    post.clock.now_ms += GIVE_UP_MS
    post.sender.send_waiting()
    assert post.row.state == "waiting"
    post.clock.now_ms = post.row.next_ms
    post.sender.send_waiting()
    assert (post.row.state, post.row.error) == ("dead", "y")
    post.clock.now_ms += GIVE_UP_MS
    assert post.sender.send_waiting() == 0


def test_what_cannot_be_delivered_is_dead_at_once(post: Post) -> None:
    post.put()
    post.way.errors = [Undeliverable("550 no such mailbox" + "." * 300)]
    post.sender.send_waiting()
    assert (post.row.state, post.row.error[:20], len(post.row.error)) == ("dead", "550 no such mailbox.", 200)


@pytest.mark.parametrize(
    "to", ["ann@ship.example\r\nBcc: eve@evil.example", "two@x.example, b@y.example", "zoë@x.example"]
)
def test_an_address_that_would_say_more_is_dead(post: Post, to: str) -> None:
    post.put(envelope=Envelope(to, ORDER))
    post.sender.send_waiting()
    assert post.row.state == "dead"
    assert not post.way.sent


def test_one_that_fails_unexpectedly_keeps_no_other_from_going(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.put("answer:1")
    post.clock.now_ms += 1
    post.put("answer:2")
    post.way.errors = [ZeroDivisionError("oops")]
    assert post.sender.send_waiting() == 2
    first, second = post.rows
    assert (first.state, first.error, second.state) == ("waiting", "ZeroDivisionError: oops", "sent")
    assert first.next_ms == post.clock.now_ms + FIRST_WAIT_MS
    assert "an answer could not be sent" in caplog.text


def test_an_envelope_sealed_with_another_key_waits_for_the_right_one(post: Post) -> None:
    with post.db.write() as conn:
        outbox.put(conn, "answer:1", ENVELOPE.sealed(Secrets(b"p" * 32, b"x" * 32)), "K7", NOW)
    post.sender.send_waiting()
    assert post.row.state == "waiting"


def test_the_operator_is_told_where_the_settings_say(post: Post) -> None:
    with post.db.write() as conn:
        outbox.tell_operator(conn, "shunted:1", "A message was set aside.", NOW)
    post.sender.send_waiting()
    assert (post.way.mail["To"], post.way.mail["From"]) == ("operator@door.test", ORDER)


def test_without_an_operator_the_row_is_dead_and_visible(post: Post) -> None:
    with post.db.write() as conn:
        outbox.tell_operator(conn, "shunted:1", "A message was set aside.", NOW)
    Sender(post.db, post.clock, SECRETS, by_mail(post.way)).send_waiting()
    assert (post.row.state, post.row.error) == ("dead", "the settings name no operator's address")


def test_no_more_than_asked_for_oldest_first(post: Post) -> None:
    for number in range(3):
        post.put(f"answer:{number}")
        post.clock.now_ms += 1
    assert post.sender.send_waiting(limit=2) == 2
    assert [row.state for row in post.rows] == ["sent", "sent", "waiting"]


class DawdlingWay(FakeWay):
    """Each mail takes it so long; it looks at the outbox before."""

    def __init__(self, post: Post, ms: int = 600) -> None:
        super().__init__()
        self.post, self.ms = post, ms
        self.noted: list[int] = []

    def send(self, outbox_id: str, message: bytes, to: str) -> None:
        self.noted.append(sum(row.state == "sent" for row in self.post.rows))
        super().send(outbox_id, message, to)
        self.post.clock.now_ms += self.ms


def test_what_a_slow_way_sent_is_noted_every_second_and_the_rest_is_due_at_once(post: Post) -> None:
    for number in range(5):
        post.put(f"answer:{number}")
    sender = Sender(post.db, post.clock, SECRETS, by_mail(DawdlingWay(post)))
    assert sender.send_waiting() == 2
    assert [(row.state, row.tries) for row in post.rows] == [("sent", 1)] * 2 + [("waiting", 0)] * 3
    assert [sender.send_waiting() for _ in range(3)] == [2, 1, 0]


def test_what_was_sent_is_noted_before_the_next_which_may_hang(post: Post) -> None:
    for number in range(6):
        post.put(f"answer:{number}")
    way = DawdlingWay(post, ms=UNNOTED_MS // 2)
    assert Sender(post.db, post.clock, SECRETS, by_mail(way)).send_waiting() == 6
    assert way.noted == [0, 0, 2, 2, 4, 4]
    assert all(row.state == "sent" for row in post.rows)


def test_one_that_was_tried_before_is_tried_alone_since_it_may_hang(post: Post) -> None:
    post.put("answer:0")
    post.way.errors = [Unavailable("The mail host does not answer.")]
    assert post.sender.send_waiting() == 1
    post.clock.now_ms = post.row.next_ms
    for number in range(1, 4):
        post.put(f"answer:{number}")
    assert [post.sender.send_waiting() for _ in range(3)] == [1, 3, 0]


class FakeTexts:
    """A way for texts, which keeps them."""

    take_ms = 2_000

    def __init__(self) -> None:
        self.sent: list[Reply] = []

    def send(self, reply: Reply) -> None:
        self.sent.append(reply)


TEXT = Envelope("+12025550177", "+12025550109", way="twilio")


def test_each_goes_by_its_own_way_and_none_waits_for_another(post: Post) -> None:
    texts = FakeTexts()
    sender = Sender(post.db, post.clock, SECRETS, by_mail(post.way) | {"twilio": texts})
    post.put("answer:1")
    post.put("answer:2", "K8 Ringing.\n", TEXT)
    assert [row.way for row in post.rows] == ["email", "twilio"]
    assert sender.send_by("twilio") == 1
    assert ([row.state for row in post.rows], post.way.sent) == (["waiting", "sent"], [])
    assert sender.send_waiting() == 1
    (reply,) = texts.sent
    assert (reply.envelope, reply.text, reply.again, reply.put_ms) == (TEXT, "K8 Ringing.\n", False, NOW)


def test_a_row_of_before_there_were_ways_is_a_mail(post: Post) -> None:
    old = SECRETS.seal(b'{"to": "ann@ship.example", "sender": "", "subject": "", "message_id": "", "references": ""}')
    with post.db.write() as conn:
        outbox.put(conn, "answer:1", old.decode(), "K7", NOW)
    post.sender.send_waiting()
    assert (post.row.state, post.way.mail["To"]) == ("sent", "ann@ship.example")


def test_a_text_is_taken_for_as_long_as_its_own_way_says(post: Post) -> None:
    class Looking(FakeTexts):
        def send(self, reply: Reply) -> None:
            super().send(reply)
            assert post.row.next_ms == NOW + self.take_ms

    texts = Looking()
    post.put(envelope=TEXT)
    Sender(post.db, post.clock, SECRETS, by_mail(post.way) | {"twilio": texts}).send_waiting()
    assert (post.row.state, len(texts.sent)) == ("sent", 1)


class TestAtTheDoor:
    """A row whose door gives the answer itself."""

    def put(self, post: Post) -> None:
        with post.db.write() as conn:
            outbox.put(conn, "answer:1", TEXT.sealed(SECRETS), "K7", NOW, AT_THE_DOOR_MS)

    def there(self, post: Post) -> list[str]:
        with post.db.read() as conn:
            return [row.id for row in at_the_door(conn, ["answer:1", "set-aside:1"], post.clock.now_ms)]

    def test_it_is_struck_out_when_it_was_said(self, post: Post) -> None:
        self.put(post)
        ids = self.there(post)
        assert ids == [post.row.id]
        with post.db.write() as conn:
            outbox.said(conn, ids, NOW + 5)
        assert (post.row.state, post.row.sent_ms, post.row.tries) == ("sent", NOW + 5, 1)
        assert self.there(post) == []

    def test_if_the_door_dies_it_is_sent_as_what_may_be_out_already(self, post: Post) -> None:
        texts = FakeTexts()
        sender = Sender(post.db, post.clock, SECRETS, {"twilio": texts})
        self.put(post)
        post.clock.now_ms += AT_THE_DOOR_MS - 1
        assert sender.send_waiting() == 0
        post.clock.now_ms += 1
        assert sender.send_waiting() == 1
        assert texts.sent[0].again

    def test_the_door_and_the_sender_never_both_say_it(self, post: Post) -> None:
        self.put(post)
        post.clock.now_ms += AT_THE_DOOR_MS - 5_000
        assert self.there(post) == []  # too late for the door

    def test_what_the_sender_has_begun_is_not_struck_out(self, post: Post) -> None:
        self.put(post)
        ids = self.there(post)
        with post.db.write() as conn:
            conn.execute(table.update().values(tries=1))
            outbox.said(conn, ids, NOW)
        assert post.row.state == "waiting"

    def test_what_is_to_be_sent_at_once_is_no_doors(self, post: Post) -> None:
        post.put()
        assert self.there(post) == []
