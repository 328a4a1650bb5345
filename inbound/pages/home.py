"""The first page after the PIN: calls under way, the names called lately and those of the book, a number to key in."""

from collections.abc import Sequence

from inbound.pages import words
from inbound.pages.forms import Form
from inbound.pages.here import Here
from inbound.pages.model import Button, Field, Listing, Main, Page
from inbound.pages.people import Entry, book, ringing
from orders import of_user
from orders.states import how_far
from replies.language import translated
from replies.receipts import party
from replies.sentences import DOING

ROOMY = 9
LATELY = 40
"""So many of the last calls are looked at for whom to put first."""


def home(here: Here, _form: Form) -> Listing:
    """Three taps from here a call is ordered: the name, Call, and no third."""
    return at_home(here)


def at_home(here: Here, *lines: str) -> Listing:
    """The same, with something to say first."""
    live = [_live(here, order) for order in of_user.not_over(here.conn, here.account.id, here.user.id)[:2]]
    dials = [Button(f"dial.{entry.key}", entry.name) for entry in _lately_first(here)]
    number, phone = ringing(here.conn, here.holder)
    where = here.say(words.RUNG_AT, phone=phone) if number else here.say(words.NO_PHONE)
    token = here.look()
    main = Main(here.button("ring", words.CALL), token, (Field("to", here.say(words.TO_FIELD)),))
    links = (
        here.button("book", words.BOOK), here.button("calls", words.CALLS), here.button("where", words.WHERE),
        here.button("balance", words.BALANCE), here.button("help", words.HELP),
    )  # fmt: skip

    items = (*live, *dials)

    def listing(most: int) -> Page:
        """Where room is scarce, names go before what the page of each call says anyhow."""
        said = (*lines, where) if most >= min(len(items), ROOMY) or not number else lines
        return here.page(
            words.SERVICE, lines=said, items=items[:most], main=main, links=links, token=token,
            more=here.button("more", words.MORE),
        )  # fmt: skip

    return listing


def more(here: Here, _form: Form) -> Listing:
    """What a small screen has no room for at home."""
    asked = (("where", words.WHERE), ("balance", words.BALANCE), ("new", words.NEW), ("help", words.HELP))
    items = tuple(here.button(name, text) for name, text in asked)
    return lambda _most: here.page(
        words.SERVICE, items=items, links=(here.button("home", words.HOME),), token=here.look()
    )


def _live(here: Here, order: object) -> Button:
    far = how_far(order.state, order.first)  # type: ignore[attr-defined]
    doing = translated(here.language, DOING.get(far, words.ENDING))
    return Button(f"status.{order.ref}", f"{order.ref} {party(order)}: {doing}")  # type: ignore[attr-defined,arg-type]


def _lately_first(here: Here) -> Sequence[Entry]:
    last = [order.name_b for order in of_user.latest(here.conn, here.account.id, here.user.id, LATELY)]
    place = {name: at for at, name in reversed(list(enumerate(last)))}
    return sorted(book(here.conn, here.user.id), key=lambda entry: place.get(entry.name, LATELY))
