"""How long a line takes to be understood: chat, with a phone book, beside reading and writing the line's JSON."""

import json
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from bench.table import Table
from cordboard.jsonl import answer
from parsers.commands import parse_text
from tests.chat.lines import as_jsonl, chat

T = TypeVar("T")
_BOOK = {f"Person {n} of {n % 7}": f"+1415555{n + 2000:04d}" for n in range(500)}


def chatter(table: Table, lines: int) -> None:
    """Mails and texts by `cordboard parse --jsonl`; and texts alone against a phone book of 500 names."""
    whole = list(chat(lines))
    written = [as_jsonl(each).encode() for each in whole]
    table.add("a line of chat by parse --jsonl", _each_ms(answer, written), "ms", _each_ms(_json, written))
    texts = [each.text for each in whole if not each.raw]
    table.add("a text, 500 names in the phone book", _each_ms(_parse, texts), "ms")
    launched = sum(json.loads(answer(line))["launches"] for line in written)
    table.note(f"{launched} of {lines:,} lines of chat would have launched a call")


def _json(line: bytes) -> str:
    return json.dumps(json.loads(line))


def _parse(text: str) -> object:
    return parse_text(text, country="US", names=_BOOK)


def _each_ms(work: Callable[[T], object], items: Sequence[T]) -> float:
    began = time.perf_counter()
    for item in items:
        work(item)
    return (time.perf_counter() - began) * 1000 / len(items)
