"""What speaks with the switch, put together from the settings."""

import os
import socket
from functools import partial
from typing import TYPE_CHECKING

from cordboard.settings.routing import Routing
from cordboard.settings.switch import Switch
from cordboard.wiring.voice import twilio_voice
from dispatcher.conductor import Conductor
from dispatcher.health import HealthRules
from dispatcher.jobs import Launcher, Once
from dispatcher.paperwork import Paperwork
from dispatcher.performer import Waits
from dispatcher.routes import Routes
from dispatcher.slices import Slicing
from dispatcher.switches.ari import Ari
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Driver
from dispatcher.switches.twilio.once import TwilioOnce
from orders import codes

if TYPE_CHECKING:
    from cordboard.wiring import Parts


def routes_of(switch: Switch, routing: Routing) -> Routes:
    """Its carriers."""
    carriers = [
        Carrier(
            each.name, each.endpoint_for("{digits}"), each.prefixes, each.priority, each.ports, each.cps, each.deck,
            uplink=each.uplink, allow_loss=each.allow_loss, switches=each.switches,
        )
        for each in switch.carriers
    ]  # fmt: skip
    ill = HealthRules(
        routing.health_minutes, routing.health_least, routing.ill_failed_percent, routing.ill_answered_percent
    )
    return Routes(carriers, routing.order, ill)


def _once(parts: "Parts") -> Once:
    switch = parts.settings.switch
    if switch.kind == "twilio":
        return TwilioOnce(parts.db, parts.clock, switch.name, switch.twilio.numbers[0])
    return AriOnce(*parts.ari)


def _driver(parts: "Parts") -> Driver:
    switch = parts.settings.switch
    if switch.kind == "twilio":
        return twilio_voice(parts)
    return Ari(*parts.ari, switch.ari_app, parts.routes)


def launcher_of(parts: "Parts") -> Launcher:
    """What a job does."""
    switch, calls = parts.settings.switch, parts.settings.calls
    return Launcher(
        parts.db, parts.clock, _once(parts), switch.name, switch.ari_app, parts.routes,
        calls.setting_up_max, calls.order_stale_ms,
    )  # fmt: skip


def conductor_of(parts: "Parts") -> Conductor:
    """Carries calls through."""
    switch, calls = parts.settings.switch, parts.settings.calls
    papers = Paperwork(
        parts.db, parts.clock, switch=switch.name, routes=parts.routes,
        holder=f"{socket.gethostname()[:40]}:{os.getpid()}", lease_ms=calls.lease_s * 1000,
        longest_ring_s=max(calls.ring_a_s, calls.ring_b_s), slicing=Slicing(calls.slice_s, calls.low_s),
    )  # fmt: skip
    waits = Waits(calls.ring_a_s, calls.ring_b_s, calls.confirm_s)
    return Conductor(
        papers, _driver(parts), waits, parts.due.ring, parts.clock, digits_of=partial(codes.digits_of, parts.secrets)
    )
