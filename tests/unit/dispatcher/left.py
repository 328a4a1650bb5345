"""A call as a dead conductor left it on paper."""

from dataclasses import dataclass
from typing import Any

from dispatcher.progress import Action
from dispatcher.switches.base import LiveLeg
from orders.states import AttemptState as T
from orders.states import OrderState as S
from tests.unit.dispatcher.desk import Desk, live
from tests.unit.factory import NOW


@dataclass
class Left:
    """A call as a dead conductor left it on paper; leg A answered 30 s ago, B 10 s ago, if they did."""

    desk: Desk
    order: str
    a: str
    b: str = ""

    def there(self, a: str = "", b: str = "") -> list[LiveLeg]:
        """The channels that the switch has, each with its state."""
        return [live(leg, state) for leg, state in ((self.a, a), (self.b, b)) if state]

    def names(self, asks: list[tuple[Action | None, str]]) -> list[str]:
        """`dial_1`; `end a` for a channel that is ended whatever it is."""
        names = {self.a: "a", self.b: "b"}
        return [action.value if action else f"end {names[leg]}" for action, leg in asks]

    def ended(self, a_ms: int = 0, b_ms: int = 0) -> None:
        """The log has these ends."""
        self.desk.log(*[(leg, "hangup", ms, 16) for leg, ms in ((self.a, a_ms), (self.b, b_ms)) if ms])


def left(desk: Desk, state: S, a: T | None, b: T | None = None, **columns: Any) -> Left:
    then = {"claimed_ms": NOW - 60_000, "dialling_ms": NOW - 50_000}
    call = Left(desk, desk.order(state, **columns), "")
    for role, leg, answered_ms in (("A", a, NOW - 30_000), ("B", b, NOW - 10_000)):
        if leg is not None:
            when: dict[str, Any] = {"dialling_ms": None} if leg is T.CLAIMED else {}
            if leg is T.ANSWERED:
                when = {"answered_ms": answered_ms, "seen_ms": NOW - 1_000}
            setattr(call, role.lower(), desk.attempt(call.order, role, leg, **{**then, **when}))
    return call
