"""Who is asked back, what a device consents to, questions, and counters of wrong PINs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    yes = sa.text("true")
    op.add_column("accounts", sa.Column("ask_new", sa.Boolean(), server_default=yes, nullable=False))
    a_minute = sa.Column("ask_above", sa.BigInteger(), server_default=sa.text("1000000"), nullable=False)
    op.add_column("accounts", a_minute)
    op.add_column("contacts", sa.Column("sure", sa.Boolean(), server_default=yes, nullable=False))
    op.add_column("devices", sa.Column("notices", sa.Boolean(), server_default=yes, nullable=False))
    op.add_column("devices", sa.Column("limit_call", sa.BigInteger(), nullable=True))
    op.add_column("orders", sa.Column("notices", sa.Boolean(), server_default=yes, nullable=False))
    op.create_index("ix_orders_to", "orders", ["user_id", "number_b"])
    op.create_table(
        "questions",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("message_id", sa.String(28), nullable=False),
        sa.Column("ref", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("proof", sa.String(8), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.String(28), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_questions_account_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_questions_user_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_questions_message_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_questions_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.UniqueConstraint("account_id", "ref", name="uq_questions_account_id_ref"),
    )
    condition = sa.text("state = 'open'")
    op.create_index(
        "ix_questions_open", "questions", ["user_id"], sqlite_where=condition, postgresql_where=condition
    )
    op.create_table(
        "counters",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_counters"),
    )


def downgrade() -> None:
    op.drop_table("counters")
    op.drop_table("questions")
    op.drop_index("ix_orders_to", "orders")
    op.drop_column("orders", "notices")
    op.drop_column("devices", "limit_call")
    op.drop_column("devices", "notices")
    op.drop_column("contacts", "sure")
    op.drop_column("accounts", "ask_above")
    op.drop_column("accounts", "ask_new")
