"""Every order passes here, by whatever door it came, and again when it is due later."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, update

from accounts.tables import accounts
from billing.quotes import Plan, Quote
from gate.asking import AskBack
from gate.rules import RULES, Asked
from kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """What each rule said, in order; the quote and the plan if all passed, the refusal if one did not.

    An `AskBack` for a refusal is a question: all other rules passed.
    """

    rules: tuple[tuple[str, str], ...]
    quote: Quote | None
    plan: Plan | None
    refused: Refused | None

    @property
    def asks(self) -> AskBack | None:
        """What is to be asked about, if only that is in the way."""
        return self.refused if isinstance(self.refused, AskBack) else None


_LOCK = update(accounts).where(accounts.c.id == bindparam("account")).values(orders_placed=accounts.c.orders_placed)


def lock(conn: Connection, account_id: str) -> None:
    """Take the account's row, so that nobody else sums up its funds until this transaction ends."""
    conn.execute(_LOCK, {"account": account_id})


def judge(conn: Connection, asked: Asked) -> Verdict:
    """Ask the rules in order until one refuses. The caller holds the account's `lock`."""
    said: list[tuple[str, str]] = []
    for name, rule in RULES:
        try:
            rule(asked, conn)
        except Refused as refused:
            return Verdict((*said, (name, refused.key)), asked.quote, None, refused)
        said.append((name, "passed"))
    return Verdict(tuple(said), asked.quote, asked.plan, None)
