"""Which number each leg sees, private calls, and names with several numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    usual, none, no = (sa.text(default) for default in ("'usual'", "''", "false"))
    for role in ("a", "b"):
        op.add_column("accounts", sa.Column(f"show_{role}", sa.String(8), server_default=usual, nullable=False))
        op.add_column("orders", sa.Column(f"shown_{role}", sa.String(20), server_default=none, nullable=False))
    for table in ("accounts", "orders"):
        op.add_column(table, sa.Column("private", sa.Boolean(), server_default=no, nullable=False))
    op.execute("UPDATE orders SET shown_a = caller_id, shown_b = caller_id")
    op.drop_column("orders", "caller_id")
    op.add_column("contacts", sa.Column("rank", sa.Integer(), server_default=sa.text("0"), nullable=False))
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_constraint("uq_contacts_user_id_name_key", type_="unique")
        contacts.create_unique_constraint("uq_contacts_user_id_name_key_rank", ["user_id", "name_key", "rank"])


def downgrade() -> None:
    op.execute("DELETE FROM contacts WHERE rank > 0")
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_constraint("uq_contacts_user_id_name_key_rank", type_="unique")
        contacts.create_unique_constraint("uq_contacts_user_id_name_key", ["user_id", "name_key"])
    op.drop_column("contacts", "rank")
    op.add_column("orders", sa.Column("caller_id", sa.String(20), server_default=sa.text("''"), nullable=False))
    op.execute("UPDATE orders SET caller_id = shown_b WHERE shown_b <> 'withheld'")
    for table in ("orders", "accounts"):
        op.drop_column(table, "private")
    for role in ("a", "b"):
        op.drop_column("orders", f"shown_{role}")
        op.drop_column("accounts", f"show_{role}")
