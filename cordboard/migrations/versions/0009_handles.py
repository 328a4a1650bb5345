"""Users have a handle, by which they sign in at the pages."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

LONGEST = 20


def upgrade() -> None:
    op.add_column("users", sa.Column("handle", sa.String(28), nullable=True))
    _name_them(op.get_bind())
    op.create_index("ix_users_handle", "users", ["handle"], unique=True)


def _name_them(conn: sa.Connection) -> None:
    """Those who are there get one of their names, the oldest first."""
    from anyascii import anyascii

    users = sa.table("users", sa.column("id"), sa.column("name"), sa.column("handle"), sa.column("created_ms"))
    taken: set[str] = set()
    for row in conn.execute(sa.select(users).order_by(users.c.created_ms, users.c.id)).all():
        latin = anyascii(row.name).lower()
        plain = "".join(letter for letter in latin if letter.isascii() and letter.isalnum())[:LONGEST] or "user"
        handle, number = plain, 1
        while handle in taken:
            number += 1
            handle = f"{plain}{number}"
        taken.add(handle)
        conn.execute(sa.update(users).where(users.c.id == row.id).values(handle=handle))


def downgrade() -> None:
    op.drop_index("ix_users_handle", "users")
    op.drop_column("users", "handle")
