"""Alembic's way in: runs on the connection, and inside the transaction, that :mod:`models.migrations` hands it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext, MigrationInfo

from models import Base, UtcDateTime


def _written_in_full(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """A revision is frozen: it names plain types, never a class of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _note(ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:
    context.config.attributes.setdefault("moved", []).append(step.up_revision_id)


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_server_default=True,
    render_as_batch=True,
    render_item=_written_in_full,
    on_version_apply=_note,
)
with context.begin_transaction():
    context.run_migrations()
