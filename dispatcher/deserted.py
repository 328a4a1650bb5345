"""Switches that are gone together with their conductor: somebody else must end their calls.

A conductor ends the calls of a switch that stays away (`dispatcher/paperwork.py::Paperwork.asked_in_vain`). Where
there is no conductor either, say since both died with their machine, the sweeper does it in its place, with the lease
in hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dispatcher import lease
from dispatcher.paperwork import Paperwork
from kernel.clock import Clock
from kernel.db import Database
from orders import orders


@dataclass(frozen=True, slots=True)
class Deserted:
    """Looks after them. `is_there` asks a switch by its name; what the settings do not know any more, is not there."""

    db: Database
    clock: Clock
    is_there: Mapping[str, Callable[[], bool]]
    papers: Callable[[str], Paperwork]

    def look(self) -> int:
        """Find switches with calls, without a conductor, and without an answer; how many that was."""
        with self.db.read() as conn:
            now_ms = self.clock.ms()
            with_calls = sorted(orders.loads(conn))
            alone = [switch for switch in with_calls if switch and not lease.is_live(conn, switch, now_ms)]
        return sum(self._ended(switch) for switch in alone)

    def _ended(self, switch: str) -> bool:
        if switch in self.is_there and self.is_there[switch]():
            return False  # its calls go on, with the limits they have; a conductor will come
        papers = self.papers(switch)
        if not papers.acquire():
            return False
        try:
            papers.asked_in_vain()
        finally:
            papers.give_up()
        return True
