"""What a message would do, told without doing it: `cordboard parse`, one message at a time.

There is no account here: whether its zones, its funds and its own phones allow a call is not asked. What no account has
before it is switched on (special-rate numbers) does not launch.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from inbound.rewritten import rewritten
from kernel.errors import Refused
from parsers.commands import number_of, parse_text
from parsers.in_mail import parse_mail
from parsers.in_text import parse_sms
from parsers.mail import read_mail
from parsers.numbers import DEAR, Number
from parsers.results import AgainCommand, CallCommand, NotACommand, Order, Parsed, name_of
from parsers.targets import NamedNumber, Target
from replies.language import Words, say
from replies.refusals import refusal_text
from satellite.numbering import why_silent

CHANNELS: Final = ("sms", "email", "web")
ASKS: Final = frozenset({
    "ambiguous", "do_you_mean", "name_or_command", "name_twice", "number_alone", "number_satellite_or_national",
    "stands_alone", "subject_and_body", "subject_more", "two_commands", "two_lines", "two_pins",
})  # fmt: skip
"""Refusals that are answered by writing one thing of those that were meant."""
TOLD: Final = Words("Understood: {order}.")
RUNG: Final = Words("Understood: {order}. You are rung first, then the other.")


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be explained: its text, or the raw mail that it came as."""

    channel: str
    text: str | None = None
    raw_email: bytes | None = None
    country: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explained:
    """What it would do; `from_` and the numbers in `to` are E.164, a party asked for by name is that name.

    `when` is None: what is not scheduled is now or never. `asks` is the reply, if that is a question. `reply` is "" for
    what is never answered: thanks, and automatic mail; else it is in the language of the verb, English without one.
    """

    command: str | None
    launches: bool
    from_: str | None
    to: tuple[str, ...]
    when: str | None
    bill: str | None
    asks: str | None
    not_understood: tuple[str, ...]
    reply: str
    rewritten: str = ""  # what an old satellite code was, and what is dialled instead

    def as_dict(self) -> dict[str, object]:
        """With the names that programs know the fields by; `rewritten` only where there is any."""
        told = {name.rstrip("_"): value for name, value in asdict(self).items()}
        return told if self.rewritten else {name: value for name, value in told.items() if name != "rewritten"}


def explain(message: Message) -> Explained:
    """What `message` would do. Refused `unreadable_mail` if it is a mail that can't be read."""
    if message.raw_email is not None:
        mail = read_mail(message.raw_email)
        if mail.automatic:
            return _nothing("")
        return explained(parse_mail(mail, country=message.country, names=message.names))
    read = parse_text if message.channel == "web" else parse_sms
    return explained(read(message.text or "", country=message.country, names=message.names))


def explained(said: Parsed) -> Explained:
    """A parsed message in the fields of the contract."""
    if isinstance(said, NotACommand):
        return _not_done(said)
    if not isinstance(said, CallCommand):
        return _told(said)
    refused = _never(said)
    reply = refusal_text(refused, said.language) if refused else say(said.language, RUNG, order=said.shown())
    from_ = number_of(said.from_).e164 if said.from_ else None
    return Explained(
        "call", refused is None, from_, (_party(said.to),), None, said.bill, None, (), reply, rewritten(said)
    )


def _told(said: Order) -> Explained:
    """AGAIN rings too; OK does not by itself: what it answers was asked of another message."""
    again = isinstance(said, AgainCommand)
    reply = say(said.language, TOLD, order=said.shown())
    return Explained(name_of(said), again, None, (), None, None, None, (), reply, rewritten(said))


def _not_done(said: NotACommand) -> Explained:
    reply = "" if said.kind else refusal_text(said, said.language)
    key = said.why.key if said.why else ""
    command = said.command if said.verb and said.command != "both" and key != "nothing_said" else None
    asks = reply if key in ASKS else None
    return Explained(command, False, None, (), None, None, asks, said.not_understood, reply)


def _nothing(reply: str) -> Explained:
    return Explained(None, False, None, (), None, None, None, (), reply)


def _never(call: CallCommand) -> Refused | None:
    """Why no new account would place this call."""
    to, from_ = number_of(call.to), number_of(call.from_) if call.from_ else None
    if from_ and from_.e164 == to.e164:
        return Refused("same_number", number=to.original)
    return (_no_party(from_) if from_ else None) or _no_party(to)


def _no_party(number: Number) -> Refused | None:
    if number.kind in DEAR:
        return Refused("premium", number=number.original)
    silent = why_silent(number.e164)
    return Refused(silent, number=number.original) if silent else None


def _party(target: Target) -> str:
    return target.name if isinstance(target, NamedNumber) else target.e164
