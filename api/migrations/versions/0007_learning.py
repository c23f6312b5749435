"""What the bot understood of each message, and the labels that people gave

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB()


def upgrade() -> None:
    op.create_table(
        "understanding",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("message_type", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("margin", sa.Float(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("category_confidence", sa.Float(), nullable=True),
        sa.Column("category_margin", sa.Float(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("procedure_confidence", sa.Float(), nullable=True),
        sa.Column("rankings", JSONB, nullable=False),
        sa.Column("spans", JSONB, nullable=False),
        sa.Column("asked", sa.String(), nullable=True),
        sa.Column("model_id", sa.String(), nullable=True),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("settled_category", sa.String(), nullable=True),
        sa.Column("settled_department", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_understanding_message_id_message"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_understanding")),
    )
    op.create_index("ix_understanding_event_id", "understanding", ["event_id"])
    op.create_index("ix_understanding_at", "understanding", ["at"])
    op.create_index(
        "ix_understanding_unsure", "understanding", ["message_id"], postgresql_where=sa.text("reasons <> '[]'::jsonb")
    )
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("message_type", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("guess", JSONB, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_label_message_id_message"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_label_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("message_id", name=op.f("uq_label_message_id")),
    )


def downgrade() -> None:
    op.drop_table("label")
    op.drop_table("understanding")
