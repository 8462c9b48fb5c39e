"""Cases and their steps, queues, surveys, and notices to devices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )
    op.create_table(
        "cases",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("clock", sa.Text(), server_default="usual", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("holder_reference", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_cases_device_devices"),
        sa.PrimaryKeyConstraint("subject", name="pk_cases"),
    )
    op.create_index("ix_cases_code", "cases", ["code"], unique=False)
    op.create_index("ix_cases_created_at", "cases", ["created_at"], unique=False)
    op.create_index("ix_cases_sort_state_due_at", "cases", ["sort", "state", "due_at"], unique=False)
    op.create_table(
        "notice_marks",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("last", _NUMBER, server_default="0", nullable=False),
        sa.Column("through", _NUMBER, server_default="0", nullable=False),
        sa.Column("incarnation", sa.Text(), server_default="", nullable=False),
        sa.Column("seq", _NUMBER, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_notice_marks_device_devices"),
        sa.PrimaryKeyConstraint("device", name="pk_notice_marks"),
    )
    op.create_table(
        "notices",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Float(), nullable=False),
        sa.Column("published_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_notices_device_devices"),
        sa.PrimaryKeyConstraint("device", "number", name="pk_notices"),
    )
    op.create_index("ix_notices_published_at", "notices", ["published_at"], unique=False)
    op.create_table(
        "surveys",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("persyaratan", sa.Integer(), nullable=False),
        sa.Column("prosedur", sa.Integer(), nullable=False),
        sa.Column("waktu", sa.Integer(), nullable=False),
        sa.Column("biaya", sa.Integer(), nullable=False),
        sa.Column("produk", sa.Integer(), nullable=False),
        sa.Column("kompetensi", sa.Integer(), nullable=False),
        sa.Column("perilaku", sa.Integer(), nullable=False),
        sa.Column("sarana", sa.Integer(), nullable=False),
        sa.Column("pengaduan", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_surveys_device_devices"),
        sa.PrimaryKeyConstraint("survey", name="pk_surveys"),
    )
    op.create_index("ix_surveys_region_agency_day", "surveys", ["region", "agency", "day"], unique=False)
    op.create_table(
        "steps",
        sa.Column("position", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["subject"], ["cases.subject"], name="fk_steps_subject_cases"),
        sa.PrimaryKeyConstraint("position", name="pk_steps"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_steps_subject_position", "steps", ["subject", "position"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("audible", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("called_at", sa.Float(), nullable=True),
        sa.Column("serving_at", sa.Float(), nullable=True),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["cases.subject"], name="fk_tickets_ticket_cases"),
        sa.PrimaryKeyConstraint("ticket", name="pk_tickets"),
    )
    op.create_index(
        "ix_tickets_office_day_queue_state", "tickets", ["office", "day", "queue", "state"], unique=False
    )
    op.create_table(
        "calls",
        sa.Column("position", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.ticket"], name="fk_calls_ticket_tickets"),
        sa.PrimaryKeyConstraint("position", name="pk_calls"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calls_office_position", "calls", ["office", "position"], unique=False)
