"""Q.850 hang-up causes, by the word that routing goes by and by the one that outcomes and sentences use.

Source: ITU-T Q.850; SIP status to cause as in Asterisk's Hangup-Cause-Mappings (docs/numbering.md).
"""

BUSY = "busy"
NO_ANSWER = "no_answer"
REJECTED = "rejected"
BAD_NUMBER = "bad_number"
UNREACHABLE = "unreachable"
CONGESTION = "congestion"
TIMEOUT = "timeout"
FAULT = "fault"

CAUSES: dict[int, str] = {
    1: BAD_NUMBER,  # unallocated: 404
    2: FAULT,  # no route to the network between
    3: FAULT,  # no route to destination
    17: BUSY,  # 486, 600
    18: TIMEOUT,  # no user responding: 408, and a carrier that gives no answer to an INVITE
    19: NO_ANSWER,  # alerting, no answer: 480; also our own ring time over
    20: UNREACHABLE,  # subscriber absent
    21: REJECTED,  # 403, 603
    22: BAD_NUMBER,  # number changed: 410
    23: FAULT,  # redirected: a 302, which is never followed
    27: FAULT,  # destination out of order: 502
    28: BAD_NUMBER,  # invalid format: 484
    29: FAULT,  # a facility was refused: 501
    31: UNREACHABLE,
    34: CONGESTION,  # no circuit: 503
    38: CONGESTION,  # network out of order: 500
    41: CONGESTION,
    42: CONGESTION,  # the 5xx that are not named here
    44: CONGESTION,
    50: REJECTED,
    52: REJECTED,
    57: REJECTED,
    58: FAULT,  # no sound in common: 488
    102: CONGESTION,  # a timer ran out in the network: 504
}
TOLD = {TIMEOUT: NO_ANSWER, FAULT: UNREACHABLE}
"""What only routing tells apart, as it is said to people."""

CLEARED = frozenset({0, 16, None})
"""Of a leg that never answered: it was ended on the switch, by a request or along with another leg."""


def kind(cause: int | None) -> str:
    """What a cause means to routing; what we do not know is `unreachable`."""
    return CAUSES.get(cause or 0, UNREACHABLE)


def word(cause: int | None) -> str:
    """What a cause means to people."""
    return TOLD.get(kind(cause), kind(cause))
