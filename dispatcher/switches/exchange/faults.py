"""Faults on demand: lost replies, and events that come late, twice, or in the wrong order."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

Send = Callable[[str], None]


@dataclass(slots=True)
class Faults:
    """What goes wrong next; every count goes down as it is used."""

    lose_replies: int = 0
    """This many requests are carried out, and never answered."""
    lose_requests: int = 0
    """This many requests are not carried out, and never answered."""
    fail_requests: int = 0
    """This many requests are not carried out, and answered 503."""
    on: str = ""
    """Only requests whose "METHOD path" contains this text."""
    delay_events_s: float = 0.0
    """Every event comes this much later."""
    duplicate_events: int = 0
    """This many events come twice."""
    swap_events: int = 0
    """This many events come after the one that follows."""
    drop_events: int = 0
    """This many events never come."""
    only: list[str] = field(default_factory=list)
    """Only events of these types; empty for all."""
    _held: list[tuple[str, Send]] = field(default_factory=list)

    def order(self, wanted: Mapping[str, Any]) -> None:
        """Set faults by name, from JSON; ValueError for a name that is not one."""
        known = {f.name for f in fields(self) if not f.name.startswith("_")}
        if unknown := set(wanted) - known:
            raise ValueError(f"no fault is called {sorted(unknown)}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def left(self) -> int:
        """How many counted faults are still to come."""
        return (
            self.lose_replies + self.lose_requests + self.fail_requests
            + self.duplicate_events + self.swap_events + self.drop_events
        )  # fmt: skip

    def take(self, name: str, request: str) -> bool:
        """Use up one fault of this name for a request; say whether there was one."""
        left: int = getattr(self, name)
        if left <= 0 or self.on not in request:
            return False
        setattr(self, name, left - 1)
        return True

    def pass_event(self, kind: str, text: str, send: Send) -> None:
        """Send an event on, with whatever is to go wrong with it."""
        if self.delay_events_s:
            asyncio.get_running_loop().call_later(self.delay_events_s, self._now, kind, text, send)
        else:
            self._now(kind, text, send)

    def _now(self, kind: str, text: str, send: Send) -> None:
        if self.only and kind not in self.only:
            send(text)
        elif self.drop_events > 0:
            self.drop_events -= 1
            return
        elif self.swap_events > 0:
            self.swap_events -= 1
            self._held.append((text, send))
            return
        elif self.duplicate_events > 0:
            self.duplicate_events -= 1
            send(text)
            send(text)
        else:
            send(text)
        held, self._held = self._held, []
        for late, its_send in held:
            its_send(late)
