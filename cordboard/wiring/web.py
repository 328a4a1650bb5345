"""The web application with all its doors, put together from the settings."""

from typing import TYPE_CHECKING

from flask import Flask

from cordboard.health import Health, Kept
from cordboard.settings.web import Web
from cordboard.wiring.texts import sms_doors
from cordboard.wiring.voice import voice_doors
from inbound.api.door import ApiDoor
from inbound.pages.door import PagesDoor
from inbound.pages.pressing import Pressing
from inbound.pages.signing_in import Brakes, SigningIn
from inbound.pages.tickets import Tickets
from inbound.proving import Proving
from inbound.web.app import create_app, orders_of_token, wrong_tokens
from inbound.web.server import WebLimits

if TYPE_CHECKING:
    from cordboard.wiring import Parts


def web_app(parts: "Parts") -> Flask:
    """The API, the pages, the doors of texts, and `/healthz`."""
    web, health = parts.settings.web, Health(parts.db, parts.clock, parts.doorbell, parts.pool)
    wrong, orders = wrong_tokens(web.wrong_tokens_per_minute), orders_of_token(web.orders_per_minute)
    door = ApiDoor(parts.db, parts.clock, parts.secrets, parts.intake, wrong, orders)
    return create_app(door, Kept(health.look).look, _pages(parts), *sms_doors(parts), *voice_doors(parts))


def _pages(parts: "Parts") -> PagesDoor:
    web, human, language = parts.settings.web, parts.settings.human_contact, parts.settings.language
    pressing = Pressing(
        parts.db, parts.clock, parts.secrets, parts.intake, Tickets(parts.secrets),
        orders_of_token(web.page_changes_per_minute), language, human, web.plain_call_cap,
    )  # fmt: skip
    brakes = Brakes.of(web.wrong_pins_per_minute, web.all_wrong_pins_per_minute)
    tell = Proving(parts.db, parts.clock, parts.secrets).tell_of_lock
    return PagesDoor(pressing, SigningIn(parts.db, parts.secrets, brakes, tell), language, human)


def web_limits(web: Web) -> WebLimits:
    """How much the web door takes at once."""
    return WebLimits(web.threads, web.max_connections, web.max_connections_per_peer, web.trusted_proxy)
