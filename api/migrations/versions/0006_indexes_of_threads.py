"""Indexes for the tickets, reporters, photos and ratings of a thread

Revision: 0006, after 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = (
    ("ticket", "conversation_id"),
    ("ticket", "merged_into_id"),
    ("ticket_reporter", "conversation_id"),
    ("ticket_photo", "media_id"),
    ("ticket_rating", "conversation_id"),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_{column}", table)
