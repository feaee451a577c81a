"""Counts of tries, kept in our database, so that every web process counts together."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from limits.storage import Storage
from sqlalchemy import Engine, case, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from models import RateLimit
from outreach import store


class DatabaseStorage(Storage):  # type: ignore[misc, unused-ignore]
    """Fixed windows in the table ``rate_limit``: one upsert a try, no lost count between processes."""

    STORAGE_SCHEME = ["outreach-database"]  # noqa: RUF012 - an instance variable by its base class

    def __init__(self, uri: str | None = None, *, engine: Engine, wrap_exceptions: bool = False) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._sessions: sessionmaker[Session] = store.session_factory(engine)

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more under ``key``; a window ends ``expiry`` seconds after its first try."""
        now = time.time()
        with self._sessions.begin() as session:
            dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
            fresh = {"hits": amount, "expires_at": _moment(now + expiry)}
            over = RateLimit.expires_at <= _moment(now)
            counted = (
                dialect.insert(RateLimit)
                .values(key=key, **fresh)
                .on_conflict_do_update(
                    index_elements=[RateLimit.key],
                    set_={
                        "hits": case((over, amount), else_=RateLimit.hits + amount),
                        "expires_at": case((over, fresh["expires_at"]), else_=RateLimit.expires_at),
                    },
                )
                .returning(RateLimit.hits)
            )
            hits: int = session.execute(counted).scalar_one()
            if hits == amount:  # a new window: a good moment to forget the old ones
                session.execute(delete(RateLimit).where(RateLimit.expires_at <= _moment(now)))
        return hits

    def get(self, key: str) -> int:
        with self._sessions() as session:
            store.read_only(session)
            alive = RateLimit.expires_at > _moment(time.time())
            return session.scalar(select(RateLimit.hits).where(RateLimit.key == key, alive)) or 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970; now, where there is none."""
        with self._sessions() as session:
            store.read_only(session)
            ends = session.scalar(select(RateLimit.expires_at).where(RateLimit.key == key))
        return max(ends.timestamp(), time.time()) if ends else time.time()

    def check(self) -> bool:
        try:
            with self._sessions() as session:
                store.read_only(session).execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        with self._sessions.begin() as session:
            kept = session.scalar(select(func.count()).select_from(RateLimit))
            session.execute(delete(RateLimit))
        return kept

    def clear(self, key: str) -> None:
        with self._sessions.begin() as session:
            session.execute(delete(RateLimit).where(RateLimit.key == key))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
