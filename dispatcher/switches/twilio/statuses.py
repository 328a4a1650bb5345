"""What Twilio calls how far a call is, and how it ended, as a Q.850 cause.

Sources: Twilio's Call resource (status), its status callbacks (SipResponseCode), and the table of docs/numbering.md.
"""

from typing import Final

RANKS: Final = {"": 0, "queued": 1, "initiated": 2, "ringing": 3, "in-progress": 4}
"""A call only goes up; what comes late, twice or out of order is lower, and says nothing new."""
FINAL: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
ANSWERED: Final = frozenset({"completed", "answered"})  # the one of a call, the other of a <Dial>
LAST: Final = 5

NORMAL: Final = 16
CAUSES: Final = {"completed": NORMAL, "answered": NORMAL, "busy": 17, "no-answer": 19, "canceled": NORMAL, "failed": 31}
BY_SIP: Final = {
    400: 41, 401: 21, 403: 21, 404: 1, 405: 63, 406: 79, 408: 102, 410: 22, 420: 127, 480: 19, 481: 41, 482: 25,
    483: 25, 484: 28, 485: 1, 486: 17, 487: 127, 488: 31, 500: 41, 501: 79, 502: 38, 503: 34, 504: 102, 600: 17,
    603: 21, 604: 1, 606: 58,
}  # fmt: skip
"""Looked at where Twilio itself only knows that it failed: a 480 arrives as failed."""

NOT_A_NUMBER: Final = frozenset({13223, 13224, 21201, 21211, 21214, 21217, 21421})
NOT_ALLOWED: Final = frozenset({13225, 13227, 13230, 21215, 21216, 21219, 21264})
TOO_MANY: Final = 429


def rank(status: str) -> int:
    """How far a call is, as a number that only grows; -1 for a word that is not known."""
    return LAST if status in FINAL else RANKS.get(status, -1)


def cause(status: str, sip: int = 0) -> int:
    """The Q.850 cause of a final status."""
    if status in ("failed", "busy") and sip in BY_SIP:
        return BY_SIP[sip]
    return CAUSES.get(status, CAUSES["failed"])


def refused(http_status: int, code: int) -> int:
    """The cause of a leg that Twilio would not ring, by what it answered to the request."""
    if code in NOT_A_NUMBER:
        return 28
    if code in NOT_ALLOWED:
        return 3
    return 42 if http_status == TOO_MANY else 38
