"""The requests of ARI that the exchange answers: one table, used by HTTP and by requests over the WebSocket."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from dispatcher.switches.exchange import on_bridges, on_channels, on_switch
from dispatcher.switches.exchange.errors import AriError
from dispatcher.switches.exchange.exchange import Exchange
from dispatcher.switches.exchange.requests import Answer, Request

ROUTES: Final[Mapping[str, Mapping[str, Callable[[Exchange, Request], Answer]]]] = {
    "channels": {"GET": on_channels.list_channels, "POST": on_channels.canary},
    "channels/create": {"POST": on_channels.create_channel},
    "channels/{}": {"GET": on_channels.show_channel, "DELETE": on_channels.hang_up},
    "channels/{}/dial": {"POST": on_channels.dial},
    "channels/{}/ring": {"POST": on_channels.ring, "DELETE": on_channels.ring},
    "channels/{}/dtmf": {"POST": on_channels.send_keys},
    "channels/{}/variable": {"POST": on_channels.set_variable, "GET": on_channels.get_variable},
    "channels/{}/play": {"POST": on_channels.play},
    "channels/{}/play/{}": {"POST": on_channels.play},
    "playbacks/{}": {"DELETE": on_channels.stop_playback},
    "bridges": {"POST": on_bridges.create_bridge, "GET": on_bridges.list_bridges},
    "bridges/{}": {
        "POST": on_bridges.create_bridge,
        "GET": on_bridges.show_bridge,
        "DELETE": on_bridges.destroy_bridge,
    },
    "bridges/{}/addChannel": {"POST": on_bridges.add_to_bridge},
    "bridges/{}/removeChannel": {"POST": on_bridges.remove_from_bridge},
    "asterisk/variable": {"POST": on_switch.set_global, "GET": on_switch.get_global},
    "asterisk/info": {"GET": on_switch.info},
    "events/user/{}": {"POST": on_switch.user_event},
    "applications/{}": {"GET": on_switch.application},
    "applications/{}/eventFilter": {"PUT": on_switch.filter_events},
}


def answer(x: Exchange, method: str, path: str, args: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
    """Carry out a request; what is refused is answered with Asterisk's own sentence."""
    parts = path.strip("/").split("/")
    for free in ((), (1,), (1, 3), (2,)):
        shape = "/".join("{}" if place in free else part for place, part in enumerate(parts))
        if shape in ROUTES:
            break
    else:
        return 404, {"message": "Resource not found"}
    if method not in ROUTES[shape]:
        return 405, {"message": "Invalid method"}
    ids = tuple(part for place, part in enumerate(parts) if place in free)
    try:
        return ROUTES[shape][method](x, Request(ids, args, body))
    except AriError as error:
        return error.status, {"error" if error.status >= 500 else "message": error.message}
