"""Windows and bill of an Official Account; codes that link a citizen's channels

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "oa_window",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("free_used", sa.Integer(), nullable=False),
        sa.Column("shut", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "chat_id", name=op.f("pk_oa_window")),
    )
    counters = ("free", "paid", "zns", "other", "cost")
    op.create_table(
        "oa_month",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counters),
        sa.PrimaryKeyConstraint("account", "month", name=op.f("pk_oa_month")),
    )
    op.create_table(
        "citizen_link_code",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_link_code_citizen_id_citizen"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_link_code")),
    )
    op.create_index(op.f("ix_citizen_link_code_citizen_id"), "citizen_link_code", ["citizen_id"], unique=False)
    op.create_index(op.f("ix_citizen_link_code_expires_at"), "citizen_link_code", ["expires_at"], unique=False)
    op.create_table(
        "citizen_link_try",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_link_try_citizen_id_citizen"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_link_try")),
    )
    op.create_index(op.f("ix_citizen_link_try_citizen_id"), "citizen_link_try", ["citizen_id"], unique=False)
    op.add_column("citizen", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_citizen_merged_into_id_citizen"), "citizen", "citizen", ["merged_into_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_message_held", "message", ["conversation_id"], unique=False, postgresql_where=sa.text("status = 'held'")
    )


def downgrade() -> None:
    op.drop_index("ix_message_held", table_name="message")
    op.drop_constraint(op.f("fk_citizen_merged_into_id_citizen"), "citizen", type_="foreignkey")
    op.drop_column("citizen", "merged_into_id")
    for table in ("citizen_link_try", "citizen_link_code", "oa_month", "oa_window"):
        op.drop_table(table)
