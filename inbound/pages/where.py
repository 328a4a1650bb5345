"""Where the user is rung: at which of their own phones, or at another number."""

from accounts.people import Phone, phones_of
from inbound.pages import words
from inbound.pages.forms import Form
from inbound.pages.here import Here
from inbound.pages.model import Button, Field, Listing, Page, whole
from inbound.pages.people import key_of, ringing, told


def where(here: Here, _form: Form) -> Listing:
    """The phones to choose from, and a number to key in."""
    return places(here)


def places(here: Here, *lines: str) -> Listing:
    """The same, with something to say first."""
    number, phone = ringing(here.conn, here.holder)
    said = here.say(words.RUNG_AT, phone=phone) if number else ""
    others = [each for each in phones_of(here.conn, here.user.id) if each.number != number]
    items = [Button(f"phone.{key_of(each.id)}", told(each)) for each in others]
    field = Field("number", here.say(words.OTHER_FIELD), "number")
    main = here.change(here.button("move", words.RING_ME), fields=(field,), hidden=(("entry", ""),))
    token, links = here.look(), (here.button("home", words.HOME),)

    def listing(most: int) -> Page:
        shown = (*lines, said) if most or not lines else lines
        return here.page(
            words.WHERE,
            lines=tuple(line for line in shown if line),
            items=tuple(items[:most]),
            main=main,
            links=links,
            token=token,
        )

    return listing


def phone(here: Here, form: Form) -> Listing:
    """One of the phones, to be rung at from now on."""
    chosen = phone_of(here, form.about)
    if chosen is None:
        return places(here)
    main = here.change(here.button("move", words.RING_ME), hidden=(("entry", form.about),))
    links = (here.button("where", words.WHERE), here.button("home", words.HOME))
    return whole(here.page(words.WHERE, lines=(told(chosen),), main=main, links=links, token=here.look()))


def phone_of(here: Here, key: str) -> Phone | None:
    """The one of the user's own phones with this key."""
    return next((each for each in phones_of(here.conn, here.user.id) if key_of(each.id) == key), None)
