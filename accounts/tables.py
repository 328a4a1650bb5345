"""Tables of accounts and users."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, UniqueConstraint, text

from kernel.db import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("currency", String(3), nullable=False),
    Column("deck", String(80), nullable=False),  # a rate deck's name; decks live higher up, so no foreign key
    Column("zones", String(800), nullable=False, default=""),  # regions allowed: "US,GB,FR"; "" allows none
    Column("allow_premium", Boolean, nullable=False, default=False),
    Column("allow_high_cost", Boolean, nullable=False, default=False),
    Column("allow_any_phone", Boolean, nullable=False, default=False),  # FROM a number nobody verified
    Column("allow_verify", Boolean, nullable=False, server_default=text("true")),  # users add phones by a spoken code
    Column("cap_call", BigInteger, nullable=False),  # micro-units one call may cost
    Column("charge_unjoined", Boolean, nullable=False, default=True),  # is A charged when B never answered
    Column("tax_ppm", Integer, nullable=False, default=0),  # tax in millionths of the charge
    Column("caller_id", String(20), nullable=False, default=""),  # its own number, to be seen by the legs; "" has none
    Column("show_a", String(8), nullable=False, server_default=text("'usual'")),  # what leg A sees: accounts/shown.py
    Column("show_b", String(8), nullable=False, server_default=text("'usual'")),  # and leg B
    Column("private", Boolean, nullable=False, server_default=text("false")),  # its calls show neither side the other's
    Column("ask_new", Boolean, nullable=False, server_default=text("true")),  # a new number, of who has but a PIN
    Column("ask_above", BigInteger, nullable=False, server_default=text("1000000")),  # micro-units a minute
    Column("quote_above", BigInteger, nullable=False, server_default=text("1000000")),  # the same, whoever orders
    Column("cap_hour", BigInteger),  # micro-units all its calls of 60 minutes may cost; NULL sets no bound
    Column("cap_day", BigInteger),  # and of 24 hours
    Column("most_at_once", Integer),  # calls under way; NULL sets no bound
    Column("active", Boolean, nullable=False, default=True),
    Column("orders_placed", Integer, nullable=False, default=0),  # also the row's lock: every order updates it first
    Column("created_ms", BigInteger, nullable=False),
)

account_systems = Table(
    "account_systems",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("system", String(24), primary_key=True),  # by the name that satellite/families.py has; no row: not allowed
    Column("cap_call", BigInteger),  # micro-units a call with a leg there may cost; NULL: what the account says
    Column("cap_day", BigInteger),  # micro-units its legs of 24 hours may cost; NULL sets no bound
)

users = Table(
    "users",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("handle", String(28), unique=True, index=True),  # by which they sign in at the pages; accounts/handles.py
    Column("country", String(2), nullable=False),
    Column("pin_hash", String(200), nullable=False, default=""),  # argon2id over the peppered PIN; "" has none
    Column("pin_failures", Integer, nullable=False, default=0),
    Column("pin_locked_until_ms", BigInteger, nullable=False, default=0),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("language", String(8), nullable=False, server_default=text("''")),  # ISO 639-1; "" the installation's
    Column("rung_at", String(40), nullable=False, server_default=text("''")),  # by AT: a phone nobody vouched for
    Column("rung_at_ms", BigInteger, nullable=False, server_default=text("0")),  # when the newest AT was sent
)

devices = Table(
    "devices",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # "email", "sms"
    Column("address", String(254), nullable=False),  # lower case; of a telephone E.164
    Column("answer_address", String(254), nullable=False),  # where answers go; "" is never answered
    Column("press_1", Boolean, nullable=False, default=True),  # leg A must press 1 when this device ordered
    Column("notices", Boolean, nullable=False, server_default=text("true")),  # is it told how a call went
    Column("limit_call", BigInteger),  # micro-units: the standing consent of who can't be asked; NULL gives none
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("kind", "address"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),  # keyed digest of the local part
    Column("hint", String(8), nullable=False),  # first letters, to tell one from another
    Column("revoked_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),  # keyed digest of the token
    Column("hint", String(8), nullable=False),  # its first letters, to tell one from another
    Column("revoked_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
)

phones = Table(
    "phones",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("number", String(40), nullable=False),  # E.164, then " x512" where it has an extension
    Column("label", String(40), nullable=False, default=""),
    Column("main", Boolean, nullable=False, default=False),  # rung when the order names no FROM
    Column("verified_by", String(20), nullable=False),  # "operator", "call"
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("user_id", "number"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("name_key", String(60), nullable=False),  # folded for look-up
    Column("rank", Integer, nullable=False, server_default=text("0")),  # of its numbers: the lowest is tried first
    Column("number", String(40), nullable=False),  # E.164, then " x512" where it has an extension
    Column("sure", Boolean, nullable=False, server_default=text("true")),  # not of who but claimed to be the user
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("user_id", "name_key", "rank"),
)

names_said = Table(
    "names_said",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("name_key", String(60), primary_key=True),
    Column("sent_ms", BigInteger, nullable=False),  # when the newest message that wrote or struck it was sent
)

counters = Table(
    "counters",
    metadata,
    Column("key", String(80), primary_key=True),  # what is counted, "pin:account:<id>"
    Column("count", Integer, nullable=False),
    Column("until_ms", BigInteger, nullable=False),  # then it begins anew
)

optouts = Table(
    "optouts",
    metadata,
    Column("number", String(16), primary_key=True),  # E.164; its owner told the carrier to stop our texts
    Column("since_ms", BigInteger, nullable=False),
)
