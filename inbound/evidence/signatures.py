"""DKIM signatures (RFC 6376), each looked at as if it were the only one, and by rules of our own before dkimpy's.

A signature proves what it signs, so it must sign everything that an order is read from; a second header of the same
name, or a text behind the signed one, would be read by one program and not by another.
"""

import logging
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from inbound.evidence.domains import a_label, organisational
from inbound.evidence.lookups import DnsAway, Lookups

MUST_BE_SIGNED: Final = (b"from", b"date", b"message-id")
"""They must be there, too: who it is, how old it is, and which one it is."""
SIGNED_IF_THERE: Final = (b"subject", b"to", b"cc", b"in-reply-to", b"references", b"reply-to", b"sender")
SINGLE: Final = (*MUST_BE_SIGNED, *SIGNED_IF_THERE, b"content-type", b"content-transfer-encoding", b"mime-version")
ALGORITHMS: Final = (b"rsa-sha256", b"ed25519-sha256")
LEAST_KEY_BITS: Final = 1024
LONGEST_KEY: Final = 800
"""Base64 letters: 4,096 bits (RFC 8301, 3.2). A larger one can take minutes to try, and who forges may choose it."""
LONGEST_SIGNATURE: Final = 3_000
"""Octets of the header: dkimpy's patterns take the square of its spaces."""
MOST_SIGNATURES: Final = 20
MOST_VERIFIED: Final = 4
FUTURE_S: Final = 600
_BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")
_SPACES: Final = re.compile(rb"[\t ]+")
_MUTE: Final = logging.getLogger("cordboard.dkim")
_MUTE.addHandler(logging.NullHandler())
_MUTE.propagate = False

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Signature:
    """`domain` in A-labels; `why` it counts for nothing, "" if it stands. `exact`: of the From's very domain."""

    domain: str
    why: str
    exact: bool = False


def is_signed(raw: bytes) -> bool:
    """Whether there is anything to look at."""
    return b"dkim-signature" in head_of(raw).lower()


def head_of(raw: bytes) -> bytes:
    """All above the first empty line."""
    return _HEAD_ENDS.split(raw, 1)[0]


def headers_of(raw: bytes) -> list[Header]:
    """Names in lower case, and values. Raises ValueError if two programs could read them differently."""
    if _BARE.search(head_of(raw)):
        raise ValueError("a header with a bare line end")
    try:
        found, _ = dkim.rfc822_parse(raw)
    except dkim.DKIMException as e:
        raise ValueError("headers that are none") from e
    return [(name.lower(), value) for name, value in found]


def look_at(raw: bytes, headers: list[Header], from_domain: str, lookups: Lookups, now_s: int) -> list[Signature]:
    """Every signature, topmost first, as far as it may speak for `from_domain`. Never raises."""
    doubled = [name for name, count in Counter(name for name, _ in headers).items() if count > 1 and name in SINGLE]
    there = {name for name, _ in headers}
    looked: list[Signature] = []
    verified = 0
    for at, value in enumerate([value for name, value in headers if name == b"dkim-signature"][:MOST_SIGNATURES]):
        tags = _tags(value)
        domain = a_label(tags.get(b"d", b"").decode("utf-8", "replace")) or "?"
        exact = domain == from_domain
        why = "" if exact or organisational(domain) == organisational(from_domain) else "not the sender's domain"
        why = why or ("too long" if len(value) > LONGEST_SIGNATURE else "")
        why = why or (f"{doubled[0].decode()} stands there twice" if doubled else "") or _lacks(tags, there, now_s)
        if not why:
            verified += 1
            why = _verify(raw, at, tags, lookups) if verified <= MOST_VERIFIED else "too many signatures"
        looked.append(Signature(domain, why, exact))
    return looked


def _tags(value: bytes) -> dict[bytes, bytes]:
    try:
        return dict(parse_tag_value(value))
    except (InvalidTagValueList, ValueError):
        return {}


def _lacks(tags: dict[bytes, bytes], there: set[bytes], now_s: int) -> str:
    """What a signature does not promise, whatever its key says."""
    signed = {name.strip().lower() for name in tags.get(b"h", b"").split(b":")}
    if b"l" in tags:
        return "signs a part of the text only"
    if tags.get(b"a") not in ALGORITHMS:
        return "an algorithm that is no good"
    for name in MUST_BE_SIGNED:
        if name not in there or name not in signed:
            return f"{name.decode()} not signed"
    for name in SIGNED_IF_THERE:
        if name in there and name not in signed:
            return f"{name.decode()} not signed"
    signed_s, expires_s = _seconds(tags.get(b"t")), _seconds(tags.get(b"x"))
    if signed_s is not None and signed_s > now_s + FUTURE_S:
        return "signed in the future"
    if expires_s is not None and expires_s < now_s:
        return "expired"
    return ""


def _seconds(value: bytes | None) -> int | None:
    return int(value) if value is not None and re.fullmatch(rb"[0-9]{1,12}", value) else None


def _verify(raw: bytes, at: int, tags: dict[bytes, bytes], lookups: Lookups) -> str:
    try:
        name = f"{tags[b's'].decode('ascii')}._domainkey.{a_label(tags[b'd'].decode('utf-8'))}"
        keys = lookups.texts(name)
        if why := _key_lacks(keys):
            return why
        checked = dkim.DKIM(_spaced(raw, tags), logger=_MUTE, minkey=LEAST_KEY_BITS)
        return "" if checked.verify(idx=at, dnsfunc=lambda *_, **__: keys[0]) is True else "signature wrong"
    except DnsAway as e:
        return f"key not found: {e}"
    except dkim.KeyFormatError as e:
        return "key too small" if "too small" in str(e) else "key unreadable"
    except Exception as e:  # noqa: BLE001 - on bad input dkimpy raises whatever it meets: it then proves nothing
        return f"signature wrong ({type(e).__name__})"


def _spaced(raw: bytes, tags: dict[bytes, bytes]) -> bytes:
    """The mail with the spaces of its text put together, where that changes nothing of what was signed (relaxed).

    dkimpy does the same after a pattern that takes the square of the longest row of spaces: hours for two megabytes.
    """
    end = _HEAD_ENDS.search(raw)
    if end is None or tags.get(b"c", b"").partition(b"/")[2] != b"relaxed":
        return raw
    return raw[: end.end()] + _SPACES.sub(b" ", raw[end.end() :])


def _key_lacks(keys: list[bytes]) -> str:
    if len(keys) != 1:
        return "no key" if not keys else "two keys"
    tags = _tags(keys[0])
    if not tags.get(b"p"):
        return "key revoked"
    if len(tags[b"p"]) > LONGEST_KEY:
        return "key too large"
    flags = tags.get(b"t", b"").replace(b" ", b"").split(b":")
    kinds = tags.get(b"s", b"*").replace(b" ", b"").split(b":")
    if b"y" in flags:  # RFC 6376, 3.6.1: as if it were not signed
        return "key on trial"
    return "" if b"*" in kinds or b"email" in kinds else "key not for mail"
