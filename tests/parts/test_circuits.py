"""By which carrier a call leaves, on two real Asterisks by turns, with SIPp carriers that fail: sky and ground."""

from collections.abc import Iterator
from io import StringIO
from itertools import cycle
from typing import Any

import pytest

from billing import decks
from cordboard.lab.asterisk import Asterisk, install
from cordboard.lab.house import Enrolled, House, on_asterisks
from cordboard.lab.lines import Behaviour, Line, lines
from dispatcher import pool
from orders import attempts
from tests.parts.places import PRESSES_1, QUICK_CALLS, Place
from tests.parts.pools import NEW_YORK, TORONTO
from tests.parts.stories import Handsets

pytestmark = pytest.mark.parts

SHIP, HOME = "+870773123456", "+442079460000"
GROUND = {"west": 1, "east": 2}
SKY = {"sky-primary": 1, "sky-backup": 2}
DECK = "prefix,destination,rate\n87077,Inmarsat,0.10\n"
TALKS: Behaviour = "hangs_up_after"
TALK_MS = 300


@pytest.fixture(scope="session")
def carriers() -> Iterator[dict[str, Line]]:
    with lines(*GROUND, *SKY) as found:
        yield found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, carriers: dict[str, Line], handsets: Handsets) -> Iterator[Place]:
    ann = handsets["presses_1"]
    lines_of_both = [ann.carrier, *(line.carrier for line in carriers.values())]
    with Asterisk(install(), lines_of_both) as new_york, Asterisk(install(), lines_of_both) as toronto:
        config = on_asterisks({NEW_YORK: new_york, TORONTO: toronto}, {"33": ann})
        config["switch"]["carriers"] += [
            _carrier(carriers[name], priority, uplink=name in SKY) for name, priority in (GROUND | SKY).items()
        ]
        config |= {
            "calls": QUICK_CALLS | {"ring_b_s": 60, "min_talk_s": 60, "slice_s": 60, "low_s": 20},
            "routing": {"health_least": 200},
        }
        with House(tmp_path_factory.mktemp("circuits") / "house", config) as house:
            house.start()
            yield Place(house, rung=lambda _: 0)


def _carrier(line: Line, priority: int, *, uplink: bool) -> dict[str, Any]:
    at = line.carrier
    return {
        "name": at.name, "host": at.host, "port": at.port, "priority": priority, "uplink": uplink,
        "prefixes": [""] if uplink else ["44"],
    }  # fmt: skip


TURNS = cycle((NEW_YORK, TORONTO))


class Story:
    """One call, on the switch whose turn it is, by carriers that behave as told, and what came of it."""

    def __init__(self, place: Place, carriers: dict[str, Line], *, phone: str = PRESSES_1, **behave: Behaviour) -> None:
        self.place, self.carriers = place, carriers
        for name, line in carriers.items():
            kind = behave.get(name.replace("-", "_"), TALKS)
            line.be(kind, after=TALK_MS if kind == TALKS else None)
        self.switch = next(TURNS)
        with place.house.parts.db.write() as conn:
            for name in (NEW_YORK, TORONTO):
                pool.drain(conn, name, name != self.switch)
        self.who = self._sailor(phone)

    def _sailor(self, phone: str) -> Enrolled:
        who, parts = self.place.somebody(phone=phone, satellite=True), self.place.house.parts
        with parts.db.write() as conn:
            assert decks.import_csv(conn, "standard", "USD", StringIO(DECK), parts.clock.ms()).ok
        return who

    def call(self, number: str) -> str:
        """Mail the order; the outcome."""
        self.place.mail(self.who, f"CALL {number}")
        self.order = self.place.outcome(self.who)
        assert self.order.switch == self.switch
        return str(self.order.outcome)

    def left_by(self, role: str = "B") -> list[str]:
        """The carriers of a leg's attempts, in order."""
        with self.place.house.parts.db.read() as conn:
            return [row.carrier for row in attempts.of_order(conn, self.order.id) if row.role == role]

    def rung(self, number: str) -> dict[str, int]:
        """How often each carrier was asked for a number, where it was."""
        times = {name: line.rung().count(number[1:]) for name, line in self.carriers.items()}
        return {name: count for name, count in times.items() if count}

    def billed(self) -> list[str]:
        """The legs that have a bill; the books are right."""
        assert self.place.house.problems() == []
        return sorted(self.place.bills(self.order))


def test_a_ship_is_reached_by_the_primary_uplink(place: Place, carriers: dict[str, Line]) -> None:
    story = Story(place, carriers)
    assert story.call(SHIP) == "talked"
    assert story.left_by() == ["sky-primary"]
    assert story.rung(SHIP) == {"sky-primary": 1}
    assert story.billed() == ["A", "B"]


def test_with_the_primary_out_of_service_by_the_backup_and_one_bill(place: Place, carriers: dict[str, Line]) -> None:
    story = Story(place, carriers, sky_primary="unavailable")
    assert story.call(SHIP) == "talked"
    assert story.left_by() == ["sky-primary", "sky-backup"]
    assert story.rung(SHIP) == {"sky-primary": 1, "sky-backup": 1}
    assert story.billed() == ["A", "B"]


def test_with_both_uplinks_away_a_clear_answer_and_no_charge_for_the_ship(
    place: Place, carriers: dict[str, Line]
) -> None:
    story = Story(place, carriers, sky_primary="unavailable", sky_backup="unavailable")
    assert story.call(SHIP) == "b_congestion"
    assert story.left_by()[:2] == ["sky-primary", "sky-backup"]
    assert set(story.rung(SHIP)) == {"sky-primary", "sky-backup"}
    assert story.billed() == ["A"]
    assert "lines" in place.told(story.who, 2)[1]


@pytest.mark.parametrize(
    ("west", "outcome", "left_by"),
    [
        ("busy", "b_busy", ["west"]),
        ("unallocated", "b_bad_number", ["west"]),
        ("unavailable", "talked", ["west", "east"]),
        ("redirects", "talked", ["west", "east"]),
        ("mute", "talked", ["west", "east"]),
    ],
)
def test_what_a_cause_leads_to(
    place: Place, carriers: dict[str, Line], west: Behaviour, outcome: str, left_by: list[str]
) -> None:
    story = Story(place, carriers, west=west)
    assert story.call(HOME) == outcome
    assert story.left_by() == left_by
    assert [name for name in story.rung(HOME) if name != "west"] == left_by[1:]
    assert story.billed() == (["A", "B"] if outcome == "talked" else ["A"])


def test_a_ship_that_takes_its_time_is_waited_for(place: Place, carriers: dict[str, Line]) -> None:
    story = Story(place, carriers, sky_primary="slow")
    place.mail(story.who, f"CALL {SHIP}")
    place.house.until(lambda: place.state(story.who) == "joined")
    place.drop(place.orders_of(story.who)[0])
    assert place.outcome(story.who).outcome == "dropped"
    assert story.rung(SHIP) == {"sky-primary": 1}


def test_from_a_ship_to_a_busy_home_no_satellite_is_dialled(place: Place, carriers: dict[str, Line]) -> None:
    story = Story(place, carriers, phone=SHIP, west="busy")
    assert story.call(HOME) == "b_busy"
    assert (story.left_by("A"), story.billed()) == ([], [])
    assert (story.rung(HOME), story.rung(SHIP)) == ({"west": 1}, {})
