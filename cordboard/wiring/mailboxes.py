"""Mailboxes as the door that reads them takes them, from what the settings say."""

import ssl
from pathlib import Path

from cordboard.settings.mailboxes import MailboxSettings
from inbound.imap import login
from inbound.imap.box import Mailbox
from kernel.errors import Misconfigured


def box_of(settings: MailboxSettings, home: Path, order_address: str) -> Mailbox:
    """As the door takes it. Raises Misconfigured if the certificate can't be used."""
    implicit = settings.tls == "implicit"
    return Mailbox(
        name=settings.name,
        host=settings.host,
        port=settings.port or (993 if implicit else 143),
        user=settings.user,
        secret=_secret(settings, home),
        oauth=bool(settings.token_file or settings.token_command),
        address=settings.address or order_address,
        tls=None if settings.tls == "none" else _context(settings, home),
        starttls=settings.tls == "starttls",
        folder=settings.folder,
        done_folder=settings.done_folder,
        recipient_header=settings.recipient_header,
        max_octets=settings.max_message_bytes,
        idle_s=settings.idle_s,
        poll_s=settings.poll_s,
        timeout_s=settings.timeout_s,
    )


def _secret(settings: MailboxSettings, home: Path) -> login.Secret:
    if settings.token_command:
        return login.from_command(settings.token_command)
    if file := settings.password_file or settings.token_file:
        return login.from_file(home / file)
    return settings.password.get_secret_value


def _context(settings: MailboxSettings, home: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(home / settings.tls_ca) if settings.tls_ca else None)
    except (OSError, ssl.SSLError) as e:
        raise Misconfigured(f"tls_ca of mailbox {settings.name} can't be used: {e}.") from None
