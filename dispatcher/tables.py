"""Tables of the dispatcher: the switches, who conducts which, what their logs said, what carriers have to bear."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, text

from kernel.db import metadata

switches = Table(
    "switches",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("draining", Boolean, nullable=False, server_default=text("false")),  # by command: it gets no new orders
    Column("seen_ms", BigInteger, nullable=False, server_default=text("0")),  # when it last answered its conductor
    Column("away_ms", BigInteger),  # since when it was asked in vain; empty while it answers
)

leases = Table(
    "leases",
    metadata,
    Column("switch", String(20), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("epoch", BigInteger, nullable=False),  # grows with each new holder
    Column("until_ms", BigInteger, nullable=False),
)

switch_log = Table(
    "switch_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("switch", String(20), nullable=False, index=True),
    Column("attempt_id", String(28), nullable=False, index=True),
    Column("what", String(8), nullable=False),  # "answer" or "hangup"
    Column("at_ms", BigInteger, nullable=False),
    Column("cause", Integer),  # Q.850, of a hangup
)

log_positions = Table(
    "log_positions",
    metadata,
    Column("switch", String(20), primary_key=True),
    Column("inode", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("read_ms", BigInteger, nullable=False),  # when the file was last read to its end
    Column("canary_ms", BigInteger, nullable=False, default=0),  # when the canary was last seen in it
)

ports = Table(
    "ports",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("role", String(1), primary_key=True),
    Column("carrier", String(20), nullable=False, index=True),
    Column("taken_ms", BigInteger, nullable=False),
    Column("attempt_id", String(28), nullable=False, server_default=text("''")),  # whose dial has the slot below
    Column("not_before_ms", BigInteger, nullable=False, server_default=text("0")),  # when that dial may be
)

port_queue = Table(
    "port_queue",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("carrier", String(20), primary_key=True, index=True),  # full when the order came
    Column("since_ms", BigInteger, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("carrier", String(20), primary_key=True),
    Column("admit_us", BigInteger, nullable=False),  # when the next leg may be admitted that comes in good time
    Column("dial_us", BigInteger, nullable=False),  # when the next may be dialled
)
