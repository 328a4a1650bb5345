"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("deck", sa.String(80), nullable=False),
        sa.Column("zones", sa.String(800), nullable=False),
        sa.Column("allow_premium", sa.Boolean(), nullable=False),
        sa.Column("allow_satellite", sa.Boolean(), nullable=False),
        sa.Column("allow_high_cost", sa.Boolean(), nullable=False),
        sa.Column("allow_any_phone", sa.Boolean(), nullable=False),
        sa.Column("cap_call", sa.BigInteger(), nullable=False),
        sa.Column("charge_unjoined", sa.Boolean(), nullable=False),
        sa.Column("tax_ppm", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.String(20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("orders_placed", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )
    op.create_table(
        "decks",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decks"),
        sa.UniqueConstraint("name", name="uq_decks_name"),
    )
    op.create_table(
        "leases",
        sa.Column("switch", sa.String(20), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("switch", name="pk_leases"),
    )
    op.create_table(
        "log_positions",
        sa.Column("switch", sa.String(20), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("read_ms", sa.BigInteger(), nullable=False),
        sa.Column("canary_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("switch", name="pk_log_positions"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("door", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("stored_ms", sa.BigInteger(), nullable=False),
        sa.Column("taken_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("peer", sa.String(64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.String(64), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("handled_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_key", "messages", ["key"])
    op.create_index(
        "ix_messages_open",
        "messages",
        ["stored_ms"],
        sqlite_where=sa.text("state = 'stored'"),
        postgresql_where=sa.text("state = 'stored'"),
    )
    op.create_index(
        "ix_messages_shunted",
        "messages",
        ["stored_ms"],
        sqlite_where=sa.text("state = 'shunted'"),
        postgresql_where=sa.text("state = 'shunted'"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["next_ms"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "switch_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("switch", sa.String(20), nullable=False),
        sa.Column("attempt_id", sa.String(28), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_switch_log"),
    )
    op.create_index("ix_switch_log_attempt_id", "switch_log", ["attempt_id"])
    op.create_index("ix_switch_log_switch", "switch_log", ["switch"])
    op.create_table(
        "balances",
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_balances_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_balances"),
    )
    op.create_table(
        "deck_rows",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("deck_id", sa.String(28), nullable=False),
        sa.Column("prefix", sa.String(15), nullable=False),
        sa.Column("destination", sa.String(80), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("connect_fee", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["deck_id"], ["decks.id"], name="fk_deck_rows_deck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deck_rows"),
        sa.UniqueConstraint("deck_id", "prefix", "from_ms", name="uq_deck_rows_deck_id_prefix_from_ms"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("pin_hash", sa.String(200), nullable=False),
        sa.Column("pin_failures", sa.Integer(), nullable=False),
        sa.Column("pin_locked_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_users_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("ix_users_account_id", "users", ["account_id"])
    op.create_table(
        "aliases",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("hint", sa.String(8), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_aliases_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_aliases"),
        sa.UniqueConstraint("digest", name="uq_aliases_digest"),
    )
    op.create_index("ix_aliases_user_id", "aliases", ["user_id"])
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_key", sa.String(60), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_contacts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("user_id", "name_key", name="uq_contacts_user_id_name_key"),
    )
    op.create_index("ix_contacts_user_id", "contacts", ["user_id"])
    op.create_table(
        "devices",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("answer_address", sa.String(254), nullable=False),
        sa.Column("press_1", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_devices_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.UniqueConstraint("kind", "address", name="uq_devices_kind_address"),
    )
    op.create_index("ix_devices_user_id", "devices", ["user_id"])
    op.create_table(
        "orders",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("ref", sa.String(8), nullable=False),
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("message_id", sa.String(28), nullable=False),
        sa.Column("door", sa.String(8), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("number_a", sa.String(16), nullable=False),
        sa.Column("extension_a", sa.String(8), nullable=False),
        sa.Column("number_b", sa.String(16), nullable=False),
        sa.Column("extension_b", sa.String(8), nullable=False),
        sa.Column("name_b", sa.String(60), nullable=False),
        sa.Column("bill", sa.String(32), nullable=False),
        sa.Column("press_1", sa.Boolean(), nullable=False),
        sa.Column("caller_id", sa.String(20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_to", sa.Text(), nullable=False),
        sa.Column("switch", sa.String(20), nullable=False),
        sa.Column("accepted_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("rung_ms", sa.BigInteger(), nullable=False),
        sa.Column("taken_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_orders_account_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_orders_message_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_orders_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("account_id", "ref", name="uq_orders_account_id_ref"),
        sa.UniqueConstraint("key", name="uq_orders_key"),
    )
    op.create_index("ix_orders_of_account", "orders", ["account_id", "accepted_ms"])
    op.create_index(
        "ix_orders_open",
        "orders",
        ["due_ms"],
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "phones",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("verified_by", sa.String(20), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_phones_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phones"),
        sa.UniqueConstraint("user_id", "number", name="uq_phones_user_id_number"),
    )
    op.create_index("ix_phones_user_id", "phones", ["user_id"])
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("role", sa.String(1), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("switch", sa.String(20), nullable=False),
        sa.Column("carrier", sa.String(20), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("limit_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_ms", sa.BigInteger(), nullable=False),
        sa.Column("dialling_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("seen_ms", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_attempts_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index(
        "ix_attempts_open",
        "attempts",
        ["switch"],
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index("ix_attempts_order_id", "attempts", ["order_id"])
    op.create_table(
        "holds",
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_holds_account_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_holds_order_id"),
        sa.PrimaryKeyConstraint("order_id", name="pk_holds"),
    )
    op.create_index(
        "ix_holds_open",
        "holds",
        ["account_id", "amount", "spent", "open"],
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "transactions",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("order_id", sa.String(28), nullable=True),
        sa.Column("memo", sa.String(200), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_transactions_account_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_transactions_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transactions"),
        sa.UniqueConstraint("key", name="uq_transactions_key"),
    )
    op.create_index("ix_transactions_of_account", "transactions", ["account_id", "at_ms"])
    op.create_table(
        "cdrs",
        sa.Column("attempt_id", sa.String(28), nullable=False),
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("ref", sa.String(8), nullable=False),
        sa.Column("door", sa.String(8), nullable=False),
        sa.Column("role", sa.String(1), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("bill", sa.String(32), nullable=False),
        sa.Column("destination", sa.String(80), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("billed_seconds", sa.BigInteger(), nullable=False),
        sa.Column("charge", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("capped", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_cdrs_account_id"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_cdrs_attempt_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_cdrs_order_id"),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_cdrs"),
    )
    op.create_index("ix_cdrs_of_account", "cdrs", ["account_id", "answered_ms"])
    op.create_index("ix_cdrs_order_id", "cdrs", ["order_id"])
    op.create_table(
        "entries",
        sa.Column("transaction_id", sa.String(28), nullable=False),
        sa.Column("ledger", sa.String(60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["transaction_id"], ["transactions.id"], name="fk_entries_transaction_id"),
        sa.PrimaryKeyConstraint("transaction_id", "ledger", name="pk_entries"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "entries",
        "cdrs",
        "transactions",
        "holds",
        "attempts",
        "phones",
        "orders",
        "devices",
        "contacts",
        "aliases",
        "users",
        "deck_rows",
        "balances",
        "switch_log",
        "outbox",
        "messages",
        "log_positions",
        "leases",
        "decks",
        "accounts",
    ):
        op.drop_table(table)
