"""The tables of the job queue, as procrastinate ships them

Revision: 0002, after 0001
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # without parameters psycopg sends the script as it is, % signs and several statements included
    driver = op.get_bind().connection.driver_connection
    driver.execute(SchemaManager.get_schema())  # type: ignore[union-attr]


def downgrade() -> None:
    op.execute(
        """
        do $$ declare thing record; begin
          for thing in select tablename from pg_tables where schemaname = current_schema() and tablename like 'procrastinate\\_%'
          loop execute format('drop table %I cascade', thing.tablename); end loop;
          for thing in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = current_schema() and p.proname like 'procrastinate\\_%'
          loop execute format('drop function %s cascade', thing.name); end loop;
          for thing in select t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
            where n.nspname = current_schema() and t.typname like 'procrastinate\\_%'
            and t.typtype in ('e', 'c') and not exists (select 1 from pg_class c where c.oid = t.typrelid and c.relkind <> 'c')
          loop execute format('drop type %I cascade', thing.typname); end loop;
        end $$
        """
    )
