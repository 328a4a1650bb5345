"""What an order is for, and the codes that a call speaks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("orders", sa.Column("kind", sa.String(8), server_default=sa.text("'call'"), nullable=False))
    op.add_column("accounts", sa.Column("allow_verify", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.create_table(
        "codes",
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("user_id", sa.String(28), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_codes_order_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_codes_user_id"),
        sa.PrimaryKeyConstraint("order_id", name="pk_codes"),
    )
    op.create_index("ix_codes_of_user", "codes", ["user_id", "made_ms"])


def downgrade() -> None:
    op.drop_table("codes")
    op.drop_column("accounts", "allow_verify")
    op.drop_column("orders", "kind")
