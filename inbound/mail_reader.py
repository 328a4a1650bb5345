"""A stored mail read: its sender, the evidence for it, and its command."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from accounts.manage import alias_digest
from accounts.messengers import is_shared
from accounts.people import Account, AliasOwner, Device, User, by_alias, devices_of, names_of, phones_of, who_is
from inbound.heard import Heard
from inbound.mail_key import mail_key
from kernel.masking import mask_address
from kernel.secrets import Secrets
from parsers.commands import NotACommand
from parsers.in_mail import parse_mail, with_cards
from parsers.mail import Mail, read_mail
from parsers.pins import find_pin, strike_pins
from parsers.vcards import cards_in
from replies.envelope import answer_to

EMAIL = "email"
LONGEST_KEPT = 4000


@dataclass(frozen=True, slots=True)
class MailReader:
    """Reads mails for the address that everybody knows and for users' secret aliases."""

    secrets: Secrets
    order_address: str
    domain: str
    texts_by: str = "twilio"
    """By which way a user is texted whose mails are to be answered so."""

    def is_known(self, conn: Connection, address: str) -> bool:
        """Whether a recipient is the order address or somebody's alias."""
        return address.lower() == self.order_address or self._alias(conn, address) is not None

    def shown(self, recipients: tuple[str, ...]) -> tuple[str, ...]:
        """Secret aliases are not kept in the open."""
        return tuple(to if to.lower() == self.order_address else "(alias)" for to in recipients)

    def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
        """Refused (unreadable_mail) if it is no mail that can be read."""
        mail = read_mail(raw)
        owner, device, proof, written_to = self._sender(conn, mail, recipients)
        user, account = owner or (None, None)
        names = {} if user is None else names_known(conn, user)
        parsed = parse_mail(mail, country=user.country if user else None, names=names)
        if user is not None:
            cards = tuple((card.name, card.numbers) for card in cards_in(raw))
            parsed = with_cards(mail, parsed, cards)
        pin = find_pin(f"{mail.subject}\n{mail.own_text}") if isinstance(parsed, NotACommand) else parsed.pin
        to = self._answer_address(conn, user, device)
        nobody_reads = device is None and is_shared(mail.from_address or "")
        subject = struck(mail.subject, pin)
        return Heard(
            key=mail_key(mail, raw),
            user=user,
            account=account,
            device=device,
            proof=proof,
            pin=pin,
            parsed=parsed,
            sent_ms=int(mail.date.timestamp() * 1000) if mail.date else None,
            automatic=mail.automatic,
            envelope=answer_to(to, written_to, self.texts_by, subject, mail.message_id or ""),
            kept=struck(f"Subject: {mail.subject}\n\n{mail.own_text}", pin)[:LONGEST_KEPT],
            said={"from": mask_address(mail.from_address or "?"), "peer": peer, "alias": "yes" if proof else "no"},
            answerable=bool(to) and not nobody_reads,
        )

    def _sender(
        self, conn: Connection, mail: Mail, recipients: tuple[str, ...]
    ) -> tuple[tuple[User, Account] | None, Device | None, str, str]:
        """Whose mail it is (an alias outdoes the From), the device if enrolled, the proof, the address written to."""
        sender = who_is(conn, EMAIL, mail.from_address) if mail.from_address else None
        for address in recipients:
            owner = self._alias(conn, address)
            if owner is not None:
                device = sender.device if sender and sender.user.id == owner.user.id else None
                return (owner.user, owner.account), device, "alias", address
        if sender is None:
            return None, None, "", self.order_address
        return (sender.user, sender.account), sender.device, "", self.order_address

    def _alias(self, conn: Connection, address: str) -> AliasOwner | None:
        local, _, domain = address.lower().rpartition("@")
        return by_alias(conn, alias_digest(self.secrets, local)) if domain == self.domain else None

    def _answer_address(self, conn: Connection, user: User | None, device: Device | None) -> str:
        """The device's own answer address; for an alias used from elsewhere that of the user's first device."""
        if device is None and user is not None:
            device = next((each for each in devices_of(conn, user.id) if each.kind == EMAIL), None)
        return device.answer_address if device else ""


def names_known(conn: Connection, user: User) -> dict[str, str]:
    """The phone book, and the labels of the user's own phones; a name that is both is there twice, and asked about."""
    book = names_of(conn, user.id)
    labels = ((phone.label, phone.number) for phone in phones_of(conn, user.id) if phone.label)
    return book | {f"{label}." if label in book else label: number for label, number in labels}


def struck(text: str, pin: str | None) -> str:
    """Without what looks like a PIN, and without the one that was read, in whatever writing it stands there."""
    struck = strike_pins(text)
    return re.sub(rf"(?<!\d){re.escape(pin)}(?!\d)", "****", struck) if pin else struck
