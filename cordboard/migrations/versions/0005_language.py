"""A user's language and the phone they are at; when each name was last spoken of; an order's language and limits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    nothing, zero = sa.text("''"), sa.text("0")
    op.add_column("users", sa.Column("language", sa.String(8), server_default=nothing, nullable=False))
    op.add_column("users", sa.Column("rung_at", sa.String(40), server_default=nothing, nullable=False))
    op.add_column("users", sa.Column("rung_at_ms", sa.BigInteger(), server_default=zero, nullable=False))
    op.add_column("orders", sa.Column("language", sa.String(8), server_default=nothing, nullable=False))
    op.add_column("orders", sa.Column("asked_most", sa.BigInteger(), nullable=True))
    op.add_column("orders", sa.Column("asked_minutes", sa.Integer(), nullable=True))
    op.create_table(
        "names_said",
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("name_key", sa.String(60), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_names_said_user_id"),
        sa.PrimaryKeyConstraint("user_id", "name_key", name="pk_names_said"),
    )


def downgrade() -> None:
    op.drop_table("names_said")
    op.drop_column("orders", "asked_minutes")
    op.drop_column("orders", "asked_most")
    op.drop_column("orders", "language")
    op.drop_column("users", "rung_at_ms")
    op.drop_column("users", "rung_at")
    op.drop_column("users", "language")
