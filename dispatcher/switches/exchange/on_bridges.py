"""Requests about bridges."""

from dispatcher.switches.exchange.channels import Channel
from dispatcher.switches.exchange.errors import AriError
from dispatcher.switches.exchange.exchange import Exchange
from dispatcher.switches.exchange.requests import NO_CONTENT, Answer, Request


def create_bridge(x: Exchange, r: Request) -> Answer:
    """Make a mixing bridge."""
    chosen = r.ids[0] if r.ids else r.get("bridgeId")
    return 200, x.create_bridge(chosen, r.get("name")).json()


def list_bridges(x: Exchange, _r: Request) -> Answer:
    """List bridges."""
    return 200, [bridge.json() for bridge in x.bridges.values()]


def show_bridge(x: Exchange, r: Request) -> Answer:
    """Show a bridge."""
    return 200, x.bridge(r.ids[0]).json()


def _members(x: Exchange, r: Request) -> list[Channel]:
    named = r.need("channel", "Missing parameter channel").split(",")
    for channel_id in named:
        if channel_id not in x.channels:
            raise AriError(400, "Channel not found")
        if not x.channels[channel_id].in_app:
            raise AriError(422, "Channel not in Stasis application")
    return [x.channels[channel_id] for channel_id in named]


def add_to_bridge(x: Exchange, r: Request) -> Answer:
    """Put channels into a bridge."""
    bridge = x.bridge(r.ids[0])
    for channel in _members(x, r):
        bridge.enter(channel)
    return NO_CONTENT


def remove_from_bridge(x: Exchange, r: Request) -> Answer:
    """Take channels out of a bridge."""
    bridge = x.bridge(r.ids[0])
    members = _members(x, r)
    if any(channel.bridge is not bridge for channel in members):
        raise AriError(422, "Channel not in this bridge")
    for channel in members:
        bridge.leave(channel)
    return NO_CONTENT


def destroy_bridge(x: Exchange, r: Request) -> Answer:
    """Close a bridge; its channels stay up."""
    x.bridge(r.ids[0]).destroy()
    del x.bridges[r.ids[0]]
    return NO_CONTENT
