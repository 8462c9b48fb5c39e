"""The keys that sign receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "receipt_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("certified_at", sa.Float(), nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.name"], name="fk_receipt_keys_device_devices"),
        sa.PrimaryKeyConstraint("key_id", name="pk_receipt_keys"),
    )
    op.create_index("ix_receipt_keys_device", "receipt_keys", ["device"], unique=False)
