"""Each mail and text in tests/messages gives what expected.toml says of it, with either line ending."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from parsers.commands import AgainCommand, CallCommand, NotACommand, Parsed, number_of
from parsers.in_mail import parse_mail
from parsers.in_text import parse_sms
from parsers.mail import read_mail

FOLDER = Path(__file__).parents[2] / "messages"
EXPECTED: dict[str, Any] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", EXPECTED["mails"])
def test_a_mail_gives_what_is_expected(name: str, ending: bytes) -> None:
    expected = EXPECTED["mails"][name]
    raw = (FOLDER / f"{name}.eml").read_bytes()
    mail = read_mail(raw if b"\r\n" in raw else raw.replace(b"\n", ending))
    for flag in ("is_reply_or_forward", "automatic", "html_differs"):
        assert getattr(mail, flag) is expected.get(flag, False), flag
    gives(parse_mail(mail, country="US", names=EXPECTED["names"] | expected.get("book", {})), expected)


@pytest.mark.parametrize("name", EXPECTED["texts"])
def test_a_text_gives_what_is_expected(name: str) -> None:
    expected = EXPECTED["texts"][name]
    text = (FOLDER / f"{name}.txt").read_bytes().decode()
    gives(parse_sms(text, country="US", names=EXPECTED["names"] | expected.get("book", {})), expected)


def gives(parsed: Parsed, expected: dict[str, Any]) -> None:
    assert isinstance(parsed, CallCommand | AgainCommand) is expected["launches"], parsed
    if isinstance(parsed, NotACommand):
        assert list(parsed.not_understood) == expected["not_understood"]
        assert (parsed.why.key if parsed.why else None) == expected.get("why")
        assert parsed.kind is expected.get("kind", False)
        return
    assert parsed.pin == expected.get("pin")
    if "does" in expected:
        assert parsed.canonical() == expected["does"]
        return
    assert isinstance(parsed, CallCommand)
    assert number_of(parsed.to).canonical() == expected["to"]
    assert (parsed.from_ and number_of(parsed.from_).canonical()) == expected.get("from")
    assert parsed.bill == expected.get("bill")


def test_every_message_is_expected_and_no_other() -> None:
    assert {file.stem for file in FOLDER.glob("*.eml")} == set(EXPECTED["mails"])
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(EXPECTED["texts"])
