"""Satellite systems allowed one by one, each with caps; dear calls wait for an OK; caps of an account as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

SPEAK = ("Inmarsat", "Iridium", "Globalstar", "Thuraya", "EMSAT", "cellular at sea", "cellular in the air")
"""The systems that carried speech when this was written: who might call satellites may call all of these."""


def upgrade() -> None:
    systems = op.create_table(
        "account_systems",
        sa.Column("account_id", sa.String(28), nullable=False),
        sa.Column("system", sa.String(24), nullable=False),
        sa.Column("cap_call", sa.BigInteger(), nullable=True),
        sa.Column("cap_day", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_systems_account_id"),
        sa.PrimaryKeyConstraint("account_id", "system", name="pk_account_systems"),
    )
    accounts = sa.table("accounts", sa.column("id"), sa.column("allow_satellite", sa.Boolean()))
    for system in SPEAK:
        might = sa.select(accounts.c.id, sa.literal(system)).where(accounts.c.allow_satellite)
        op.execute(systems.insert().from_select(["account_id", "system"], might))
    op.drop_column("accounts", "allow_satellite")
    a_minute = sa.Column("quote_above", sa.BigInteger(), server_default=sa.text("1000000"), nullable=False)
    op.add_column("accounts", a_minute)
    op.add_column("accounts", sa.Column("cap_hour", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("cap_day", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("most_at_once", sa.Integer(), nullable=True))


def downgrade() -> None:
    no = sa.text("false")
    op.add_column("accounts", sa.Column("allow_satellite", sa.Boolean(), server_default=no, nullable=False))
    op.execute("UPDATE accounts SET allow_satellite = true WHERE id IN (SELECT account_id FROM account_systems)")
    for name in ("most_at_once", "cap_day", "cap_hour", "quote_above"):
        op.drop_column("accounts", name)
    op.drop_table("account_systems")
