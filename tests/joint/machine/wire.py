"""What lies between the product and its switch: answers that get lost, events that come late, twice or never."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from enum import StrEnum
from typing import Any

from dispatcher.switches.ari import ANSWER_SECONDS, Ari, read_event
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.ari_requests import Request
from dispatcher.switches.base import SwitchAway, SwitchEvent, SwitchRefused, SwitchSilent
from tests.joint.machine.street import Answer, Street, Told

WAY_S = 0.002


class Fault(StrEnum):
    """What becomes of a request."""

    LOST = "lost"  # it never arrives, nobody knows
    UNANSWERED = "unanswered"  # it is done, nobody knows
    LATE = "late"  # nobody knows, and it is done later
    AWAY = "away"  # not even connected
    REFUSED = "refused"


class Wire:
    """One cable. Faults wait for the next request of their kind."""

    def __init__(self, street: Street) -> None:
        self.street = street
        self.faults: dict[str, Fault] = {}
        self.late: list[Request] = []
        self.held: list[Told] = []
        self.holds = False
        self.told: list[Told] = []
        self._listener: asyncio.Queue[Told] | None = None

    # -- requests ----------------------------------------------------------------------------------------------------

    def request(self, request: Request) -> Answer | Fault:
        """Its answer, or how it went wrong."""
        fault = self.faults.pop(kind_of(request), None)
        match fault:
            case None:
                return self.street.answer(request)
            case Fault.UNANSWERED:
                self.street.answer(request)
            case Fault.LATE:
                self.late.append(request)
            case Fault.REFUSED:
                return 500, None
        return fault

    def late_ones_arrive(self) -> None:
        while self.late:
            self.street.answer(self.late.pop(0))

    # -- events ------------------------------------------------------------------------------------------------------

    def connect(self) -> asyncio.Queue[Told]:
        """Be the application from now on; who was it before is told, and stays connected."""
        if self._listener is not None:
            self._listener.put_nowait({"type": "ApplicationReplaced"})
        self._listener = asyncio.Queue()
        self.street.tell = self._event
        return self._listener

    def disconnect(self, listener: asyncio.Queue[Told]) -> None:
        if self._listener is listener:
            self._listener = self.street.tell = None
            self.held.clear()

    def _event(self, told: Told) -> None:
        if self.holds:
            self.held.append(told)
        else:
            self.pass_on(told)

    def pass_on(self, told: Told) -> None:
        if self._listener is not None:
            self.told.append(told)
            self._listener.put_nowait(told)

    def let_go(self) -> None:
        """All that was held comes now."""
        self.holds = False
        while self.held:
            self.pass_on(self.held.pop(0))


def kind_of(request: Request) -> str:
    """`create`, `dial`, `end`, `arm`, `play`, `bridge`, `look`; "" for what nothing is done to."""
    match request.method, request.path.strip("/").split("/"):
        case "POST", ["channels", "create"]:
            return "create"
        case "GET", ["channels"]:
            return "look"
        case "DELETE", ["channels", _]:
            return "end"
        case "POST", ["channels", _, "dial" | "play" as what, *_]:
            return what
        case "POST", ["channels", _, "variable"]:
            return "arm"
        case "POST", ["bridges", *_]:
            return "bridge"
    return ""


Alive = Callable[[], None]


class SimAri(Ari):
    """The driver of a conductor, on the wire."""

    def __init__(self, wire: Wire, alive: Alive, routes: Any) -> None:
        super().__init__("http://switch", "", "", "cordboard", routes)
        self._wire, self._alive = wire, alive

    async def __aenter__(self) -> "SimAri":
        return self

    async def events(self) -> AsyncGenerator[SwitchEvent | None]:
        listener = self._wire.connect()
        try:
            yield None
            while True:
                told = await listener.get()
                await asyncio.sleep(WAY_S)
                if event := read_event(told):
                    yield event
        finally:
            self._wire.disconnect(listener)

    async def _send(self, request: Request, fine: int = 0) -> Any:
        self._alive()
        await asyncio.sleep(WAY_S)
        self._alive()
        match self._wire.request(request):
            case Fault.AWAY:
                raise SwitchAway("The switch can't be reached.")
            case Fault():
                await asyncio.sleep(ANSWER_SECONDS)
                raise SwitchSilent("The switch gave no answer.")
            case (status, said):
                await asyncio.sleep(WAY_S)
                self._alive()
                if status >= 400 and status != fine:
                    raise SwitchRefused(status, "")
                return said


class SimOnce(AriOnce):
    """The driver of a worker, on the wire."""

    def __init__(self, wire: Wire, alive: Alive) -> None:
        super().__init__("http://switch", "", "")
        self._wire, self._alive = wire, alive

    def send(self, request: Request) -> None:
        self._alive()
        match self._wire.request(request):
            case Fault.AWAY:
                raise SwitchAway("The switch can't be reached.")
            case Fault():
                raise SwitchSilent("The switch gave no answer.")
            case (status, _) if status >= 400:
                raise SwitchRefused(status, "")
