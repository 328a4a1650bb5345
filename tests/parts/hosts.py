"""Several machines that are one Cordboard: each a `serve` of its own parts in a process group of its own.

They have one PostgreSQL, one Redis, one secret, one switch and one maildir between them.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cordboard.cli.serve import PARTS
from cordboard.lab.house import House
from cordboard.lab.redis import RedisServer
from dispatcher.tables import leases
from tests.parts.places import QUICK_CALLS, Place, place_on_the_exchange

SWITCH, CONDUCTOR, DOOR = ("exchange", "cel"), ("conductor",), ("smtp", "web", "worker", "sweeper")


@dataclass
class Hosts:
    """Two machines with a door and a worker each, two with a conductor each, and the switch's own."""

    place: Place
    doors: list[House]
    conductors: list[House]

    def conducting(self) -> House:
        """Whose conductor has the lease now."""
        found: list[House] = []

        def somebody() -> bool:
            with self.place.house.parts.db.read() as conn:
                holder = conn.execute(select(leases.c.holder)).scalar_one()
            pid = int(holder.rpartition(":")[2])
            found[:] = [house for house in self.conductors if pid in house.pids().get("conductor", [])]
            return len(found) == 1

        self.place.house.until(somebody)
        return found[0]


@contextmanager
def hosts(folder: Path, database_url: str) -> Iterator[Hosts]:
    """All of them, up."""
    with ExitStack() as stack:
        shared: dict[str, Any] = {
            "database_url": database_url, "redis_url": stack.enter_context(RedisServer()).url,
            "secret_key": "between all of these hosts", "calls": QUICK_CALLS | {"lease_s": 4},
            "log": {"level": "warning"}, "mail": {"maildir": str(folder / "mail")},
        }  # fmt: skip
        switch = stack.enter_context(House(folder / "switch", shared))
        switch.launch(*_only(SWITCH))
        where = {"ari_url": switch.settings.switch.ari_url, "cel_file": str(switch.settings.cel_file)}

        def host(name: str) -> House:
            return stack.enter_context(House(folder / name, shared | {"switch": where}))

        conductors, doors = [host(f"conductor{n}") for n in (1, 2)], [host(f"door{n}") for n in (1, 2)]
        for each in conductors:
            each.launch(*_only(CONDUCTOR))
        for each in doors:
            each.start(*_only(DOOR))
        switch.until(lambda: _exchange_is_up(switch))
        place = place_on_the_exchange(switch)
        place.doors = [each.smtp_port for each in doors]
        yield Hosts(place, doors, conductors)


def door_options() -> list[str]:
    """To start a killed door's machine again with."""
    return _only(DOOR)


def conductor_options() -> list[str]:
    """To start a killed conductor's machine again with."""
    return _only(CONDUCTOR)


def _only(parts: tuple[str, ...]) -> list[str]:
    return [word for part in PARTS if part not in parts for word in ("--without", part)]


def _exchange_is_up(switch: House) -> bool:
    with suppress(OSError):
        place_on_the_exchange(switch)
        return True
    return False
