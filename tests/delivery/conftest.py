"""A database with several connections, and the sandbox on both channels."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from outreach import store
from outreach.delivery import Providers, build


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return store.session_factory(engine)


@pytest.fixture
def providers(sessions: sessionmaker[Session], database_url: str) -> Providers:
    return build(Settings(database_url=database_url, secret_key=SecretStr("k" * 40)), sessions)
