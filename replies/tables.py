"""The outbox: what is still to be said, and what was."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from kernel.db import metadata, partial_index

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("key", String(80), nullable=False, unique=True),  # "answer:<message>", "receipt:<order>": said once
    Column("state", String(8), nullable=False),  # "waiting", "sent", "dead"
    Column("way", String(8), nullable=False, server_default="email"),  # by which it leaves: also "twilio", "kannel"
    Column("envelope", Text, nullable=False),  # sealed: to whom, from which address, which thread; "operator" for ours
    Column("text", Text, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("next_ms", BigInteger, nullable=False),  # not before then; also who takes it pushes it on
    Column("created_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),
    Column("error", String(200), nullable=False, default=""),
)
IS_WAITING = partial_index("ix_outbox_waiting", "state = 'waiting'", outbox.c.next_ms)
