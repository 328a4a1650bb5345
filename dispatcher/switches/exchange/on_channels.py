"""Requests about channels and the prompts on them."""

import uuid

from dispatcher.switches.exchange.causes import REASONS
from dispatcher.switches.exchange.channels import LIMIT, Channel
from dispatcher.switches.exchange.errors import AriError
from dispatcher.switches.exchange.exchange import CANARY, Exchange
from dispatcher.switches.exchange.playbacks import Playback
from dispatcher.switches.exchange.requests import NO_CONTENT, Answer, Request


def _in_app(x: Exchange, channel_id: str) -> Channel:
    channel = x.channel(channel_id)
    if not channel.in_app:
        raise AriError(409, "Channel not in Stasis application")
    return channel


def _answered(x: Exchange, channel_id: str) -> Channel:
    channel = _in_app(x, channel_id)
    if channel.state != "Up":
        raise AriError(412, "Channel in invalid state")
    return channel


def create_channel(x: Exchange, r: Request) -> Answer:
    """Make a channel under the caller's own id."""
    endpoint = r.need("endpoint", "Endpoint must be specified")
    return 200, x.create(endpoint, r.get("app"), r.get("appArgs"), r.get("channelId"), _variables(r)).json()


def _variables(r: Request) -> dict[str, str]:
    """Read the variables of the body: strings, or objects that hold one."""
    values = {name: v.get("value") if isinstance(v, dict) else v for name, v in r.variables.items()}
    if not all(isinstance(value, str) for value in values.values()):
        raise AriError(400, "Each value in 'variables' must be a string or an object with 'value'")
    return {name: str(value) for name, value in values.items()}


def canary(x: Exchange, r: Request) -> Answer:
    """Write a line into the log, to prove that it is written: the one call that `POST /channels` places here."""
    found = CANARY.fullmatch(r.need("endpoint", "Endpoint must be specified"))
    if found is None:
        raise AriError(500, "Allocation failed")
    return 200, x.canary(found[1]).json()


def list_channels(x: Exchange, _r: Request) -> Answer:
    """List live channels."""
    return 200, [channel.json() for channel in x.channels.values()]


def show_channel(x: Exchange, r: Request) -> Answer:
    """Show a live channel."""
    return 200, x.channel(r.ids[0]).json()


def hang_up(x: Exchange, r: Request) -> Answer:
    """End a channel, with a cause."""
    channel = x.channel(r.ids[0])
    reason, code = r.get("reason"), r.get("reason_code")
    if reason and code:
        raise AriError(400, "The reason and reason_code can't both be specified")
    if code and not code.strip().isdigit():
        raise AriError(400, "Invalid reason for hangup reason code provided")
    if reason and reason not in REASONS:
        raise AriError(400, "Invalid reason for hangup reason provided")
    channel.soft_hangup(int(code) if code else REASONS[reason or "normal"])
    return NO_CONTENT


def dial(x: Exchange, r: Request) -> Answer:
    """Ring the party of a channel."""
    _in_app(x, r.ids[0]).dial(r.number("timeout"))
    return NO_CONTENT


def ring(x: Exchange, r: Request) -> Answer:
    """Begin or end a ringing tone for an answered party (there is no sound here)."""
    _answered(x, r.ids[0])
    return NO_CONTENT


def send_keys(x: Exchange, r: Request) -> Answer:
    """Send tones to an answered party."""
    x.stats.sent(_answered(x, r.ids[0]), r.need("dtmf", "DTMF is required"))
    return NO_CONTENT


def set_variable(x: Exchange, r: Request) -> Answer:
    """Set a variable of a channel."""
    name = r.need("variable", "Variable name is required")
    _in_app(x, r.ids[0]).set_variable(name, r.get("value"))
    return NO_CONTENT


def get_variable(x: Exchange, r: Request) -> Answer:
    """Read a variable of a channel."""
    name = r.need("variable", "Variable name is required")
    channel = x.channel(r.ids[0])
    if name.upper() == LIMIT.upper():
        return 200, {"value": f"{channel.limit_left():.3f}" if channel.limit else "0"}
    if name not in channel.variables:
        raise (
            AriError(500, "Unable to read provided function")
            if name.endswith(")")
            else AriError(404, "Provided variable was not found")
        )
    return 200, {"value": channel.variables[name]}


def play(x: Exchange, r: Request) -> Answer:
    """Play a prompt to an answered party."""
    channel = _answered(x, r.ids[0])
    chosen = r.ids[1] if len(r.ids) > 1 else r.get("playbackId")
    playback = Playback(chosen or str(uuid.uuid4()), channel, r.get("media"))
    queued = playback.json()
    playback.queue()
    return 201, queued


def stop_playback(x: Exchange, r: Request) -> Answer:
    """Stop a prompt."""
    if r.ids[0] not in x.playbacks:
        raise AriError(404, "Playback not found")
    x.playbacks[r.ids[0]].finish()
    return NO_CONTENT
