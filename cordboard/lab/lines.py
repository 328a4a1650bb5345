"""Carriers' own ends as real processes: SIPp on a port that stays, with a behaviour that a test changes.

with lines("west", "sky") as by_name:
    by_name["sky"].be("unavailable")  # from now on it answers 503
"""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal, Self

from cordboard.lab.phones import Kind, Phone
from cordboard.lab.ports import HOST, udp_is_bound
from dispatcher.switches.asterisk import Carrier

Behaviour = Kind | Literal["mute"]
"""A telephone's, or that of a carrier that does not say a word to whoever calls."""

_PORTS = range(6100, 9900)


class Line:
    """One carrier. Calls on it end when it changes: what is up is forgotten without a word."""

    def __init__(self, name: str, kind: Behaviour = "answers") -> None:
        self.carrier = Carrier(name, HOST, _lasting_port())
        self._first = kind
        self._phone: Phone | None = None
        self._mute: socket.socket | None = None

    def __enter__(self) -> Self:
        self.be(self._first)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def be(self, kind: Behaviour, *, after: int | None = None) -> None:
        """Do something else with every call from now on; `after` is in milliseconds."""
        self._end()
        if kind == "mute":
            self._mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._mute.bind((HOST, self.carrier.port))
            return
        self._phone = Phone(kind, after=after, trace=True, port=self.carrier.port)
        self._phone.start()

    def rung(self) -> list[str]:
        """The numbers it was called for since its behaviour last changed; of a mute one nobody knows."""
        return self._phone.rung() if self._phone else []

    def _end(self) -> None:
        phone, self._phone = self._phone, None
        mute, self._mute = self._mute, None
        if phone is not None:
            phone.close()
        if mute is not None:
            mute.close()


def _lasting_port() -> int:
    """One that the system gives to nobody while we change from one behaviour to another: none of its own choice."""
    return next(port for port in random.sample(_PORTS, len(_PORTS)) if not udp_is_bound(port))


@contextmanager
def lines(*names: str) -> Iterator[dict[str, Line]]:
    """Start a carrier of each name, all of whose subscribers answer, and end them all."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(Line(name)) for name in names}
