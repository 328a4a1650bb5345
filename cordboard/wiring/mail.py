"""The SMTP door's limits, and how answers leave by mail, put together from the settings."""

import ssl
from pathlib import Path

from cordboard.settings import Settings
from inbound.smtp.limits import SmtpLimits
from kernel.errors import Misconfigured
from replies.ways.by_mail import Post
from replies.ways.maildir import MaildirWay
from replies.ways.smarthost import SmarthostWay


def smtp_limits(settings: Settings) -> SmtpLimits:
    """What strangers may do at the SMTP door. Raises Misconfigured if the certificate can't be used."""
    smtp = settings.smtp
    return SmtpLimits(
        hostname=settings.mail.domain,
        tls=_tls(smtp.tls_certificate, smtp.tls_key) if smtp.tls_certificate else None,
        message_octets=smtp.max_message_bytes,
        recipients=smtp.max_recipients,
        connections=smtp.max_connections,
        connections_per_address=smtp.max_connections_per_peer,
        commands=smtp.max_commands,
        idle_seconds=smtp.idle_s,
        connection_seconds=smtp.session_s,
    )


def _tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as e:
        raise Misconfigured(f"smtp.tls_certificate and smtp.tls_key can't be used: {e}.") from None
    return context


def post_of(settings: Settings) -> Post:
    """What takes answers: a folder here, or a smarthost."""
    mail = settings.mail
    if mail.way == "maildir":
        return MaildirWay(settings.maildir)
    return SmarthostWay(
        mail.smarthost_host,
        mail.smarthost_port,
        helo=mail.domain,
        tls=ssl.create_default_context() if mail.smarthost_starttls else None,
        user=mail.smarthost_user,
        password=mail.smarthost_password.get_secret_value(),
    )
