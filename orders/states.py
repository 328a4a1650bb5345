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
    CLAIMED = "claimed"  # leg A's attempt exists, its channel is asked for; nobody rings yet
    RINGING_A = "ringing_a"
    CONFIRMING = "confirming"  # A answered and is asked to press 1
    SPEAKING = "speaking"  # A answered and hears a code; there is no B
    REACHING_B = "reaching_b"  # leg B's channel is asked for
    RINGING_B = "ringing_b"
    JOINED = "joined"
    TELLING = "telling"  # B can't be had; A is told in words
    CLOSING = "closing"  # legs are being ended; the log is awaited
    ENDED = "ended"


class AttemptState(StrEnum):
    """How far one try at a leg has come."""

    CLAIMED = "claimed"  # ours on paper; the switch may or may not have a silent channel for it
    DIALLING = "dialling"  # committed before the one and only `dial`
    ANSWERED = "answered"
    ENDED = "ended"


ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DUE: frozenset({OrderState.CLAIMED, OrderState.ENDED}),
    OrderState.CLAIMED: frozenset({OrderState.DUE, OrderState.RINGING_A, OrderState.CLOSING, OrderState.ENDED}),
    OrderState.RINGING_A: frozenset(
        {OrderState.CONFIRMING, OrderState.SPEAKING, OrderState.REACHING_B, OrderState.CLOSING, OrderState.ENDED}
    ),
    OrderState.SPEAKING: frozenset({OrderState.CLOSING, OrderState.ENDED}),
    OrderState.CONFIRMING: frozenset({OrderState.REACHING_B, OrderState.CLOSING, OrderState.ENDED}),
    OrderState.REACHING_B: frozenset({OrderState.RINGING_B, OrderState.TELLING, OrderState.CLOSING, OrderState.ENDED}),
    OrderState.RINGING_B: frozenset({OrderState.JOINED, OrderState.TELLING, OrderState.CLOSING, OrderState.ENDED}),
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
    {OrderState.CLAIMED, OrderState.RINGING_A, OrderState.CONFIRMING, OrderState.REACHING_B, OrderState.RINGING_B}
)
"""Between create and bridge: the brake counts these."""
