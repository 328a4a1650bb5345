"""Tables of the doors: how far each mailbox was read."""

from sqlalchemy import BigInteger, Column, String, Table

from kernel.db import metadata

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(20), primary_key=True),  # as the settings call it
    Column("place", String(64), nullable=False),  # digest of host, user and folder: another place is another mailbox
    Column("uidvalidity", BigInteger, nullable=False),  # under another one the same UIDs are other mails (RFC 3501)
    Column("start_uid", BigInteger, nullable=False),  # what was there when we began; never ours
    Column("last_uid", BigInteger, nullable=False),  # up to here every mail was stored, or told to be passed over
    Column("seen_ms", BigInteger, nullable=False),  # when it was last opened
)
