"""Boundaries of today's units, as an authority imports them

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_boundary",
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", name=op.f("pk_place_boundary")),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["place_unit.code"], name=op.f("fk_place_boundary_unit_code_place_unit"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("place_boundary")
