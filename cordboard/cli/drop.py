"""`cordboard drop`: wish for a call to end. The conductor reads it and asks the switch; nothing here does."""

import time
from typing import Any

import click
from sqlalchemy import Connection, Row, or_, select

from accounts.tables import accounts
from cordboard.cli import EXIT_REFUSED, EXIT_UNAVAILABLE
from cordboard.cli.choices import account_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, table
from orders import orders as kept
from orders import wishes
from orders.states import OrderState, how_far
from orders.tables import orders

LOOK_AGAIN_S = 0.1


@click.command()
@click.argument("ref")
@click.option("--account", help="Whose order, where several accounts have this reference.")
@click.option("--wait", is_flag=True, help="Wait until it is over, and say how it ended.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0, 600), metavar="N",
              help="How long --wait waits at most.")  # fmt: skip
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def drop(tools: Tools, ref: str, account: str | None, wait: bool, seconds: float, json_: bool) -> None:
    """End the call of the order REF, whatever it is doing now.

    REF is its short reference (K7) or its id. An order that nobody was rung
    for yet ends without ringing anybody. Who ordered by mail gets the
    receipt; over HTTP, it is there to be looked at.
    """
    with tools.db.write() as conn:
        order = _the_one(conn, ref, account, json_)
        over = order.state == OrderState.ENDED
        if not over:
            wishes.drop(conn, order.id, tools.clock.ms())
    if not (over or json_):
        click.echo(f"{order.ref} is being dropped.")
    ended = order if over else _ended(tools, order.id, seconds) if wait else None
    if json_:
        state, outcome = (ended.state, ended.outcome) if ended else (how_far(order.state, order.first), "")
        as_json({"order": order.id, "ref": order.ref, "dropping": not over, "state": state, "outcome": outcome})
    elif over:
        click.echo(_how_it_ended(order))
    elif ended:
        click.echo(_last_word(tools, ended))
    if wait and ended is None:
        click.echo(f"{order.ref} is not over yet; see `cordboard why {order.ref}`.", err=True)
        raise SystemExit(EXIT_UNAVAILABLE)


def _the_one(conn: Connection, ref: str, account: str | None, json_: bool) -> Row[Any]:
    asked, o = ref.strip(), orders.c
    query = select(orders, accounts.c.name.label("account")).join(accounts, accounts.c.id == o.account_id)
    query = query.where(or_(o.id == asked.lower(), o.ref == asked.upper())).order_by(o.accepted_ms)
    if account:
        query = query.where(o.account_id == account_by(conn, account).id)
    found = list(conn.execute(query))
    if len(found) == 1:
        return found[0]
    if json_:
        as_json(
            {
                "choices": [
                    {"order": row.id, "account": row.account, "state": how_far(row.state, row.first)} for row in found
                ]
            }
        )
    elif found:
        table(("Account", "State"), [(row.account, row.outcome or how_far(row.state, row.first)) for row in found])
    many = f"{len(found)} accounts have an order {asked.upper()}: say which with --account NAME."
    click.echo(many if found else f"There is no order {asked!r}; see `cordboard why --last`.", err=True)
    raise SystemExit(EXIT_REFUSED)


def _ended(tools: Tools, order_id: str, seconds: float) -> Row[Any] | None:
    """The order once it is over; None if it is not within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        with tools.db.read() as conn:
            order = kept.by_id(conn, order_id)
        if order is not None and order.state == OrderState.ENDED:
            return order
        if time.monotonic() > deadline:
            return None
        time.sleep(LOOK_AGAIN_S)


def _how_it_ended(order: Row[Any]) -> str:
    """What the sender would be told who drops it now."""
    from replies.receipts import over_text

    return over_text(order)


def _last_word(tools: Tools, order: Row[Any]) -> str:
    """What the sender was told first."""
    from billing.receipt import receipt
    from replies.receipts import receipt_text

    with tools.db.read() as conn:
        bill = receipt(conn, order.id)
    assert bill is not None
    return receipt_text(order, order.outcome, bill).partition("\n")[0]
