"""Holds grow in slices during the call."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

LONGEST_TALK_S = 700 * 60  # what the settings allowed; the amount is what ends them


def upgrade() -> None:
    zero = sa.text("0")
    op.add_column("holds", sa.Column("most", sa.BigInteger(), server_default=zero, nullable=False))
    op.add_column("holds", sa.Column("most_talk_s", sa.Integer(), server_default=zero, nullable=False))
    op.execute(f"UPDATE holds SET most = amount, most_talk_s = {LONGEST_TALK_S}")  # those of before stay as they are
    op.create_table(
        "hold_slices",
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("talk_s", sa.Integer(), nullable=False),
        sa.Column("more", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["holds.order_id"], name="fk_hold_slices_order_id"),
        sa.PrimaryKeyConstraint("order_id", "talk_s", name="pk_hold_slices"),
    )


def downgrade() -> None:
    op.drop_table("hold_slices")
    op.drop_column("holds", "most_talk_s")
    op.drop_column("holds", "most")
