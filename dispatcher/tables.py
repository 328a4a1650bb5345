"""Tables of the dispatcher: switches, who conducts which, their logs, what carriers have to bear, Twilio's legs."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from kernel.db import metadata

switches = Table(
    "switches",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("draining", Boolean, nullable=False, server_default=text("false")),  # by command: it gets no new orders
    Column("seen_ms", BigInteger, nullable=False, server_default=text("0")),  # when it last answered its conductor
    Column("away_ms", BigInteger),  # since when it was asked in vain; empty while it answers
)

leases = Table(
    "leases",
    metadata,
    Column("switch", String(20), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("epoch", BigInteger, nullable=False),  # grows with each new holder
    Column("until_ms", BigInteger, nullable=False),
)

switch_log = Table(
    "switch_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("switch", String(20), nullable=False, index=True),
    Column("attempt_id", String(28), nullable=False, index=True),
    Column("what", String(8), nullable=False),  # "answer" or "hangup"
    Column("at_ms", BigInteger, nullable=False),
    Column("cause", Integer),  # Q.850, of a hangup
)

log_positions = Table(
    "log_positions",
    metadata,
    Column("switch", String(20), primary_key=True),
    Column("inode", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("read_ms", BigInteger, nullable=False),  # when the file was last read to its end
    Column("canary_ms", BigInteger, nullable=False, default=0),  # when the canary was last seen in it
)

ports = Table(
    "ports",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("role", String(1), primary_key=True),
    Column("carrier", String(20), nullable=False, index=True),
    Column("taken_ms", BigInteger, nullable=False),
    Column("attempt_id", String(28), nullable=False, server_default=text("''")),  # whose dial has the slot below
    Column("not_before_ms", BigInteger, nullable=False, server_default=text("0")),  # when that dial may be
)

port_queue = Table(
    "port_queue",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("carrier", String(20), primary_key=True, index=True),  # full when the order came
    Column("since_ms", BigInteger, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("carrier", String(20), primary_key=True),
    Column("admit_us", BigInteger, nullable=False),  # when the next leg may be admitted that comes in good time
    Column("dial_us", BigInteger, nullable=False),  # when the next may be dialled
)

twilio_legs = Table(
    "twilio_legs",
    metadata,
    Column("attempt_id", String(28), primary_key=True),
    Column("switch", String(20), nullable=False),
    Column("over", Boolean, nullable=False),  # its end was told to the log, or it will never be rung
    Column("first_leg", String(28), nullable=False),  # empty: it is the first
    Column("number", String(16), nullable=False),
    Column("shown", String(16), nullable=False),
    Column("limit_s", Integer, nullable=False),  # what Twilio was told last, from its answer
    Column("made_ms", BigInteger, nullable=False),
    Column("dialled_ms", BigInteger),  # Twilio was about to be asked for it; it may not have been
    Column("opening", Text, nullable=False),  # what it hears first
    Column("sid", String(34)),  # Twilio's own id; none until Twilio told it
    Column("status", String(12), nullable=False),
    Column("sequence", Integer, nullable=False),  # of the last callback that counted
    Column("heard_ms", BigInteger, nullable=False),  # when Twilio last said something of it
    Column("up", Boolean, nullable=False),
    Column("digit", String(1), nullable=False),
    Column("told", Boolean, nullable=False),  # of a first leg: its words were said; of a second: the first outlived it
    Column("answered_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("cause", Integer),
    Column("says", Text, nullable=False),  # what its next request is answered with
    Column("says_leg", String(28), nullable=False),  # the leg that those words ring, if any
    Column("given_to", String(64), nullable=False),  # the request that was answered with it
)
Index("ix_twilio_legs_live", twilio_legs.c.switch, twilio_legs.c.over)
Index("ix_twilio_legs_of_first", twilio_legs.c.first_leg)
