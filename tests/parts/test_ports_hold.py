"""Three hundred orders at one moment, four workers: no carrier is given more than it can bear, and all are served."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cordboard.lab.house import House
from dispatcher import ports
from orders.tables import attempts
from tests.parts.places import place_on_the_exchange
from tests.unit.dispatcher.desk import Desk
from tests.unit.dispatcher.desk import enrolled as with_money

pytestmark = pytest.mark.parts

ORDERS, WORKERS, PORTS, CPS = 300, 4, 30, 5
CALLS = {"confirm_s": 20, "ring_a_s": 45, "ring_b_s": 60, "setting_up_max": 25}
TALK_S = 0.1


class Crowd:
    """A house with so many workers, and orders that are placed all at once."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.start("--workers", str(WORKERS))
        place = place_on_the_exchange(house)
        self.stats = place.stats
        place.script({"does": "answers", "post_dial_s": 0.01, "ring_s": 0.02, "press_s": 0.02, "talk_s": TALK_S})
        self.desk = Desk(house.parts.db, with_money(house.parts.db), house.parts.clock)

    def order(self, count: int) -> None:
        placed = [self.desk.order(answer_to="", switch="") for _ in range(count)]
        for order in placed:
            self.house.parts.doorbell.ring(order)

    def all_are_served(self, count: int) -> None:
        self.house.until(lambda: self.house.ended() == count, 240)
        assert Counter(each.outcome for each in self.house.orders()) == {"talked": count}
        with self.house.parts.db.read() as conn:
            legs = Counter(conn.execute(select(attempts.c.order_id, attempts.c.role)).all())
            assert (len(legs), set(legs.values())) == (2 * count, {1})
            assert (ports.leaked(conn), ports.in_use(conn, ("line", "home", "away"))) == ([], {})
        assert set(self.stats()["dials_by_channel"].values()) == {1}
        assert self.house.problems() == []

    def most_at_once(self, carrier: str) -> int:
        """The most channels of a carrier that the switch's own log has between their making and their end."""
        steps = {"CHAN_START": 1, "CHAN_END": -1}
        rows = (line.strip('"').split('","') for line in self.house.settings.cel_file.read_text().splitlines())
        lines = [(at, steps[kind]) for kind, at, *rest in rows if kind in steps and f"/{carrier}-" in rest[2]]
        up = most = 0
        for _, step in sorted(lines):
            up += step
            most = max(most, up)
        return most

    def most_in_a_second(self, carrier: str) -> int:
        times: list[float] = sorted(at for at, endpoint in self.stats()["dialled_at"] if endpoint == carrier)
        assert len(times) == ORDERS
        return max(sum(1 for later in times if 0 <= later - first < 1) for first in times)


@pytest.fixture
def crowd(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Crowd]:
    carriers, where = request.param
    config: dict[str, Any] = {"switch": {"carriers": carriers}, "calls": CALLS, "log": {"level": "warning"}}
    if where == "postgresql":
        config["database_url"] = request.getfixturevalue("pg_url")
    with House(tmp_path / "house", config) as house:
        yield Crowd(house)


def carrier(name: str, *prefixes: str, **limits: int) -> dict[str, Any]:
    return {"name": name, "host": "127.0.0.1", "prefixes": list(prefixes), **limits}


ONE_LINE = [carrier("line", "", ports=PORTS)]
TWO = [carrier("home", "1", ports=PORTS), carrier("away", "44", ports=PORTS, cps=CPS)]


@pytest.mark.parametrize("crowd", [(ONE_LINE, "postgresql")], ids=["postgresql"], indirect=True)
def test_thirty_first_legs_on_thirty_ports_do_not_wait_for_each_other(crowd: Crowd) -> None:
    """Both legs leave by the one carrier: fifteen calls at once, and all come to their turn."""
    crowd.order(ORDERS // 2)
    crowd.all_are_served(ORDERS // 2)
    assert 20 < crowd.most_at_once("line") <= PORTS


@pytest.mark.parametrize("crowd", [(TWO, "sqlite")], ids=["sqlite"], indirect=True)
def test_no_second_has_more_than_five_calls(crowd: Crowd) -> None:
    crowd.order(ORDERS)
    crowd.all_are_served(ORDERS)
    assert crowd.most_in_a_second("away") <= CPS
    assert max(crowd.most_at_once(name) for name in ("home", "away")) <= PORTS
