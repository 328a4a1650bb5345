"""Requests about the switch as a whole: its variables, its applications, events of our own."""

import time

from dispatcher.switches.exchange.errors import AriError
from dispatcher.switches.exchange.events import NODE_ID, EventFilter, Json, timestamp
from dispatcher.switches.exchange.exchange import Exchange
from dispatcher.switches.exchange.requests import NO_CONTENT, Answer, Request


def set_global(x: Exchange, r: Request) -> Answer:
    """Set a variable of the switch."""
    x.globals[r.need("variable", "Variable name is required")] = r.get("value")
    return NO_CONTENT


def get_global(x: Exchange, r: Request) -> Answer:
    """Read a variable of the switch; an unknown one is empty."""
    return 200, {"value": x.globals.get(r.need("variable", "Variable name is required"), "")}


def user_event(x: Exchange, r: Request) -> Answer:
    """Send an event of our own to an application."""
    app = r.need("application", "Missing parameter application")
    if not x.apps.known(app):
        raise AriError(404, "Application not found")
    event: Json = {"type": "ChannelUserevent", "timestamp": timestamp(time.time()), "eventname": r.ids[0]}
    event["userevent"] = {"eventname": r.ids[0], **r.variables}
    for source in filter(None, r.get("source").split(",")):
        scheme, _, name = source.partition(":")
        if scheme != "channel":
            raise AriError(400, "Invalid event source URI scheme")
        if name not in x.channels:
            raise AriError(422, "Event source was not found")
        event["channel"] = x.channels[name].json()
    x.apps.emit(app, event)
    return NO_CONTENT


def info(x: Exchange, _r: Request) -> Answer:
    """Say what switch this is."""
    return 200, {
        "build": {"os": "Linux", "kernel": "", "machine": "", "options": "", "date": "", "user": ""},
        "system": {"version": "22 (built-in exchange)", "entity_id": NODE_ID},
        "config": {"name": "", "default_language": "en", "setid": {"user": "", "group": ""}},
        "status": {"startup_time": timestamp(x.started), "last_reload_time": timestamp(x.started)},
    }


def application(x: Exchange, r: Request) -> Answer:
    """Say what an application is subscribed to."""
    if not x.apps.known(r.ids[0]):
        raise AriError(404, "Application not found")
    wanted = x.apps.filter_of(r.ids[0])
    return 200, {
        "name": r.ids[0],
        "channel_ids": [c.id for c in x.channels.values() if c.app == r.ids[0]],
        "bridge_ids": [b.id for b in x.bridges.values() if r.ids[0] in b.apps],
        "endpoint_ids": [],
        "device_names": [],
        "events_allowed": [{"type": kind} for kind in sorted(wanted.allowed)],
        "events_disallowed": [{"type": kind} for kind in sorted(wanted.disallowed)],
    }


def filter_events(x: Exchange, r: Request) -> Answer:
    """Let an application get only the types of events that it wants."""
    if not x.apps.known(r.ids[0]):
        raise AriError(404, "Application not found")
    x.apps.set_filter(r.ids[0], EventFilter(_types(r, "allowed"), _types(r, "disallowed")))
    return application(x, r)


def _types(r: Request, name: str) -> frozenset[str]:
    try:
        return frozenset(str(entry["type"]) for entry in r.body.get(name, []))
    except (TypeError, KeyError):
        raise AriError(400, "Bad Request") from None
