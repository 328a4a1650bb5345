"""An engine for PostgreSQL: what is committed is durable, nobody is waited for without end, errors tell no values."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

POOL = 20
"""Connections a process may have; they are made as they are needed. The pools of all processes must fit into the
server's max_connections."""
WAIT_S = 15
"""The longest wait for a connection, a lock, or a server that no longer answers."""
FORGOTTEN_S = 60
"""A transaction in which its client says nothing for so long is ended, and its locks are free."""

NETWORK: dict[str, object] = {
    "connect_timeout": WAIT_S, "tcp_user_timeout": WAIT_S * 1000,
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
}  # fmt: skip

_SESSION = (
    # Nobody may be told yes for what a crash of the server would take back.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    f"SET lock_timeout = '{WAIT_S}s'",
    f"SET idle_in_transaction_session_timeout = '{FORGOTTEN_S}s'",
)


def engine(url: URL) -> Engine:
    """Make the engine; what the URL says of the network outdoes NETWORK.

    A connection is not tried out before each use: that is one more question to the server each time. Who meets one
    that broke gets an error that `kernel.db` tells as Unavailable, and the pool then makes all of them anew.
    """
    ours = {name: value for name, value in NETWORK.items() if name not in url.query}
    made = create_engine(
        url, connect_args=ours, hide_parameters=True, pool_size=POOL, max_overflow=0, pool_timeout=WAIT_S
    )
    event.listen(made, "connect", _settle_in)
    event.listen(made, "handle_error", _without_values)
    return made


def _settle_in(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.autocommit = True
    for statement in _SESSION:
        dbapi_connection.execute(statement)
    dbapi_connection.autocommit = False


def _without_values(context: ExceptionContext) -> None:
    """Leave of the server's words the first line only: DETAIL and CONTEXT repeat the row that was refused."""
    said = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    if said:
        context.original_exception.args = (said,)
        if isinstance(context.sqlalchemy_exception, DBAPIError):
            context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {said}",)
