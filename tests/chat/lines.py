"""Makes lines of chat: the patterns filled in, cased and punctuated as people do, as texts and as mails."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.chat import people
from tests.chat.patterns import ENGLISH, SPANISH

_COUNTRIES = ("US", "GB", "ES", "DE", None)
_MARKS = ("", "", "", ".", "!", "...", " :)", " lol", "??", " xx")
_SIGNATURES = ("", "\n\nAnn", "\n\nSent from my iPhone", "\n-- \nAnn Rowe\n+1 415 555 0100", "\n\nThanks", "\nabrazos")


@dataclass(frozen=True, slots=True)
class Chat:
    """What somebody wrote, by which channel, read where; `raw` says whether it is a whole mail."""

    text: str
    channel: str
    country: str | None
    raw: bool = False


def chat(many: int, seed: int = 4) -> Iterator[Chat]:
    """The same lines each time, for the same seed."""
    dice = Random(seed)
    patterns = [(line, False) for line in _of(ENGLISH)] + [(line, True) for line in _of(SPANISH)]
    for _ in range(many):
        text = _cased(dice, _filled(dice, *dice.choice(patterns)))
        if dice.random() < 0.15:
            text += dice.choice(("\n", " ", ". ")) + _filled(dice, *dice.choice(patterns))
        country = dice.choice(_COUNTRIES)
        if dice.random() < 0.25:
            yield Chat(_mail(dice, text), "email", country, raw=True)
        else:
            yield Chat(text, dice.choice(("sms", "email", "web")), country)


def as_jsonl(each: Chat) -> str:
    """The line of JSON that `cordboard parse --jsonl` reads."""
    said = {"raw_email": each.text} if each.raw else {"text": each.text}
    return json.dumps({"channel": each.channel, **said, "country": each.country, "names": people.NAMES})


def _of(patterns: str) -> list[str]:
    return [line for line in patterns.split("\n") if line]


def _filled(dice: Random, pattern: str, spanish: bool) -> str:
    names = people.SPANISH_NAMES if spanish else people.ENGLISH_NAMES
    name, other = dice.sample(names, 2)
    # One digit group each, so that two gaps of a line may differ.
    while "{digits}" in pattern:
        pattern = pattern.replace("{digits}", people.digits(dice), 1)
    return pattern.format(
        name=name,
        name2=other,
        when=dice.choice(people.CUANDO if spanish else people.WHEN),
        place=dice.choice(people.LUGARES if spanish else people.PLACES),
        thing=dice.choice(people.COSAS if spanish else people.THINGS),
        number=people.number(dice),
    )


def _cased(dice: Random, text: str) -> str:
    text = dice.choice((str, str, str, str.lower, str.upper, str.capitalize))(text)
    return text if text.startswith(("call", "Call", "CALL")) and " " not in text else text + dice.choice(_MARKS)


def _mail(dice: Random, text: str) -> str:
    first = text.split("\n", 1)[0]
    subject = dice.choice(("", "hi", "Re: CALL mum", "Fwd: invoice", first, "Bill", "hello May", "urgent"))
    head = f"From: Ann Rowe <ann@rowe.example>\nTo: call@cordboard.example\nSubject: {subject}"
    kind = f"Message-ID: <{dice.random()}@rowe.example>\nContent-Type: text/plain; charset=utf-8"
    return f"{head}\n{kind}\n\n{text}{dice.choice(_SIGNATURES)}\n"
