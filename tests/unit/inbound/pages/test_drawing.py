from html.parser import HTMLParser

import pytest

from inbound.pages.drawing import WAYS, draw, readable
from inbound.pages.model import Button, Field, Listing, Main, Page
from inbound.pages.wbxml import compiled_size

TOKEN = "t" * 68
ODD = "<b>&\"'$(t)$$ {{7*7}} Zoë 田 😀 \x07\u202e\ufffe"


def full(name: str, items: int = 500) -> Listing:
    buttons = tuple(Button(f"dial.{number:08x}", name) for number in range(items))
    main = Main(
        Button("ring", name), TOKEN, (Field("to", "To", value="ann"), Field("p", "PIN", "pin")), (("to", "=1"),)
    )
    return lambda most: Page(
        "Book",
        (name, name),
        buttons[:most],
        main,
        (Button("home", "Home"),),
        token="u" * 68,
        foot=(name,)[: most and 1],
    )


@pytest.mark.parametrize("rendering", WAYS)
@pytest.mark.parametrize("name", ["Mum", "W" * 20, "田" * 20, "😀" * 20])
def test_as_many_as_there_is_room_for_and_no_more(rendering: str, name: str) -> None:
    way = WAYS[rendering]  # type: ignore[index]
    drawn = draw(full(name), rendering)  # type: ignore[arg-type]
    assert way.size(drawn) <= way.most
    assert drawn.count(b"dial.") <= way.items


@pytest.mark.parametrize(("name", "most"), [("Mum", 4), ("Grandma", 4), ("Harbour office", 3), ("W" * 20, 3)])
def test_so_many_names_are_on_a_palms_first_page(name: str, most: int) -> None:
    names = tuple(Button(f"dial.{number:08x}", name) for number in range(9))
    main = Main(Button("ring", "Call"), TOKEN, (Field("to", "Name or number"),))
    links = tuple(Button(each, each) for each in ("Book", "Calls", "Where", "Balance", "Help"))
    drawn = draw(
        lambda most: Page(
            "Cordboard", (), names[:most], main, links, more=Button("more", "More"),
            token=TOKEN,
        ),
        "palm",
    )  # fmt: skip
    assert drawn.count(b"dial.") >= most


class Seen(HTMLParser):
    """What a reader of markup finds in it."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.values: list[str | None] = []
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.values += [value for name, value in attrs if name in {"value", "label"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("rendering", ["wml", "html"])
def test_words_stay_words(rendering: str) -> None:
    seen = Seen(draw(full(ODD, 1), rendering))  # type: ignore[arg-type]
    shown = "<b>&\"'$(t)$$ {{7*7}} Zoë 田 😀 "
    if rendering == "wml":
        shown = shown.replace("$", "$$")
    assert shown in seen.text
    assert shown[:12] + ".." in {value and value[:12] + ".." for value in seen.values}
    assert "b" not in seen.tags


def test_what_a_palm_has_no_letter_for_is_spelled() -> None:
    assert readable("Zoë 田中 €\x00\n", "iso-8859-1") == "Zoë TianZhong EUR"
    assert readable("Zoë 田中 €\x00\n", "utf-8") == "Zoë 田中 €"


def test_the_size_of_a_deck_counts_each_part() -> None:
    empty = compiled_size("<wml><card/></wml>")
    assert compiled_size("<wml><card><p>abc</p></card></wml>") == empty + 2 + 5
    assert compiled_size("<wml><card><p>a$(t)c</p></card></wml>") == empty + 2 + 3 + 6 + 3
    assert compiled_size('<wml><card title="é"/></wml>') == empty + 1 + 1 + 4
