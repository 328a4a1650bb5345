"""Ports and calls a second of carriers, and an index by which to see how a carrier does."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "ports",
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("role", sa.String(1), nullable=False),
        sa.Column("carrier", sa.String(20), nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.String(28), server_default=sa.text("''"), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_ports_order_id"),
        sa.PrimaryKeyConstraint("order_id", "role", name="pk_ports"),
    )
    op.create_index("ix_ports_carrier", "ports", ["carrier"])
    op.create_table(
        "port_queue",
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("carrier", sa.String(20), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_port_queue_order_id"),
        sa.PrimaryKeyConstraint("order_id", "carrier", name="pk_port_queue"),
    )
    op.create_index("ix_port_queue_carrier", "port_queue", ["carrier"])
    op.create_table(
        "paces",
        sa.Column("carrier", sa.String(20), nullable=False),
        sa.Column("admit_us", sa.BigInteger(), nullable=False),
        sa.Column("dial_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("carrier", name="pk_paces"),
    )
    op.create_index("ix_attempts_of_carrier", "attempts", ["carrier", "claimed_ms"])


def downgrade() -> None:
    op.drop_index("ix_attempts_of_carrier", "attempts")
    op.drop_table("paces")
    op.drop_table("port_queue")
    op.drop_table("ports")
