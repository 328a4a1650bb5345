"""The whole product on a PostgreSQL behind a wire that breaks: a COMMIT may have been done, or not, or be done later.

Whatever is lost of whichever transaction, every call is made once, billed once, and told of.
"""

import itertools
import os
from collections.abc import Iterator

import pytest

from cordboard.lab.postgres import Postgres
from tests.parts.places import on_the_exchange
from tests.parts.talks import StatementTalk
from tests.parts.traffic import Traffic
from tests.parts.waiting import until
from tests.parts.wire import Fault, What, Wire

pytestmark = pytest.mark.parts

ROUNDS = int(os.environ.get("CORDBOARD_PROVE_ROUNDS", "2"))
RUNS = 10 * ROUNDS
TRANSACTIONS = {
    "a mail is stored": ("INSERT INTO messages",),
    "a message is taken": ("UPDATE messages SET taken_until_ms",),
    "an order is placed": ("INSERT INTO orders",),
    "an order is claimed": ("INSERT INTO attempts", "FOR NO KEY UPDATE"),
    "a leg is dialled": ("dialling_ms=",),
    "A is asked": ("UPDATE orders SET state", "confirming"),
    "leg B is made": ("UPDATE leases", "INSERT INTO attempts"),
    "A and B are joined": ("joined_ms=",),
    "A is told": ("UPDATE orders SET state", "telling"),
    "a leg is billed": ("INSERT INTO cdrs",),
    "an order is closed": ("UPDATE leases", "INSERT INTO outbox"),
    "the lease is kept": ("UPDATE leases",),
    "the log is read": ("INSERT INTO switch_log",),
    "an answer is taken": ("UPDATE outbox", "SKIP LOCKED"),
    "an answer is sent": ("UPDATE outbox", "sent_ms="),
}
"""By words of a statement, or of its values, that nobody else's transaction has in it."""
WAYS: tuple[What, ...] = ("lose_reply", "late", "lose_request", "cut_midway", "slow")
FAULTS = [(way, name) for way in WAYS for name in TRANSACTIONS]
CHOSEN = list(itertools.islice(itertools.cycle(FAULTS), RUNS))


@pytest.fixture(scope="module")
def wire(postgresql: Postgres) -> Iterator[Wire]:
    with Wire(StatementTalk, postgresql.socket) as found:
        yield found


@pytest.fixture(scope="module")
def traffic(wire: Wire, postgresql: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traffic]:
    direct = postgresql.database("lossy", template="migrated")
    over_the_wire = {"CORDBOARD_DATABASE_URL": f"postgresql://cordboard@127.0.0.1:{wire.port}/lossy"}
    waits = {"lease_s": 2, "confirm_s": 2}
    with on_the_exchange(tmp_path_factory.mktemp("lossy-pg"), waits, over_the_wire, database_url=direct) as place:
        yield Traffic(place)


def happened(wire: Wire) -> bool:
    try:
        until(lambda: wire.left() == 0, 12)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(("what", "name"), CHOSEN)
def test_something_is_lost_between_us_and_the_database(traffic: Traffic, wire: Wire, what: What, name: str) -> None:
    before = traffic.place.house.ended()
    on = TRANSACTIONS[name]
    wire.order(Fault(what, on[:1] if what == "cut_midway" else ("COMMIT", *on)))
    for _ in range(6):
        traffic.each_kind()
        if happened(wire):
            break
    assert wire.left() == 0
    until(lambda: traffic.place.house.ended() > before, 90)  # life goes on


def test_and_when_all_is_quiet_again_everything_is_as_if_nothing_had_been_lost(traffic: Traffic) -> None:
    assert len(traffic.senders) >= 3 * len(CHOSEN)
    traffic.is_as_if_nothing_had_happened()
