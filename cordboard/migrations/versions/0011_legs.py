"""Who is rung first, several telephones of the other party, and states by first and second in place of A and B."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_STATES = {"ringing_a": "ringing_1", "reaching_b": "reaching_2", "ringing_b": "ringing_2"}


def upgrade() -> None:
    op.add_column("orders", sa.Column("first", sa.String(1), server_default=sa.text("'A'"), nullable=False))
    op.add_column("attempts", sa.Column("rank", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("attempts", sa.Column("not_before_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "terminals",
        sa.Column("order_id", sa.String(28), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("extension", sa.String(8), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_terminals_order_id"),
        sa.PrimaryKeyConstraint("order_id", "rank", name="pk_terminals"),
    )
    _rename(_STATES)


def downgrade() -> None:
    _rename({new: old for old, new in _STATES.items()})
    op.drop_table("terminals")
    op.drop_column("attempts", "not_before_ms")
    op.drop_column("attempts", "rank")
    op.drop_column("orders", "first")


def _rename(states: dict[str, str]) -> None:
    orders = sa.table("orders", sa.column("state", sa.String))
    for old, new in states.items():
        op.execute(orders.update().where(orders.c.state == old).values(state=new))
