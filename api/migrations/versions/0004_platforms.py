"""Accounts on the platforms, their limits and odd payloads; what became of messages on the way

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())
MOMENT = sa.DateTime(timezone=True)
ON_THE_WAY = "direction = 'out' and status in ('queued', 'sending')"


def upgrade() -> None:
    op.create_table(
        "channel_account",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("secrets", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("last_event_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("last_error_at", MOMENT, nullable=True),
        sa.Column("connected_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_channel_account")),
    )
    op.create_table(
        "channel_event",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_event")),
    )
    op.create_index("ix_channel_event_received_at", "channel_event", ["received_at"])
    op.create_table(
        "channel_bucket",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_channel_bucket")),
    )
    op.create_table(
        "channel_month",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "month", name=op.f("pk_channel_month")),
    )
    op.add_column("conversation", sa.Column("unreachable_at", MOMENT, nullable=True))
    for name in ("not_before", "queued_at", "received_at", "seen_at"):
        op.add_column("message", sa.Column(name, MOMENT, nullable=True))
    op.create_index("ix_message_on_the_way", "message", ["conversation_id", "id"], postgresql_where=sa.text(ON_THE_WAY))


def downgrade() -> None:
    op.drop_index("ix_message_on_the_way", table_name="message")
    for name in ("not_before", "queued_at", "received_at", "seen_at"):
        op.drop_column("message", name)
    op.drop_column("conversation", "unreachable_at")
    for table in ("channel_month", "channel_bucket", "channel_event", "channel_account"):
        op.drop_table(table)
