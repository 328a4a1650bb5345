"""The door of Kannel's texts: `GET` or `POST /sms/kannel/<token>`, from addresses that may; the answer is the body.

Kannel signs nothing: a secret in the path and the address list are all there is, so it belongs on one machine with us
or on a closed net. Its get-url is in docs/kannel.md; parameters come in whatever octets the text has, so they are read
from the octets (Kannel user guide, "SMS-service group", escape codes).
"""

import hmac
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from inbound.sms.door import SmsDoor
from inbound.sms.text import E164, LONGEST, LONGEST_ID, Text
from inbound.web.problems import problem
from replies.gsm import is_gsm

log = logging.getLogger(__name__)

KANNEL: Final = "kannel"
PATH: Final = "/sms/kannel"
FORM: Final = "application/x-www-form-urlencoded"
MOST_BYTES: Final = 32_768
MOST_FIELDS: Final = 50
UCS2: Final = "2"
CODECS: Final = {"utf-8": "utf-8", "utf-16be": "utf-16-be", "iso-8859-1": "latin-1", "windows-1252": "cp1252"}
"""What `%C` may name; another one is not read."""


@dataclass(frozen=True, slots=True)
class KannelDoor:
    """What the door needs. `token` is the secret of the path, `allow` the networks that may ask."""

    door: SmsDoor
    allow: tuple[IPv4Network | IPv6Network, ...]
    token: str = field(repr=False)

    def blueprint(self) -> Blueprint:
        """The address with the token in it, or with a parameter of that name."""
        made = Blueprint(KANNEL, __name__)
        for path in (f"{PATH}/<token>", PATH):
            made.add_url_rule(path, view_func=self.take, methods=["GET", "POST"])
        return made

    def take(self, token: str = "") -> Response:
        """One text. 403 for who is not our gateway; an empty answer for a text that is none for us."""
        if request.method == "HEAD":
            raise problem("wrong_method")
        request.max_content_length = MOST_BYTES
        fields = _fields()
        if not self._is_ours(token or fields.get("token", b"").decode("latin-1")):
            raise problem("not_our_gateway")
        text = _text(fields)
        if text is None:
            log.warning("a text that is none for us", extra={"peer": request.remote_addr})
            return plain("")
        return self.door.take(text, request.remote_addr or "", plain)

    def _is_ours(self, token: str) -> bool:
        right = hmac.compare_digest(token.encode(), self.token.encode())
        return right and is_allowed(request.remote_addr or "", self.allow)


def is_allowed(address: str, allow: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether an address is in one of the networks; a v4 one that came over v6 counts as v4."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in allow)


def _fields() -> dict[str, bytes]:
    """Each parameter once, as octets: those of the address, and of a form. Another body is the text itself."""
    given = request.query_string
    is_form = request.mimetype == FORM
    if is_form:
        given += b"&" + request.get_data()
    found: dict[str, bytes] = {}
    for name, value in _pairs(given.decode("latin-1")):
        if name in found:
            raise problem("field_twice", field=ascii(name))
        found[name] = value.encode("latin-1")
    if request.method == "POST" and not is_form:
        found.setdefault("text", request.get_data())
    return found


def _pairs(given: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(given, keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise problem("bad_request") from None


def _text(fields: Mapping[str, bytes]) -> Text | None:
    """None if it can't be told from others, or if its sender is no telephone in international form."""
    named = {name: fields.get(name, b"").decode("latin-1").strip() for name in ("id", "from", "to", "ts")}
    sender = _international(named["from"])
    if not 0 < len(named["id"]) <= LONGEST_ID or not sender:
        return None
    text = _decoded(fields.get("text", b""), fields.get("charset", b"").decode("latin-1"))
    sent_ms = int(named["ts"]) * 1000 if named["ts"].isdecimal() and len(named["ts"]) <= 10 else None
    return Text(named["id"], sender, _ours(named["to"]), text[:LONGEST], sent_ms)


def _international(number: str) -> str:
    """`+44...` or `0044...` as E.164; "" for a name, a short number, or one of whatever country."""
    number = "+" + number[2:] if number.startswith("00") else number
    return number if E164.fullmatch(number) else ""


def _ours(number: str) -> str:
    """The number written to, or "": it is where the later texts come from."""
    return number if number.lstrip("+").isdecimal() and number.isascii() and len(number) <= 20 else ""


def _decoded(octets: bytes, charset: str) -> str:
    """Octets that their charset does not have become U+FFFD, which no command has."""
    codec = CODECS.get(charset.strip().lower(), "utf-8")
    return octets.decode(codec, "replace")


def plain(said: str) -> Response:
    """What Kannel is to send back; nothing for "" (`omit-empty` in its group)."""
    answer = Response(said, HTTPStatus.OK, content_type="text/plain; charset=utf-8")
    if not is_gsm(said):
        answer.headers["X-Kannel-Coding"] = UCS2  # else it puts question marks
    return answer
