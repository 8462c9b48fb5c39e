"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "audit",
        sa.Column("position", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "devices",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("enrolled_at", sa.Float(), nullable=False),
        sa.Column("certificate_serial", sa.Text(), nullable=True),
        sa.Column("certificate_expires_at", sa.Float(), nullable=True),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_devices"),
    )
    op.create_table(
        "ingest",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=True),
        sa.Column("stored_total", _NUMBER, server_default="0", nullable=False),
        sa.Column("duplicate_total", _NUMBER, server_default="0", nullable=False),
        sa.Column("refused_total", _NUMBER, server_default="0", nullable=False),
        sa.Column("batch_total", _NUMBER, server_default="0", nullable=False),
        sa.Column("last_batch_at", sa.Float(), nullable=True),
        sa.Column("last_batch_size", _NUMBER, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_ingest"),
    )
    op.create_table(
        "refused",
        sa.Column("position", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("incarnation", sa.Text(), nullable=True),
        sa.Column("seq", _NUMBER, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("bytes", _NUMBER, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_refused"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_refused_device_incarnation_seq", "refused", ["device", "incarnation", "seq"], unique=False
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.Column("used_at", sa.Float(), nullable=True),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_tokens"),
    )
    op.create_table(
        "commands",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_commands_device_devices"),
        sa.PrimaryKeyConstraint("id", name="pk_commands"),
    )
    op.create_index("ix_commands_published_at", "commands", ["published_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("position", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("clock_trusted", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_events"),
        sa.UniqueConstraint("device", "incarnation", "seq", name="uq_events_device_incarnation_seq"),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_events_device_devices"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_device_position", "events", ["device", "position"], unique=False)
    op.create_index("ix_events_kind_position", "events", ["kind", "position"], unique=False)
    op.create_index("ix_events_time", "events", ["time"], unique=False)
    op.create_table(
        "northbound",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("through", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_northbound_device_devices"),
        sa.PrimaryKeyConstraint("device", "incarnation", name="pk_northbound"),
    )
    op.create_table(
        "presence",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("session", _NUMBER, server_default="0", nullable=False),
        sa.Column("version_installed", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=True),
        sa.Column("proof_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_presence_device_devices"),
        sa.PrimaryKeyConstraint("device", name="pk_presence"),
    )
    op.create_table(
        "snapshots",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("bytes", _NUMBER, nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_snapshots_device_devices"),
        sa.PrimaryKeyConstraint("sha256", name="pk_snapshots"),
    )
    op.create_index("ix_snapshots_device_received_at", "snapshots", ["device", "received_at"], unique=False)
    op.create_table(
        "streams",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("through", _NUMBER, server_default="0", nullable=False),
        sa.Column("also", sa.Text(), server_default="[]", nullable=False),
        sa.Column("evicted_count", _NUMBER, server_default="0", nullable=False),
        sa.Column("refused_count", _NUMBER, server_default="0", nullable=False),
        sa.Column("last_received_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_streams_device_devices"),
        sa.PrimaryKeyConstraint("device", "incarnation", name="pk_streams"),
    )
    op.create_index("ix_streams_last_received_at", "streams", ["last_received_at"], unique=False)
