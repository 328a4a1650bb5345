"""PINs are found and struck out in every language that has a word for them."""

import pytest

from parsers.commands import CallCommand, parse_text
from parsers.pins import find_pin, strike_pins


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("CALL mum PIN 1234", "1234"),
        ("pin: 1234", "1234"),
        ("my pin is 482913", "482913"),
        ("clave 482913", "482913"),
        ("mi clave es 482913", "482913"),
        ("CLAVE:482913", "482913"),
        ("PIN 1234 clave 5678", None),
        ("spin 1234", None),
        ("PIN 12", None),
    ],
)
def test_found_and_struck(text: str, pin: str | None) -> None:
    assert find_pin(text) == pin
    if pin:
        assert pin not in strike_pins(text)
        assert strike_pins(text).endswith("****")


@pytest.mark.parametrize(
    "written", ["PIN 482913", "pin:482913", "PIN=482913", "clave 482913", "Clave:482913", "CLAVE#482913"]
)
def test_what_is_read_as_a_pin_is_struck_out_too(written: str) -> None:
    said = parse_text(f"CALL +442079460000 {written}", country=None, names={})
    assert isinstance(said, CallCommand), said
    assert said.pin == "482913"
    assert "482913" not in strike_pins(f"CALL +442079460000 {written}")
