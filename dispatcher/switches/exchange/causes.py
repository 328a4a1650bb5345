"""Hang-up causes as Asterisk names them: Q.850 numbers, their words, the ARI reasons, and the SIP status of each."""

from typing import Final

CAUSE_TEXT: Final = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    3: "No route to destination",
    16: "Normal Clearing",
    17: "User busy",
    18: "No user responding",
    19: "User alerting, no answer",
    20: "Subscriber absent",
    21: "Call Rejected",
    22: "Number changed",
    23: "Redirected to new destination",
    26: "Answered elsewhere",
    27: "Destination out of order",
    28: "Invalid number format",
    31: "Normal, unspecified",
    34: "Circuit/channel congestion",
    38: "Network out of order",
    41: "Temporary failure",
    42: "Switching equipment congestion",
    44: "Requested channel not available",
    50: "Facility not subscribed",
    52: "Outgoing call barred",
    57: "Bearer capability not authorized",
    58: "Bearer capability not available",
    102: "Recover on timer expiry",
    127: "Interworking, unspecified",
}

REASONS: Final = {
    "normal": 16,
    "busy": 17,
    "congestion": 34,
    "no_answer": 19,
    "timeout": 18,
    "rejected": 21,
    "unallocated": 1,
    "normal_unspecified": 31,
    "number_incomplete": 28,
    "codec_mismatch": 58,
    "interworking": 127,
    "failure": 38,
    "answered_elsewhere": 26,
}

SIP_STATUS: Final = {
    1: 404,
    17: 486,
    18: 408,
    19: 480,
    20: 480,
    21: 603,
    22: 410,
    23: 302,
    27: 502,
    28: 484,
    34: 503,
    38: 500,
    102: 504,
}


def cause_text(cause: int) -> str:
    """Name a cause in the words of the switch."""
    return CAUSE_TEXT.get(cause, "Unknown")
