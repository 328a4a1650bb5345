"""An order as it comes over HTTP: a JSON object of a few short texts, read strictly, and as it is kept in the message.

Only its shape is judged here; what its words mean is for `inbound/api/reader.py`, once it is stored.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from inbound.delivery import Fields
from inbound.web.problems import problem

MOST_BYTES: Final = 4096
LONGEST_FIELD: Final = 100
LONGEST_KEY: Final = 200
FIELDS: Final = ("to", "from", "bill", "max_per_minute")
PRIVATE: Final = "private"
_KEY: Final = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}\Z")

_PRICE: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?\Z")


@dataclass(frozen=True, slots=True)
class ApiOrder(Fields):
    """One request. `key` is the sender's own name for it (Idempotency-Key), `nonce` ours, for one without."""

    token_id: str
    nonce: str
    key: str | None
    to: str
    from_: str | None
    bill: str | None
    max_per_minute: str | None = None
    private: bool = False


def from_request(body: bytes, key: str | None, token_id: str, nonce: str) -> ApiOrder:
    """Read a request. Problem if it has not the shape of an order."""
    if key is not None and not _KEY.match(key):
        raise problem("bad_key", longest=LONGEST_KEY)
    fields = _object(body)
    private = fields.pop(PRIVATE, False)
    if not isinstance(private, bool):
        raise problem("field_not_yes_or_no", field=PRIVATE)
    for name, value in fields.items():
        _check(name, value)
    if "to" not in fields:
        raise problem("field_missing", field="to")
    if "max_per_minute" in fields and not _PRICE.match(fields["max_per_minute"]):
        raise problem("not_a_price", field="max_per_minute")
    rest = (fields.get("from"), fields.get("bill"), fields.get("max_per_minute"))
    return ApiOrder(token_id, nonce, key, fields["to"], *rest, private)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise problem("not_json") from None
    if not isinstance(found, dict):
        raise problem("not_json")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that comes twice one reader takes the first, another the last."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise problem("field_twice", field=_shown(name))
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _check(name: str, value: Any) -> None:
    if name not in FIELDS:
        raise problem("field_unknown", field=_shown(name))
    if not isinstance(value, str) or not value.isprintable():
        raise problem("field_not_text", field=name)
    if len(value) > LONGEST_FIELD:
        raise problem("field_too_long", field=name, longest=LONGEST_FIELD)


def _shown(name: str) -> str:
    return ascii(name)
