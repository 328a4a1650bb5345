"""Satellite messengers by the addresses that their mails come from: facts and sources in docs/devices.md."""

from dataclasses import dataclass
from typing import Final

from accounts.people import fold_address


@dataclass(frozen=True, slots=True)
class Messenger:
    """`senders` are whole addresses or, beginning with @, domains. `shared`: everybody's mails come from one address.

    A shared address is never answered either: what is sent there reaches nobody.
    """

    name: str
    senders: tuple[str, ...]
    shared: bool = False


MESSENGERS: Final = (
    Messenger("Garmin inReach", ("no.reply.inreach@garmin.com",), shared=True),
    Messenger("SPOT", ("noreply@findmespot.com",), shared=True),
    Messenger("ZOLEO", ("@zoleo.com",)),
    Messenger("Iridium", ("@msg.iridium.com",)),
    Messenger("Globalstar", ("@msg.globalstarusa.com",)),
)


def messenger_of(address: str) -> Messenger | None:
    """Whose device writes from there, if it is one of these."""
    folded = fold_address(address)
    domain = "@" + folded.rpartition("@")[2]
    return next((each for each in MESSENGERS if folded in each.senders or domain in each.senders), None)


def is_shared(address: str) -> bool:
    """Whether a mail from there says nothing of who wrote it, and an answer to it reaches nobody."""
    found = messenger_of(address)
    return found is not None and found.shared
