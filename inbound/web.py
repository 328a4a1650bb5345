"""The web application: its doors, `/healthz`, and what holds for every answer."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from flask import Flask, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from inbound import web_problems
from inbound.api import ApiDoor
from inbound.api_order import MOST_BYTES
from inbound.pages.door import PagesDoor

log = logging.getLogger(__name__)

WELL: Final = "ok"
Health = Callable[[], Mapping[str, str]]
"""Each part's name, and "ok" or in a word what ails it."""


def create_app(door: ApiDoor, health: Health, pages: PagesDoor | None = None) -> Flask:
    """Put the application together."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.merge_slashes = False  # an address is what it is; nobody is sent elsewhere
    app.register_blueprint(door.blueprint())
    if pages:
        app.register_blueprint(pages.blueprint())
    app.add_url_rule("/healthz", "healthz", lambda: _healthz(health))
    app.after_request(_for_nobody_else)
    web_problems.install(app, MOST_BYTES)
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
    parts = dict(health())
    well = all(said == WELL for said in parts.values())
    told = {"status": WELL if well else "unwell", "parts": parts}
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(json.dumps(told) + "\n", status, content_type="application/json")


def _for_nobody_else(response: Response) -> Response:
    """Answers tell of people's calls: they are kept nowhere on the way, and taken for nothing but what they are."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
