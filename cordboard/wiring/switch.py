"""What speaks with the switch, put together from the settings."""

import os
import socket
from functools import partial
from typing import TYPE_CHECKING

from cordboard.settings import Settings
from cordboard.settings.nodes import Node
from cordboard.settings.routing import Routing
from cordboard.settings.switch import Switch
from cordboard.wiring.voice import twilio_voice
from dispatcher.conductor import Conductor
from dispatcher.deserted import Deserted
from dispatcher.health import HealthRules
from dispatcher.jobs import Launcher, Once
from dispatcher.jobs import Node as WorkersNode
from dispatcher.paperwork import Paperwork
from dispatcher.performer import Waits
from dispatcher.pool import Pool
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
            uplink=each.uplink, allow_loss=each.allow_loss, switches=each.switches, own_number=switch.caller_id,
        )
        for each in switch.carriers
    ]  # fmt: skip
    ill = HealthRules(
        routing.health_minutes, routing.health_least, routing.ill_failed_percent, routing.ill_answered_percent
    )
    return Routes(carriers, routing.order, ill)


def _once(parts: "Parts", node: Node) -> Once:
    switch = parts.settings.switch
    if switch.kind == "twilio":
        return TwilioOnce(parts.db, parts.clock, node.name, switch.twilio.numbers[0])
    return AriOnce(*parts.ari(node))


def _driver(parts: "Parts", node: Node) -> Driver:
    if parts.settings.switch.kind == "twilio":
        return twilio_voice(parts, node.name)
    return Ari(*parts.ari(node), node.ari_app, parts.routes)


def pool_of(settings: Settings) -> Pool:
    """All switches."""
    return Pool(tuple(node.name for node in settings.nodes), settings.calls.setting_up_max)


def launcher_of(parts: "Parts") -> Launcher:
    """What a job does, on any of them."""
    nodes = {node.name: WorkersNode(_once(parts, node), node.ari_app) for node in parts.settings.nodes}
    return Launcher(parts.db, parts.clock, parts.pool, nodes, parts.routes, parts.settings.calls.order_stale_ms)


def papers_of(parts: "Parts", switch: str) -> Paperwork:
    """What the conductor of this switch writes."""
    calls = parts.settings.calls
    return Paperwork(
        parts.db, parts.clock, switch=switch, routes=parts.routes,
        holder=f"{socket.gethostname()[:40]}:{os.getpid()}", lease_ms=calls.lease_s * 1000,
        longest_ring_s=max(calls.ring_a_s, calls.ring_b_s), slicing=Slicing(calls.slice_s, calls.low_s),
        lost_ms=calls.switch_lost_s * 1000,
    )  # fmt: skip


def deserted_of(parts: "Parts") -> Deserted:
    """Switches that nobody conducts and that do not answer."""
    asked = {node.name: _once(parts, node).is_there for node in parts.settings.nodes}
    return Deserted(parts.db, parts.clock, asked, partial(papers_of, parts))


def conductor_of(parts: "Parts") -> Conductor:
    """Carries calls through, on the switch that this process is for."""
    calls, node = parts.settings.calls, parts.node
    papers, switch = papers_of(parts, node.name), _driver(parts, node)
    waits = Waits(calls.ring_a_s, calls.ring_b_s, calls.confirm_s)
    return Conductor(
        papers, switch, waits, parts.due.ring, parts.clock, digits_of=partial(codes.digits_of, parts.secrets)
    )
