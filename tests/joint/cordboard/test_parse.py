"""`cordboard parse`: the contract's fields, whatever comes in, and chat that launches nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.cli import main
from cordboard.jsonl import MAX_LINE, answer, lines_of
from tests.chat.lines import as_jsonl, chat

ROOT = Path(__file__).parents[3]
FIELDS = {"command", "launches", "from", "to", "when", "bill", "asks", "not_understood", "reply"}
NAMES = {"mum": "+442079460000", "office": "+14155552671", "broken": "not a number"}


def told(**said: object) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer(json.dumps({"channel": "sms"} | said).encode()))
    return result


def test_an_order_in_the_fields_of_the_contract() -> None:
    assert told(text="pls ring mum from office bill X1 pin 1234", names=NAMES, country="US") == {
        "command": "call",
        "launches": True,
        "from": "+14155552671",
        "to": ["mum"],
        "when": None,
        "bill": "X1",
        "asks": None,
        "not_understood": [],
        "reply": "Understood: call mum from office bill X1. You are rung first, then the other.",
    }


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"text": "CALL +44 20 7946 0018"}, {"command": "call", "launches": True, "to": ["+442079460018"]}),
        ({"text": "CALL 020 7946 0018", "country": "gb"}, {"launches": True, "to": ["+442079460018"]}),
        ({"text": "CALL mum tomorrow"}, {"command": "call", "launches": False, "not_understood": ["tomorrow"]}),
        ({"text": "CALL mum at 10am", "now": "2026-03-01T14:05:00Z", "tz": "Europe/Madrid"},
         {"launches": False, "when": None, "not_understood": ["at", "10am"]}),
        ({"text": "AGAIN"}, {"command": "again", "launches": True, "to": []}),
        ({"text": "OK K7"}, {"command": "ok", "launches": False}),
        ({"text": "STOP"}, {"command": "drop", "launches": False}),
        ({"text": "saldo"}, {"command": "balance", "launches": False}),
        ({"text": "AT hotel"}, {"command": "at", "launches": False, "not_understood": ["hotel"]}),
        ({"text": "AT +33140001234 x512\nCALL mum"}, {"command": "call", "launches": True, "from": "+33140001234"}),
        ({"text": "thanks!"}, {"command": None, "launches": False, "reply": ""}),
        ({"text": "see you soon"}, {"command": None, "launches": False, "asks": None}),
        ({"text": ""}, {"command": None, "launches": False}),
        ({"text": "CALL 911"}, {"launches": False,
         "reply": "Not called: 911 is an emergency number. Dial it yourself on the nearest phone."}),
        ({"text": "Please call 08712402050", "country": "GB"}, {"launches": False, "to": ["+448712402050"],
         "reply": "Not called: 08712402050 is a special-rate number, and those are switched off for you."}),
        ({"text": "CALL +870 447701033"}, {"launches": False}),
        ({"text": "CALL mum FROM +44 20 7946 0000"}, {"launches": False}),
        ({"text": "can you call mum?"}, {"launches": False,
         "asks": "Not called: do you mean call mum? Then send just that."}),
        ({"text": "CALL broken"}, {"launches": False, "not_understood": ["broken"],
         "reply": "Not called: the number kept for broken (not a number) can't be called. Correct your phone book."}),
        ({"text": "mum\nhttps://inreachlink.com/aB_-3"}, {"launches": True, "to": ["mum"]}),
        ({"channel": "web", "text": "CALL mum"}, {"launches": True}),
        ({"channel": "email", "text": "CALL mum\n\nSent from my iPhone"}, {"launches": True}),
        ({"channel": "email", "raw_email": "From: a@b.org\nSubject: CALL mum\n\nAnn\n-- \nx"}, {"launches": False}),
        ({"channel": "email", "raw_email": "From: Ann <a@b.org>\nSubject: CALL mum\n\nAnn\n-- \nx"},
         {"launches": True}),
        ({"channel": "email", "raw_email": "From: a@b.org\nAuto-Submitted: auto-replied\n\nCALL mum"},
         {"command": None, "launches": False, "reply": ""}),
    ],
)  # fmt: skip
def test_what_a_message_would_do(said: dict[str, object], fields: dict[str, object]) -> None:
    result = told(names=NAMES, **said)
    assert set(result) == FIELDS
    assert {name: result[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", "The line is not JSON."),
        (b"x", "The line is not JSON."),
        (b"[" * 100_000, "The line is not JSON."),
        (b'{"channel": ' + b"9" * 5000 + b"}", "The line is not JSON."),
        (b"\xff\xfe", "The line is not UTF-8."),
        (b"[]", "The line is not a JSON object."),
        (b"null", "The line is not a JSON object."),
        (b"{}", "channel must be one of sms, email, web."),
        (b'{"channel": "fax", "text": "x"}', "channel must be one of sms, email, web."),
        (b'{"channel": 1e400, "text": "x"}', "channel must be a string."),
        (b'{"channel": "sms"}', "There must be either a text or a raw_email, and not both."),
        (b'{"channel": "sms", "text": 5}', "text must be a string."),
        (b'{"channel": "sms", "raw_email": "x"}', "A raw_email comes by the channel email."),
        (b'{"channel": "sms", "text": "x", "tz": "Moon/Base"}',
         "tz must be the name of a time zone, like Europe/Madrid."),
        (b'{"channel": "sms", "text": "x", "tz": "../../etc/passwd"}',
         "tz must be the name of a time zone, like Europe/Madrid."),
        (b'{"channel": "sms", "text": "x", "now": "31 Feb"}',
         "now must be a time like 2026-03-01T14:05:00Z (ISO 8601)."),
        (b'{"channel": "sms", "text": "x", "country": "Spain"}',
         "country must be a code of two letters (ISO 3166), like US."),
        (b'{"channel": "sms", "text": "x", "names": ["mum"]}', "names must be an object: each name with its number."),
        (json.dumps({"channel": "sms", "text": "x", "names": dict.fromkeys(map(str, range(20_001)), "")}).encode(),
         "names holds more than 20000 names."),
        (b'{"channel": "sms", "text": "x", "names": {"mum": 5}}',
         "names: the number of 'mum' must be a string like +442079460000."),
        (b'{"channel": "email", "raw_email": "' + b"Subject: x\\n" * 400 + b'"}',
         "The mail in raw_email can't be read: it is no mail, or beyond all bounds."),
    ],
)  # fmt: skip
def test_a_line_that_is_no_message_gets_a_sentence(line: bytes, error: str) -> None:
    assert json.loads(answer(line)) == {"error": error}


def test_the_reply_is_in_the_language_of_the_verb() -> None:
    for text, reply in (
        ("llama a mum", "Entendido: call mum. Te llamo a ti primero, luego al otro."),
        ("saldo", "Entendido: balance."),
        ("llama a nadie", "No llamo: no entiendo 'nadie'."),
        ("llama al 112", "No llamo: 112 es un número de emergencias. Márcalo tú en el teléfono más cercano."),
        ("mum", "Understood: call mum. You are rung first, then the other."),
    ):
        assert told(text=text, names=NAMES)["reply"] == reply


def test_a_byte_order_mark_at_the_head_of_a_file_is_no_fault() -> None:
    assert "error" not in json.loads(answer(b'\xef\xbb\xbf{"channel": "sms", "text": "CALL mum"}'))


def test_a_line_too_long_for_any_mail_is_not_kept_in_memory(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b'"' + b"x" * (2 * MAX_LINE) + b'"\n{}\r\n')
    with file.open("rb") as source:
        first, second = lines_of(source)
    assert len(first) == MAX_LINE + 1
    assert "longer than" in answer(first)
    assert second == b"{}"


strange = st.text(st.sampled_from('callmu +44\0\ud800\u202e\x1b"\\\n\u00bf\U0001f4de@<>{}9'), max_size=60)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=80), strange.map(lambda text: json.dumps({"channel": "sms", "text": text}).encode()))
)
def test_whatever_comes_in_one_line_of_json_goes_out(line: bytes) -> None:
    out = answer(line)
    assert "\n" not in out
    assert out.isascii()
    assert set(json.loads(out)) in (FIELDS, {"error"})


def test_chat_launches_nothing() -> None:
    """A good part of what `python -m tests.chat` makes."""
    for each in chat(6000):
        result = json.loads(answer(as_jsonl(each).encode()))
        assert set(result) == FIELDS
        assert not result["launches"], each


def test_what_the_chat_is_made_of_could_launch() -> None:
    """Its names and numbers are such that orders with them do: what keeps them from it is the words around."""
    first = json.loads(as_jsonl(next(chat(1))))
    for text in ("call mum", "llama a mamá desde casa", "CALL Bill FROM hotel", "call May now"):
        assert json.loads(answer(json.dumps(first | {"channel": "sms", "text": text, "raw_email": None}).encode()))[
            "launches"
        ]


def test_lines_come_back_one_for_one_and_at_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cordboard", "parse", "--jsonl"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for text, launches in (("CALL +442079460000", True), ("hello", False)):
            process.stdin.write(json.dumps({"channel": "sms", "text": text}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["launches"] is launches
        process.stdin.write(b"the last one, without an end")
        process.stdin.close()
        assert "error" in json.loads(process.stdout.readline())
        assert process.stdout.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "shown"),
    [
        (["call", "mum", "--name", "mum=+442079460000"], "", ["Command   call", "Launches  yes", "To        mum"]),
        (["CALL mum"], "", ["Launches        no", "Not understood  mum"]),
        (["--country", "gb"], "CALL 020 7946 0018\n", ["To        +442079460018"]),
        (["--mail"], "From: a@b.org\nSubject: DROP K7\n\n", ["Command   drop"]),
        (["thanks"], "", ["Reply           (not answered)"]),
        (
            [str(ROOT / "tests" / "messages" / "wrong_charset.eml"), "--name", "José=+34911234567"],
            "",
            ["To        José"],
        ),
    ],
)
def test_for_people(arguments: list[str], stdin: str, shown: list[str]) -> None:
    result = CliRunner().invoke(main, ["parse", *arguments], input=stdin, prog_name="cordboard")
    assert result.exit_code == 0, result.output
    assert set(shown) <= set(result.output.splitlines()), result.output


@pytest.mark.parametrize(
    "arguments",
    [["x", "--jsonl"], ["nothing.eml"], ["x", "--country", "Spain"], ["x", "--name", "mum"]],
)
def test_wrongly_used(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["parse", *arguments], prog_name="cordboard")
    assert result.exit_code == 2
    assert "Error: " in result.output


def test_its_help_imports_next_to_nothing() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from cordboard.cli import main;"
        "assert CliRunner().invoke(main, ['parse', '--help']).exit_code == 0;"
        "print([m for m in ('sqlalchemy', 'pydantic', 'bs4', 'phonenumbers', 'parsers') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_nothing_of_a_database_is_needed() -> None:
    code = "import sys, cordboard.jsonl; print([m for m in ('sqlalchemy', 'pydantic') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
