"""Tables of the dispatcher: who conducts which switch, and what the switches' logs said."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from kernel.db import metadata

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
