"""Where an answer goes, from which of our addresses, and by which way it leaves."""

import json
from dataclasses import asdict, dataclass
from typing import Final

from kernel.secrets import Secrets

EMAIL: Final = "email"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where an answer goes and in which thread it belongs. An empty `to` is nobody: nothing is said.

    `way` names one of the sender's ways: "email", "twilio", "kannel". For a text `to` and `sender` are numbers.
    """

    to: str
    sender: str  # the address they wrote to; it may be their secret alias
    subject: str = ""
    message_id: str = ""
    references: str = ""
    way: str = EMAIL

    def sealed(self, secrets: Secrets) -> str:
        """As kept with orders and outbox rows; "" for nobody. The way stays in the open, as the sender looks for it."""
        if not self.to:
            return ""
        token = secrets.seal(json.dumps(asdict(self)).encode()).decode()
        return token if self.way == EMAIL else f"{self.way}:{token}"

    @classmethod
    def opened(cls, kept: str, secrets: Secrets) -> "Envelope":
        """The inverse of `sealed`."""
        return cls(**json.loads(secrets.unseal(kept.rpartition(":")[2].encode())))


def way_of(kept: str) -> str:
    """The way of a sealed envelope."""
    return kept.partition(":")[0] if ":" in kept else EMAIL


def answer_to(to: str, sender: str, texts_by: str, subject: str = "", message_id: str = "") -> Envelope:
    """To a mail address from `sender`, in a thread; to a telephone number by `texts_by`, from its own number."""
    if to.startswith("+"):
        return Envelope(to, "", way=texts_by)
    return Envelope(to, sender, subject, message_id)
