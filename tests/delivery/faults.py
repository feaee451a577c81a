"""A fault of ours at one row: nothing that changes it can be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Base, Message


@contextmanager
def cannot_be_written(kind: type[Base], row_id: int) -> Iterator[None]:
    """For as long as it lasts; of a message also what is to stand in for it."""

    def refuse(session: Session, *_: object) -> None:
        for row in session.dirty | session.new:
            stands_in = isinstance(row, Message) and kind is Message and row.fallback_of_id == row_id
            if session.is_modified(row) and (stands_in or (isinstance(row, kind) and row.__dict__.get("id") == row_id)):
                raise RuntimeError("a fault of ours")

    event.listen(Session, "before_flush", refuse)
    try:
        yield
    finally:
        event.remove(Session, "before_flush", refuse)
