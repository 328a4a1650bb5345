"""The requests of Asterisk's REST interface that we make, as data; `ari` and `ari_once` carry them.

Source: asterisk/asterisk branch 22, rest-api/api-docs; what each does was tried on 22.10 (docs/asterisk.md).
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from accounts.shown import WITHHELD
from dispatcher.switches.base import LegPlan
from kernel.errors import Misconfigured

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
CHANNEL_ID = re.compile(r"[0-9a-f]{28}", re.ASCII)
CALLER_ID = re.compile(r"\+?[0-9]{3,15}", re.ASCII)
EXTENSION = re.compile(r"[0-9]{1,8}", re.ASCII)
MAX_LIMIT_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where legs leave: what the switch is told to dial, `{digits}` in it, for which prefixes of E.164 digits."""

    name: str
    endpoint: str
    prefixes: tuple[str, ...] = ("",)
    priority: int = 10
    ports: int = 0  # legs that it carries at once; 0 is any number
    cps: float = 0  # calls a second that it takes; 0 is any number
    deck: str = ""  # the deck of what it costs us
    uplink: bool = False
    allow_loss: bool = False  # may be used where it costs more than is charged
    switches: tuple[str, ...] = ()  # those that reach it; none named: all
    own_number: str = ""  # ours, told to the carrier where a leg sees none


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `path` below /ari, query, JSON body."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


def limit_value(limit_ms: int) -> str:
    """`TIMEOUT(absolute)` in seconds. A bad value would silently remove the limit, so it can't be made."""
    if isinstance(limit_ms, bool) or not isinstance(limit_ms, int) or not 0 < limit_ms <= MAX_LIMIT_MS:
        raise ValueError(f"{limit_ms!r} ms is no limit for a leg")
    return f"{limit_ms // 1000}.{limit_ms % 1000:03d}"


def create(plan: LegPlan, carrier: Carrier, app: str) -> Request:
    """A silent channel under our id, armed with its limit and its hang-up handler; it rings nobody."""
    if not E164.fullmatch(plan.number) or not CHANNEL_ID.fullmatch(plan.attempt_id):
        raise ValueError("a leg is dialled by a checked E.164 number under an id of ours only")
    variables = {
        "TIMEOUT(absolute)": limit_value(plan.limit_ms),
        "CHANNEL(hangup_handler_push)": "cordboard-hangup,bye,1",
    }
    variables |= _identity(plan.caller_id, carrier.own_number)
    if plan.first_leg:
        variables["CB_PEER"] = plan.first_leg
        variables[f"SHARED(CB_PEERS,{plan.first_leg})"] = plan.attempt_id
    endpoint = carrier.endpoint.replace("{digits}", plan.number[1:])
    query = {"endpoint": endpoint, "app": app, "channelId": plan.attempt_id}
    return Request("POST", "/channels/create", query, {"variables": variables})


def _identity(shown: str, own_number: str) -> dict[str, str]:
    """Whom the leg sees as its caller: the switch makes From and P-Asserted-Identity of the connected line.

    Withheld: an anonymous From and `Privacy: id` (RFC 3325, 9.3). The number that is asserted to the carrier even then
    is one of ours, never the other party's.
    """
    number = own_number if shown == WITHHELD else shown
    if number and not CALLER_ID.fullmatch(number):
        raise Misconfigured("A caller ID is a telephone number: digits, a plus before them.")
    hidden = {f"CONNECTEDLINE({part}-pres)": "prohib" for part in ("num", "name") if shown == WITHHELD}
    return ({"CONNECTEDLINE(num)": number} if number else {}) | hidden


def dial(attempt_id: str, ring_s: int) -> Request:
    """Ring the leg for at most `ring_s` seconds. Once only: a second dial cancels the call."""
    return Request("POST", f"/channels/{attempt_id}/dial", {"timeout": str(ring_s)})


def arm(attempt_id: str, limit_ms: int) -> Request:
    """Set the leg's limit anew, counted from now."""
    query = {"variable": "TIMEOUT(absolute)", "value": limit_value(limit_ms)}
    return Request("POST", f"/channels/{attempt_id}/variable", query)


def hang_up(attempt_id: str) -> Request:
    """End the leg normally."""
    return Request("DELETE", f"/channels/{attempt_id}", {"reason": "normal"})


def play(attempt_id: str, playback_id: str, media: str) -> Request:
    """Play sounds, given as `sound:a,sound:b`."""
    return Request("POST", f"/channels/{attempt_id}/play/{playback_id}", {"media": media})


def tones(attempt_id: str, digits: str) -> Request:
    """Send an extension as tones, a second after the other side answered."""
    if not EXTENSION.fullmatch(digits):
        raise ValueError("an extension is 1 to 8 digits")
    query = {"dtmf": digits, "before": "1000", "between": "150", "duration": "150"}
    return Request("POST", f"/channels/{attempt_id}/dtmf", query)


def stop_playing(playback_id: str) -> Request:
    """Stop what is being played."""
    return Request("DELETE", f"/playbacks/{playback_id}")


def make_bridge(bridge_id: str) -> Request:
    """A mixing bridge under our id."""
    return Request("POST", f"/bridges/{bridge_id}", {"type": "mixing"})


def join(bridge_id: str, *attempt_ids: str) -> Request:
    """Put legs into the bridge. None is told of the other: the switch would rewrite whom each sees."""
    query = {"channel": ",".join(attempt_ids), "inhibitConnectedLineUpdates": "true"}
    return Request("POST", f"/bridges/{bridge_id}/addChannel", query)


def end_bridge(bridge_id: str) -> Request:
    """Remove the bridge; legs in it stay up."""
    return Request("DELETE", f"/bridges/{bridge_id}")


def heartbeat(now_ms: int) -> Request:
    """Tell the dialplan that a conductor is there."""
    query = {"variable": "CB_HEARTBEAT", "value": str(math.floor(now_ms / 1000))}
    return Request("POST", "/asterisk/variable", query)


def canary(now_ms: int, app: str) -> Request:
    """Have the switch write a line into its log, with our time in it."""
    query = {"endpoint": f"Local/{now_ms}@cordboard-canary/n", "app": app}
    return Request("POST", "/channels", query)


def quiet(app: str) -> Request:
    """Keep the events of each dialplan step and variable to itself. Holds for one connection of the application."""
    silent = [{"type": kind} for kind in ("ChannelVarset", "ChannelDialplan", "ChannelConnectedLine", "RTPStat")]
    return Request("PUT", f"/applications/{app}/eventFilter", body={"disallowed": silent})


INFO = Request("GET", "/asterisk/info")
LIST_CHANNELS = Request("GET", "/channels")
LIST_BRIDGES = Request("GET", "/bridges")
