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


O, A = OrderState, AttemptState

ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    O.DUE: frozenset({O.CLAIMED, O.ENDED}),
    O.CLAIMED: frozenset({O.DUE, O.RINGING_A, O.CLOSING, O.ENDED}),
    O.RINGING_A: frozenset({O.CONFIRMING, O.REACHING_B, O.CLOSING, O.ENDED}),
    O.CONFIRMING: frozenset({O.REACHING_B, O.CLOSING, O.ENDED}),
    O.REACHING_B: frozenset({O.RINGING_B, O.TELLING, O.CLOSING, O.ENDED}),
    O.RINGING_B: frozenset({O.JOINED, O.TELLING, O.CLOSING, O.ENDED}),
    O.JOINED: frozenset({O.CLOSING, O.ENDED}),
    O.TELLING: frozenset({O.CLOSING, O.ENDED}),
    O.CLOSING: frozenset({O.ENDED}),
    O.ENDED: frozenset(),
}

ATTEMPT_MOVES: dict[AttemptState, frozenset[AttemptState]] = {
    A.CLAIMED: frozenset({A.DIALLING, A.ENDED}),
    A.DIALLING: frozenset({A.ANSWERED, A.ENDED}),
    A.ANSWERED: frozenset({A.ENDED}),
    A.ENDED: frozenset(),
}

LIVE_ORDERS = frozenset(O) - {O.DUE, O.ENDED}
SETTING_UP = frozenset({O.CLAIMED, O.RINGING_A, O.CONFIRMING, O.REACHING_B, O.RINGING_B})
"""Between create and bridge: the brake counts these."""
