"""The command of a mail: what its subject and its text say together."""

import re
from collections.abc import Mapping
from typing import Final

from kernel.errors import Refused
from parsers.commands import doubted, is_other, is_specific, meant_by, parse_text, with_pin
from parsers.footers import DEVICE_SUBJECTS
from parsers.lines import MAX_LINE, has_thanks, lines_of, pins_beside_again, pins_in
from parsers.mail import Mail
from parsers.pins import find_pin
from parsers.results import (
    AgainCommand,
    CallCommand,
    CardsCommand,
    NameCommand,
    NoCommand,
    NotACommand,
    OkCommand,
    Parsed,
)
from parsers.talk import puts_off
from parsers.vocabulary import COURTESY, GREETINGS
from parsers.words import fold

_APART: Final = re.compile(r"[\s._,-]+")
_MOST_OWN_LINES: Final = 3


def parse_mail(mail: Mail, *, country: str | None, names: Mapping[str, str]) -> Parsed:
    """The command of a mail: its own text's first line, or else its subject. Never raises.

    The subject of a reply or a forward is an old one and never a command. Beside other words in the text a subject
    launches nothing, and two different commands launch nothing; thanks, the sender's own name and a PIN are not other
    words. A number or name without CALL launches from the text if the subject says nothing, and from the subject if
    the text says nothing. The sender's own name alone is a signature, and so is a name under words that close a letter;
    AGAIN beside thanks may be kindness.
    """
    own = _own_words(mail)

    def read(text: str, *, bare: bool) -> Parsed:
        is_signature = pins_in(lines_of(text), own) is not None
        return parse_text(text, country=country, names=names, bare=bare and not is_signature)

    body = _without_own_name(mail.own_text.strip(" \t\n"), own)
    subject = "" if mail.is_reply_or_forward else mail.subject.strip(" \t")
    said = read(body, bare=True)
    if not subject:
        return said
    if isinstance(said, OkCommand | NoCommand) and not said.reference:
        said = NotACommand(tuple(body.split()), verb=False)  # to what is written above it, or to somebody else
    if isinstance(said, NotACommand):
        pins = pins_in(lines_of(body), own)
        above = read(subject, bare=pins is not None)
        if isinstance(above, AgainCommand) and pins is not None and pins_beside_again(lines_of(body), own) is None:
            return NotACommand((), Refused("stands_alone"))
        return _of_subject(above, said, body, pins)
    is_bare = isinstance(read(body, bare=False), NotACommand)
    above = read(subject, bare=is_bare)
    if isinstance(above, NotACommand):
        if isinstance(said, AgainCommand) and (above.kind or has_thanks(subject)):
            return NotACommand((), Refused("stands_alone"))
        pins = pins_in([subject], own, frozenset() if is_bare else COURTESY)
        if is_bare and pins is None and not _says_nothing(subject, above):
            return NotACommand((), Refused("subject_more"))
        if isinstance(said, CallCommand) and puts_off([subject]):
            return doubted(said)
        return with_pin(said, pins or frozenset())
    if type(said) is type(above) and is_specific(said) != is_specific(above):  # `DROP` above `DROP K7`
        said, above = (said, above) if is_specific(said) else (above, said)
    elif is_other(said, above):
        why = Refused("two_commands", one=above.shown(), other=said.shown())
        return NotACommand((), why, command=meant_by(above, said))
    return with_pin(said, frozenset({above.pin} if above.pin else ()))


def with_cards(mail: Mail, said: Parsed, entries: tuple[tuple[str, tuple[str, ...]], ...]) -> Parsed:
    """What the mail says, its vCards being these: they are meant for the phone book if its text says nothing else.

    A subject is what a telephone puts there (`Bob`), unless it is an order with a verb.
    """
    own = _own_words(mail)
    lists = isinstance(said, NameCommand) and not said.name
    without_verb = not said.verb if isinstance(said, NotACommand) else not said.language
    nothing = isinstance(said, NotACommand) and said.why is not None and said.why.key == "nothing_said"
    says_no_more = pins_in(lines_of(mail.own_text), own, frozenset()) is not None
    if not entries or not (lists or ((without_verb or nothing) and says_no_more)):
        return said
    return CardsCommand(entries, pin=find_pin(f"{mail.subject}\n{mail.own_text}"))


def _of_subject(above: Parsed, said: NotACommand, body: str, pins: frozenset[str] | None) -> Parsed:
    """What the subject says, where the text is no command; `pins` is None if the text says something else."""
    if isinstance(above, NotACommand):
        return above if not body or (pins is not None and (above.verb or above.why)) else said
    if pins is not None:
        return with_pin(above, pins)
    why = Refused("subject_and_body", one=above.shown())
    return NotACommand(said.not_understood, why, command=meant_by(above))


def _says_nothing(subject: str, above: NotACommand) -> bool:
    """Whether a subject is a greeting, a verb alone, or what a device puts there by itself."""
    if above.verb and above.why is not None and above.why.key == "clause_empty":
        return True
    bare = subject.casefold().strip("()<>[]. ")
    return bare.startswith(DEVICE_SUBJECTS) or all(fold(word) in GREETINGS for word in bare.split())


def _own_words(mail: Mail) -> frozenset[str]:
    """What the sender may put under a text as their name; `No` may be one, and may be an answer."""
    name = mail.from_name or (mail.from_address or "").partition("@")[0]
    return frozenset(fold(word) for word in _APART.split(name) if word) - {"no", "not"}


def _without_own_name(body: str, own: frozenset[str]) -> str:
    """The text without the sender's own name under it; a text of nothing else is left as it is."""
    lines = body.split("\n")
    for _ in range(_MOST_OWN_LINES):
        words = [word.strip("-~/*_") for word in lines[-1][:MAX_LINE].split()]
        if len(lines) == 1 or any(fold(word) not in own for word in words if word):
            break
        lines.pop()
    return "\n".join(lines).rstrip()
