"""Tables of messages, orders and attempts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kernel.db import metadata, partial_index

messages = Table(
    "messages",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("door", String(8), nullable=False),  # "email", "imap", "api"
    Column("state", String(8), nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
    Column("taken_until_ms", BigInteger, nullable=False, default=0),  # who handles it may do so until then
    Column("tries", Integer, nullable=False, default=0),
    Column("sender", String(254), nullable=False, default=""),  # envelope sender
    Column("recipients", Text, nullable=False, default=""),  # one a line; a secret alias only as "(alias)"
    Column("peer", String(64), nullable=False, default=""),
    Column("raw", LargeBinary),  # sealed until handled, then gone
    Column("key", String(64), index=True),  # of a proven sender's message: digest of what each delivery of it shares
    Column("digest", String(64), nullable=False, default=""),  # keyed digest of its command, "" if it had none
    Column("kept", Text, nullable=False, default=""),  # own text with PINs struck out
    Column("evidence", Text, nullable=False, default="{}"),  # JSON: who sent it, how sure we are and why
    Column("verdict", Text, nullable=False, default=""),  # JSON: rule by rule what the gate said
    Column("answer", Text, nullable=False, default=""),  # what the sender was told
    Column("error", Text, nullable=False, default=""),  # why it was shunted
    Column("handled_ms", BigInteger),
)
MESSAGE_IS_OPEN = partial_index("ix_messages_open", "state = 'stored'", messages.c.stored_ms)
MESSAGE_IS_SHUNTED = partial_index("ix_messages_shunted", "state = 'shunted'", messages.c.stored_ms)

orders = Table(
    "orders",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("ref", String(8), nullable=False),  # K7: unique within the account
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("message_id", ForeignKey("messages.id"), nullable=False),
    Column("kind", String(8), nullable=False, server_default=text("'call'")),  # "call", or "code": A alone is rung
    Column("door", String(8), nullable=False),
    Column("key", String(64), nullable=False, unique=True),  # one message, one order: digest of the message's own key
    Column("digest", String(64), nullable=False),  # keyed digest of the parsed command
    Column("state", String(12), nullable=False),
    Column("outcome", String(24), nullable=False, default=""),  # why it ended: "talked", "b_busy", ...
    Column("number_a", String(16), nullable=False),
    Column("extension_a", String(8), nullable=False, default=""),
    Column("number_b", String(16), nullable=False),  # "" where there is no other party
    Column("extension_b", String(8), nullable=False, default=""),
    Column("name_b", String(60), nullable=False, default=""),  # as the user calls the other party
    Column("bill", String(32), nullable=False, default=""),
    Column("press_1", Boolean, nullable=False),
    Column("first", String(1), nullable=False, server_default=text("'A'")),  # who is rung first, "A" or "B"
    Column("notices", Boolean, nullable=False, server_default=text("true")),  # is the sender told how it went
    Column("shown_a", String(20), nullable=False, server_default=text("''")),  # what leg A sees: E.164, or "withheld"
    Column("shown_b", String(20), nullable=False, server_default=text("''")),
    Column("private", Boolean, nullable=False, server_default=text("false")),  # neither side is told the other's number
    Column("answer", Text, nullable=False),  # the first answer, given again to a redelivery
    Column("answer_to", Text, nullable=False, default=""),  # JSON: where and in which thread answers go; "" nowhere
    Column("switch", String(20), nullable=False, default=""),
    Column("accepted_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("rung_ms", BigInteger, nullable=False, default=0),  # when the doorbell was last rung for it
    Column("taken_until_ms", BigInteger, nullable=False, default=0),  # a worker has it until then
    Column("joined_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("language", String(8), nullable=False, server_default=text("''")),  # it is answered in
    Column("asked_most", BigInteger),  # micro-units it may cost, if its sender said so
    Column("asked_minutes", Integer),  # minutes it may last, if its sender said so
    UniqueConstraint("account_id", "ref"),
)
ORDER_IS_OPEN = partial_index("ix_orders_open", "state <> 'ended'", orders.c.due_ms)
Index("ix_orders_of_account", orders.c.account_id, orders.c.accepted_ms)
Index("ix_orders_to", orders.c.user_id, orders.c.number_b)

questions = Table(
    "questions",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("message_id", ForeignKey("messages.id"), nullable=False),  # the order that it asks about
    Column("ref", String(8), nullable=False),  # K7: that of the order, if it comes to one
    Column("state", String(8), nullable=False),  # "open", "placed", "declined", "shut"; an open one may have expired
    Column("why", String(16), nullable=False),  # "ask_new", "ask_phone", "ask_costly", "ask_late"
    Column("proof", String(8), nullable=False),  # of the order
    Column("command", Text, nullable=False),  # JSON: the call, without a PIN
    Column("digest", String(64), nullable=False),  # keyed digest of the call
    Column("quote", Text, nullable=False),  # JSON: what was said that it costs
    Column("code", String(64), nullable=False),  # keyed digest of what only the receiver of the question knows
    Column("tries", Integer, nullable=False, default=0),  # wrong codes
    Column("asked_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("answered_ms", BigInteger),
    Column("order_id", ForeignKey("orders.id")),
    UniqueConstraint("account_id", "ref"),
)
QUESTION_IS_OPEN = partial_index("ix_questions_open", "state = 'open'", questions.c.user_id)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(28), primary_key=True),  # also the channel's id on the switch
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("role", String(1), nullable=False),  # "A" ordered, "B" is the other party
    Column("state", String(10), nullable=False),
    Column("switch", String(20), nullable=False),
    Column("carrier", String(20), nullable=False),
    Column("number", String(16), nullable=False),
    Column("rank", Integer, nullable=False, server_default=text("0")),  # which of B's terminals; 0 is number_b
    Column("not_before_ms", BigInteger, nullable=False, server_default=text("0")),  # dialled no earlier
    Column("limit_ms", BigInteger, nullable=False),  # what the hold pays for, from answer
    Column("claimed_ms", BigInteger, nullable=False),
    Column("dialling_ms", BigInteger),
    Column("answered_ms", BigInteger),  # from the switch's log
    Column("ended_ms", BigInteger),  # from the switch's log
    Column("seen_ms", BigInteger),  # last seen alive on the switch
    Column("cause", Integer),  # Q.850
    Column("end_reason", String(24), nullable=False, default=""),  # why we ended it, "" if we did not
)
Index("ix_attempts_of_carrier", attempts.c.carrier, attempts.c.claimed_ms)
ATTEMPT_IS_OPEN = partial_index("ix_attempts_open", "state <> 'ended'", attempts.c.switch)

terminals = Table(
    "terminals",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("rank", Integer, primary_key=True, autoincrement=False),  # 1, 2, ...: tried in turn after number_b
    Column("number", String(16), nullable=False),
    Column("extension", String(8), nullable=False, server_default=text("''")),
)
"""B's further telephones, in the order of preference."""

codes = Table(
    "codes",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),  # the code is a keyed digest of it, and kept nowhere
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("number", String(16), nullable=False),  # E.164: whose it is, is to be shown
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),  # set when it is spoken: nobody heard it before
    Column("tries", Integer, nullable=False, default=0),  # wrong ones
    Column("used_ms", BigInteger),
)
Index("ix_codes_of_user", codes.c.user_id, codes.c.made_ms)

wishes = Table(
    "wishes",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # one drop an order, however often it is asked for
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger),
    Column("outcome", String(24), nullable=False, default=""),
)
WISH_IS_OPEN = partial_index("ix_wishes_open", "done_ms IS NULL", wishes.c.made_ms)
