"""Wishes: what a door asks of a live call."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "wishes",
        sa.Column("id", sa.String(28), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_wishes_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_wishes"),
        sa.UniqueConstraint("key", name="uq_wishes_key"),
    )
    condition = sa.text("done_ms IS NULL")
    op.create_index(
        "ix_wishes_open", "wishes", ["made_ms"], sqlite_where=condition, postgresql_where=condition
    )
    op.create_index("ix_wishes_order_id", "wishes", ["order_id"])


def downgrade() -> None:
    op.drop_table("wishes")
