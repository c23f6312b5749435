"""What a citizen's button settled about the message before it

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("understanding", sa.Column("settled_type", sa.String(), nullable=True))
    op.add_column("understanding", sa.Column("settled_procedure", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("understanding", "settled_procedure")
    op.drop_column("understanding", "settled_type")
