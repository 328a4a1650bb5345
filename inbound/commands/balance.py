"""BALANCE: what the account has, and what of it calls under way have set aside."""

from sqlalchemy import Connection

from billing import ledger
from billing.holds import available
from inbound.given import Given, Ordered
from kernel.money import display, display_held
from parsers.results import BalanceCommand
from replies.language import Words

BALANCE = Words("Balance {balance}. One call may cost {cap} at most.")
HELD = Words("Balance {balance}, of which {held} is set aside for calls under way. One call may cost {cap} at most.")


def balance(conn: Connection, given: Given, _command: BalanceCommand) -> Ordered:
    """Tell it."""
    account = given.account
    has = ledger.balance(conn, account.id)
    held = has - available(conn, account.id)
    return given.done(
        "balance",
        HELD if held else BALANCE,
        balance=display_held(has, account.currency),
        held=display(held, account.currency),
        cap=display(account.cap_call, account.currency),
    )
