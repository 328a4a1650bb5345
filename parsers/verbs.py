"""Which commands a line may mean: those whose verbs stand in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.table import COMMANDS, Command
from parsers.vocabulary import CLAUSE, PLEASE
from parsers.words import Phrases


@dataclass(frozen=True, slots=True)
class Meant:
    """A command whose verb stands in a line: at which word, and in which language, "" if that can't be told."""

    command: Command
    verb: tuple[str, ...]

    @property
    def language(self) -> str:
        """The code of the language that the verb is of."""
        return self.command.language_of(" ".join(self.verb))


def verbs_in(keys: Sequence[str]) -> Iterator[Meant]:
    """The commands whose verbs stand in a line, the first and longest first, be the rest understood or not."""
    begins, at = True, 0
    while at < len(keys):
        here = [
            Meant(command, tuple(keys[at : at + length]))
            for command in COMMANDS
            if (begins or not command.everyday) and (length := command.verbs.at(keys, at))
        ]
        yield from sorted(here, key=lambda meant: -len(meant.verb))
        please = PLEASE.at(keys, at)
        begins = begins and bool(please or _in_pin(keys, at))
        at += max(please, 1)


def _in_pin(keys: Sequence[str], at: int) -> bool:
    pin: Phrases = CLAUSE["pin"]
    return bool(pin.at(keys, at) or (at and pin.at(keys, at - 1)))
