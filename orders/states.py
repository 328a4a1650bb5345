"""The states of a message, an order and an attempt, and the only legal ways from one to another."""

from enum import StrEnum


class MessageState(StrEnum):
    """What has become of a stored message."""

    STORED = "stored"
    HANDLED = "handled"
    SHUNTED = "shunted"


class OrderState(StrEnum):
    """How far an order's call has come."""

    DUE = "due"  # accepted, waiting for a worker
    CLAIMED = "claimed"  # the first leg's attempt exists, its channel is asked for; nobody rings yet
    REACHING_1 = "reaching_1"  # the same by the conductor: another try at the first leg
    RINGING_1 = "ringing_1"  # who is rung first: A, or B where A is the dear one
    CONFIRMING = "confirming"  # the first answered and is asked to press 1
    SPEAKING = "speaking"  # A answered and hears a code; there is no B
    REACHING_2 = "reaching_2"  # the second leg's channel is asked for
    RINGING_2 = "ringing_2"
    JOINED = "joined"
    TELLING = "telling"  # the second can't be had; the first is told in words
    CLOSING = "closing"  # legs are being ended; the log is awaited
    ENDED = "ended"


def how_far(state: str, first: str) -> str:
    """A state as it is told: `ringing_2` where A is rung first is `ringing_b`; B that confirms is `confirming_b`."""
    if state == OrderState.CONFIRMING:
        return state if first == "A" else f"{state}_b"
    second = "b" if first == "A" else "a"
    return str(state).replace("_1", f"_{first.lower()}").replace("_2", f"_{second}")


class AttemptState(StrEnum):
    """How far one try at a leg has come."""

    CLAIMED = "claimed"  # ours on paper; the switch may or may not have a silent channel for it
    DIALLING = "dialling"  # committed before the one and only `dial`
    ANSWERED = "answered"
    ENDED = "ended"


ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DUE: frozenset({OrderState.CLAIMED, OrderState.ENDED}),
    OrderState.CLAIMED: frozenset({OrderState.DUE, OrderState.RINGING_1, OrderState.CLOSING, OrderState.ENDED}),
    OrderState.RINGING_1: frozenset(
        {
            OrderState.CONFIRMING,
            OrderState.SPEAKING,
            OrderState.REACHING_2,
            OrderState.REACHING_1,
            OrderState.CLOSING,
            OrderState.ENDED,
        }
    ),
    OrderState.REACHING_1: frozenset({OrderState.RINGING_1, OrderState.CLOSING, OrderState.ENDED}),
    OrderState.SPEAKING: frozenset({OrderState.CLOSING, OrderState.ENDED}),
    OrderState.CONFIRMING: frozenset({OrderState.REACHING_2, OrderState.CLOSING, OrderState.ENDED}),
    OrderState.REACHING_2: frozenset({OrderState.RINGING_2, OrderState.TELLING, OrderState.CLOSING, OrderState.ENDED}),
    OrderState.RINGING_2: frozenset(
        {OrderState.REACHING_2, OrderState.JOINED, OrderState.TELLING, OrderState.CLOSING, OrderState.ENDED}
    ),
    OrderState.JOINED: frozenset({OrderState.CLOSING, OrderState.ENDED}),
    OrderState.TELLING: frozenset({OrderState.CLOSING, OrderState.ENDED}),
    OrderState.CLOSING: frozenset({OrderState.ENDED}),
    OrderState.ENDED: frozenset(),
}

ATTEMPT_MOVES: dict[AttemptState, frozenset[AttemptState]] = {
    AttemptState.CLAIMED: frozenset({AttemptState.DIALLING, AttemptState.ENDED}),
    AttemptState.DIALLING: frozenset({AttemptState.ANSWERED, AttemptState.ENDED}),
    AttemptState.ANSWERED: frozenset({AttemptState.ENDED}),
    AttemptState.ENDED: frozenset(),
}


class OrderKind(StrEnum):
    """What an order is for."""

    CALL = "call"
    CODE = "code"  # one leg, which hears a code that shows whose number it is


LIVE_ORDERS = frozenset(OrderState) - {OrderState.DUE, OrderState.ENDED}
UNDER_WAY = tuple(sorted(frozenset(OrderState) - {OrderState.TELLING, OrderState.CLOSING, OrderState.ENDED}))
"""The same call asked for again meanwhile is answered with how far it is."""
SETTING_UP = frozenset(
    {
        OrderState.CLAIMED,
        OrderState.REACHING_1,
        OrderState.RINGING_1,
        OrderState.CONFIRMING,
        OrderState.REACHING_2,
        OrderState.RINGING_2,
    }
)
"""Between create and bridge: the brake counts these."""
