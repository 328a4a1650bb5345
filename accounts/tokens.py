"""Tokens of the HTTP door: made and shown once, kept as keyed digests, taken back.

Like `accounts/manage.py`: each function works inside the caller's transaction.
"""

import re
import secrets as chance
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from accounts.manage import ALIAS_LETTERS
from accounts.people import Account, User, account_of, user_of
from accounts.tables import tokens
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.secrets import Secrets

PREFIX: Final = "cbt_"
"""So that whoever finds one in a file or a log knows what it is, scanners of repositories included."""
LENGTH: Final = 32
"""Letters behind the prefix, five bits each: 160 bits."""
HINT: Final = 4
_LIVE = select(tokens.c.id, tokens.c.hint, tokens.c.user_id).where(tokens.c.revoked_ms.is_(None))
_BY_DIGEST = _LIVE.where(tokens.c.digest == bindparam("wanted"))
_BY_ID = _LIVE.where(tokens.c.id == bindparam("wanted"))
_TOKEN: Final = re.compile(rf"{PREFIX}[{ALIAS_LETTERS}]{{{LENGTH}}}\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it may be shown: how it begins, since when it is, until when it was (None: in use)."""

    id: str
    hint: str
    created_ms: int
    revoked_ms: int | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose token it is."""

    token_id: str
    hint: str
    user: User
    account: Account


def new_token(conn: Connection, now_ms: int, secrets: Secrets, user_id: str) -> str:
    """A token like `cbt_7kq2...`: shown now, never again; who sends it is the user."""
    chosen = "".join(chance.choice(ALIAS_LETTERS) for _ in range(LENGTH))
    row = {"id": new_id(now_ms), "user_id": user_id, "hint": chosen[:HINT], "created_ms": now_ms}
    conn.execute(insert(tokens).values(row | {"digest": token_digest(secrets, PREFIX + chosen)}))
    return PREFIX + chosen


def token_digest(secrets: Secrets, token: str) -> str:
    """What of a token is stored and looked up."""
    return secrets.digest("token", token)


def by_token(conn: Connection, secrets: Secrets, token: str) -> Bearer | None:
    """Whose token this is, if it is one in use. What is no token by its form is not looked up.

    Refused while the user is shut out or the account closed: they see no more than they may order.
    """
    if not _TOKEN.match(token):
        return None
    found = _bearer(conn, _BY_DIGEST, token_digest(secrets, token))
    if found and not (found.user.active and found.account.active):
        raise Refused("account_closed")
    return found


def by_id(conn: Connection, token_id: str) -> Bearer | None:
    """Whose token has this id, if it is still in use. Whether they may order is for the gate."""
    return _bearer(conn, _BY_ID, token_id)


def tokens_of(conn: Connection, user_id: str) -> list[Token]:
    """A user's tokens, also those taken back, oldest first."""
    query = select(tokens).where(tokens.c.user_id == user_id).order_by(tokens.c.created_ms, tokens.c.id)
    return [Token(row.id, row.hint, row.created_ms, row.revoked_ms) for row in conn.execute(query)]


def revoke_tokens(conn: Connection, now_ms: int, user_id: str, hint: str | None = None) -> int:
    """Take back the user's tokens whose hints begin so (with or without the prefix), or all; how many those were."""
    live = update(tokens).where(tokens.c.user_id == user_id, tokens.c.revoked_ms.is_(None))
    if hint is not None:
        live = live.where(tokens.c.hint.startswith(hint.strip().removeprefix(PREFIX), autoescape=True))
    return conn.execute(live.values(revoked_ms=now_ms)).rowcount


def _bearer(conn: Connection, query: Select[Any], wanted: str) -> Bearer | None:
    row = conn.execute(query, {"wanted": wanted}).first()
    if row is None:
        return None
    user = user_of(conn, row.user_id)
    return Bearer(row.id, row.hint, user, account_of(conn, user.account_id))
