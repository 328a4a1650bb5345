"""A change as a page's button asks for it, kept in the message as the door took it."""

from dataclasses import dataclass

from inbound.delivery import Fields
from inbound.pages.choosing import Rendering


@dataclass(frozen=True, slots=True)
class PageOrder(Fields):
    """`action` is the button; `what` the name, number, call or phone that it is for; the rest was keyed in.

    `nonce` is the button's own, `generation` that of the PIN that was signed in with. `secure`: it came over TLS.
    `terms`: those that the page of a call showed, by their fingerprint.
    """

    user_id: str
    generation: str
    nonce: str
    action: str
    what: str
    name: str
    number: str
    rendering: Rendering
    secure: bool
    terms: str = ""
