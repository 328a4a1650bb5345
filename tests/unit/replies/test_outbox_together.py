"""Several senders at one outbox: each row is sent once, also when one of them dies or dawdles."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

from kernel.errors import Unavailable
from replies.outbox import UNNOTED_MS, Envelope, Sender
from replies.tables import outbox as table
from replies.ways.maildir import MaildirWay
from tests.unit.inbound.house import NOW, ORDER, SECRETS
from tests.unit.replies.post import TAKE_MS, FakeWay, Post, by_mail


def test_many_senders_send_each_row_once(post: Post) -> None:
    for number in range(12):
        post.put(f"answer:{number}")
    together = Barrier(4)

    def send(_: int) -> int:
        together.wait(30)
        return post.sender.send_waiting()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(4))) == 12
    assert sorted(sent[0] for sent in post.way.sent) == sorted(row.id for row in post.rows)


def test_a_dead_senders_row_is_sent_by_another(post: Post) -> None:
    post.put()
    with post.db.write() as conn:
        conn.execute(table.update().values(next_ms=NOW + TAKE_MS, tries=1))
    assert post.sender.send_waiting() == 0
    post.clock.now_ms += TAKE_MS
    assert post.sender.send_waiting() == 1
    assert (post.row.state, post.row.tries) == ("sent", 2)


def test_what_a_killed_sender_had_in_hand_for_the_maildir_waits_seconds_not_a_minute(
    post: Post, tmp_path: Path
) -> None:
    class Killed(MaildirWay):
        def send(self, outbox_id: str, message: bytes, to: str) -> None:
            raise KeyboardInterrupt

    post.put()
    with pytest.raises(KeyboardInterrupt):
        Sender(post.db, post.clock, SECRETS, by_mail(Killed(tmp_path))).send_waiting()
    assert post.sender.send_waiting() == 0
    post.clock.now_ms += 5_000
    assert post.sender.send_waiting() == 1


class SlowWay(FakeWay):
    """Fails, but only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.go_on = Event(), Event()

    def send(self, outbox_id: str, message: bytes, to: str) -> None:
        self.entered.set()
        assert self.go_on.wait(30)
        raise Unavailable("too slow")


@pytest.mark.parametrize("sent_since", [True, False])
def test_a_slow_sender_does_not_undo_what_another_did_since(post: Post, sent_since: bool) -> None:
    post.put()
    way = SlowWay()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(Sender(post.db, post.clock, SECRETS, by_mail(way)).send_waiting)
        assert way.entered.wait(30)
        post.clock.now_ms += TAKE_MS
        if sent_since:
            post.sender.send_waiting()
        else:
            with post.db.write() as conn:
                conn.execute(table.update().values(tries=2, next_ms=NOW + 2 * TAKE_MS))
        before = post.row
        way.go_on.set()
        sending.result(30)
    assert post.row == before


class Tarpit(FakeWay):
    """Each mail takes it as long as it may; the one to the tarpit also waits until it is told to go on."""

    def __init__(self, post: Post) -> None:
        super().__init__(sent=post.way.sent, lock=post.way.lock)
        self.clock = post.clock
        self.entered, self.go_on = Event(), Event()

    def send(self, outbox_id: str, message: bytes, to: str) -> None:
        if to == TARPIT.to:
            self.entered.set()
            assert self.go_on.wait(30)
        self.clock.now_ms += UNNOTED_MS
        super().send(outbox_id, message, to)


TARPIT = Envelope("tarpit@x.example", ORDER)


def test_while_one_hangs_nobody_sends_the_others_again(post: Post) -> None:
    for number in range(4):
        post.put(f"answer:{number}")
    post.clock.now_ms += 1
    post.put("answer:tarpit", envelope=TARPIT)
    way = Tarpit(post)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(Sender(post.db, post.clock, SECRETS, by_mail(way)).send_waiting)
        assert way.entered.wait(30)
        assert [row.state for row in post.rows] == ["sent"] * 4 + ["waiting"]
        post.clock.now_ms = NOW + TAKE_MS
        assert post.sender.send_waiting() == 0
        way.go_on.set()
        assert sending.result(30) == 5
    assert [row.state for row in post.rows] == ["sent"] * 5
    assert len(way.sent) == 5
