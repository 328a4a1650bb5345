import pytest

from inbound.pages.forms import TYPE, Unreadable, read_form


def test_fields_and_the_one_button() -> None:
    form = read_form(b"t=abc&to=+44%2020&dial.1f00ba12=Mum", TYPE)
    assert (form["t"], form["to"], form.action, form.about) == ("abc", "44 20", "dial", "1f00ba12")
    assert form["name"] == ""


@pytest.mark.parametrize(
    ("sent", "read"),
    [(b"name=Zo%C3%AB", "Zoë"), (b"name=Zo%EB", "Zoë"), (b"name=%80", "€"), (b"name=%81", "\ufffd"), (b"name=", "")],
)
def test_letters_of_any_time(sent: bytes, read: str) -> None:
    assert read_form(sent + b"&add=1", TYPE)["name"] == read


BAD = [
    (b"home=1", "text/plain"), (b"", TYPE), (b"t=1", TYPE), (b"home=1&book=1", TYPE), (b"home=1&home=1", TYPE),
    (b"t=1&t=1&home=1", TYPE), (b"x_y=1&home=1", TYPE), (b"HOME=1", TYPE), (b"home.a/b=1", TYPE),
    (b"to=" + b"9" * 201 + b"&ring=1", TYPE), (b"name=\xff&add=1", TYPE), (b"&".join([b"to=1"] * 30), TYPE),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), BAD)
def test_what_is_none_of_ours(body: bytes, kind: str) -> None:
    with pytest.raises(Unreadable):
        read_form(body, kind)
