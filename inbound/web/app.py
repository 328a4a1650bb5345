"""The web application: its doors, `/healthz`, and what holds for every answer."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, Protocol

from flask import Blueprint, Flask, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from inbound.api.door import ApiDoor
from inbound.api.order import MOST_BYTES
from inbound.web import problems

log = logging.getLogger(__name__)

WELL: Final = "ok"
Health = Callable[[], Mapping[str, str | Mapping[str, str]]]
"""Each part's name, and "ok" or in a word what ails it. What has parts of its own is only told, and not judged."""


class Door(Protocol):
    """Some addresses of the application."""

    def blueprint(self) -> Blueprint:
        """Them, with what answers there."""


def create_app(door: ApiDoor, health: Health, *others: Door) -> Flask:
    """Put the application together; `others` are doors beside the API's."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.merge_slashes = False  # an address is what it is; nobody is sent elsewhere
    for each in (door, *others):
        app.register_blueprint(each.blueprint())
    app.add_url_rule("/healthz", "healthz", lambda: _healthz(health))
    app.after_request(_for_nobody_else)
    problems.install(app, MOST_BYTES)
    return app


def wrong_tokens(a_minute: int) -> Callable[[str], bool]:
    """Counts wrong tokens by address: True while there are not too many.

    Who has a right one is never counted nor kept waiting, also behind the same address as who has not: with 160 bits
    there is nothing to be guessed, so this only keeps the noise down.
    """
    return _within(a_minute)


def orders_of_token(a_minute: int) -> Callable[[str], bool]:
    """Counts what is sent in as an order by the token's id: True while that is not too much.

    A program that runs wild, or a thief, is slowed down before anything is stored or judged.
    """
    return _within(a_minute)


def _within(a_minute: int) -> Callable[[str], bool]:
    limiter, most = FixedWindowRateLimiter(MemoryStorage()), RateLimitItemPerMinute(a_minute)
    return lambda whose: limiter.hit(most, whose)


def _healthz(health: Health) -> Response:
    seen = health()
    parts = {name: said for name, said in seen.items() if isinstance(said, str)}
    well = all(said == WELL for said in parts.values())
    inside = {name: dict(said) for name, said in seen.items() if not isinstance(said, str)}
    told = {"status": WELL if well else "unwell", "parts": parts, **inside}
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(json.dumps(told) + "\n", status, content_type="application/json")


def _for_nobody_else(response: Response) -> Response:
    """Answers tell of people's calls: they are kept nowhere on the way, and taken for nothing but what they are."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
