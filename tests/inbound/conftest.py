"""A database with several connections, a family that may be written to, and a way for its words to come in."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from outreach import store
from outreach.delivery import Providers, build

from .mail import Mailroom


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return store.session_factory(engine)


@pytest.fixture
def providers(sessions: sessionmaker[Session], database_url: str) -> Providers:
    return build(Settings(database_url=database_url, secret_key=SecretStr("k" * 40)), sessions)


@pytest.fixture
def mailroom(sessions: sessionmaker[Session], providers: Providers) -> Mailroom:
    return Mailroom(sessions, providers)
