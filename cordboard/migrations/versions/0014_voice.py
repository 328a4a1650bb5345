"""What Twilio said of the legs that it was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "twilio_legs",
        sa.Column("attempt_id", sa.String(28), nullable=False),
        sa.Column("switch", sa.String(20), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("first_leg", sa.String(28), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("shown", sa.String(16), nullable=False),
        sa.Column("limit_s", sa.Integer(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("dialled_ms", sa.BigInteger(), nullable=True),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("sid", sa.String(34), nullable=True),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.Column("up", sa.Boolean(), nullable=False),
        sa.Column("digit", sa.String(1), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("says_leg", sa.String(28), nullable=False),
        sa.Column("given_to", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_twilio_legs"),
    )
    op.create_index("ix_twilio_legs_live", "twilio_legs", ["switch", "over"])
    op.create_index("ix_twilio_legs_of_first", "twilio_legs", ["first_leg"])


def downgrade() -> None:
    op.drop_table("twilio_legs")
