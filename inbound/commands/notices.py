"""NOTICES: whether the device that writes is told how its calls went. Orders are answered in any case."""

from sqlalchemy import Connection

from accounts import own
from accounts.people import devices_of
from inbound.given import Given, Ordered
from kernel.errors import Refused
from parsers.results import NoticesCommand
from replies.language import Words

ON = Words("You are told here how each call went. To stop that, write NOTICES OFF.")
OFF = Words("You are not told how calls went; orders are answered. To change that, write NOTICES ON.")


def notices(conn: Connection, given: Given, command: NoticesCommand) -> Ordered:
    """Change it, or tell it: of this device, else of the user's first, where what came otherwise is answered."""
    device = given.heard.device or next(iter(devices_of(conn, given.user.id)), None)
    if device is None:
        return given.not_done("notices", Refused("no_device"))
    if command.on is not None:
        own.set_notices(conn, device.id, command.on)
    return given.done("notices", ON if (device.notices if command.on is None else command.on) else OFF)
