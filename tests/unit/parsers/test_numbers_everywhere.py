"""What is not surely one number is none behind any command, in any place of it."""

import pytest

from parsers.commands import NotACommand, parse_text
from tests.unit.parsers.test_numbers import REFUSED

PLACES = ("CALL {}", "CALL +442079460000 FROM {}", "CALL +442079460000 AT {}", "AT {}", "AT {}\nCALL +442079460000",
          "RATE {}", "VERIFY {}", "NAME gran {}", "llamar a {}", "estoy en {}")  # fmt: skip


@pytest.mark.parametrize(("text", "country"), [row[1:3] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_58_to_73_no_command_takes_it(text: str, country: str | None) -> None:
    first = text.strip(" ")[:1]
    # Two lines may be a good number and something else; letters in front of a number may be of the name.
    for place in PLACES if first and "\n" not in text else ():
        if place.startswith("NAME") and first.isalpha():
            continue
        said = parse_text(place.format(text), country=country, names={})
        assert isinstance(said, NotACommand), (place, said)
