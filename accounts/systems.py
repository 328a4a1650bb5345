"""Which satellite systems an account may call, each with caps of its own; none until it is allowed.

A system goes by the name that `satellite/families.py` has for it, which is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from accounts.tables import account_systems
from kernel.errors import Refused

_OF = (
    select(account_systems)
    .where(account_systems.c.account_id == bindparam("account"))
    .order_by(account_systems.c.system)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caps:
    """In micro-units. `call`: what a call with a leg there may cost as a whole; `day`: all legs there of 24 hours.

    None sets no bound but the account's own.
    """

    call: int | None = None
    day: int | None = None


NO_CAPS = Caps()


def allowed(conn: Connection, account_id: str) -> Mapping[str, Caps]:
    """The systems that the account may call, by name."""
    rows = conn.execute(_OF, {"account": account_id})
    return {row.system: Caps(row.cap_call, row.cap_day) for row in rows}


def allow(conn: Connection, account_id: str, system: str, caps: Caps = NO_CAPS) -> None:
    """Allow a system, with these caps in place of those before. Refused: cap_not_positive."""
    if any(cap is not None and cap <= 0 for cap in (caps.call, caps.day)):
        raise Refused("cap_not_positive")
    values = {"cap_call": caps.call, "cap_day": caps.day}
    if not conn.execute(update(account_systems).where(_is(account_id, system)).values(values)).rowcount:
        conn.execute(insert(account_systems).values(account_id=account_id, system=system, **values))


def deny(conn: Connection, account_id: str, system: str) -> None:
    """Take a system away, with its caps. Calls under way go on."""
    conn.execute(delete(account_systems).where(_is(account_id, system)))


def _is(account_id: str, system: str) -> ColumnElement[bool]:
    return (account_systems.c.account_id == account_id) & (account_systems.c.system == system)
