"""Replies as mails, whichever host takes them."""

from dataclasses import dataclass
from typing import Protocol

from replies.mail import MailAnswer, compose
from replies.ways import Reply


class Post(Protocol):
    """What takes a composed mail: `replies/ways/maildir.py`, `replies/ways/smarthost.py`."""

    @property
    def take_ms(self) -> int:
        """As `Way.take_ms`."""

    def send(self, outbox_id: str, message: bytes, to: str) -> None:
        """Hand over one mail; the receiver can tell its copies by their Message-ID. Raises as `Way.send`."""


@dataclass(frozen=True, slots=True)
class ByMail:
    """The way "email". Who wrote to no address of ours is answered from `order_address`."""

    post: Post
    order_address: str

    @property
    def take_ms(self) -> int:
        """As the post has it."""
        return self.post.take_ms

    def send(self, reply: Reply) -> None:
        """Compose the mail and hand it over."""
        envelope = reply.envelope
        answer = MailAnswer(
            outbox_id=reply.outbox_id, sender=envelope.sender or self.order_address, to=envelope.to, text=reply.text,
            sent_ms=reply.now_ms, subject=envelope.subject, in_reply_to=envelope.message_id,
            references=envelope.references,
        )  # fmt: skip
        self.post.send(reply.outbox_id, compose(answer), envelope.to)
