"""Every reason that the parsers give has its sentence, short enough for one text message."""

import re
from pathlib import Path

import pytest

from replies.gsm import is_gsm, parts
from replies.refusals import REFUSALS

PARSERS = Path(__file__).parents[3] / "parsers"
TYPICAL = {
    "like": "+18707720012, +870772001234",
    "order": "call Ann Marie Longname from +1 4..2671 bill ACME-17 max 20.00",
    "limit": "20.000.000,00 US$",
    "language": "franglais",
    "number": "+44 20 7946 0000 x512345",
    "words": "'tomorow'",
    "name": "Ann Marie Longname",
    "clause": "FROM",
    "code": "ACME/17",
    "most": "5",
    "one": "call Ann Marie Longname",
    "other": "call +44 2..0018 from +870 7..1234 bill ACM",
}


def raised() -> set[str]:
    source = "\n".join(file.read_text("utf-8") for file in PARSERS.glob("*.py"))
    direct = set(re.findall(r'Refused\(\s*"([a-z_]+)"', source))
    numbers = "".join((PARSERS / name).read_text("utf-8") for name in ("numbers.py", "writing.py"))
    return direct | set(re.findall(r'"(number_[a-z_]+|emergency)"', numbers))


@pytest.mark.parametrize("key", sorted(raised() | {"not_understood"}))
def test_a_reason_has_its_sentence(key: str) -> None:
    sentence = REFUSALS[key].format_map(TYPICAL)
    assert sentence.startswith("Not called: ")
    assert sentence.endswith((".", "0"))
    assert is_gsm(sentence)
    assert parts(sentence) == 1
