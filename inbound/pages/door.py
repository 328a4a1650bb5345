"""The door of the pages: `/m` and `/m/<handle>` show the sign-in; all else is a button, POSTed to `/m` with a ticket.

A thin shell around the intake, as the other doors are: what changes something is stored, handled, and told from what
is kept of it.
"""

import logging
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from accounts.handles import plain
from inbound.pages import words
from inbound.pages.choosing import choose
from inbound.pages.drawing import WAYS, draw, style_hash
from inbound.pages.forms import Form, Unreadable, read_form
from inbound.pages.model import Button, Field, Listing, Main, Page
from inbound.pages.pressing import Closed, Pressing
from inbound.pages.signing_in import SigningIn, TooMany
from inbound.pages.tickets import Stale
from kernel.errors import Unavailable
from replies.language import say, translated

log = logging.getLogger(__name__)

AT: Final = "/m"
POLICY: Final = "default-src 'none'; style-src '{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
OWN_SITE: Final = frozenset({"same-origin", "none"})
SIGN_IN: Final = "sign"


@dataclass(frozen=True, slots=True)
class PagesDoor:
    """What the door needs; `language` is that of who has not said yet who they are."""

    pressing: Pressing
    signing_in: SigningIn
    language: str
    human_contact: str

    def blueprint(self) -> Blueprint:
        """The addresses, for a Flask app."""
        made = Blueprint("pages", __name__)
        made.add_url_rule(AT, view_func=self.show, methods=["GET"])
        made.add_url_rule(f"{AT}/", view_func=self.show, methods=["GET"], endpoint="show_too")
        made.add_url_rule(f"{AT}/<handle>", view_func=self.show, methods=["GET"])
        made.add_url_rule(AT, view_func=self.press, methods=["POST"], endpoint="press")
        made.register_error_handler(HTTPException, self._of_flask)
        made.register_error_handler(Exception, self._unforeseen)
        return made

    def show(self, handle: str = "") -> Response:
        """The sign-in, whoever the address names: it says nothing of who there is."""
        return self._answer(self._sign_in_page(handle=handle))

    def press(self) -> Response:
        """A button."""
        try:
            return self._answer(self._pressed())
        except Stale:
            return self._answer(self._sign_in_page(words.STALE, HTTPStatus.FORBIDDEN))
        except TooMany:
            return self._answer(self._sign_in_page(words.TOO_MANY, HTTPStatus.TOO_MANY_REQUESTS))
        except Closed as closed:
            return self._trouble(str(closed), HTTPStatus.FORBIDDEN)
        except Unreadable:
            return self._trouble(words.UNREADABLE, HTTPStatus.BAD_REQUEST)
        except Unavailable as e:
            log.warning("a page was put off", extra={"why": str(e)})
            return self._trouble(words.AWAY, HTTPStatus.SERVICE_UNAVAILABLE)

    def _pressed(self) -> Listing:
        if not _from_here():
            return self._sign_in_page(words.ELSEWHERE, HTTPStatus.FORBIDDEN)
        form, address = read_form(request.get_data(), request.mimetype), request.remote_addr or ""
        if form.action == SIGN_IN:
            return self._sign_in(form, address)
        rendering = choose(request.accept_mimetypes, request.user_agent.string)
        return self.pressing.pressed(form, rendering, address, secure=request.is_secure)

    def _sign_in(self, form: Form, address: str) -> Listing:
        found = self.signing_in.check(form["u"], form["p"], address, self.pressing.clock.ms())
        if found is None:
            return self._sign_in_page(words.WRONG, HTTPStatus.FORBIDDEN, form["u"])
        return self.pressing.first(found, secure=request.is_secure)

    def _sign_in_page(self, line: str = "", status: HTTPStatus = HTTPStatus.OK, handle: str = "") -> Listing:
        def of(text: str, **fields: object) -> str:
            return say(self.language, text, **fields)

        person = of(words.PERSON, contact=self.human_contact) if self.human_contact else ""
        name = Field("u", of(words.NAME_FIELD), value=plain(handle), longest=60)
        main = Main(Button(SIGN_IN, of(words.SIGN_IN)), "", (name, Field("p", of(words.PIN_FIELD), "pin", longest=20)))
        lines = [translated(self.language, line)] if line else []
        page = Page(words.SERVICE, lines=(*lines,), main=main, status=status, language=self.language)
        return lambda most: replace(page, foot=(person,)) if person and most else page

    def _trouble(self, line: str, status: HTTPStatus) -> Response:
        page = Page(say(self.language, words.TROUBLE), (say(self.language, line),), status=status)
        return self._answer(lambda _most: page)

    def _answer(self, listing: Listing) -> Response:
        """A browser of that time shows no page that comes with an error, so only the others are told of one."""
        rendering = choose(request.accept_mimetypes, request.user_agent.string)
        way, first = WAYS[rendering], listing(0)
        status = first.status if rendering == "html" else HTTPStatus.OK
        headers = {
            "Vary": "Accept, User-Agent", "Content-Language": first.language, "Referrer-Policy": "same-origin",
            "Content-Security-Policy": POLICY.format(style=style_hash()),
        }  # fmt: skip
        return Response(
            draw(listing, rendering), status, headers, content_type=f"{way.mimetype}; charset={way.charset}"
        )

    def _of_flask(self, error: HTTPException) -> Response:
        return self._trouble(words.UNREADABLE, HTTPStatus(error.code or 500))

    def _unforeseen(self, error: Exception) -> Response:
        log.error("a page failed", exc_info=error)
        return self._trouble(words.FAILED, HTTPStatus.INTERNAL_SERVER_ERROR)


def _from_here() -> bool:
    """Whether a browser that says where a form comes from says that it is one of ours (Fetch Metadata, else Origin)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OWN_SITE
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.host.lower()
