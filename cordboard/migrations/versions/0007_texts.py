"""Texts: the way by which each answer leaves, and who told their carrier to stop ours."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("way", sa.String(8), server_default=sa.text("'email'"), nullable=False))
    op.create_table(
        "optouts",
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_optouts"),
    )


def downgrade() -> None:
    op.drop_table("optouts")
    op.drop_column("outbox", "way")
