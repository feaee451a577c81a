from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from outreach import store
from outreach.delivery import Providers, build
from tests.planning.post import Post
from tests.planning.scene import Scene
from tests.world import World


@pytest.fixture
def scene(session: Session, world: World) -> Scene:
    return Scene(session, world)


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return store.session_factory(engine)


@pytest.fixture
def providers(sessions: sessionmaker[Session], database_url: str) -> Providers:
    return build(Settings(database_url=database_url, secret_key=SecretStr("k" * 40)), sessions)


@pytest.fixture
def post(sessions: sessionmaker[Session], providers: Providers) -> Post:
    return Post(sessions, providers)
