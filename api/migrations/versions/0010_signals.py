"""Marks of urgency on tickets

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB()


def upgrade() -> None:
    op.add_column("ticket", sa.Column("signals", JSONB, nullable=False, server_default="{}"))
    op.add_column("ticket", sa.Column("signals_cleared", JSONB, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("ticket", "signals_cleared")
    op.drop_column("ticket", "signals")
