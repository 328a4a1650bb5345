"""The one composition root: every part of the product is put together here, from the settings."""

import os
import socket
import ssl
from functools import cached_property, partial
from pathlib import Path

from flask import Flask

from cordboard import mailboxes, schema
from cordboard.health import Health, Kept
from cordboard.keys import ari_password, secrets_of
from cordboard.settings import Node, Settings
from cordboard.wiring_sms import sms_doors, text_ways
from dispatcher.conductor import Conductor
from dispatcher.deserted import Deserted
from dispatcher.due import Due
from dispatcher.jobs import Launcher
from dispatcher.jobs import Node as Worked
from dispatcher.paperwork import Paperwork
from dispatcher.performer import Waits
from dispatcher.pool import Pool
from dispatcher.routes import Routes
from dispatcher.slices import Slicing
from dispatcher.switches.ari import Ari
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switchlog import Follower
from gate.rules import Limits
from inbound.api import ApiDoor
from inbound.api_reader import API, ApiReader
from inbound.evidence.lookups import Nameservers
from inbound.evidence.weigher import Weigher
from inbound.heard import Reader
from inbound.imap_box import IMAP, Mailbox
from inbound.imap_reader import ImapReader
from inbound.intake import Intake
from inbound.mail_reader import EMAIL, MailReader
from inbound.ordering import Ordering
from inbound.pages.door import PagesDoor
from inbound.pages.pressing import Pressing
from inbound.pages.reader import PAGE, PageReader
from inbound.pages.signing_in import Brakes, SigningIn
from inbound.pages.tickets import Tickets
from inbound.proving import Proving
from inbound.sms_kannel import KANNEL
from inbound.sms_reader import SmsReader
from inbound.sms_twilio import TWILIO
from inbound.smtp_limits import SmtpLimits
from inbound.web import create_app, orders_of_token, wrong_tokens
from inbound.web_server import WebLimits
from kernel import doorbell
from kernel.clock import Clock, SystemClock
from kernel.db import Database
from kernel.doorbell import Doorbell
from kernel.errors import Misconfigured
from kernel.secrets import Secrets
from orders import codes
from replies.outbox import Sender
from replies.ways import Way
from replies.ways.by_mail import ByMail, Post
from replies.ways.maildir import MaildirWay
from replies.ways.smarthost import SmarthostWay

MINUTE_MS = 60_000


def _tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as e:
        raise Misconfigured(f"smtp.tls_certificate and smtp.tls_key can't be used: {e}.") from None
    return context


class Parts:
    """The parts of one process, each made when it is first asked for. `switch`: which one it is for, by name."""

    def __init__(self, settings: Settings, clock: Clock | None = None, *, switch: str = "") -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._switch = switch

    @cached_property
    def db(self) -> Database:
        """The database."""
        return schema.open_database(self.settings.database_url.get_secret_value())

    @cached_property
    def secrets(self) -> Secrets:
        """Digests, sealing, PINs."""
        return secrets_of(self.settings)

    @cached_property
    def doorbell(self) -> Doorbell:
        """Redis, as the doorbell."""
        return Doorbell(doorbell.connect(self.settings.redis_url.get_secret_value()))

    # -- inbound ---------------------------------------------------------------------------------------------------

    @cached_property
    def reader(self) -> MailReader:
        """Reads mails."""
        mail = self.settings.mail
        return MailReader(self.secrets, mail.order_address, mail.domain, self.settings.sms.texts_by)

    @cached_property
    def intake(self) -> Intake:
        """The way in."""
        calls, own = self.settings.calls, self.settings.switch.caller_id
        limits = Limits(
            confirm_s=calls.confirm_s,
            ring_b_s=calls.ring_b_s,
            min_talk_s=calls.min_talk_s,
            max_talk_s=calls.max_call_minutes * 60,
            stale_ms=calls.order_stale_minutes * MINUTE_MS,
        )
        ordering = Ordering(
            self.secrets, self.clock, limits, own, frozenset({own}), self.routes.has,
            human_contact=self.settings.human_contact, language=self.settings.language,
        )  # fmt: skip
        texts_by = self.settings.sms.texts_by
        readers: dict[str, Reader] = {
            EMAIL: self.reader,
            IMAP: ImapReader(self.reader),
            API: ApiReader(),
            PAGE: PageReader(self.secrets, self.settings.web.plain_call_cap),
            TWILIO: SmsReader(TWILIO, trusted=True, texts_by=texts_by),
            KANNEL: SmsReader(KANNEL, self.settings.sms.kannel.trusted, texts_by),
        }
        return Intake(self.db, self.clock, self.secrets, self.doorbell, readers, ordering, self.weigher)

    @cached_property
    def weigher(self) -> Weigher:
        """What proves a mail."""
        dns = self.settings.dns
        return Weigher(Nameservers(dns.nameservers), self.clock, dns.seconds, dns.lookups)

    @property
    def mailboxes(self) -> list[Mailbox]:
        """The mailboxes to read."""
        settings = self.settings
        return [mailboxes.box_of(each, settings.home, settings.mail.order_address) for each in settings.mailboxes]

    @property
    def web_app(self) -> Flask:
        """The web application."""
        web, health = self.settings.web, Health(self.db, self.clock, self.doorbell, self.pool)
        wrong, orders = wrong_tokens(web.wrong_tokens_per_minute), orders_of_token(web.orders_per_minute)
        door = ApiDoor(self.db, self.clock, self.secrets, self.intake, wrong, orders)
        return create_app(door, Kept(health.look).look, self.pages, *sms_doors(self))

    @property
    def pages(self) -> PagesDoor:
        """The micro-web."""
        web, human, language = self.settings.web, self.settings.human_contact, self.settings.language
        pressing = Pressing(
            self.db, self.clock, self.secrets, self.intake, Tickets(self.secrets),
            orders_of_token(web.page_changes_per_minute), language, human, web.plain_call_cap,
        )  # fmt: skip
        brakes = Brakes.of(web.wrong_pins_per_minute, web.all_wrong_pins_per_minute)
        tell = Proving(self.db, self.clock, self.secrets).tell_of_lock
        return PagesDoor(pressing, SigningIn(self.db, self.secrets, brakes, tell), language, human)

    @property
    def web_limits(self) -> WebLimits:
        """How much the web door takes at once."""
        web = self.settings.web
        return WebLimits(web.threads, web.max_connections, web.max_connections_per_peer, web.trusted_proxy)

    # -- replies ---------------------------------------------------------------------------------------------------

    @cached_property
    def sender(self) -> Sender:
        """Sends what the outbox holds."""
        mail = self.settings.mail
        ways: dict[str, Way] = {EMAIL: ByMail(self._post(), mail.order_address)}
        ways |= text_ways(self.settings.sms, self.db, self.clock)
        return Sender(self.db, self.clock, self.secrets, ways, mail.operator)

    def _post(self) -> Post:
        mail = self.settings.mail
        if mail.way == "maildir":
            return MaildirWay(self.settings.maildir)
        return SmarthostWay(
            mail.smarthost_host,
            mail.smarthost_port,
            helo=mail.domain,
            tls=ssl.create_default_context() if mail.smarthost_starttls else None,
            user=mail.smarthost_user,
            password=mail.smarthost_password.get_secret_value(),
        )

    # -- dispatcher ------------------------------------------------------------------------------------------------

    @cached_property
    def routes(self) -> Routes:
        """The carriers."""
        return Routes(
            Carrier(
                each.name,
                each.endpoint_for("{digits}"),
                each.prefixes,
                each.priority,
            )
            for each in self.settings.switch.carriers
        )

    @cached_property
    def node(self) -> Node:
        """The switch that this process is for."""
        return self.settings.node(self._switch)

    @cached_property
    def pool(self) -> Pool:
        """All switches."""
        return Pool(tuple(node.name for node in self.settings.nodes), self.settings.calls.setting_up_max)

    @cached_property
    def due(self) -> Due:
        """Orders that wait."""
        stale_ms = self.settings.calls.order_stale_minutes * MINUTE_MS
        return Due(self.db, self.clock, self.doorbell, self.pool, stale_ms)

    @cached_property
    def launcher(self) -> Launcher:
        """What a job does."""
        nodes = {node.name: Worked(AriOnce(*self.ari(node)), node.ari_app) for node in self.settings.nodes}
        stale_ms = self.settings.calls.order_stale_minutes * MINUTE_MS
        return Launcher(self.db, self.clock, self.pool, nodes, self.routes, stale_ms)

    def papers(self, switch: str) -> Paperwork:
        """What a conductor of this switch writes."""
        calls = self.settings.calls
        return Paperwork(
            self.db, self.clock, switch=switch, routes=self.routes,
            holder=f"{socket.gethostname()[:40]}:{os.getpid()}", lease_ms=calls.lease_s * 1000,
            longest_ring_s=max(calls.ring_a_s, calls.ring_b_s), slicing=Slicing(calls.slice_s, calls.low_s),
            lost_ms=calls.switch_lost_s * 1000,
        )  # fmt: skip

    @cached_property
    def conductor(self) -> Conductor:
        """Carries the calls of its switch through."""
        calls = self.settings.calls
        ari = Ari(*self.ari(self.node), self.node.ari_app, self.routes)
        waits = Waits(calls.ring_a_s, calls.ring_b_s, calls.confirm_s)
        return Conductor(
            self.papers(self.node.name), ari, waits, self.due.ring, self.clock,
            digits_of=partial(codes.digits_of, self.secrets),
        )  # fmt: skip

    @cached_property
    def deserted(self) -> Deserted:
        """Switches that nobody conducts and that do not answer."""
        asked = {node.name: AriOnce(*self.ari(node)).is_there for node in self.settings.nodes}
        return Deserted(self.db, self.clock, asked, self.papers)

    @cached_property
    def follower(self) -> Follower:
        """Reads its switch's log."""
        return Follower(self.db, self.clock, self.node.name, self.settings.cel_file_of(self.node))

    @property
    def smtp_limits(self) -> SmtpLimits:
        """What strangers may do at the SMTP door."""
        smtp = self.settings.smtp
        return SmtpLimits(
            hostname=self.settings.mail.domain,
            tls=_tls(smtp.tls_certificate, smtp.tls_key) if smtp.tls_certificate else None,
            message_octets=smtp.max_message_bytes,
            recipients=smtp.max_recipients,
            connections=smtp.max_connections,
            connections_per_address=smtp.max_connections_per_peer,
            commands=smtp.max_commands,
            idle_seconds=smtp.idle_s,
            connection_seconds=smtp.session_s,
        )

    def ari(self, node: Node) -> tuple[str, str, str]:
        """A switch's address, user and password."""
        password = ari_password(node, self.secrets)
        return node.ari_url.removesuffix("/").removesuffix("/ari"), node.ari_user, password
