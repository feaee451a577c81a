"""The night before the demonstration's day: scored, cases opened, tomorrow planned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from jobs import nightly as night
from outreach.cli.context import CliContext
from outreach.cli.nightly import renderer, worker_name


def one_night(cli: CliContext, sessions: sessionmaker[Session], now: datetime, address: str) -> bool:
    """Run the night of ``now``'s local date unless it is done; whether it ran. ``address`` is that of the pages."""
    return night.run(sessions, renderer(cli), now, link=address, worker=worker_name()).ran
