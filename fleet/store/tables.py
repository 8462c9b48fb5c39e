"""The tables. All times are seconds since 1970, UTC, as floats; what is null is not known, or not yet.

A change here needs a new file in `migrations/versions`; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Number = BigInteger().with_variant(Integer, "sqlite")
"""64 bits; SQLite counts rows up only in a column of the type INTEGER."""


def _device() -> Column[str]:
    return Column("device", Text, ForeignKey("devices.name"), nullable=False)


devices = Table(
    "devices",
    metadata,
    Column("name", Text, primary_key=True),
    Column("region", Text, nullable=False),
    Column("label", Text, nullable=False, server_default=""),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("enrolled_at", Float, nullable=False),
    Column("certificate_serial", Text),
    Column("certificate_expires_at", Float),
    Column("revoked_at", Float),
)
"""The devices that may speak; `certificate_serial` is the serial number in hexadecimal."""

presence = Table(
    "presence",
    metadata,
    Column("device", Text, ForeignKey("devices.name"), primary_key=True),
    Column("online", Boolean),
    Column("session", _Number, nullable=False, server_default="0"),
    Column("version_installed", Text, nullable=False, server_default=""),
    Column("changed_at", Float),
    Column("proof_at", Float),
)
"""What a device or its last will said of its connection (`online` null: nothing yet), and `proof_at`, when
the last fresh message of any sort came from it. A retained message and a will are no proof of life."""

events = Table(
    "events",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=True),
    _device(),
    Column("region", Text, nullable=False),
    Column("incarnation", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("seq", _Number, nullable=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("time", Float, nullable=False),
    Column("clock_trusted", Boolean, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("data", Text, nullable=False),
    UniqueConstraint("device", "incarnation", "seq"),
    Index(None, "kind", "position"),
    Index(None, "device", "position"),
    Index(None, "time"),
    sqlite_autoincrement=True,
)
"""Every event once, by (device, incarnation, seq). `position` counts in order of storing; `data` is JSON."""

streams = Table(
    "streams",
    metadata,
    _device(),
    Column("incarnation", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("through", _Number, nullable=False, server_default="0"),
    Column("also", Text, nullable=False, server_default="[]"),
    Column("evicted_count", _Number, nullable=False, server_default="0"),
    Column("refused_count", _Number, nullable=False, server_default="0"),
    Column("last_received_at", Float, nullable=False),
    PrimaryKeyConstraint("device", "incarnation"),
    Index(None, "last_received_at"),
)
"""How far each stream is settled: everything up to `through`, and the inclusive ranges `also` (JSON pairs)
above it. Settled is what was stored, evicted by the device, or refused for good."""

refused = Table(
    "refused",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("device", Text),
    Column("incarnation", Text),
    Column("seq", _Number),
    Column("reason", Text, nullable=False),
    Column("bytes", _Number, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("received_at", Float, nullable=False),
    Index(None, "device", "incarnation", "seq"),
    sqlite_autoincrement=True,
)
"""Messages kept aside, the newest only: `payload` is the first 64 KiB, `bytes` and `sha256` are of it all.
`incarnation` and `seq` are set where the refusal settles that number, so that it is not sent again."""

ingest = Table(
    "ingest",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started_at", Float),
    Column("stored_total", _Number, nullable=False, server_default="0"),
    Column("duplicate_total", _Number, nullable=False, server_default="0"),
    Column("refused_total", _Number, nullable=False, server_default="0"),
    Column("batch_total", _Number, nullable=False, server_default="0"),
    Column("last_batch_at", Float),
    Column("last_batch_size", _Number, nullable=False, server_default="0"),
)
"""Counters of the ingest (one row, `name` "mqtt"); they grow for ever, unlike the table `refused`."""

northbound = Table(
    "northbound",
    metadata,
    _device(),
    Column("incarnation", Text, nullable=False),
    Column("through", _Number, nullable=False),
    PrimaryKeyConstraint("device", "incarnation"),
)
"""How far each stream has been republished: a single position could not keep the order within a stream,
because a gap may be filled after later events of the stream were stored."""

snapshots = Table(
    "snapshots",
    metadata,
    Column("sha256", Text, primary_key=True),
    _device(),
    Column("bytes", _Number, nullable=False),
    Column("received_at", Float, nullable=False),
    Index(None, "device", "received_at"),
)

commands = Table(
    "commands",
    metadata,
    Column("id", Text, primary_key=True),
    _device(),
    Column("action", Text, nullable=False),
    Column("issued_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("published_at", Float),
    Index(None, "published_at"),
)
"""Commands to devices; `action` is the JSON of the command's action. Whoever inserts a row gives a command;
the ingest signs and publishes it and sets `published_at`. The outcome comes back as an event."""

tokens = Table(
    "tokens",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("used_at", Float),
    Column("one_time", Boolean, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What operators did."""

cases = Table(
    "cases",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("sort", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("device", Text, ForeignKey("devices.name")),
    Column("region", Text, nullable=False),
    Column("category", Text),
    Column("topic", Text),
    Column("agency", Text),
    Column("identity", Text),
    Column("place", Text),
    Column("clock", Text, nullable=False, server_default="usual"),
    Column("state", Text, nullable=False),
    Column("due_at", Float),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("holder_reference", Text, nullable=False, server_default=""),
    Index(None, "code"),
    Index(None, "sort", "state", "due_at"),
    Index(None, "created_at"),
)
"""What somebody waits for an answer to: complaints, aspirations, permits, tickets, emergencies (`sort`), each
with the state that it is in. `code` is what its citizen knows it by; nothing here says who filed it or what
was written. `device` is null where an office registered it; `holder_reference` is what an outside system
calls it."""

steps = Table(
    "steps",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=True),
    Column("subject", Text, ForeignKey("cases.subject"), nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("agency", Text),
    Column("reason", Text, nullable=False, server_default=""),
    Column("due_at", Float),
    Column("actor", Text, nullable=False),
    Index(None, "subject", "position"),
    sqlite_autoincrement=True,
)
"""The steps of each case, in order. `reason` is said to everybody; `actor` is not."""

tickets = Table(
    "tickets",
    metadata,
    Column("ticket", Text, ForeignKey("cases.subject"), primary_key=True),
    Column("office", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("audible", Boolean, nullable=False),
    Column("taken_at", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("counter", Integer),
    Column("calls", Integer, nullable=False, server_default="0"),
    Column("called_at", Float),
    Column("serving_at", Float),
    Column("ended_at", Float),
    Index(None, "office", "day", "queue", "state"),
)
"""Numbers in queues; `counter` is its place among the queue's counters, from 1."""

calls = Table(
    "calls",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=True),
    Column("office", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("ticket", Text, ForeignKey("tickets.ticket"), nullable=False),
    Column("number", Text, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Index(None, "office", "position"),
    sqlite_autoincrement=True,
)
"""Every call of a number, again or for the first time: what a hall shows and speaks."""

surveys = Table(
    "surveys",
    metadata,
    Column("survey", Text, primary_key=True),
    _device(),
    Column("region", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("day", Text, nullable=False),
    *(
        Column(element, Integer, nullable=False)
        for element in (
            "persyaratan", "prosedur", "waktu", "biaya", "produk",
            "kompetensi", "perilaku", "sarana", "pengaduan",
        )
    ),
    Index(None, "region", "agency", "day"),
)  # fmt: skip
"""Answers to the satisfaction survey: nobody can be told from them."""

notices = Table(
    "notices",
    metadata,
    _device(),
    Column("number", _Number, nullable=False),
    Column("about", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("issued_at", Float, nullable=False),
    Column("published_at", Float),
    PrimaryKeyConstraint("device", "number"),
    Index(None, "published_at"),
)
"""What devices are to be told and have not said that they have; `body` is JSON. A queue (`about`
"queue:<name>") is told anew under the number that it has while that is on its way."""

notice_marks = Table(
    "notice_marks",
    metadata,
    Column("device", Text, ForeignKey("devices.name"), primary_key=True),
    Column("last", _Number, nullable=False, server_default="0"),
    Column("through", _Number, nullable=False, server_default="0"),
    Column("incarnation", Text, nullable=False, server_default=""),
    Column("seq", _Number, nullable=False, server_default="0"),
)
"""The last number that was given to a notice for a device, and up to which number the device said, with the
event `incarnation` and `seq`, that it has them all."""

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", _Number, nullable=False),
)
"""How far in the table of events each of our readers is (`name` "clerk")."""

receipt_keys = Table(
    "receipt_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    _device(),
    Column("public_key", Text, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("certified_at", Float, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("ended_at", Float),
    Index(None, "device"),
)
"""The keys that sign kiosks' receipts, kept for good: `public_key` is Base64, `certificate` the JWS by which
the device certified it, `ended_at` when the device was put out."""
