"""What the last start loaded, so that the next one need not load it again

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loaded_pack",
        sa.Column("locality", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("locality", name=op.f("pk_loaded_pack")),
    )


def downgrade() -> None:
    op.drop_table("loaded_pack")
