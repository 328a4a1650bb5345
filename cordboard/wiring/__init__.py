"""The one composition root: every part of the product is put together here, from the settings."""

from functools import cached_property

from flask import Flask

from cordboard import schema
from cordboard.keys import ari_password, secrets_of
from cordboard.known_numbers import use_overrides
from cordboard.settings import Settings
from cordboard.settings.nodes import Node
from cordboard.wiring.mail import post_of, smtp_limits
from cordboard.wiring.mailboxes import box_of
from cordboard.wiring.switch import conductor_of, deserted_of, launcher_of, pool_of, routes_of
from cordboard.wiring.texts import text_ways
from cordboard.wiring.web import web_app, web_limits
from dispatcher.conductor import Conductor
from dispatcher.deserted import Deserted
from dispatcher.due import Due
from dispatcher.jobs import Launcher
from dispatcher.pool import Pool
from dispatcher.routes import Routes
from dispatcher.switchlog import Follower
from gate.rules import Limits
from inbound.api.reader import API, ApiReader
from inbound.evidence.lookups import Nameservers
from inbound.evidence.weigher import Weigher
from inbound.heard import Reader
from inbound.imap.box import IMAP, Mailbox
from inbound.imap.reader import ImapReader
from inbound.intake import Intake
from inbound.mail_reader import EMAIL, MailReader
from inbound.ordering import Ordering
from inbound.pages.reader import PAGE, PageReader
from inbound.sms.kannel import KANNEL
from inbound.sms.reader import SmsReader
from inbound.sms.twilio import TWILIO
from inbound.smtp.limits import SmtpLimits
from inbound.web.server import WebLimits
from kernel import doorbell
from kernel.clock import Clock, SystemClock
from kernel.db import Database
from kernel.doorbell import Doorbell
from kernel.secrets import Secrets
from replies.outbox import Sender
from replies.ways import Way
from replies.ways.by_mail import ByMail


class Parts:
    """The parts of one process, each made when it is first asked for. `switch`: which one it is for, by name."""

    def __init__(self, settings: Settings, clock: Clock | None = None, *, switch: str = "") -> None:
        use_overrides(settings)
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
            stale_ms=calls.order_stale_ms,
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
        return [box_of(each, settings.home, settings.mail.order_address) for each in settings.mailboxes]

    @property
    def web_app(self) -> Flask:
        """The web application."""
        return web_app(self)

    @property
    def web_limits(self) -> WebLimits:
        """How much the web door takes at once."""
        return web_limits(self.settings.web)

    # -- replies ---------------------------------------------------------------------------------------------------

    @cached_property
    def sender(self) -> Sender:
        """Sends what the outbox holds."""
        mail = self.settings.mail
        ways: dict[str, Way] = {EMAIL: ByMail(post_of(self.settings), mail.order_address)}
        ways |= text_ways(self.settings.sms, self.db, self.clock)
        return Sender(self.db, self.clock, self.secrets, ways, mail.operator)

    # -- dispatcher ------------------------------------------------------------------------------------------------

    @cached_property
    def routes(self) -> Routes:
        """The carriers."""
        return routes_of(self.settings.switch, self.settings.routing)

    @cached_property
    def node(self) -> Node:
        """The switch that this process is for."""
        return self.settings.node(self._switch)

    @cached_property
    def pool(self) -> Pool:
        """All switches."""
        return pool_of(self.settings)

    @cached_property
    def due(self) -> Due:
        """Orders that wait."""
        return Due(self.db, self.clock, self.doorbell, self.pool, self.settings.calls.order_stale_ms, self.routes)

    @cached_property
    def launcher(self) -> Launcher:
        """What a job does."""
        return launcher_of(self)

    @cached_property
    def conductor(self) -> Conductor:
        """Carries calls through."""
        return conductor_of(self)

    @cached_property
    def follower(self) -> Follower:
        """Reads its switch's log."""
        return Follower(self.db, self.clock, self.node.name, self.settings.cel_file_of(self.node))

    @cached_property
    def deserted(self) -> Deserted:
        """Switches that are gone together with their conductor."""
        return deserted_of(self)

    @property
    def smtp_limits(self) -> SmtpLimits:
        """What strangers may do at the SMTP door."""
        return smtp_limits(self.settings)

    def ari(self, node: Node) -> tuple[str, str, str]:
        """A switch's address, user and password."""
        password = ari_password(node, self.secrets)
        return node.ari_url.removesuffix("/").removesuffix("/ari"), node.ari_user, password
