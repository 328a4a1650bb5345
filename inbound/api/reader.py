"""A stored order of the HTTP door read: whose token it came with, and its fields as one command.

Each field is read on its own, by the words of the parsers, and must be one thing and nothing else: `mum from +44...`
in `to` is refused, never obeyed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from accounts import tokens
from accounts.people import fold_name
from gate.asking import Consent
from inbound.api.order import ApiOrder
from inbound.heard import Heard
from inbound.mail_reader import names_known
from kernel.errors import Refused
from kernel.money import parse_amount
from parsers.commands import CallCommand, NamedNumber, NotACommand, Parsed, Target, parse_text
from parsers.pins import strike_pins
from parsers.writing import shown
from replies.outbox import Envelope

API: Final = "api"
TOKEN: Final = "token"  # noqa: S105 - the name of a proof
NOBODY: Final = Envelope("", "")
_CLOSING: Final = " .,!"  # what the parsers take for the end of a sentence


class ApiReader:
    """Reads orders of the HTTP door. The token is looked up anew: it may have been taken back meanwhile."""

    def shown(self, recipients: tuple[str, ...]) -> tuple[str, ...]:
        """There are none."""
        return recipients

    def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
        """Never refused as a whole; an order that is not understood is a `NotACommand`."""
        del recipients
        order = ApiOrder.read(raw)
        bearer = tokens.by_id(conn, order.token_id)
        user = bearer.user if bearer else None
        parsed = read_fields(order, user.country if user else None, names_known(conn, user) if user else {})
        return Heard(
            key=f"{API}\nkey\n{order.key}" if order.key else f"{API}\nonce\n{order.nonce}",
            user=user,
            account=bearer.account if bearer else None,
            device=None,
            proof=TOKEN if bearer else "",
            pin=None,
            parsed=parsed,
            sent_ms=None,
            automatic=False,
            envelope=NOBODY,
            kept=strike_pins(_lines(order)),
            consent=None if order.max_per_minute is None else Consent(parse_amount(order.max_per_minute)),
            in_place=True,
            said={"peer": peer, "token": tokens.PREFIX + bearer.hint if bearer else "revoked"},
        )


def read_fields(order: ApiOrder, country: str | None, names: Mapping[str, str]) -> Parsed:
    """The order as a command; else what of it was not understood."""
    to = _target("to", order.to, country, names)
    if isinstance(to, NotACommand):
        return to
    command = CallCommand(to, private=order.private)
    if order.from_ is not None:
        from_ = _target("from", order.from_, country, names)
        if isinstance(from_, NotACommand):
            return from_
        command = replace(command, from_=from_)
    if order.bill is None:
        return command
    parsed = parse_text(f"CALL {order.to} BILL {order.bill}", country=country, names=names, bare=False)
    if parsed != CallCommand(to, bill=order.bill.strip()):
        return NotACommand((), Refused("bill_malformed", code=shown(order.bill)))
    return replace(command, bill=order.bill.strip())


def _target(field: str, text: str, country: str | None, names: Mapping[str, str]) -> Target | NotACommand:
    parsed = parse_text(f"CALL {text}", country=country, names=names, bare=False)
    if isinstance(parsed, CallCommand) and parsed == CallCommand(parsed.to) and _is_all(parsed.to, text):
        return parsed.to
    return parsed if isinstance(parsed, NotACommand) else NotACommand((), Refused("field_not_one", field=field))


def _is_all(target: Target, text: str) -> bool:
    """Whether nothing stands beside the number or name, not even a please."""
    if isinstance(target, NamedNumber):
        return fold_name(target.name) == fold_name(text)
    return target.original.strip(_CLOSING) == " ".join(text.split()).strip(_CLOSING)


def _lines(order: ApiOrder) -> str:
    fields = (
        ("to", order.to), ("from", order.from_), ("bill", order.bill), ("max_per_minute", order.max_per_minute),
    )  # fmt: skip
    said = [f"{name}: {text}" for name, text in fields if text is not None]
    return "\n".join([*said, *(["private"] if order.private else [])])
