"""The phone book: a page of it, one name, a new one."""

from accounts.people import fold_name, split_number, split_numbers
from inbound.pages import words
from inbound.pages.forms import Form
from inbound.pages.here import Here
from inbound.pages.model import Button, Field, Listing, Main, Page, whole
from inbound.pages.people import Entry, book, entry_of
from kernel.masking import mask_number


def listed(here: Here, form: Form) -> Listing:
    """From the start, from after a name (`book.<key>`), or from the first that begins as was keyed in."""
    every = book(here.conn, here.user.id)
    return _from(here, every[_start(every, form) :])


def names_with(here: Here, *lines: str) -> Listing:
    """The whole book, after a change that `lines` tell of."""
    return _from(here, book(here.conn, here.user.id), *lines)


def one(here: Here, form: Form) -> Listing:
    """A name, to be called or struck out."""
    entry = entry_of(here.conn, here.user.id, form.about)
    if entry is None:
        return names_with(here, here.say(words.NO_NAME))
    main = here.change(here.button("delete", words.DELETE), hidden=(("entry", entry.key),))
    masked = (mask_number(split_number(each)[0]) for each in split_numbers(entry.number))
    line = here.say(words.PARTY, name=entry.name, number=", ".join(masked))
    items = (here.button(f"dial.{entry.key}", words.CALL),)
    links = (here.button("book", words.BOOK), here.button("home", words.HOME))
    page = here.page(words.BOOK, lines=(line,), items=items, main=main, links=links, token=here.look())
    return whole(page)


def new(here: Here, _form: Form) -> Listing:
    """Two fields and a button."""
    fields = (
        Field("name", here.say(words.NAME_FIELD), longest=60), Field("number", here.say(words.NUMBER_FIELD), "number"),
    )  # fmt: skip
    main = here.change(here.button("add", words.SAVE), fields=fields)
    links = (here.button("book", words.BOOK), here.button("home", words.HOME))
    return whole(here.page(words.NEW, main=main, links=links, token=here.look()))


def _from(here: Here, entries: list[Entry], *lines: str) -> Listing:
    token = here.look()
    find = Main(here.button("find", words.FIND), token, (Field("name", here.say(words.FIND_FIELD)),))
    said = lines if entries else (*lines, here.say(words.NO_NAMES))
    ways = (here.button("new", words.NEW), here.button("home", words.HOME))

    def listing(most: int) -> Page:
        shown = entries[: max(most, 1)]
        items = tuple(Button(f"entry.{entry.key}", entry.name) for entry in shown)
        on = (here.button(f"book.{shown[-1].key}", words.MORE),) if len(shown) < len(entries) else ()
        return here.page(words.BOOK, lines=said, items=items, main=find, links=(*on, *ways), token=token)

    return listing


def _start(every: list[Entry], form: Form) -> int:
    if form.action == "find":
        wanted = fold_name(form["name"])
        return next((at for at, entry in enumerate(every) if fold_name(entry.name) >= wanted), len(every))
    after = next((at for at, entry in enumerate(every) if entry.key == form.about), -1)
    return after + 1
