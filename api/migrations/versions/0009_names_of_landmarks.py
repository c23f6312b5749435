"""Landmarks may lie in one of several units, or only in a district, and may have several names

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # reference data: the locality pack fills it again after the migration
    op.execute("DELETE FROM place_landmark")
    op.drop_column("place_landmark", "unit_code")
    op.add_column("place_landmark", sa.Column("said", sa.String(), nullable=False))
    op.add_column("place_landmark", sa.Column("units", sa.ARRAY(sa.String()), nullable=False))
    op.add_column("place_landmark", sa.Column("district", sa.String(), nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM place_landmark")
    for column in ("said", "units", "district"):
        op.drop_column("place_landmark", column)
    op.add_column("place_landmark", sa.Column("unit_code", sa.String(), nullable=True))
    op.create_foreign_key(
        op.f("fk_place_landmark_unit_code_place_unit"), "place_landmark", "place_unit", ["unit_code"], ["code"]
    )
