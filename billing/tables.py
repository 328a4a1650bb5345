"""Tables of money. All amounts are BIGINT micro-units."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kernel.db import metadata

decks = Table(
    "decks",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("currency", String(3), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

deck_rows = Table(
    "deck_rows",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("deck_id", ForeignKey("decks.id"), nullable=False),
    Column("prefix", String(15), nullable=False),  # digits of E.164, without +
    Column("destination", String(80), nullable=False),
    Column("rate", BigInteger, nullable=False),  # micro-units a minute
    Column("connect_fee", BigInteger, nullable=False),
    Column("first", Integer, nullable=False),  # seconds of the first increment
    Column("next", Integer, nullable=False),  # seconds of each increment after it
    Column("from_ms", BigInteger, nullable=False),  # effective from
    Column("to_ms", BigInteger),  # and until, if it ends
    UniqueConstraint("deck_id", "prefix", "from_ms"),
)

holds = Table(
    "holds",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False, default=0),  # charges and tax of this order's legs so far
    Column("open", Boolean, nullable=False),
    Column("quote", Text, nullable=False),  # JSON: the frozen deck rows and terms
    Column("opened_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger),
    Column("most", BigInteger, nullable=False, server_default=text("0")),  # what it may grow to: the cap of the call
    Column("most_talk_s", Integer, nullable=False, server_default=text("0")),  # and the longest talk it may pay for
)
Index("ix_holds_open", holds.c.account_id, holds.c.amount, holds.c.spent, holds.c.open, sqlite_where=text("open"),
      postgresql_where=text("open"))  # fmt: skip

hold_slices = Table(
    "hold_slices",
    metadata,
    Column("order_id", ForeignKey("holds.order_id"), primary_key=True),
    Column("talk_s", Integer, primary_key=True),  # the talk that the hold pays for since then
    Column("more", BigInteger, nullable=False),  # what was added to its amount
    Column("at_ms", BigInteger, nullable=False),
)

transactions = Table(
    "transactions",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("key", String(80), nullable=False, unique=True),  # "charge:<attempt>", "topup:<id>": what may happen once
    Column("kind", String(16), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id")),
    Column("memo", String(200), nullable=False, default=""),
    Column("at_ms", BigInteger, nullable=False),
)
Index("ix_transactions_of_account", transactions.c.account_id, transactions.c.at_ms)

entries = Table(
    "entries",
    metadata,
    Column("transaction_id", ForeignKey("transactions.id"), primary_key=True),
    Column("ledger", String(60), primary_key=True),  # "customer:<account>", "revenue", "tax", "cash"
    Column("amount", BigInteger, nullable=False),  # the entries of a transaction sum to zero
    Column("currency", String(3), nullable=False),
    sqlite_with_rowid=False,  # kept in the order of its key: one tree to write, and sums need no second look
)

balances = Table(
    "balances",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("amount", BigInteger, nullable=False),  # running sum of the account's customer ledger
    Column("currency", String(3), nullable=False),
)

cdrs = Table(
    "cdrs",
    metadata,
    Column("attempt_id", ForeignKey("attempts.id"), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("ref", String(8), nullable=False),
    Column("door", String(8), nullable=False),
    Column("role", String(1), nullable=False),
    Column("number", String(16), nullable=False),
    Column("bill", String(32), nullable=False),
    Column("destination", String(80), nullable=False),
    Column("answered_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=False),
    Column("billed_seconds", BigInteger, nullable=False),
    Column("charge", BigInteger, nullable=False),  # without tax
    Column("tax", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("cause", Integer),
    Column("estimated", Boolean, nullable=False),  # nobody recorded the end; billed to when it was last seen alive
    Column("capped", Boolean, nullable=False),  # billed no more than the hold paid for
    Column("rating", Text, nullable=False),  # JSON: the deck row and the arithmetic
)
Index("ix_cdrs_of_account", cdrs.c.account_id, cdrs.c.answered_ms)
