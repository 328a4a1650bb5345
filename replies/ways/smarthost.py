"""The way through a smarthost: the mail server that sends for us."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

from kernel.errors import Unavailable
from replies.mail import checked_address
from replies.ways import Undeliverable
from replies.ways.conversation import Conversation


@dataclass(frozen=True)
class SmarthostWay:
    """Sends from the null sender, so that no bounce ever comes back to be answered (RFC 3834)."""

    host: str
    port: int = 25
    helo: str | None = None
    """Our name; the machine's own when not given."""
    tls: ssl.SSLContext | None = None
    """STARTTLS is demanded when given."""
    user: str = ""
    """Logs in when given."""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 30
    """How long one mail may take in all, from the first packet to the answer to QUIT."""

    @property
    def take_ms(self) -> int:
        """More than twice what one mail may take."""
        return int(2_500 * self.timeout_seconds)

    def send(self, outbox_id: str, message: bytes, to: str) -> None:  # noqa: ARG002 (it is in the Message-ID)
        """Hand the message over, within `timeout_seconds`; a host that is not done by then is given up.

        A 5xx to this mail is Undeliverable. All else is Unavailable, refusals of ourselves (greeting, TLS, login)
        too: they are for the operator to mend, and no answer may be lost by them. A host that took the mail and did
        not say so in time gets it again, under the same Message-ID.
        """
        address = checked_address(to)
        with self._connected() as smtp:
            try:
                smtp.sendmail("", [address], message)
            except smtplib.SMTPRecipientsRefused as error:
                raise _refusal(*error.recipients[address]) from error
            except smtplib.SMTPResponseException as error:
                raise _refusal(error.smtp_code, error.smtp_error) from error

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        begun = monotonic()
        with contextlib.ExitStack() as stack:
            try:
                smtp = Conversation(self.host, self.port, local_hostname=self.helo, timeout=self.timeout_seconds)
                stack.callback(smtp.close)
                if self.tls:
                    smtp.starttls(context=self.tls)
                if self.user:
                    smtp.login(self.user, self.password)
                yield smtp
            except smtplib.SMTPResponseException as error:
                told = _told(error.smtp_code, error.smtp_error)
                raise Unavailable(f"The mail host {self.host} does not serve us: {told}.") from error
            except (smtplib.SMTPException, OSError) as error:
                late = monotonic() - begun >= self.timeout_seconds
                why = f"not done after {self.timeout_seconds:g} s" if late else error
                raise Unavailable(f"The mail host {self.host} does not answer: {why}.") from error
            # The mail is taken by now: what goes wrong with QUIT must not have it sent again.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()


def _refusal(code: int, said: bytes | str) -> Undeliverable | Unavailable:
    if 500 <= code < 600:
        return Undeliverable(f"The mail host refused the mail: {_told(code, said)}.")
    return Unavailable(f"The mail host asks to try later: {_told(code, said)}.")


def _told(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())[:200]}"
