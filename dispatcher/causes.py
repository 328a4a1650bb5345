"""Q.850 hang-up causes, by the word that outcomes, sentences and routing use.

Source: ITU-T Q.850; SIP status to cause as in Asterisk's Hangup-Cause-Mappings (docs/numbering.md).
"""

BUSY = "busy"
NO_ANSWER = "no_answer"
REJECTED = "rejected"
BAD_NUMBER = "bad_number"
UNREACHABLE = "unreachable"
CONGESTION = "congestion"

CAUSES: dict[int, str] = {
    1: BAD_NUMBER,  # unallocated
    2: UNREACHABLE,
    3: UNREACHABLE,  # no route to destination
    17: BUSY,
    18: NO_ANSWER,  # no user responding
    19: NO_ANSWER,  # alerting, no answer; also our own ring time over
    20: UNREACHABLE,  # subscriber absent
    21: REJECTED,
    22: BAD_NUMBER,  # number changed
    27: UNREACHABLE,  # destination out of order
    28: BAD_NUMBER,  # invalid format
    31: UNREACHABLE,
    34: CONGESTION,
    38: CONGESTION,
    41: CONGESTION,
    42: CONGESTION,
    44: CONGESTION,
    50: REJECTED,
    52: REJECTED,
    57: REJECTED,
    102: CONGESTION,  # a timer ran out in the network
}

CLEARED = frozenset({0, 16, None})
"""Of a leg that never answered: it was ended on the switch, by a request or along with another leg."""


def word(cause: int | None) -> str:
    """The word for a cause; what we do not know is `unreachable`."""
    return CAUSES.get(cause or 0, UNREACHABLE)
