"""Empty a database that holds a made-up district, and never any other."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session

from models import District, School, migrations
from outreach import store
from outreach.errors import OutreachError


class RealDistrictError(OutreachError):
    """The database holds a district that was not made up; nothing was touched."""


def clear_made_up(engine: Engine) -> bool:
    """Take every table down and put it up again, empty; gives False where there was no district to clear.

    Contacts, audit and consent are append-only, so emptying goes through the schema: all that the database held,
    sign-ins too, is gone. Raises :class:`RealDistrictError` for a district that is not made up.
    """
    with store.session_factory(engine)() as session:
        found = made_up(session)
    if found is None:
        return False
    if not found:
        raise RealDistrictError(
            "This database holds a real district, so it is left as it is; "
            "name another one in OUTREACH_DATABASE_URL for a made-up district."
        )
    migrations.downgrade(engine)
    migrations.upgrade(engine)
    return True


def made_up(session: Session) -> bool | None:
    """Whether the database's district is made up; None where it has no district, no school and perhaps no tables."""
    if not inspect(session.connection()).has_table(District.__tablename__):
        return None
    made = session.scalar(select(District.made_up))
    if made is None and session.scalar(select(School.id).limit(1)) is not None:
        return False
    return made
