"""The whole error tree of the product.

CordboardError
├── Refused          the order will not be launched; says why in one sentence (trying again unchanged cannot help)
├── Misconfigured    a setting is wrong; named in a sentence when a process starts
├── Unavailable      a part is away for now; trying again later can help
│   ├── SwitchAway       (dispatcher/switches/base.py) not reached: nothing was done
│   └── SwitchSilent     (the same) no answer: it may have been done; look before trying again
├── SwitchRefused    (the same) a definite no, nothing was done
├── LeaseLost        (dispatcher/lease.py) another conductor has this switch
├── Absurd           (billing/settle.py) a record of the switch that can't be billed
└── Undeliverable    (replies/ways/__init__.py) an answer that will never get through
"""

from typing import ClassVar


class CordboardError(Exception):
    """Root of all errors that we raise ourselves."""

    again: ClassVar[bool] = False
    """Whether trying the same thing again can help."""


class Refused(CordboardError):
    """An order, or a part of one, that is not acted on.

    `key` names the sentence (replies/refusals.py holds the words), `fields` fill it in. The key also is the
    reason that logs, `cordboard why` and statistics carry.
    """

    def __init__(self, key: str, **fields: str) -> None:
        super().__init__(key, fields)
        self.key = key
        self.fields = fields


class Unavailable(CordboardError):
    """A part we need (switch, Redis, database, mail host) did not answer; nothing is known to have happened."""

    again = True


class Misconfigured(CordboardError):
    """A setting is missing or wrong; the message is the sentence shown at start."""
