"""Everything in its first shape.

The SQL beside it was frozen from the models by ``make migration first=1``; it is never edited once released.
"""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BETWEEN_STATEMENTS = re.compile(r";\n\n")
TABLE = re.compile(r"^CREATE TABLE \"?(\w+)\"?", re.MULTILINE)


def _sql() -> str:
    return (Path(__file__).parent / revision / f"{op.get_bind().dialect.name}.sql").read_text("utf-8")


def upgrade() -> None:
    as_written = op.get_bind().execution_options(no_parameters=True)
    for statement in filter(None, BETWEEN_STATEMENTS.split(_sql())):
        as_written.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    tables = TABLE.findall(_sql())
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table}"' for table in tables)
        connection.exec_driver_sql(f"DROP TABLE {names}")
        connection.exec_driver_sql("DROP FUNCTION outreach_append_only()")
        return
    for table in reversed(tables):
        connection.exec_driver_sql(f'DROP TABLE "{table}"')
